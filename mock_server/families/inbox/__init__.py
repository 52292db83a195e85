"""The master inbox."""
