"""The order of a run on a card that cannot be made anew: what is worse for the card comes later.

First what leaves it as it was, then what leaves traces, then what is refused if the card is right, then what
locks PIN or keys, then what blocks applications, and last what blocks the card. So a lock or block takes the
ground from under as few cases as can be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.model.checks import StatusIs
from onecard.conformance.model.steps import Send, Tear

if TYPE_CHECKING:
    from onecard.conformance.model.case import Case

__all__ = ["harm_of"]

_APPLICATION_BLOCK = "841E"
_CARD_BLOCK = "8416"


def harm_of(case: Case) -> int:
    """Return how much a case takes from a card, ``0``: nothing; a larger number is worse."""
    if not case.destructive:
        return 0
    if case.effect == "alters":
        return 1
    if _blocks(case, _CARD_BLOCK):
        return 5
    if _blocks(case, _APPLICATION_BLOCK):
        return 4
    tried = any(isinstance(step, Send) and _is(step, _APPLICATION_BLOCK, _CARD_BLOCK) for step in case.steps)
    return 2 if tried else 3


def _blocks(case: Case, command: str) -> bool:
    """Tell whether a command that blocks is to succeed, or to be torn."""
    torn = any(isinstance(step, Tear) and _is(step, command) for step in case.steps)
    sent = {step.name for step in case.steps if isinstance(step, Send) and _is(step, command)}
    return torn or any(
        isinstance(check, StatusIs) and check.step in sent and "9000" in check.words for check in case.checks
    )


def _is(step: Send | Tear, *commands: str) -> bool:
    return step.command[:4].upper() in commands
