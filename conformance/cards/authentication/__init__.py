"""Challenges, keys, the PIN: cases."""
