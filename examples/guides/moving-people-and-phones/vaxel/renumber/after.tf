variable "people" {
  type    = map(string)
  default = { anna = "1002", bo = "1003", cia = "1004" }
}

resource "switchboard_user" "office" {
  for_each = var.people

  email      = "${each.key}@example.com"
  first_name = title(each.key)
  last_name  = "Lind"
  telephony  = { extension = each.value }
}
