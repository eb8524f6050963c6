# By the id of the PBX.
terraform import switchboard_pbx_reload.warszawa 'warszawa'
