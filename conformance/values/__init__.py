"""Bytes that a case computes: templates, keys, the closed list of functions."""
