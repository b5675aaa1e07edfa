"""What a city holds against an institution's statement: 3201, 3202, 3203 (settlement.md §2.3, §5.5).

Rows count for the day of reconciliation that they carry, signed; a cancellation is a negative row of its own
day. A settlement that was reversed (2601), and its reversal, are in no statement: a reversal removes it (§9
C-16), even when it comes a day later, for the institution never had it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.messages.amounts import fen_to_yuan
from onecard.sim.settlement.money.boundaries import landed_on
from onecard.sim.settlement.money.sums import person_times
from onecard.sim.settlement.tiers.money import owed_fen

if TYPE_CHECKING:
    from onecard.sim.settlement.store.rows import SettlementRow
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = [
    "CONTENTS_DIFFER",
    "EQUAL",
    "INSTITUTION_HAS_MORE",
    "MAX_DAYS",
    "PLATFORM_HAS_MORE",
    "StatementTotals",
    "applied_for",
    "days_of",
    "institution_rows",
    "is_reversed",
    "statement_result",
    "statement_totals",
]

EQUAL, PLATFORM_HAS_MORE, INSTITUTION_HAS_MORE, CONTENTS_DIFFER = "000000", "000101", "000102", "000103"
"""``stmt_rslt`` (settlement.md §3.4)."""
MAX_DAYS = 366
"""Days of one statement."""


class StatementTotals(msgspec.Struct, frozen=True, kw_only=True):
    """What the rows of a statement add up to, in fen."""

    rows: int = 0
    person_times: int = 0
    medfee_sumamt: int = 0
    fund_pay_sumamt: int = 0
    acct_pay: int = 0
    cash_payamt: int = 0
    payable_fen: int = 0


def days_of(begin: str, end: str) -> list[str]:
    """Return the days from ``begin`` to ``end``, ``yyyy-MM-dd``, both included.

    Raises:
        ValueError: the end is before the beginning, or there are more than :data:`MAX_DAYS` days.
    """
    first, last = datetime.date.fromisoformat(begin), datetime.date.fromisoformat(end)
    count = (last - first).days + 1
    if not 1 <= count <= MAX_DAYS:
        raise ValueError(f"{begin} to {end} are {count} days, allowed are 1 to {MAX_DAYS}")
    return [(first + datetime.timedelta(days=day)).isoformat() for day in range(count)]


def is_reversed(city: CityTier, row: SettlementRow) -> bool:
    """Return whether a row was reversed, or is the reversal of one."""
    if city.reversed.get(row.medins_setl_id) is not None:
        return True
    original = city.settlement(row.init_setl_id) if row.init_setl_id else None
    mark = city.reversed.get(original.medins_setl_id) if original is not None else None
    return mark is not None and mark.by_msgid == row.medins_setl_id


def institution_rows(city: CityTier, fixmedins_code: str, *, begin: str, end: str) -> Iterator[SettlementRow]:
    """Give the rows of an institution's statement, day by day.

    Raises:
        ValueError: see :func:`days_of`.
    """
    rows = _landed(city, fixmedins_code, begin=begin, end=end)
    return (row for row in rows if not is_reversed(city, row))


def _landed(city: CityTier, fixmedins_code: str, *, begin: str, end: str) -> Iterator[SettlementRow]:
    for day in days_of(begin, end):
        for row in landed_on(city, day):
            if row.fixmedins_code == fixmedins_code:
                yield row


def statement_totals(rows: Iterable[SettlementRow]) -> StatementTotals:
    """Add the rows of a statement up."""
    listed = list(rows)
    return StatementTotals(
        rows=len(listed),
        person_times=sum(map(person_times, listed)),
        medfee_sumamt=sum(row.medfee_sumamt for row in listed),
        fund_pay_sumamt=sum(row.fund_pay_sumamt for row in listed),
        acct_pay=sum(row.acct_pay for row in listed),
        cash_payamt=sum(row.cash_payamt for row in listed),
        payable_fen=sum(map(owed_fen, listed)),
    )


def statement_result(platform: Sequence[int], institution: Sequence[int]) -> tuple[str, str]:
    """Compare two totals.

    Args:
        platform: count, total fee, funds, account, in fen.
        institution: the same as stated.

    Returns:
        ``stmt_rslt`` and ``stmt_rslt_dscr``.
    """
    if tuple(platform) == tuple(institution):
        return EQUAL, "对平 (equal)"
    more = platform[0] - institution[0]
    result, title = (
        (PLATFORM_HAS_MORE, "中心多 (platform has more)")
        if more > 0
        else (INSTITUTION_HAS_MORE, "机构多 (institution has more)")
        if more < 0
        else (CONTENTS_DIFFER, "数据不一致 (contents differ)")
    )
    here, there = (_shown(side) for side in (platform, institution))
    return result, f"{title}: 中心 {here}, 机构 {there}"[:200]


def _shown(side: Sequence[int]) -> str:
    return f"{side[0]}/" + "/".join(map(fen_to_yuan, side[1:]))


def applied_for(
    city: CityTier, fixmedins_code: str, *, clr_type: str, clr_way: str, begndate: str, enddate: str
) -> StatementTotals:
    """Add up what an application (3203) is about: people insured here, of this type and way of clearing.

    A reversal counts, and takes off, if what it reversed was applied for before it came, and is paid.

    Raises:
        ValueError: see :func:`days_of`.
    """
    rows = _landed(city, fixmedins_code, begin=begndate, end=enddate)
    way = clr_way.rstrip("0")
    return statement_totals(
        row
        for row in rows
        if city.serves(row.insu_admdvs)
        and row.clr_type == clr_type
        and row.clr_way.rstrip("0") == way
        and (not is_reversed(city, row) or _takes_off(city, row))
    )


def _takes_off(city: CityTier, row: SettlementRow) -> bool:
    """Return whether a row reverses one that an application has cleared.

    An application that came after the reversal did not contain the reversed row.
    """
    original = city.settlement(row.init_setl_id) if row.init_setl_id else None
    if original is None or city.reversed.get(row.medins_setl_id) is not None:
        return False
    mark = city.reversed.get(original.medins_setl_id)
    return any(
        known.vali_flag == "1"
        and known.status in ("50", "60")
        and known.clr_type == row.clr_type
        and known.clr_way.rstrip("0") == row.clr_way.rstrip("0")
        and mark is not None
        and known.trail[0][1] < mark.reversed_us
        and known.begndate <= original.clr_day <= known.enddate
        for known in city.store.tables["CLR_APPY_EVT_C"].by("fixmedins_code", row.fixmedins_code)
    )
