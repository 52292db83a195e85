"""What the five source texts print, as examples that the editions must honour."""
