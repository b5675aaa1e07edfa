"""What everything here is made of."""
