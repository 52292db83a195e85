"""The world that moves: what is due when the clock moves, what is sent, how recipients react."""
