"""What a visit costs, line by line: items of the catalogue that fit into the drawn price."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from onecard.sim.draws import Stream
from onecard.sim.settlement import charge
from onecard.sim.settlement.benefit import load_catalogue

if TYPE_CHECKING:
    from onecard.sim.settlement import Charge
    from onecard.sim.settlement.benefit import Item

__all__ = ["FeeBook"]


class Bill(NamedTuple):
    """How long a bill may be.

    Attributes:
        lines: at most.
        most: of one item on a line, at most.
        trifle: an item worth less than this part of what is left is not looked for.
    """

    lines: int
    most: int
    trifle: int


VISIT = Bill(lines=20, most=3, trifle=40)
STAY = Bill(lines=40, most=20, trifle=1000)
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
        """Charge a consultation, and further items as long as they fit into the budget."""
        first = charge(self._catalogue[CONSULTATIONS[max(level, 1)]])
        return self._fill(visit, self._treatments, [first], budget_fen - first.amount_fen, VISIT)

    def purchase_charges(self, visit: int, budget_fen: int) -> tuple[Charge, ...]:
        """Charge drugs as long as they fit into the budget, at least one."""
        return self._fill(visit, self._drugs, [], budget_fen, VISIT)

    def stay_charges(self, visit: int, budget_fen: int) -> tuple[Charge, ...]:
        """Charge the treatments of a stay as long as they fit into the budget, at least one."""
        return self._fill(visit, self._treatments, [], budget_fen, STAY)

    def _fill(
        self, visit: int, items: list[Item], charges: list[Charge], rest_fen: int, bill: Bill
    ) -> tuple[Charge, ...]:
        """Add drawn items that fit into what is left of the budget and are no trifle of it."""
        prices = [charge(item).amount_fen for item in items]
        while len(charges) < bill.lines:
            occurrence = len(charges)
            fitting = [
                at for at, price in enumerate(prices) if rest_fen <= price * bill.trifle and price <= rest_fen
            ]
            if not fitting:
                break
            at = fitting[self._which.below(len(fitting), visit, occurrence)]
            most = min(bill.most, rest_fen // prices[at])
            charges.append(charge(items[at], 1 + self._count.below(most, visit, occurrence)))
            rest_fen -= charges[-1].amount_fen
        return tuple(charges) or (charge(items[prices.index(min(prices))]),)
