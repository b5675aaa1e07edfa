"""The card suite: cases as data."""
