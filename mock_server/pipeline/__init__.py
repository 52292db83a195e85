"""What every request passes. Knows HTTP and no Smartlead noun."""
