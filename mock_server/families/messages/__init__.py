"""Mails that were sent and received, and what recipients did with them."""
