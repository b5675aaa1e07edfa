"""A row of a benchmark, and a stopwatch for it. Benchmarks look at real clocks: that is what they are for."""

from __future__ import annotations

import resource
import sys
import time
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Row", "at_least", "at_most", "best_rate", "peak_memory_mib"]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One measured figure beside its peer and its budget."""

    name: str
    value: float
    unit: str
    peer: str | None = None
    peer_value: float | None = None
    ratio: float | None = None
    budget: str
    met: bool


def at_least(name: str, value: float, unit: str, budget: float) -> Row:
    """Make a row whose value must reach the budget."""
    return Row(name=name, value=value, unit=unit, budget=f">= {budget:g}", met=value >= budget)


def at_most(name: str, value: float, unit: str, budget: float) -> Row:
    """Make a row whose value must not exceed the budget."""
    return Row(name=name, value=value, unit=unit, budget=f"<= {budget:g}", met=value <= budget)


def best_rate(action: Callable[[], object], *, repeats: int, rounds: int) -> float:
    """Return calls per second of processor time: the best of several rounds, for a machine that is shared."""
    best = 0.0
    for _ in range(rounds):
        started = time.process_time()
        for _ in range(repeats):
            action()
        best = max(best, repeats / (time.process_time() - started))
    return best


def peak_memory_mib() -> float:
    """Return the peak resident memory of this process in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 if sys.platform != "darwin" else peak / (1024 * 1024)
