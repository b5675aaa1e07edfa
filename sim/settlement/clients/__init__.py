"""Clients of the settlement platforms: what an institution sends, without any I/O."""
