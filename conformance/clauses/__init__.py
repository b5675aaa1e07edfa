"""The clause registry."""
