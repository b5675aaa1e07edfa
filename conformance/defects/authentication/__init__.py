"""Challenges, keys, the PIN: defects."""
