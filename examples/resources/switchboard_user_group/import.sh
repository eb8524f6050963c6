# By name, or by id.
terraform import switchboard_user_group.position 'position'
terraform import switchboard_user_group.position 'ugr_4w6ckojfzmmlxhxdsbsuyzjq2e'
