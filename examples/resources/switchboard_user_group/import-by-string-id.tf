import {
  to = switchboard_user_group.position
  id = "position" # or the id
}
