"""Prepayments: what an insured province has paid a province of treatment in advance (settlement.md §5.6).

Settlements are paid out of it, the monthly clearing fills it up again. For every pair and year (C-31)::

    balance = opening + topped up - used + cleared

The four come from the notices and the landed rows, the balance from the book, so that the identity is a check
and no definition. Settlements and clearing count for the year of the settlement: what is cleared of December
in January closes the old year. A closed year stays as it was; what lands of it later (because it was repaired
or decided late) counts for the first year that is open.

The alarm follows every use: yellow from 70 %, red from 90 % of the level, which is what was paid in advance;
it falls back when the clearing arrives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.store.rows_money import PrepaymentAlarmRow, PrepaymentRow, PrepaymentYearRow
from onecard.sim.settlement.tiers.money import owed_fen, prepayment

if TYPE_CHECKING:
    from onecard.sim.settlement.store import Table
    from onecard.sim.settlement.tiers.forwarding import ProvinceTier

__all__ = ["ALARMS", "PrepaymentStatement", "alarm_level", "prepayment_statement", "raise_level", "watch"]

ALARMS = ("none", "yellow", "red")
"""Alarm levels, in order."""


class PrepaymentStatement(msgspec.Struct, frozen=True, kw_only=True):
    """The account of a prepayment; amounts in fen.

    Attributes:
        insured: the insured province.
        year: ``yyyy``, or ``""`` for the time from the opening until now.
        balance_fen: of the book for the time until now, worked out for a year.
    """

    insured: str
    year: str
    opening_fen: int
    topped_up_fen: int
    used_fen: int
    cleared_fen: int
    balance_fen: int
    alarm: str

    @property
    def agrees(self) -> bool:
        """Whether C-31 holds."""
        return self.balance_fen == self.opening_fen + self.topped_up_fen - self.used_fen + self.cleared_fen


def alarm_level(used_fen: int, level_fen: int, *, yellow_percent: int, red_percent: int) -> str:
    """Return the alarm of a prepayment of which so much is used."""
    if used_fen <= 0:
        return "none"
    if used_fen * 100 >= red_percent * level_fen:
        return "red"
    return "yellow" if used_fen * 100 >= yellow_percent * level_fen else "none"


def held(province: ProvinceTier, insured: str) -> PrepaymentRow:
    """Return the prepayment of an insured province as of its last change of level or alarm."""
    known: PrepaymentRow | None = province.store.tables["PREPAY_D"].get(insured)
    if known is not None:
        return known
    return PrepaymentRow(insured=insured, level_fen=province.prepayment_fen)


def balance_fen(province: ProvinceTier, insured: str) -> int:
    """Return what is left of a prepayment."""
    account = prepayment(province.province, insured)
    opened = account in province.book.ledger
    return province.book.balance(account) if opened else province.prepayment_fen


def watch(province: ProvinceTier, insured: str, now_us: int) -> None:
    """Follow a use or a clearing of a prepayment: set its alarm, and write a row when it gets worse."""
    before = held(province, insured)
    used_fen = before.level_fen - balance_fen(province, insured)
    options = province.options.money
    alarm = alarm_level(
        used_fen,
        before.level_fen,
        yellow_percent=options.yellow_percent,
        red_percent=options.red_percent,
    )
    if alarm == before.alarm:
        return
    province.store.tables["PREPAY_D"].put(msgspec.structs.replace(before, alarm=alarm))
    if ALARMS.index(alarm) > ALARMS.index(before.alarm):
        raised: Table[PrepaymentAlarmRow] = province.store.tables["PREPAY_ALARM_D"]
        row = PrepaymentAlarmRow(
            alarm=f"{insured}/{len(raised.by('insured', insured)) + 1:06d}",
            insured=insured,
            level=alarm,
            used_fen=used_fen,
            level_fen=before.level_fen,
            raised_us=now_us,
        )
        raised.put(row)
        if province.on_prepayment_alarm is not None:
            province.on_prepayment_alarm(row)


def raise_level(province: ProvinceTier, insured: str, amount_fen: int, now_us: int) -> None:
    """Add to what was paid in advance, or take off when it is returned."""
    before = held(province, insured)
    after = msgspec.structs.replace(before, level_fen=before.level_fen + amount_fen)
    province.store.tables["PREPAY_D"].put(after)
    watch(province, insured, now_us)


def prepayment_statement(province: ProvinceTier, insured: str, year: str = "") -> PrepaymentStatement:
    """Give account of a prepayment, for a year or for all the time.

    Args:
        province: the province of treatment.
        insured: the insured province, two digits.
        year: ``yyyy``; a closed one is given as it was closed, an open one from the last that was closed on.
    """
    closed = [row for row in _closed(province, insured) if row.year <= year]
    if closed and closed[-1].year == year:
        return _statement(province, closed[-1])
    sums = _sums(province, insured, until=year)
    for row in closed:
        sums = tuple(now - then for now, then in zip(sums, _sums_of(row), strict=True))
    topped_up, used, cleared = sums
    opening = closed[-1].balance_fen if closed else province.prepayment_fen
    return PrepaymentStatement(
        insured=insured,
        year=year,
        opening_fen=opening,
        topped_up_fen=topped_up,
        used_fen=used,
        cleared_fen=cleared,
        balance_fen=opening + topped_up - used + cleared if year else balance_fen(province, insured),
        alarm=held(province, insured).alarm,
    )


def _closed(province: ProvinceTier, insured: str) -> list[PrepaymentYearRow]:
    rows: list[PrepaymentYearRow] = province.store.tables["PREPAY_YEAR_D"].by("insured", insured)
    return sorted(rows, key=lambda row: row.year)


def _statement(province: ProvinceTier, row: PrepaymentYearRow) -> PrepaymentStatement:
    return PrepaymentStatement(
        insured=row.insured,
        year=row.year,
        opening_fen=row.opening_fen,
        topped_up_fen=row.topped_up_fen,
        used_fen=row.used_fen,
        cleared_fen=row.cleared_fen,
        balance_fen=row.balance_fen,
        alarm=held(province, row.insured).alarm,
    )


def _sums_of(row: PrepaymentYearRow) -> tuple[int, ...]:
    return row.topped_up_fen, row.used_fen, row.cleared_fen


def _sums(province: ProvinceTier, insured: str, *, until: str) -> tuple[int, ...]:
    """Return what was topped up, used and cleared from the opening to the end of a year, ``""`` for all."""
    notices = [
        notice
        for notice in province.store.tables["CLR_NOTICE_D"].by("recipient", province.address)
        if notice.role == "collects" and notice.insured == insured and _within(notice.period, until)
    ]
    used = sum(
        owed_fen(row)
        for row in province.settlements
        if row.insu_admdvs[:2] == insured
        and row.mdtrtarea_admvs[:2] == province.province
        and _within(row.clr_day, until)
    )
    topped_up, cleared = (
        sum(notice.amount_fen for notice in notices if notice.kind == kind)
        for kind in ("prepayment", "clearing")
    )
    return topped_up, used, cleared


def _within(day: str, until: str) -> bool:
    return not until or day[:4] <= until
