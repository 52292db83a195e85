"""Webhooks: who is told about what."""
