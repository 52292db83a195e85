"""Mailboxes and their membership in campaigns."""
