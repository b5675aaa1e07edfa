"""The seven verdicts, their order, and the other axis: what became of a case.

A verdict says what was observed; a status says whether and how far the case was run. The two are kept apart:
"withheld" is no verdict, and "fail" says nothing about whether somebody expected it.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["WORST_FIRST", "Status", "Verdict", "worst"]


class Verdict(Enum):
    """What a case, or the whole, comes to."""

    PASS = "pass"  # noqa: S105 - a verdict, no secret
    FAIL = "fail"
    WARN = "warn"
    REVIEW = "review"
    NOT_APPLICABLE = "not applicable"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"


WORST_FIRST = (
    Verdict.ERROR,
    Verdict.FAIL,
    Verdict.INCONCLUSIVE,
    Verdict.REVIEW,
    Verdict.WARN,
    Verdict.PASS,
)
"""The order in which verdicts outweigh each other; what is not applicable weighs nothing."""


class Status(Enum):
    """What became of a case of the plan."""

    EXECUTED = "executed"
    STOPPED = "stopped"
    """A precondition was not reached, so the rest was not sent."""
    NOT_RUN = "not run"
    """The run ended before."""
    WITHHELD = "withheld"
    """Destructive, and not asked for."""
    EXCLUDED = "excluded"
    """By the statement."""


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst verdict; without one pass among them the whole is not better than inconclusive."""
    found = set(verdicts)
    for verdict in WORST_FIRST:
        if verdict in found:
            weight = WORST_FIRST.index(verdict)
            if Verdict.PASS not in found:
                weight = min(weight, WORST_FIRST.index(Verdict.INCONCLUSIVE))
            return WORST_FIRST[weight]
    return Verdict.INCONCLUSIVE
