"""Statistics: the mails of a campaign in figures."""
