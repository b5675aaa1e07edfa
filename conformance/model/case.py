"""A case: a stable id, a purpose, steps and checks."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from onecard.conformance.model.checks import Check
from onecard.conformance.model.steps import Step

__all__ = ["EFFECTS", "Case", "Effect", "FaceName"]

FaceName: TypeAlias = Literal["contact", "contactless"]

Effect: TypeAlias = Literal["none", "restores", "alters", "destroys"]

EFFECTS = {
    "none": "the card is as before",
    "restores": "the card is written, and brought back",
    "alters": "traces stay: counters, logs, cyclic records",
    "destroys": "something is locked or blocked for good",
}
"""What a case leaves behind on a card that cannot be made anew. The last two are destructive."""


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One case for one face of the implementation."""

    id: str
    """``"card/select/by-name/03"``; over the contactless face ``"…/03@contactless"``."""
    purpose: str
    """One sentence."""
    face: FaceName = "contact"
    personality: str = "standard"
    """Which card must be in the slot (see ``personalities``)."""
    option: str = ""
    """Option that the statement must claim; empty: none."""
    effect: Effect = "none"
    steps: tuple[Step, ...]
    checks: tuple[Check, ...]

    @property
    def destructive(self) -> bool:
        """Whether it is run on request only, and last."""
        return self.effect in ("alters", "destroys")

    @property
    def rules(self) -> frozenset[str]:
        """Clauses that it judges."""
        return frozenset(check.rule for check in self.checks if check.rule)
