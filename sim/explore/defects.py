"""Tiers and hosts that are wrong in exactly one way, named by what they do: the search must find each.

A defect is put on a sound tier after it was made, so a tier of the package has no switch that breaks it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from onecard.sim.ledger import Posting
from onecard.sim.settlement.tiers.city import CityTier
from onecard.sim.settlement.tiers.forwarding import ProvinceTier
from onecard.sim.settlement.tiers.ministry import MinistryTier

if TYPE_CHECKING:
    from onecard.sim.settlement.tiers.kernel import Tier

__all__ = ["DEFECTS", "Defect"]


class Defect(msgspec.Struct, frozen=True, kw_only=True):
    """One defect.

    Attributes:
        name: the word of the command line.
        break_tier: breaks a tier that was just made.
        reply_first: the host answers before it commits.
        shows: words that a finding of it has, so that it is found for the right reason.
        title: what is wrong, English and Chinese.
    """

    name: str
    break_tier: Callable[[Tier], None] = lambda _tier: None
    reply_first: bool = False
    shows: tuple[str, ...]
    title: tuple[str, str]


def _forget_messages(tier: Tier) -> None:
    tier._known = lambda _arrived: None  # type: ignore[method-assign,assignment]


def _forget_account(tier: Tier) -> None:
    """Give what a reversal owes the personal account to the fund beside it."""
    if not isinstance(tier, CityTier):
        return
    post = tier.book.post

    def post_without_account(posting: Posting) -> None:
        entries = dict(posting.entries)
        accounts = [name for name in entries if name.startswith("person-medical/")]
        funds = [name for name in entries if name.startswith("fund-")]
        if posting.purpose == "settlement-reversal" and accounts and funds:
            entries[funds[0]] += entries.pop(accounts[0])
            posting = msgspec.structs.replace(posting, entries=tuple(entries.items()))
        post(posting)

    tier.book.post = post_without_account  # type: ignore[method-assign]


def _forget_late_mark(tier: Tier) -> None:
    tier.check_late = lambda _arrived: None  # type: ignore[method-assign,assignment]


def _post_again(tier: Tier) -> None:
    """Post the landing of a row that has landed already once more."""
    if not isinstance(tier, (ProvinceTier, MinistryTier)):
        return
    land, settlements, book = tier._land, tier.settlements, tier.book

    def land_and_post(arrived: Any, rows: Any) -> None:
        known = [row for row in rows if settlements.get(row.setl_id) is not None]
        land(arrived, rows)
        for row in known:
            entries = tier.landing_entries(row, arrived.now_us)
            book.post(Posting(arrived.now_us, row.setl_id, "settlement-landed-again", entries))

    tier._land = land_and_post  # type: ignore[method-assign]


def _remember_uncertain(tier: Tier) -> None:
    remember = tier._remember

    def remember_as_final(arrived: Any, reply: bytes) -> None:
        arrived.final = True
        remember(arrived, reply)

    tier._remember = remember_as_final  # type: ignore[method-assign]


def _forget_to_land(tier: Tier) -> None:
    if isinstance(tier, MinistryTier):
        tier._land = lambda _arrived, _rows: None  # type: ignore[method-assign,assignment]


_ROWS = (
    Defect(
        name="no-idempotency",
        break_tier=_forget_messages,
        shows=("is settled 2 times", "in no institution's book"),
        title=("forgets which messages it has answered", "报文不去重"),
    ),
    Defect(
        name="reversal-forgets-account",
        break_tier=_forget_account,
        shows=("person-medical/",),
        title=("a reversal does not give the personal account its money back", "冲正未退个人账户"),
    ),
    Defect(
        name="commit-after-reply",
        reply_first=True,
        shows=("acknowledged and is not durable", "is missing", "in no institution's book", "visit-unknown"),
        title=("answers before it commits", "先应答后提交"),
    ),
    Defect(
        name="forgets-late-mark",
        break_tier=_forget_late_mark,
        shows=("is settled 2 times", "in no institution's book"),
        title=("a reversed message that arrives late takes effect", "冲正后迟到报文仍生效"),
    ),
    Defect(
        name="double-landing-post",
        break_tier=_post_again,
        shows=("clearing/",),
        title=("books a row again when it lands again", "重复落地重复记账"),
    ),
    Defect(
        name="uncertain-remembered-as-failure",
        break_tier=_remember_uncertain,
        shows=("in no institution's book", "is missing", "is not in force", "is not over"),
        title=("remembers an uncertain result as if it were final", "将不确定结果记为最终结果"),
    ),
    Defect(
        name="ministry-forgets-to-land",
        break_tier=_forget_to_land,
        shows=("ministry: settlement", "ministry: row"),
        title=("the ministry feeds answers back and keeps no copy", "部级未落地"),
    ),
)

DEFECTS: dict[str, Defect] = {row.name: row for row in _ROWS}
"""Name → defect."""
