"""Fuzzing the card: millions of random and structured APDUs, judged one by one by a table of invariants.

``onecard bench fuzz`` runs a short campaign, with ``--apdus`` a long one; :func:`run_fuzz` any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.bench.fuzz.campaign import run_fuzz
from onecard.bench.fuzz.report import FuzzFailure, FuzzReport
from onecard.bench.rows import Row, at_most

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FuzzFailure", "FuzzReport", "fuzz_rows", "run_fuzz"]

_APDUS = 300_000
_SEED = 20_260_101


def fuzz_rows(
    run: Callable[..., FuzzReport] = run_fuzz, *, apdus: int = _APDUS, workers: int = 1
) -> list[Row]:
    """Fuzz and measure; a breach is a row that misses its budget.

    Args:
        run: what runs the campaign.
        apdus: how many APDUs at least.
        workers: processes.
    """
    report = run(apdus=apdus, seed=_SEED, workers=workers)
    rate = round(report.apdus / report.processor_seconds)
    name = "breaches" if report.failure is None else f"breaches: {report.failure}"
    return [
        at_most(name, 0 if report.failure is None else 1, "breaches", 0),
        Row(name="fuzzed and judged, one core", value=rate, unit="APDU/s", budget="", met=True),
        Row(name="fuzzed", value=report.apdus, unit="APDU", budget="", met=True),
        Row(name="cards used", value=report.cards, unit="cards", budget="", met=True),
        Row(
            name="commands cut short by power failure",
            value=report.tears,
            unit="commands",
            budget="",
            met=True,
        ),
        Row(name="different status words", value=len(report.statuses), unit="words", budget="", met=True),
    ]
