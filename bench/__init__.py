"""Benchmarks of the project's own budgets (architecture §9)."""

from onecard.bench.cards import card_rows
from onecard.bench.conformance import conformance_rows
from onecard.bench.day import day_rows
from onecard.bench.fuzz import fuzz_rows
from onecard.bench.rows import Row
from onecard.bench.settlement import settlement_rows

__all__ = [
    "BENCHMARKS",
    "Row",
    "card_rows",
    "conformance_rows",
    "day_rows",
    "fuzz_rows",
    "settlement_rows",
]

BENCHMARKS = {
    "cards": card_rows,
    "conformance": conformance_rows,
    "day": day_rows,
    "fuzz": fuzz_rows,
    "settlement": settlement_rows,
}
"""Benchmarks by name; each is a function without arguments that measures and returns rows."""
