"""A card that cannot be made anew, and a statement whose PIN or keys are not its own.

Each presentation of a wrong secret costs the card a try, and a blocked key is blocked for good. So the first
answer that refuses what the statement calls right ends it: no later case of the run presents that secret.
Those cases are not run, which is never a pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.model.checks import StatusIs
from onecard.conformance.model.steps import Send, Sweep, Tear, Walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from onecard.conformance.model.case import Case
    from onecard.conformance.model.history import StepRecord
    from onecard.conformance.model.steps import Step

__all__ = ["SecretGuard"]

_NAMES = {"20": "PIN", "5E": "PIN", "24": "unblocking key"}
"""By instruction; of EXTERNAL AUTHENTICATE P2 names the key."""
_EXTERNAL_AUTHENTICATE = "82"
_REFUSED = ("63", "6988")
"""A try is gone. ``6983``, locked already, is none of them: nothing is left to be spared."""


class SecretGuard:
    """What one run has learnt of the statement's secrets.

    Args:
        fresh: each case gets a new card, so nothing is ever held back.
    """

    def __init__(self, *, fresh: bool) -> None:
        self._fresh = fresh
        self._refused: dict[str, str] = {}

    def held_back(self, case: Case) -> str:
        """Return why a case is not to be run; empty: it is."""
        return next((self._refused[each] for each in _secrets(case.steps) if each in self._refused), "")

    def note(self, case: Case, records: Iterable[StepRecord]) -> None:
        """Look in a case's records for a right secret that the card refused."""
        if self._fresh:
            return
        right = {
            check.step for check in case.checks if isinstance(check, StatusIs) and check.words == ("9000",)
        }
        presented = {
            step.name: _secret(step.command)
            for step in case.steps
            if isinstance(step, Send) and step.name in right
        }
        for record in records:
            secret = presented.get(record.step, "")
            answer = record.frames[-1][1] if record.frames else ""
            if secret and answer.startswith(_REFUSED):
                self._refused.setdefault(
                    secret,
                    f"the card refused the {secret} of the statement in {case.id} ({answer}); "
                    "it is not presented again, or it would be blocked",
                )


def _secrets(steps: Iterable[Step]) -> Iterator[str]:
    for step in steps:
        if isinstance(step, Send | Tear | Sweep):
            yield _secret(step.command)
        elif isinstance(step, Walk):
            yield from _secrets(step.model.home)
            for event in step.model.events:
                yield from _secrets(event.steps)


def _secret(command: str) -> str:
    """Return which secret a command presents, by its template; empty: none."""
    header = command.replace(" ", "").replace("{#}", "00").upper()[:8]
    if header[2:4] == _EXTERNAL_AUTHENTICATE:
        return f"key {header[6:8]}"
    return _NAMES.get(header[2:4], "")
