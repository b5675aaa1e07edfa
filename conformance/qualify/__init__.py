"""The proof that the harness works."""
