# By extension, or by id.
terraform import switchboard_sip_account.desk '1001'
terraform import switchboard_sip_account.desk 'sip_4w6ckojfzmmlxhxdsbsuyzjq2e'
