variable "people" {
  type    = map(string)
  default = { anna = "1001", bo = "1002", cia = "1003" }
}

resource "switchboard_user" "office" {
  for_each = var.people

  email      = "${each.key}@example.com"
  first_name = title(each.key)
  last_name  = "Lind"
  telephony  = { extension = each.value }
}
