"""What a visit costs, line by line: items of the catalogue up to about the drawn price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.draws import Stream
from onecard.sim.settlement import charge
from onecard.sim.settlement.benefit import load_catalogue

if TYPE_CHECKING:
    from onecard.sim.settlement import Charge
    from onecard.sim.settlement.benefit import Item

__all__ = ["FeeBook"]

MAXIMUM_LINES = 20
MAXIMUM_COUNT = 3
DRUG_LISTS = ("101", "102")
CONSULTATIONS = {1: "SYN-S-1001", 2: "SYN-S-1001", 3: "SYN-S-1002"}
"""Level of the institution → consultation item that every visit there begins with."""


class FeeBook:
    """Draws the items of visits and purchases.

    Args:
        seed: the world's seed.
    """

    def __init__(self, seed: int) -> None:
        self._which = Stream(seed, "fees/item")
        self._count = Stream(seed, "fees/count")
        self._catalogue = load_catalogue()
        items = self._catalogue.items
        self._drugs = [item for item in items if item.list_type in DRUG_LISTS]
        self._treatments = [item for item in items if item.code not in CONSULTATIONS.values()]

    def visit_charges(self, visit: int, level: int, budget_fen: int) -> tuple[Charge, ...]:
        """Charge a consultation and further items worth at least the budget, within the line limit."""
        first = charge(self._catalogue[CONSULTATIONS[max(level, 1)]])
        return self._fill(visit, self._treatments, [first], budget_fen)

    def purchase_charges(self, visit: int, budget_fen: int) -> tuple[Charge, ...]:
        """Charge drugs worth at least the budget, within the line limit."""
        return self._fill(visit, self._drugs, [], budget_fen)

    def _fill(
        self, visit: int, items: list[Item], charges: list[Charge], budget_fen: int
    ) -> tuple[Charge, ...]:
        total_fen = sum(line.amount_fen for line in charges)
        while not charges or (total_fen < budget_fen and len(charges) < MAXIMUM_LINES):
            occurrence = len(charges)
            item = items[self._which.below(len(items), visit, occurrence)]
            charges.append(charge(item, 1 + self._count.below(MAXIMUM_COUNT, visit, occurrence)))
            total_fen += charges[-1].amount_fen
        return tuple(charges)
