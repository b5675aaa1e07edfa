"""Whether the books of all tiers agree: an oracle for searches, scenarios and tests.

What A says it owes B is what B says it claims of A, at every boundary; what one has paid, the other has
received; every ledger sums to zero. It follows that money is kept: what left the funds and accounts is with
the institutions, in their receivables, or on its way between two tiers. Only balances are read, so one check
is linear in the number of accounts; :func:`books_follow_rows` goes on to hold them against the rows.

Call it when no message is out and every notice was fetched: in between, one side of a boundary is ahead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.settlement.messages.amounts import fen_to_yuan
from onecard.sim.settlement.money.boundaries import SETTLEMENT_TABLES
from onecard.sim.settlement.money.prepayment import held, prepayment_statement
from onecard.sim.settlement.tiers.directory import MINISTRY
from onecard.sim.settlement.tiers.money import clearing, owed_fen, prepayment, transfer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from onecard.sim.settlement.store.rows import SettlementRow
    from onecard.sim.settlement.tiers.kernel import Tier

__all__ = ["books_agree", "books_follow_rows"]

_BETWEEN = ("clearing", "transfer", "prepayment")
_REAL = ("fund-", "person-medical/", "institution-receivable/", "institution/")
_OUTSIDE = ("opening/", "fiscal-account/")


def books_agree(tiers: Mapping[str, Tier] | Iterable[Tier]) -> list[str]:
    """Hold the books of all tiers against each other.

    Args:
        tiers: every city and province, and the ministry where there is one.

    Returns:
        One line for each disagreement; empty when all is well.
    """
    listed = list(tiers.values()) if hasattr(tiers, "values") else list(tiers)
    found = [line for tier in listed for line in _ledger(tier)]
    by_place = {_place(tier): tier for tier in listed}
    for name, tier in by_place.items():
        found += _with_peers(name, tier, by_place)
    if MINISTRY in by_place:
        found += _at_ministry(by_place)
    found += _conserved(listed)
    return found


def _place(tier: Tier) -> str:
    return tier.address.partition("/")[2] or tier.address


def _ledger(tier: Tier) -> Iterator[str]:
    audit = tier.book.ledger.audit()
    if audit.total_fen or tier.book.ledger.total_fen():
        yield f"{tier.address}: the ledger sums to {fen_to_yuan(audit.total_fen)} yuan, not to zero"
    for account in audit.overdrawn:
        balance = fen_to_yuan(tier.book.balance(account))
        yield f"{tier.address}: {account} holds {balance} yuan and may not be below zero"


def _peers(name: str, tier: Tier) -> Iterator[tuple[str, str]]:
    """Give (kind, other place) of every account that stands between this tier and another one."""
    for account in tier.book.ledger.accounts():
        kind, _, rest = account.partition("/")
        if kind in _BETWEEN:
            owner, _, peer = rest.partition(":")
            if owner == name:
                yield kind, peer


def _with_peers(name: str, tier: Tier, by_place: Mapping[str, Tier]) -> Iterator[str]:
    for kind, peer in _peers(name, tier):
        other = by_place.get(peer)
        if MINISTRY in (name, peer):
            continue
        if other is None:
            yield f"{tier.address}: has an account with {peer}, which is no tier here"
            continue
        if kind == "transfer":
            mine, theirs = _balance(tier, transfer(name, peer)), _balance(other, transfer(peer, name))
            if mine != -theirs and (name < peer or not theirs):
                yield (
                    f"{tier.address} has paid {other.address} {fen_to_yuan(mine)} yuan, "
                    f"which has received {fen_to_yuan(-theirs)}"
                )
        elif kind == "clearing":
            yield from _owed(tier, other, name, peer)
        elif clearing(peer, name) not in other.book.ledger:
            yield from _owed(other, tier, peer, name)


def _owed(tier: Tier, other: Tier, name: str, peer: str) -> Iterator[str]:
    """Compare what ``tier`` owes ``other`` in both books; each pair is told once."""
    mine = _balance(tier, clearing(name, peer))
    if len(name) == len(peer):
        theirs = _claimed_of_prepayment(other, name)
        told = True
    else:
        theirs = -_balance(other, clearing(peer, name))
        told = len(name) > len(peer) or clearing(peer, name) not in other.book.ledger
    if mine != theirs and told:
        yield (
            f"{tier.address} owes {other.address} {fen_to_yuan(mine)} yuan by its own book, "
            f"{fen_to_yuan(theirs)} by the other's"
        )


def _claimed_of_prepayment(province: Tier, insured: str) -> int:
    """Return what a province of treatment claims: how much of the prepayment is used."""
    account = prepayment(_place(province), insured)
    if account not in province.book.ledger:
        return 0
    return held(province, insured).level_fen - province.book.balance(account)  # type: ignore[arg-type]


def _at_ministry(by_place: Mapping[str, Tier]) -> Iterator[str]:
    """Compare the ministry's account with each province with what the provinces owe each other."""
    provinces = [place for place in by_place if len(place) == 2]
    for place in provinces:
        due = sum(_balance(by_place[other], clearing(other, place)) for other in provinces if other != place)
        owes = sum(_balance(by_place[place], clearing(place, other)) for other in provinces if other != place)
        booked = _balance(by_place[MINISTRY], clearing(MINISTRY, place))
        if booked != due - owes:
            yield (
                f"ministry: province/{place} is owed {fen_to_yuan(booked)} yuan by the ministry's book, "
                f"{fen_to_yuan(due - owes)} by the provinces'"
            )


def _balance(tier: Tier, account: str) -> int:
    return tier.book.balance(account)


def _conserved(tiers: list[Tier]) -> Iterator[str]:
    """Check that what funds, accounts and institutions hold is what they held at the start."""
    left = opened = 0
    for tier in tiers:
        if not tier.address.startswith("city/"):
            continue
        for account in tier.book.ledger.accounts():
            if account.startswith(_REAL):
                left += tier.book.balance(account)
            elif account.startswith(_OUTSIDE):
                opened -= tier.book.balance(account)
    if left != opened:
        yield (
            f"money: funds, accounts and institutions hold {fen_to_yuan(left)} yuan, "
            f"at the start they held {fen_to_yuan(opened)}"
        )


# ---- books against rows


def books_follow_rows(tiers: Mapping[str, Tier] | Iterable[Tier]) -> list[str]:
    """Hold the books against the landed rows, notices and payments; linear in the rows.

    Returns:
        One line for each account that is not what the rows say; empty when all is well.
    """
    listed = list(tiers.values()) if hasattr(tiers, "values") else list(tiers)
    found: list[str] = []
    for tier in listed:
        if tier.address.startswith("city/"):
            found += _city_follows(tier)
        elif tier.address.startswith("province/"):
            found += _province_follows(tier)
    return found


def _rows(tier: Tier) -> Iterator[SettlementRow]:
    for name in SETTLEMENT_TABLES:
        yield from tier.store.tables[name]


def _city_follows(tier: Tier) -> Iterator[str]:
    """Institutions have received or claim what the rows say; the province is owed what is settled away."""
    serves = tier.serves  # type: ignore[attr-defined] # a city says what lies in it
    city, province = _place(tier), _place(tier)[:2]
    claims: dict[str, int] = {}
    owed = 0
    for row in _rows(tier):
        amount = owed_fen(row)
        here, mine = serves(row.mdtrtarea_admvs), serves(row.insu_admdvs)
        if here:
            claims[row.fixmedins_code] = claims.get(row.fixmedins_code, 0) + amount
        if here != mine:
            owed += amount if mine else -amount
    for kind in ("institution-receivable", "institution"):
        for account in tier.book.ledger.accounts(kind):
            claims.setdefault(account.partition("/")[2], 0)
    for code, amount in sorted(claims.items()):
        got = tier.book.balance(f"institution-receivable/{code}") + tier.book.balance(f"institution/{code}")
        if got != amount:
            yield (
                f"{tier.address}: institution {code} has {fen_to_yuan(got)} yuan due or paid, "
                f"its settlements say {fen_to_yuan(amount)}"
            )
    booked = tier.book.balance(clearing(city, province)) + tier.book.balance(transfer(city, province))
    if booked != owed:
        yield (
            f"{tier.address}: {fen_to_yuan(booked)} yuan owed or paid to province/{province}, "
            f"its settlements say {fen_to_yuan(owed)}"
        )


def _province_follows(tier: Tier) -> Iterator[str]:
    """C-31 for every insured province that has a prepayment here."""
    for account in tier.book.ledger.accounts("prepayment"):
        statement = prepayment_statement(tier, account.rpartition(":")[2])  # type: ignore[arg-type]
        if not statement.agrees:
            yield (
                f"{tier.address}: prepayment of province/{statement.insured} holds "
                f"{fen_to_yuan(statement.balance_fen)} yuan; opening {fen_to_yuan(statement.opening_fen)} "
                f"+ topped up {fen_to_yuan(statement.topped_up_fen)} - used "
                f"{fen_to_yuan(statement.used_fen)} + cleared {fen_to_yuan(statement.cleared_fen)} differ"
            )
