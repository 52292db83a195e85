"""Leads, and enrolments: the rows that put a lead into a campaign."""
