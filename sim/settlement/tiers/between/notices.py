"""Payment and collection notices: issued by one tier, fetched and posted by the next (settlement.md §5.6).

A notice is posted in the same step in which it is kept, so it is posted once, however often it is fetched. A
province passes its share of a notice on to its cities in that step too.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import msgspec

from onecard.sim.actors import Ask, Heard
from onecard.sim.ledger import Posting
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.money.clearing import (
    city_collects_entries,
    city_pays_entries,
    collection_entries,
    last_day,
    payment_entries,
)
from onecard.sim.settlement.money.options import due_dates
from onecard.sim.settlement.money.prepayment import raise_level, watch
from onecard.sim.settlement.store.rows_money import ClearingNoticeRow
from onecard.sim.settlement.tiers.between import messages as told
from onecard.sim.settlement.tiers.directory import MINISTRY, city_address, province_address

if TYPE_CHECKING:
    from onecard.sim.settlement.tiers.forwarding import ProvinceTier
    from onecard.sim.settlement.tiers.kernel import Arrived, Tier

__all__ = ["answer_notices", "fetch_notices", "issue_notice", "issue_to_city", "post", "superior"]


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
    monthly = len(period) == 6
    due = due_dates(period, tier.options.money)[1].isoformat() if monthly else last_day(f"{period}02")
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


def issue_to_city(
    tier: Tier, month: str, role: str, pair: tuple[str, str], amount_fen: int, now_us: int
) -> None:
    """Issue a notice to a city and post at the province what the city pays or collects."""
    city = pair[0] if role == "pays" else pair[1]
    entries_of = city_pays_entries if role == "pays" else city_collects_entries
    entries = entries_of(tier.address[9:], city, amount_fen)
    post(tier, f"{month} {pair[0]}>{pair[1]}", f"city-{role}", entries, now_us)
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


def post(tier: Tier, reference: str, purpose: str, entries: tuple[tuple[str, int], ...], now_us: int) -> None:
    """Post, opening the accounts that are needed with what they hold at the start."""
    for account, _ in entries:
        tier.book.ensure(account, tier.opening_fen(account), now_us)
    tier.book.post(Posting(now_us, reference, purpose, entries))


def fetch_notices(tier: Tier, arrived: Arrived, month: str) -> Generator[Ask, Heard, int]:
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
    post(tier, notice.notice, f"{notice.kind}-{notice.role}", entries_of(place, notice), now_us)
    if tier.address.startswith("province/"):
        _pass_on(tier, notice, now_us)  # type: ignore[arg-type]
    return 1


def _pass_on(province: ProvinceTier, notice: ClearingNoticeRow, now_us: int) -> None:
    if notice.kind == "clearing":
        for insured, treatment, amount_fen in notice.cities:
            issue_to_city(province, notice.period, notice.role, (insured, treatment), amount_fen, now_us)
    if notice.role == "collects" and notice.kind == "prepayment":
        raise_level(province, notice.insured, notice.amount_fen, now_us)
    elif notice.role == "collects":
        watch(province, notice.insured, now_us)
