"""What every reader sees first: defects."""
