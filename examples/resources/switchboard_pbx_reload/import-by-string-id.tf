import {
  to = switchboard_pbx_reload.warszawa
  id = "warszawa"
}
