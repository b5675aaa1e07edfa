"""The daily reconciliation of a tier with its neighbours, and its repair (settlement.md §5.5, §9 C-30).

Theory of operation. Both sides add up the rows of the day that crossed their boundary. When the totals are
equal nothing else is asked; otherwise the digests of the rows tell which one side lacks or has otherwise.
A tier repairs itself only: it fetches what it lacks from the neighbour that has it and lands it as it would
have landed it out of the answer, so a repair that is repeated, or overtaken by the answer, changes nothing. A
row that differs is put right by the side that is nearer to the insured city, which wrote it. What the insured
city itself lacks is reported and not repaired: nobody else knows what it took from funds and accounts.

Rows travel down from the insured side, so a network is repaired when its tiers reconcile in the order of
:func:`onecard.sim.settlement.tiers.between.jobs.daily_jobs`: provinces, ministry, provinces, cities.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import msgspec

from onecard.sim.actors import Ask, Heard
from onecard.sim.ledger import Posting
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.money.boundaries import SETTLEMENT_TABLES, crosses, neighbours, rows_at
from onecard.sim.settlement.money.differences import digests_of
from onecard.sim.settlement.money.sums import Totals, groups_of, row_digest, totals_of
from onecard.sim.settlement.store.rows_money import StatementRow, TripartyRow
from onecard.sim.settlement.tiers.between import messages as told
from onecard.sim.settlement.tiers.directory import MINISTRY, province_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onecard.sim.settlement.store.rows import SettlementRow
    from onecard.sim.settlement.tiers.kernel import Arrived, Tier

__all__ = ["day_rows", "day_totals", "reconcile_neighbours", "rows_by_number"]

OPEN, PASSED, FAILED = "0", "1", "2"
"""States of a reconciliation (settlement.md §5.5)."""


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
    """Answer RC03; rows that do not cross the boundary with the asker are left out."""
    passes = crosses(tier, _asker(tier, arrived))
    numbers = told.read_input(arrived, told.RowsQuery).setl_ids
    rows = (_row(tier, number) for number in numbers)
    return tier.success(
        arrived, told.Landing(landing=tuple(row for row in rows if row is not None and passes(row)))
    )


def _row(tier: Tier, setl_id: str) -> SettlementRow | None:
    found = (tier.store.tables[name].get(setl_id) for name in SETTLEMENT_TABLES)
    return next((row for row in found if row is not None), None)


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
        _record(tier, row)
    if tier.address == MINISTRY:
        _record_triparty(tier, arrived, job.day, answers)
    return tier.success(arrived, told.Reconciled(states=states, fetched=fetched))


def _reconcile_with(
    tier: Tier, arrived: Arrived, row: StatementRow, theirs: Totals, *, repair: bool
) -> Generator[Ask, Heard, StatementRow]:
    day, peer = row.day, row.peer
    own = totals_of(rows_at(tier, peer, day))
    fetched = 0
    left: tuple[tuple[str, str], ...] = ()
    if own != theirs:
        digests = yield from _digests(tier, arrived, peer, day)
        if digests is None:
            return row
        if repair:
            fetched = yield from _repair(tier, arrived, peer, day, digests)
        left = _left(tier, peer, day, digests)
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
    )


def _digests(
    tier: Tier, arrived: Arrived, peer: str, day: str
) -> Generator[Ask, Heard, dict[str, str] | None]:
    """Read all pages of a neighbour's rows; None if it fell silent."""
    listed: dict[str, str] = {}
    total = 1
    while len(listed) < total:
        query = told.DayRowsQuery(day=day, startrow=len(listed) + 1)
        page = yield from told.ask_neighbour(tier, arrived, peer, "RC02", query, told.DayRows)
        if page is None or (not page.rows and page.totalrow):
            return None
        listed.update((each.setl_id, each.digest) for each in page.rows)
        total = page.totalrow
    return listed


def _left(tier: Tier, peer: str, day: str, theirs: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Return what is not equal, in words."""
    mine = digests_of(rows_at(tier, peer, day))
    missing = [(setl_id, f"missing at {tier.address}") for setl_id in theirs if setl_id not in mine]
    surplus = [(setl_id, f"missing at {peer}") for setl_id in mine if setl_id not in theirs]
    differing = [
        (setl_id, "contents differ")
        for setl_id, digest in mine.items()
        if theirs.get(setl_id, digest) != digest
    ]
    return tuple(sorted((*missing, *surplus, *differing)))


def _repair(
    tier: Tier, arrived: Arrived, peer: str, day: str, theirs: dict[str, str]
) -> Generator[Ask, Heard, int]:
    """Land the neighbour's rows that are missing here, or that it knows better."""
    mine = digests_of(rows_at(tier, peer, day))
    wanted = [setl_id for setl_id, digest in theirs.items() if mine.get(setl_id) != digest]
    done = 0
    for first in range(0, len(wanted), told.MAX_FETCHED):
        query = told.RowsQuery(setl_ids=tuple(wanted[first : first + told.MAX_FETCHED]))
        answer = yield from told.ask_neighbour(tier, arrived, peer, "RC03", query, told.Landing)
        if answer is not None:
            done += _land(tier, peer, answer.landing, now_us=arrived.now_us)
    return done


def _land(tier: Tier, peer: str, rows: Iterable[SettlementRow], *, now_us: int) -> int:
    done = 0
    for row in rows:
        known = _row(tier, row.setl_id)
        fresh = msgspec.structs.replace(row, vali_flag="1")
        if known is None and not _writes(tier, fresh):
            tier.land_again(fresh, now_us=now_us)
            done += 1
        elif known is not None and row_digest(known) != row_digest(fresh) and _nearer(tier, peer, fresh):
            _put_right(tier, known, fresh, now_us=now_us)
            done += 1
    return done


def _writes(tier: Tier, row: SettlementRow) -> bool:
    """Return whether this tier is the insured city, which alone can write a row."""
    serves = getattr(tier, "serves", None)
    return serves is not None and bool(serves(row.insu_admdvs))


def _nearer(tier: Tier, peer: str, row: SettlementRow) -> bool:
    """Return whether a neighbour is nearer to the insured city than this tier."""
    if tier.address.startswith("city/"):
        return not _writes(tier, row)
    if peer.startswith("city/"):
        return bool(tier.directory.city_of(row.insu_admdvs) == peer[5:])  # type: ignore[attr-defined]
    insured = province_address(row.insu_admdvs[:2])
    return peer == insured if tier.address == MINISTRY else tier.address != insured


def _put_right(tier: Tier, known: SettlementRow, row: SettlementRow, *, now_us: int) -> None:
    """Put the right row in the place of a wrong one, and post the difference."""
    table = next(
        tier.store.tables[name] for name in SETTLEMENT_TABLES if tier.store.tables[name].get(row.setl_id)
    )
    table.put(msgspec.structs.replace(row, vali_flag=known.vali_flag))
    turned = tuple((account, -amount) for account, amount in tier.landing_entries(known, now_us=now_us))
    number = tier.sequence(f"correction {row.setl_id}")
    tier.book.post(
        Posting(
            now_us,
            row.setl_id,
            f"settlement-corrected {number}",
            (*turned, *tier.landing_entries(row, now_us=now_us)),
        )
    )


# ---- records


def _record(tier: Tier, row: StatementRow) -> None:
    """Keep the outcome; a passed record is final, a later outcome is a new one."""
    table = tier.store.tables["STMT_D"]
    number = 1
    while (known := table.get(f"{row.day} {row.peer} {number}")) is not None:
        if known.state != PASSED:
            break
        if row.state == PASSED and (known.rows, known.medfee_sumamt) == (row.rows, row.medfee_sumamt):
            return
        number += 1
    table.put(msgspec.structs.replace(row, statement=f"{row.day} {row.peer} {number}"))


def _record_triparty(tier: Tier, arrived: Arrived, day: str, answers: dict[str, told.DayTotals]) -> None:
    """Write the tri-party data of the day: three equal sums by pair of provinces (C-30)."""
    own = {
        peer: [(name, totals) for name, totals in groups_of(rows_at(tier, peer, day)).items()]
        for peer in neighbours(tier)
    }
    sides = {
        peer: _by_pair((each.group, each.totals) for each in answer.groups)
        for peer, answer in answers.items()
    }
    mine: dict[tuple[str, str], tuple[int, ...]] = {}
    for groups in own.values():
        mine.update(_by_pair(groups))
    pairs = sorted({*mine, *(pair for side in sides.values() for pair in side)})
    for insured, treatment in pairs:
        amounts = [
            sides.get(province_address(insured), {}).get((insured, treatment), ()),
            mine.get((insured, treatment), ()),
            sides.get(province_address(treatment), {}).get((insured, treatment), ()),
        ]
        tier.store.tables["TRIPARTY_STMT_D"].put(
            TripartyRow(
                triparty=f"{day} {insured} {treatment}",
                day=day,
                insured=insured,
                treatment=treatment,
                insured_amounts=amounts[0],
                ministry_amounts=amounts[1],
                treatment_amounts=amounts[2],
                state=PASSED if len(set(amounts)) == 1 else FAILED,
                checked_us=arrived.now_us,
            )
        )


def _by_pair(groups: Iterable[tuple[tuple[str, ...], Totals]]) -> dict[tuple[str, str], tuple[int, ...]]:
    """Add groups up by pair of provinces."""
    pairs: dict[tuple[str, str], tuple[int, ...]] = {}
    for name, totals in groups:
        pair = name[0][:2], name[1][:2]
        before = pairs.get(pair, (0,) * len(totals.values))
        pairs[pair] = tuple(map(sum, zip(before, totals.values, strict=True)))
    return pairs
