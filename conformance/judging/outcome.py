"""What one check comes to, and what a verdict is made of it."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from onecard.conformance.model.verdict import Verdict

if TYPE_CHECKING:
    from onecard.conformance.model.clause import Clause

__all__ = ["Finding", "Outcome", "verdict_of"]


class Outcome(Enum):
    """What a check found in the history."""

    HOLDS = "holds"
    DIFFERS = "differs"
    UNKNOWN = "unknown"
    """The step was not reached, or what the check needs is not there."""
    ASKS = "asks"


class Finding(NamedTuple):
    """One check, evaluated."""

    outcome: Outcome
    expected: str = ""
    """In words, as a report shows it."""
    got: str = ""


_FULL = frozenset(("S", "S-d", "M"))
"""Certainties that can fail a third party's implementation."""


def verdict_of(outcome: Outcome, clause: Clause, *, strict: bool) -> Verdict:
    """Return the verdict of one judging check.

    A clause of one source, an inferred one or a choice of the project cannot fail somebody else's
    implementation: a difference is a warning. Our own references obey all of them (``strict``).
    """
    if outcome is Outcome.HOLDS:
        return Verdict.PASS
    if outcome is Outcome.UNKNOWN:
        return Verdict.INCONCLUSIVE
    if outcome is Outcome.ASKS:
        return Verdict.REVIEW
    if clause.level == "MUST" and (strict or clause.certainty in _FULL):
        return Verdict.FAIL
    return Verdict.FAIL if strict else Verdict.WARN
