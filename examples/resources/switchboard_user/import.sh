# By e-mail address (on engage: by username), or by id.
terraform import switchboard_user.alice 'alice@example.com'
terraform import switchboard_user.alice 'usr_4w6ckojfzmmlxhxdsbsuyzjq2e'
