"""Records of the daily reconciliation, and what they vouch for (settlement.md §5.5).

A record is open (the neighbour was silent), passed or failed. A passed one is final: when the day is looked
at again, the same outcome moves the time of its check, silence says nothing, and another outcome is a record
of its own. One
that is open or failed is replaced by the next outcome.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from onecard.sim.settlement.money.boundaries import neighbours, rows_at
from onecard.sim.settlement.money.sums import Totals, groups_of
from onecard.sim.settlement.store.rows_money import StatementRow, TripartyRow
from onecard.sim.settlement.tiers.directory import province_address

if TYPE_CHECKING:
    from onecard.sim.settlement.store import Table
    from onecard.sim.settlement.tiers.between.messages import DayTotals
    from onecard.sim.settlement.tiers.kernel import Tier

__all__ = ["FAILED", "OPEN", "PASSED", "last_statement", "record_statement", "record_triparty"]

OPEN, PASSED, FAILED = "0", "1", "2"
"""States of a reconciliation (settlement.md §5.5)."""


def _last(table: Table[Any], name: str) -> tuple[int, Any]:
    """Return the number and the row of the last record of a name; 0 and None if there is none."""
    number, last = 0, None
    while (known := table.get(f"{name} {number + 1}")) is not None:
        number, last = number + 1, known
    return number, last


def _keep(table: Table[Any], key: str, name: str, row: Any, same: tuple[str, ...]) -> None:
    """Write a record under the number that it gets, unless it adds nothing to a passed one."""
    number, last = _last(table, name)
    if last is None or last.state == PASSED:
        number += 1
    if last is not None and last.state == PASSED:
        unchanged = all(getattr(last, field) == getattr(row, field) for field in same)
        if row.state == PASSED and unchanged:
            table.put(msgspec.structs.replace(last, checked_us=row.checked_us))
        if row.state == OPEN or (row.state == PASSED and unchanged):
            return
    table.put(msgspec.structs.replace(row, **{key: f"{name} {number}"}))


def last_statement(tier: Tier, day: str, peer: str) -> StatementRow | None:
    """Return the last record of a day with a neighbour."""
    row: StatementRow | None = _last(tier.store.tables["STMT_D"], f"{day} {peer}")[1]
    return row


def record_statement(tier: Tier, row: StatementRow) -> None:
    """Keep the outcome with one neighbour."""
    table = tier.store.tables["STMT_D"]
    _keep(table, "statement", f"{row.day} {row.peer}", row, ("rows", "medfee_sumamt"))


def record_triparty(tier: Tier, day: str, answers: dict[str, DayTotals], now_us: int) -> None:
    """Write the tri-party data of a day: three equal sums by pair of provinces (C-30).

    Args:
        tier: the ministry.
        day: ``yyyy-MM-dd``.
        answers: address of a province → its totals; a silent one is not in it.
        now_us: the time.
    """
    mine: dict[tuple[str, str], tuple[int, ...]] = {}
    for peer in neighbours(tier):
        mine.update(_by_pair(groups_of(rows_at(tier, peer, day)).items()))
    sides = {
        peer: _by_pair((each.group, each.totals) for each in answer.groups)
        for peer, answer in answers.items()
    }
    for insured, treatment in sorted({*mine, *(pair for side in sides.values() for pair in side)}):
        pair, provinces = (insured, treatment), tuple(map(province_address, (insured, treatment)))
        amounts = [sides.get(province, {}).get(pair, ()) for province in provinces]
        row = TripartyRow(
            triparty="",
            day=day,
            insured=insured,
            treatment=treatment,
            insured_amounts=amounts[0],
            ministry_amounts=mine.get(pair, ()),
            treatment_amounts=amounts[1],
            state=_state_of(mine.get(pair, ()), amounts, silent=not all(map(sides.__contains__, provinces))),
            checked_us=now_us,
        )
        table = tier.store.tables["TRIPARTY_STMT_D"]
        _keep(table, "triparty", f"{day} {insured} {treatment}", row, ("ministry_amounts",))


def _state_of(mine: tuple[int, ...], theirs: list[tuple[int, ...]], *, silent: bool) -> str:
    if silent:
        return OPEN
    return PASSED if {mine, *theirs} == {mine} else FAILED


def _by_pair(groups: Iterable[tuple[tuple[str, ...], Totals]]) -> dict[tuple[str, str], tuple[int, ...]]:
    """Add groups up by pair of provinces."""
    pairs: dict[tuple[str, str], tuple[int, ...]] = {}
    for name, totals in groups:
        pair = name[0][:2], name[1][:2]
        before = pairs.get(pair, (0,) * len(totals.values))
        pairs[pair] = tuple(map(sum, zip(before, totals.values, strict=True)))
    return pairs
