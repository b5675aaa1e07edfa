"""Observed coverage of the suite on the references: what the cases really make a card show."""

from __future__ import annotations

from typing import NamedTuple

from onecard.conformance.qualify.kill import port_for, reference_plan
from onecard.conformance.reporting.coverage import Coverage, coverage_of
from onecard.conformance.reporting.declared import KINDS
from onecard.conformance.running.run import run_plan
from onecard.virtual_cards.layouts import VERSIONS

__all__ = ["Observed", "observed"]


class Observed(NamedTuple):
    """What one reference showed, of one kind."""

    version: str
    kind: str
    seen: int
    """Declared things that were seen."""
    declared: int
    never: tuple[str, ...]
    """Names of those that were not."""
    beside: tuple[str, ...]
    """What was seen though the statement does not declare it."""


def observed(seed: int) -> tuple[Observed, ...]:
    """Run the whole suite on each reference and count."""
    rows = []
    for version in VERSIONS:
        plan = reference_plan(version, seed)
        coverage = coverage_of(plan, run_plan(plan, port_for(None, version, seed)).records)
        rows += [_of_kind(version, kind, coverage) for kind in KINDS]
    return tuple(rows)


def _of_kind(version: str, kind: str, coverage: Coverage) -> Observed:
    rows = coverage.of(kind)
    declared = [row for row in rows if row.declared]
    return Observed(
        version=version,
        kind=kind,
        seen=sum(bool(row.seen) for row in declared),
        declared=len(declared),
        never=tuple(row.name for row in declared if not row.seen),
        beside=tuple(row.name for row in rows if not row.declared),
    )
