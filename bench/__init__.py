"""Benchmarks of the project's own budgets."""
