"""Scenario model, loader and the built-in scenarios."""
