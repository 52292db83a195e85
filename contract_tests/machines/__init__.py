"""State machines: random stories told to the API and to a model of it, which must agree after every call."""
