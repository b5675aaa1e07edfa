"""When the totals of a day differ: tell the rows apart, fetch them, put them right (settlement.md §5.5).

A tier repairs itself only: what it lacks, or has otherwise, it fetches from the neighbour that is nearer to
the insured city, which wrote the row. It lands a row as it would have landed it out of the answer, so a
repair that is repeated, or overtaken by the answer, changes nothing; and it posts what its book lacks.

A neighbour vouches for what it gives away: it wrote the row, or it has found the same row on the side of the
insured city after it had landed its own. A row that only one tier has is therefore reported and never copied.
What the insured city itself lacks is reported too: nobody else knows what it took from funds and accounts.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import msgspec

from onecard.sim.actors import Ask, Heard
from onecard.sim.settlement.money.boundaries import SETTLEMENT_TABLES, rows_at
from onecard.sim.settlement.money.differences import digests_of
from onecard.sim.settlement.money.prepayment import watch
from onecard.sim.settlement.money.sums import row_digest
from onecard.sim.settlement.tiers.between import messages as told
from onecard.sim.settlement.tiers.between.records import OPEN, last_statement
from onecard.sim.settlement.tiers.directory import MINISTRY, city_address, province_address
from onecard.sim.settlement.tiers.landing import landed_us, put_right

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onecard.sim.settlement.store.rows import SettlementRow
    from onecard.sim.settlement.tiers.kernel import Arrived, Tier

__all__ = ["differences_left", "landed_row", "neighbour_digests", "repair_from", "vouched"]


def landed_row(tier: Tier, setl_id: str) -> SettlementRow | None:
    """Return a row wherever a tier has it."""
    found = (tier.store.tables[name].get(setl_id) for name in SETTLEMENT_TABLES)
    return next((row for row in found if row is not None), None)


def neighbour_digests(
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


def differences_left(tier: Tier, peer: str, day: str, theirs: dict[str, str]) -> tuple[tuple[str, str], ...]:
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


def repair_from(
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
        known = landed_row(tier, row.setl_id)
        fresh = msgspec.structs.replace(row, vali_flag="1")
        if _writes(tier, fresh) or peer != _source(tier, fresh):
            continue
        if known is None:
            tier.land_again(fresh, now_us=now_us)
            done += 1
        elif row_digest(known) != row_digest(fresh):
            _put_right(tier, known, fresh, now_us=now_us)
            done += 1
    return done


def _writes(tier: Tier, row: SettlementRow) -> bool:
    """Return whether this tier is the insured city, which alone can write a row."""
    serves = getattr(tier, "serves", None)
    return serves is not None and bool(serves(row.insu_admdvs))


def _source(tier: Tier, row: SettlementRow) -> str:
    """Return the address of the neighbour through which a row comes from the insured city."""
    if tier.address.startswith("city/"):
        return province_address(tier.address[5:7])
    if tier.address == MINISTRY:
        return province_address(row.insu_admdvs[:2])
    city = tier.directory.city_of(row.insu_admdvs)  # type: ignore[attr-defined] # a province has one
    return city_address(city) if city and province_address(city[:2]) == tier.address else MINISTRY


def vouched(tier: Tier, row: SettlementRow) -> bool:
    """Return whether a tier may give a row away."""
    if _writes(tier, row):
        return True
    record = last_statement(tier, row.clr_day, _source(tier, row))
    landed = landed_us(tier.book, row.setl_id)
    if record is None or record.state == OPEN or landed is None or landed > record.checked_us:
        return False
    return row.setl_id not in dict(record.differences)


def _put_right(tier: Tier, known: SettlementRow, row: SettlementRow, *, now_us: int) -> None:
    """Put the right row in the place of a wrong one, and post what the book lacks."""
    table = next(
        tier.store.tables[name] for name in SETTLEMENT_TABLES if tier.store.tables[name].get(row.setl_id)
    )
    right = msgspec.structs.replace(row, vali_flag=known.vali_flag)
    put_right(table, right, book=tier.book, entries=tier.landing_entries(row, now_us=now_us), now_us=now_us)
    if tier.address.startswith("province/") and row.insu_admdvs[:2] != tier.address[9:]:
        watch(tier, row.insu_admdvs[:2], now_us)  # type: ignore[arg-type] # a correction uses the prepayment
