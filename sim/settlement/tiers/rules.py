"""State rules (settlement.md §2.2, ST-1 to ST-8): what must hold of a visit before a transaction, as a table.

A row says which transactions it guards, what must hold, and why the call is refused otherwise; the rows are
checked in order, at the place of treatment. Rules that are not about the state of a visit live where they
are checked: ST-3 (settled lines stay) with 2205 and 2302, ST-5 (discharge before the final settlement) and
ST-6 (the total equals the unsettled lines) with the settlements, ST-7 (one open admission) with 2401, ST-8
(a settlement is cancelled once) with the cancellations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.tiers.stays import is_finally_settled

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.sim.settlement.store.rows import VisitRow
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = ["STATE_RULES", "StateRule", "check_visit"]


class StateRule(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table.

    Attributes:
        clause: which rule it is.
        transactions: what it guards.
        holds: what must be true of the visit, given the city that keeps its fee lines.
        reason: why the call is refused otherwise.
    """

    clause: str
    transactions: tuple[str, ...]
    holds: Callable[[CityTier, VisitRow], bool]
    reason: Reason


OUTPATIENT = ("2202", "2203", "2203A", "2204", "2205", "2206", "2206A", "2207", "2207A")
"""Transactions of a registered outpatient visit."""

STAY = ("2301", "2302", "2303", "2303A", "2304", "2304A", "2402", "2403", "2404", "2405")
"""Transactions of a stay. Fees may come after the discharge; those of an interim settlement stay settled."""

STATE_RULES: tuple[StateRule, ...] = (
    StateRule(
        clause="ST-1",
        transactions=(*OUTPATIENT, *STAY),
        holds=lambda _city, visit: visit.vali_flag == "1",
        reason=Reason.VISIT_CLOSED,
    ),
    StateRule(
        clause="ST-2",
        transactions=("2202",),
        holds=lambda _city, visit: not visit.live_settlements,
        reason=Reason.SETTLEMENT_EXISTS,
    ),
    StateRule(
        clause="ST-2, ST-4",
        transactions=("2202",),
        holds=lambda city, visit: not city.unsettled(visit),
        reason=Reason.FEES_UNSETTLED,
    ),
    StateRule(
        clause="ST-4",
        transactions=("2404",),
        holds=lambda _city, visit: not visit.live_settlements,
        reason=Reason.SETTLEMENT_EXISTS,
    ),
    StateRule(
        clause="ST-4",
        transactions=("2302", "2402", "2403", "2404"),
        holds=lambda _city, visit: not visit.endtime,
        reason=Reason.DISCHARGED,
    ),
    StateRule(
        clause="ST-4",
        transactions=("2404",),
        holds=lambda city, visit: not city.lines(visit),
        reason=Reason.FEES_UNSETTLED,
    ),
    StateRule(
        clause="ST-4",
        transactions=("2405",),
        holds=lambda _city, visit: bool(visit.endtime),
        reason=Reason.NOT_DISCHARGED,
    ),
    StateRule(
        clause="ST-4",
        transactions=("2301", "2303", "2303A", "2304", "2304A", "2405"),
        holds=lambda city, visit: not is_finally_settled(city, visit.mdtrt_id),
        reason=Reason.SETTLEMENT_EXISTS,
    ),
)
"""Every state rule, in the order of checking."""

_BY_TRANSACTION = {
    infno: tuple(rule for rule in STATE_RULES if infno in rule.transactions)
    for infno in {infno for rule in STATE_RULES for infno in rule.transactions}
}


def check_visit(city: CityTier, infno: str, visit: VisitRow) -> None:
    """Apply the rows of one transaction.

    Raises:
        RefusedError: the first row that does not hold.
    """
    for rule in _BY_TRANSACTION.get(infno, ()):
        if not rule.holds(city, visit):
            raise RefusedError(rule.reason, f"{rule.clause} {visit.mdtrt_id}")
