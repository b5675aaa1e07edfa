"""The reference cards that the suite puts into a slot."""
