"""Fuzzing the card: millions of random and structured APDUs, judged one by one by a table of invariants.

``onecard bench fuzz`` runs a short campaign, with ``--apdus`` a long one; :func:`run_fuzz` any.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from onecard.bench.fuzz.campaign import run_fuzz
from onecard.bench.fuzz.report import FuzzFailure, FuzzReport
from onecard.bench.rows import Row, at_most
from onecard.virtual_cards.iso7816.status import family

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
    families = Counter[str]()
    for word, count in report.statuses.items():
        row = family(word)
        families[row.name if row else f"{word:04X}"] += count
    return [
        at_most(name, 0 if report.failure is None else 1, "breaches", 0),
        _count("fuzzed", report.apdus, "APDU"),
        _count("time", round(report.seconds, 1), "s"),
        _count("fuzzed and judged, one core", rate, "APDU/s"),
        _count("cards used", report.cards, "cards"),
        _count("commands cut short by power failure", report.tears, "commands"),
        *(_count(f"from: {source}", count, "APDU") for source, count in report.categories.most_common()),
        *(_count(f"answered {word}", count, "APDU") for word, count in families.most_common()),
    ]


def _count(name: str, value: float, unit: str) -> Row:
    return Row(name=name, value=value, unit=unit, budget="", met=True)
