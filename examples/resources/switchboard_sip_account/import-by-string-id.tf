import {
  to = switchboard_sip_account.desk
  id = "1001" # or the id
}
