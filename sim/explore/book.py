"""The books of the institutions: what they are certain of. The tiers are held against them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.clients.dialogue import Settled

if TYPE_CHECKING:
    from onecard.sim.settlement.clients.recovery import Outcome

__all__ = ["Believed", "Book"]


class Believed(msgspec.Struct, frozen=True, kw_only=True):
    """A settlement in an institution's book.

    Attributes:
        settled: what the platform answered.
        city: the place of treatment.
        insured_city: the insured place.
        fixmedins_code: the institution.
        insutype: insurance type.
        clr_type: clearing type, as the platform answered.
        clr_optins: clearing agency, as the platform answered.
    """

    settled: Settled
    city: str
    insured_city: str
    fixmedins_code: str
    insutype: str
    clr_type: str
    clr_optins: str


class Book:
    """What all institutions of a seed are certain of.

    Attributes:
        live: ``setl_id`` → settlement in force.
        purposes: number of a message that settles → number of its visit.
        uncertain: results that were unknown for a time.
        reversals: reversals sent.
        refusals: final refusals by reason.
        unresolved: visits whose outcome never became certain.
    """

    def __init__(self) -> None:
        self.live: dict[str, Believed] = {}
        self.purposes: dict[str, int] = {}
        self.uncertain = 0
        self.reversals = 0
        self.refusals: Counter[str] = Counter()
        self.unresolved: list[int] = []

    def count(self, outcome: Outcome) -> None:
        """Count what it took to become certain."""
        self.uncertain += outcome.unknown
        self.reversals += bool(outcome.reversal)
