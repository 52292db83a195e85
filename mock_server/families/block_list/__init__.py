"""Addresses and domains that are never mailed."""
