"""Laws that hold between the answers of reading operations, whatever is in an account."""
