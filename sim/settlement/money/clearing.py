"""Monthly clearing: who owes whom for a month (settlement.md §5.6).

A table is made from landed rows alone, signed. It holds, for each pair of cities, what the rows up to the end
of the month add up to, less what earlier tables have cleared. So a row that landed late (because it was
repaired) is cleared with the next month, and none is cleared twice, without a mark on any row.

In a book, clearing a payer's debt moves it from ``clearing`` to ``transfer``, the sum of all payments between
two tiers; the receiver's book does the same with opposite signs. The entries of all tiers are in one table:

=====================  =================================  ==========================================
tier                   clears                             against
=====================  =================================  ==========================================
ministry               claim on the insured province      owed to the province of treatment
insured province       owed to the province of treatment  transfer to it
province of treatment  prepayment of the insured one      transfer from it
province               claim on an insured city           transfer from it
province               owed to a city of treatment        transfer to it
insured city           owed to its province               transfer to it
city of treatment      claim on its province              transfer from it
city of treatment      institution's receivable           the institution's bank account
=====================  =================================  ==========================================
"""

from __future__ import annotations

import calendar
from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.money.sums import person_times
from onecard.sim.settlement.tiers.money import clearing, owed_fen, prepayment, transfer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from onecard.sim.settlement.store.rows import SettlementRow
    from onecard.sim.settlement.store.rows_money import ClearingNoticeRow, ClearingTableRow

__all__ = [
    "TableLine",
    "by_province",
    "city_collects_entries",
    "city_pays_entries",
    "clearing_table",
    "collection_entries",
    "last_day",
    "ministry_clearing_entries",
    "payment_entries",
    "prepayment_base_fen",
]

Entries = tuple[tuple[str, int], ...]


class TableLine(msgspec.Struct, frozen=True, kw_only=True):
    """What one place owes another for a month; amounts in fen."""

    insured: str
    treatment: str
    person_times: int
    medfee_sumamt: int
    amount_fen: int


def last_day(month: str) -> str:
    """Return the last day ``yyyy-MM-dd`` of a month ``yyyyMM``."""
    year, number = int(month[:4]), int(month[4:])
    return f"{month[:4]}-{month[4:]}-{calendar.monthrange(year, number)[1]:02d}"


def clearing_table(
    rows: Iterable[SettlementRow],
    earlier: Iterable[ClearingTableRow],
    *,
    month: str,
    city_of: Callable[[str], str],
) -> list[TableLine]:
    """Make the table of a month.

    Args:
        rows: landed rows of the boundary that is cleared, of any day.
        earlier: lines of the tables before.
        month: ``yyyyMM``.
        city_of: city in which a division lies.

    Returns:
        A line for each pair of cities that has anything to clear, in order.
    """
    until = last_day(month)
    sums: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        if row.clr_day <= until:
            pair = city_of(row.insu_admdvs), city_of(row.mdtrtarea_admvs)
            _add(sums, pair, person_times(row), row.medfee_sumamt, owed_fen(row))
    for line in earlier:
        pair = line.insured, line.treatment
        _add(sums, pair, -line.person_times, -line.medfee_sumamt, -line.amount_fen)
    return [_line(pair, amounts) for pair, amounts in sorted(sums.items()) if any(amounts)]


def _add(sums: dict[tuple[str, str], list[int]], pair: tuple[str, str], *amounts: int) -> None:
    before = sums.setdefault(pair, [0] * len(amounts))
    for position, amount in enumerate(amounts):
        before[position] += amount


def _line(pair: tuple[str, str], amounts: list[int]) -> TableLine:
    return TableLine(
        insured=pair[0],
        treatment=pair[1],
        person_times=amounts[0],
        medfee_sumamt=amounts[1],
        amount_fen=amounts[2],
    )


def by_province(lines: Iterable[TableLine]) -> dict[tuple[str, str], list[TableLine]]:
    """Put the lines of a national table together by pair of provinces, in order."""
    pairs: dict[tuple[str, str], list[TableLine]] = {}
    for line in lines:
        pairs.setdefault((line.insured[:2], line.treatment[:2]), []).append(line)
    return dict(sorted(pairs.items()))


def ministry_clearing_entries(insured: str, treatment: str, amount_fen: int) -> Entries:
    """Take a pair of provinces off the ministry's book."""
    return ((clearing("ministry", insured), amount_fen), (clearing("ministry", treatment), -amount_fen))


def payment_entries(owner: str, notice: ClearingNoticeRow) -> Entries:
    """Book what ``owner`` pays by a payment notice; a prepayment comes from the special fiscal account."""
    peer = notice.treatment if len(owner) == 2 else owner[:2]
    source = clearing(owner, peer) if notice.kind == "clearing" else f"fiscal-account/{owner}"
    return ((source, -notice.amount_fen), (transfer(owner, peer), notice.amount_fen))


def collection_entries(owner: str, notice: ClearingNoticeRow) -> Entries:
    """Book what ``owner`` receives by a collection notice."""
    peer = notice.insured if len(owner) == 2 else owner[:2]
    target = prepayment(owner, peer) if len(owner) == 2 else clearing(owner, peer)
    return ((transfer(owner, peer), -notice.amount_fen), (target, notice.amount_fen))


def city_pays_entries(province: str, city: str, amount_fen: int) -> Entries:
    """Book at a province what one of its cities pays for its insured."""
    return ((transfer(province, city), -amount_fen), (clearing(province, city), amount_fen))


def city_collects_entries(province: str, city: str, amount_fen: int) -> Entries:
    """Book at a province what it pays one of its cities for its institutions."""
    return ((clearing(province, city), -amount_fen), (transfer(province, city), amount_fen))


def prepayment_base_fen(last_year: Iterable[ClearingTableRow], *, months: int) -> dict[tuple[str, str], int]:
    """Return what the prepayment of each pair of provinces should be (settlement.md §5.6, Q-14).

    Args:
        last_year: the lines of last year's national tables.
        months: how many months of the year's average.

    Returns:
        (insured province, province of treatment) → fen, rounded up.
    """
    sums: dict[tuple[str, str], int] = {}
    for line in last_year:
        pair = line.insured[:2], line.treatment[:2]
        sums[pair] = sums.get(pair, 0) + line.amount_fen
    return {pair: -(-max(0, amount) * months // 12) for pair, amount in sorted(sums.items())}
