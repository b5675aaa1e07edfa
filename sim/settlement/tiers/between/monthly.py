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
from onecard.sim.ledger import Posting
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.money.clearing import (
    TableLine,
    by_province,
    city_collects_entries,
    city_pays_entries,
    clearing_table,
    collection_entries,
    last_day,
    ministry_clearing_entries,
    payment_entries,
)
from onecard.sim.settlement.money.options import due_dates
from onecard.sim.settlement.money.prepayment import raise_level, watch
from onecard.sim.settlement.store.rows_money import ClearingMonthRow, ClearingNoticeRow, ClearingTableRow
from onecard.sim.settlement.tiers.between import messages as told
from onecard.sim.settlement.tiers.between.institutions import pay_institutions
from onecard.sim.settlement.tiers.directory import MINISTRY, city_address, province_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onecard.sim.settlement.tiers.forwarding import ProvinceTier
    from onecard.sim.settlement.tiers.kernel import Arrived, Tier

__all__ = ["answer_notices", "clear_month", "issue_notice", "superior"]


def superior(tier: Tier) -> str:
    """Return the address of the tier whose notices this one fetches, ``""`` for none."""
    kind, _, place = tier.address.partition("/")
    if kind == "province":
        directory = tier.directory  # type: ignore[attr-defined] # a province has one
        return MINISTRY if len(directory.provinces) > 1 else ""
    if kind == "city":
        return "" if tier.authority else province_address(place[:2])  # type: ignore[attr-defined]
    return ""


# ---- the query


def answer_notices(tier: Tier, arrived: Arrived) -> bytes:
    """Answer CL02."""
    query = told.read_input(arrived, told.NoticesQuery)
    issued = _issued(tier, arrived.request.fixmedins_code)
    page = issued[query.startrow - 1 : query.startrow - 1 + told.MAX_FETCHED]
    closed = tier.store.tables["CLR_MONTH_D"].get(query.month) is not None
    return tier.success(arrived, told.Notices(closed=closed, totalrow=len(issued), notices=tuple(page)))


def _issued(tier: Tier, recipient: str) -> list[ClearingNoticeRow]:
    rows: list[ClearingNoticeRow] = tier.store.tables["CLR_NOTICE_D"].by("recipient", recipient)
    return [row for row in rows if row.issuer == tier.address]


def issue_notice(
    tier: Tier,
    recipient: str,
    *,
    kind: str,
    role: str,
    period: str,
    pair: tuple[str, str],
    cities: tuple[tuple[str, str, int], ...],
    amount_fen: int,
    now_us: int,
) -> None:
    """Write a notice for a tier to fetch."""
    number = len(_issued(tier, recipient)) + 1
    due = due_dates(period, tier.options.money)[1].isoformat() if len(period) == 6 else f"{period}-02-28"
    tier.store.tables["CLR_NOTICE_D"].put(
        ClearingNoticeRow(
            notice=f"{tier.address} {recipient} {number:06d}",
            issuer=tier.address,
            recipient=recipient,
            number=number,
            kind=kind,
            role=role,
            period=period,
            insured=pair[0],
            treatment=pair[1],
            amount_fen=amount_fen,
            cities=cities,
            due=due,
            issued_us=now_us,
        )
    )


# ---- the job


def clear_month(tier: Tier, arrived: Arrived) -> Generator[Ask, Heard, bytes]:
    """Do CL01."""
    told.check_job(tier, arrived)
    month = told.read_input(arrived, told.MonthJob).month
    if tier.calendar.date(arrived.now_us) <= last_day(month):
        raise RefusedError(Reason.MONTH_OPEN, f"{month} is not over")
    posted = yield from _fetch_notices(tier, arrived, month)
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
        _post(tier, f"{month} {insured}>{treatment}", "clearing", entries, now_us)
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
            _issue_to_city(tier, month, role, (line.insured, line.treatment), line.amount_fen, now_us)


def _issue_to_city(
    tier: Tier, month: str, role: str, pair: tuple[str, str], amount_fen: int, now_us: int
) -> None:
    """Issue a notice to a city and post at the province what the city pays or collects."""
    city = pair[0] if role == "pays" else pair[1]
    entries_of = city_pays_entries if role == "pays" else city_collects_entries
    entries = entries_of(tier.address[9:], city, amount_fen)
    _post(tier, f"{month} {pair[0]}>{pair[1]}", f"city-{role}", entries, now_us)
    issue_notice(
        tier,
        city_address(city),
        kind="clearing",
        role=role,
        period=month,
        pair=pair,
        cities=((*pair, amount_fen),),
        amount_fen=amount_fen,
        now_us=now_us,
    )


def _post(
    tier: Tier, reference: str, purpose: str, entries: tuple[tuple[str, int], ...], now_us: int
) -> None:
    for account, _ in entries:
        tier.book.ensure(account, tier.opening_fen(account), now_us)
    tier.book.post(Posting(now_us, reference, purpose, entries))


# ---- fetching


def _fetch_notices(tier: Tier, arrived: Arrived, month: str) -> Generator[Ask, Heard, int]:
    """Fetch and post the notices of the tier above, up to the month's.

    Raises:
        RefusedError: that tier is silent, or has not cleared the month.
    """
    issuer, posted = superior(tier), 0
    if not issuer:
        return 0
    while True:
        held = _received(tier, issuer)
        query = told.NoticesQuery(month=month, startrow=held + 1)
        page = yield from told.ask_neighbour(tier, arrived, issuer, "CL02", query, told.Notices)
        if page is None:
            raise RefusedError(Reason.RESULT_UNCERTAIN, f"no answer from {issuer}")
        for notice in page.notices:
            posted += _receive(tier, notice, arrived.now_us)
        if not page.closed:
            tier.store.begin()  # the notices that were fetched stay
            raise RefusedError(Reason.MONTH_OPEN, f"{issuer} has not cleared {month}")
        if _received(tier, issuer) >= page.totalrow or not page.notices:
            return posted


def _received(tier: Tier, issuer: str) -> int:
    return len(tier.store.tables["CLR_NOTICE_D"].by("issuer", issuer))


def _receive(tier: Tier, notice: ClearingNoticeRow, now_us: int) -> int:
    """Post a notice, once, and pass a province's share on to its cities."""
    table = tier.store.tables["CLR_NOTICE_D"]
    if notice.recipient != tier.address or table.get(notice.notice) is not None:
        return 0
    table.put(msgspec.structs.replace(notice, posted_us=now_us))
    place = tier.address.partition("/")[2]
    entries_of = payment_entries if notice.role == "pays" else collection_entries
    _post(tier, notice.notice, f"{notice.kind}-{notice.role}", entries_of(place, notice), now_us)
    if tier.address.startswith("province/"):
        _pass_on(tier, notice, now_us)  # type: ignore[arg-type]
    return 1


def _pass_on(province: ProvinceTier, notice: ClearingNoticeRow, now_us: int) -> None:
    if notice.kind == "clearing":
        for insured, treatment, amount_fen in notice.cities:
            _issue_to_city(province, notice.period, notice.role, (insured, treatment), amount_fen, now_us)
    if notice.role == "collects" and notice.kind == "prepayment":
        raise_level(province, notice.insured, notice.amount_fen, now_us)
    elif notice.role == "collects":
        watch(province, notice.insured, now_us)
