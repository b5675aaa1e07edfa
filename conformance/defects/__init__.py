"""Implementations that are wrong in exactly one named way."""
