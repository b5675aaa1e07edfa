"""Security state over many commands: defects."""
