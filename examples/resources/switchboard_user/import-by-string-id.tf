import {
  to = switchboard_user.alice
  id = "alice@example.com" # or the id
}
