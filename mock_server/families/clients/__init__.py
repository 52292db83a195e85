"""Clients of the account, their keys, and what a key may see and do."""
