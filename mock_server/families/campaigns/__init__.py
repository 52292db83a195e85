"""Campaigns: their schedule, settings and status; sub-sequences."""
