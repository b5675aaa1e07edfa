"""One string to an implementation under test."""
