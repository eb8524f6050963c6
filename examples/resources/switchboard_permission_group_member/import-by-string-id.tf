import {
  to = switchboard_permission_group_member.femke_sees_invoices
  id = "femke@example.com/Invoices" # or the ids, with a slash in between
}
