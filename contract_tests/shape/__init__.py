"""Shape: what every operation answers to good, odd and wrong requests."""
