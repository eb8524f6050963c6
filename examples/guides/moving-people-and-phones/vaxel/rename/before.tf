resource "switchboard_user" "lena_berg" {
  email      = "lena.berg@example.com"
  first_name = "Lena"
  last_name  = "Berg"
  telephony  = { extension = "1001" }
}
