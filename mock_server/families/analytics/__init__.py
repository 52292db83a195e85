"""Analytics: the figures of the account, of its campaigns, days, clients, people and mailboxes."""
