"""A local, stateful mock of the Smartlead API."""

__version__ = "0.1.0"
