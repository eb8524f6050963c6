# By name, or by id.
terraform import switchboard_permission_group.agents 'Agents'
terraform import switchboard_permission_group.agents 'grp_4w6ckojfzmmlxhxdsbsuyzjq2e'
