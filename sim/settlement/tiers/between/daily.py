"""The daily reconciliation of a tier with its neighbours, and its repair (settlement.md §5.5, §9 C-30).

Theory of operation. Both sides add up the rows of the day that crossed their boundary. When the totals are
equal nothing else is asked; otherwise the digests of the rows tell which one side lacks or has otherwise, and
the tier repairs itself (:mod:`onecard.sim.settlement.tiers.between.repair`).

Rows travel down from the insured side, and a tier gives a row away only after it has found the same row on
that side itself; so nothing that one tier alone has, or has otherwise, is copied. A network is repaired when
its tiers reconcile in the order of :func:`onecard.sim.settlement.tiers.between.jobs.daily_jobs`: provinces,
ministry, provinces, cities.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import msgspec

from onecard.sim.actors import Ask, Heard
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.money.boundaries import crosses, neighbours, rows_at
from onecard.sim.settlement.money.sums import Totals, groups_of, row_digest, totals_of
from onecard.sim.settlement.store.rows_money import StatementRow
from onecard.sim.settlement.tiers.between import messages as told
from onecard.sim.settlement.tiers.between.records import (
    FAILED,
    OPEN,
    PASSED,
    record_statement,
    record_triparty,
)
from onecard.sim.settlement.tiers.between.repair import (
    differences_left,
    landed_row,
    neighbour_digests,
    repair_from,
    vouched,
)
from onecard.sim.settlement.tiers.directory import MINISTRY

if TYPE_CHECKING:
    from onecard.sim.settlement.tiers.kernel import Arrived, Tier

__all__ = ["day_rows", "day_totals", "reconcile_neighbours", "rows_by_number"]


def _asker(tier: Tier, arrived: Arrived) -> str:
    """Return the address of the neighbour that asks."""
    sender = arrived.request.fixmedins_code
    if sender not in neighbours(tier):
        raise RefusedError(Reason.WRONG_ROLE, f"{sender} is no neighbour")
    return sender


def day_totals(tier: Tier, arrived: Arrived) -> bytes:
    """Answer RC01."""
    peer = _asker(tier, arrived)
    rows = rows_at(tier, peer, told.read_input(arrived, told.DayQuery).day)
    groups = tuple(told.Group(group=name, totals=totals) for name, totals in groups_of(rows).items())
    return tier.success(arrived, told.DayTotals(totals=totals_of(rows), groups=groups))


def day_rows(tier: Tier, arrived: Arrived) -> bytes:
    """Answer RC02."""
    peer = _asker(tier, arrived)
    query = told.read_input(arrived, told.DayRowsQuery)
    rows = sorted(rows_at(tier, peer, query.day), key=lambda row: row.setl_id)
    page = rows[query.startrow - 1 : query.startrow - 1 + told.MAX_LISTED]
    listed = tuple(told.Listed(row.setl_id, row_digest(row)) for row in page)
    return tier.success(arrived, told.DayRows(totalrow=len(rows), rows=listed))


def rows_by_number(tier: Tier, arrived: Arrived) -> bytes:
    """Answer RC03; rows that do not cross the boundary, or are not vouched for, are left out."""
    passes = crosses(tier, _asker(tier, arrived))
    numbers = told.read_input(arrived, told.RowsQuery).setl_ids
    rows = (landed_row(tier, number) for number in numbers)
    given = tuple(row for row in rows if row is not None and passes(row) and vouched(tier, row))
    return tier.success(arrived, told.Landing(landing=given))


# ---- the job


def reconcile_neighbours(tier: Tier, arrived: Arrived) -> Generator[Ask, Heard, bytes]:
    """Do RC04."""
    told.check_job(tier, arrived)
    job = told.read_input(arrived, told.ReconcileJob)
    states: dict[str, str] = {}
    answers: dict[str, told.DayTotals] = {}
    fetched = 0
    for peer in neighbours(tier):
        theirs = yield from told.ask_neighbour(
            tier, arrived, peer, "RC01", told.DayQuery(day=job.day), told.DayTotals
        )
        row = StatementRow(statement="", day=job.day, peer=peer, state=OPEN, checked_us=arrived.now_us)
        if theirs is not None:
            answers[peer] = theirs
            row = yield from _reconcile_with(tier, arrived, row, theirs.totals, repair=job.repair)
        states[peer] = row.state
        fetched += row.fetched
        record_statement(tier, row)
    if tier.address == MINISTRY:
        record_triparty(tier, job.day, answers, arrived.now_us)
    return tier.success(arrived, told.Reconciled(states=states, fetched=fetched))


def _reconcile_with(
    tier: Tier, arrived: Arrived, row: StatementRow, theirs: Totals, *, repair: bool
) -> Generator[Ask, Heard, StatementRow]:
    day, peer = row.day, row.peer
    own = totals_of(rows_at(tier, peer, day))
    fetched = 0
    left: tuple[tuple[str, str], ...] = ()
    if own != theirs:
        digests = yield from neighbour_digests(tier, arrived, peer, day)
        if digests is None:
            return row
        if repair:
            fetched = yield from repair_from(tier, arrived, peer, day, digests)
        left = differences_left(tier, peer, day, digests)
        own = totals_of(rows_at(tier, peer, day))
    return msgspec.structs.replace(
        row,
        state=FAILED if left else PASSED,
        rows=own.rows,
        peer_rows=theirs.rows,
        medfee_sumamt=own.medfee_sumamt_fen,
        peer_medfee_sumamt=theirs.medfee_sumamt_fen,
        fetched=fetched,
        differences=left,
        checked_us=arrived.now_us,
    )
