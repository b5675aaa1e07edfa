"""Benchmarks of the project's own budgets (architecture §9)."""

from onecard.bench.card import card_rows
from onecard.bench.day import day_rows
from onecard.bench.rows import Row

__all__ = ["BENCHMARKS", "Row", "card_rows", "day_rows"]

BENCHMARKS = {"card": card_rows, "day": day_rows}
"""Benchmarks by name; each is a function without arguments that measures and returns rows."""
