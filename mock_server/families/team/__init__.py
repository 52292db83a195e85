"""The people of the account, whom leads and campaigns are assigned to."""
