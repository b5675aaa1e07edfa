"""Monthly clearing: tables, notices, postings (settlement.md §5.6).

Theory of operation. The ministry makes the national table of a month out of the rows that it has landed,
takes every pair of provinces off its own book, and issues a payment notice to the insured province and a
collection notice to the province of treatment. A province fetches its notices, posts them, and issues notices
to its cities from the pairs of cities that a notice is made of; it adds its own table, for pairs of its
cities. A city fetches and posts its notices and then pays its institutions. Every tier thus pulls from the
one above; notices are numbered, so what was fetched and posted already is not asked for again, and the same
job may be repeated after any interruption.

Tables are made of landed rows whether or not the institution has confirmed them; the confirmation (3261) and
the application (3203) decide when the institution is paid.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import msgspec

from onecard.sim.actors import Ask, Heard
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.money.clearing import (
    TableLine,
    by_province,
    clearing_table,
    last_day,
    ministry_clearing_entries,
)
from onecard.sim.settlement.store.rows_money import ClearingMonthRow, ClearingTableRow
from onecard.sim.settlement.tiers.between import messages as told
from onecard.sim.settlement.tiers.between.institutions import pay_institutions
from onecard.sim.settlement.tiers.between.notices import fetch_notices, issue_notice, issue_to_city, post
from onecard.sim.settlement.tiers.directory import MINISTRY, province_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onecard.sim.settlement.tiers.kernel import Arrived, Tier

__all__ = ["clear_month"]


def clear_month(tier: Tier, arrived: Arrived) -> Generator[Ask, Heard, bytes]:
    """Do CL01."""
    told.check_job(tier, arrived)
    month = told.read_input(arrived, told.MonthJob).month
    if tier.calendar.date(arrived.now_us) <= last_day(month):
        raise RefusedError(Reason.MONTH_OPEN, f"{month} is not over")
    posted = yield from fetch_notices(tier, arrived, month)
    lines = _make_table(tier, month, arrived.now_us)
    paid = (0, 0)
    if tier.address.startswith("city/"):
        paid = pay_institutions(tier, month, arrived.now_us)  # type: ignore[arg-type]
    return tier.success(
        arrived,
        told.MonthClosed(
            lines=lines.lines,
            amount_fen=lines.amount_fen,
            notices=posted,
            institutions_paid=paid[0],
            paid_fen=paid[1],
        ),
    )


def _make_table(tier: Tier, month: str, now_us: int) -> ClearingMonthRow:
    """Clear a month in this tier's own table, once; the rows that land later belong to the next month."""
    months = tier.store.tables["CLR_MONTH_D"]
    known: ClearingMonthRow | None = months.get(month)
    if known is not None:
        return known
    later = max((row.month for row in months), default="")
    if later > month:
        raise RefusedError(Reason.MONTH_CLOSED, later)
    lines = [] if tier.address.startswith("city/") else _table_lines(tier, month)
    for line in lines:
        tier.store.tables["CLR_TAB_D"].put(_table_row(month, line))
    if tier.address == MINISTRY:
        _issue_national(tier, month, lines, now_us)
    else:
        _issue_provincial(tier, month, lines, now_us)
    done = ClearingMonthRow(
        month=month, lines=len(lines), amount_fen=sum(line.amount_fen for line in lines), closed_us=now_us
    )
    months.put(done)
    return done


def _table_row(month: str, line: TableLine) -> ClearingTableRow:
    return ClearingTableRow(
        line=f"{month} {line.insured} {line.treatment}", month=month, **msgspec.structs.asdict(line)
    )


def _table_lines(tier: Tier, month: str) -> list[TableLine]:
    directory = tier.directory  # type: ignore[attr-defined] # provinces and the ministry have one
    national = tier.address == MINISTRY
    rows = (
        row
        for row in tier.store.tables["OUTMED_SETL_D"]
        if (row.insu_admdvs[:2] != row.mdtrtarea_admvs[:2]) == national
    )
    return clearing_table(
        rows,
        tier.store.tables["CLR_TAB_D"],
        month=month,
        city_of=lambda admdvs: directory.city_of(admdvs) or admdvs,
    )


def _cities(lines: Iterable[TableLine]) -> tuple[tuple[str, str, int], ...]:
    return tuple((line.insured, line.treatment, line.amount_fen) for line in lines)


def _issue_national(tier: Tier, month: str, lines: list[TableLine], now_us: int) -> None:
    for (insured, treatment), members in by_province(lines).items():
        amount_fen = sum(line.amount_fen for line in members)
        entries = ministry_clearing_entries(insured, treatment, amount_fen)
        post(tier, f"{month} {insured}>{treatment}", "clearing", entries, now_us)
        for role, recipient in (("pays", insured), ("collects", treatment)):
            issue_notice(
                tier,
                province_address(recipient),
                kind="clearing",
                role=role,
                period=month,
                pair=(insured, treatment),
                cities=_cities(members),
                amount_fen=amount_fen,
                now_us=now_us,
            )


def _issue_provincial(tier: Tier, month: str, lines: list[TableLine], now_us: int) -> None:
    for line in lines:
        for role in ("pays", "collects"):
            issue_to_city(tier, month, role, (line.insured, line.treatment), line.amount_fen, now_us)
