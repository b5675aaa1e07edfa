"""What every reader sees first: cases."""
