resource "switchboard_user" "lena_holm" {
  email      = "lena.holm@example.com"
  first_name = "Lena"
  last_name  = "Holm"
  telephony  = { extension = "1001" }
}

moved {
  from = switchboard_user.lena_berg
  to   = switchboard_user.lena_holm
}
