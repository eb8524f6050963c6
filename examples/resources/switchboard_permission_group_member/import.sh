# By the user and the permission group, each by what people know it by, or by its id.
terraform import switchboard_permission_group_member.femke_sees_invoices 'femke@example.com/Invoices'
terraform import switchboard_permission_group_member.femke_sees_invoices 'usr_4w6ckojfzmmlxhxdsbsuyzjq2e/grp_7hq2mzkxw5tq3v4y6a2b3c4d5e'
