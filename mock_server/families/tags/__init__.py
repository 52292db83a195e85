"""Tags: one pool for mailboxes, campaigns, leads and lead lists."""
