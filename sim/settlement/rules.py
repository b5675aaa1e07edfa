"""State rules of the outpatient transactions (settlement.md §2.2, ST-1 to ST-8), as a table.

A row says which transactions it guards, what must hold of the visit, and why the call is refused otherwise.
Rows are checked in order. ST-3 (a settled line is never removed) and ST-6 (the total equals the unsettled
lines) are about lines and live with 2205 and 2206; ST-5 and ST-7 are about stays, which are not served here;
ST-8 is about settlements and lives with 2208.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.messages.reasons import Reason, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.sim.settlement.state import Visit

__all__ = ["STATE_RULES", "StateRule", "check_visit"]


class StateRule(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table."""

    clause: str
    transactions: tuple[str, ...]
    holds: Callable[[Visit], bool]
    reason: Reason


STATE_RULES: tuple[StateRule, ...] = (
    StateRule(
        clause="ST-1",
        transactions=("2202", "2203", "2204", "2205", "2206", "2207"),
        holds=lambda visit: visit.is_open,
        reason=Reason.VISIT_CLOSED,
    ),
    StateRule(
        clause="ST-2",
        transactions=("2202",),
        holds=lambda visit: visit.live_settlements == 0,
        reason=Reason.SETTLEMENT_EXISTS,
    ),
    StateRule(
        clause="ST-2, ST-4",
        transactions=("2202",),
        holds=lambda visit: not visit.unsettled(),
        reason=Reason.FEES_UNSETTLED,
    ),
)


def check_visit(infno: str, visit: Visit) -> None:
    """Apply the rows of one transaction.

    Raises:
        RefusedError: the first row that does not hold.
    """
    for rule in STATE_RULES:
        if infno in rule.transactions and not rule.holds(visit):
            raise RefusedError(rule.reason, f"{rule.clause} {visit.mdtrt_id}")
