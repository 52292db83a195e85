"""The control API under `/_mock`: what a test asks of the mock, not of Smartlead."""
