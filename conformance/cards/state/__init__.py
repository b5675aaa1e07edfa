"""Security state over many commands: cases."""
