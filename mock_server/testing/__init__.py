"""For tests: a server in a thread, a client of the control API, and a pytest plugin."""
