"""The evidence as one file."""
