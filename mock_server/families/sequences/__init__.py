"""The steps of a campaign and their variants."""
