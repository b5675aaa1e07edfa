"""PIN CHANGE/UNBLOCK and the tries of the PUK (facts: card.md §9.1, §10, §11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.authentication.pin_unblock_steps import (
    UNBLOCK,
    maintenance_key,
    puk,
    unblock,
)
from onecard.conformance.cards.builder import CaseBuilder
from onecard.conformance.cards.security_steps import (
    authenticate,
    challenge,
    falsified,
    key_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case, Effect

__all__ = ["cases"]


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield a_wrong_mac_counts(context)
    yield a_wrong_mac_leaves_the_right(context)
    yield the_try_is_spent_first(context)
    yield wrong_macs_lock_the_key(context)
    yield wrong_proofs_lock_the_key(context)


def _case(context: Context, rule: str, number: int, purpose: str, effect: Effect = "restores") -> CaseBuilder:
    return CaseBuilder(f"card/pin-unblock/{rule}/{number:02}", purpose, context, effect=effect)


def a_wrong_mac_counts(context: Context) -> Case:
    """Compare the tries of the PUK with and without a wrong MAC."""
    c = _case(context, "mac-counts", 1, "A wrong MAC costs the PUK one try, a right one gives them back.")
    rule = "card/pin-unblock/mac-counts"
    puk(c)
    alone = puk(c, wrong=True)
    c.status("63Cx")
    puk(c)
    unblock(c, wrong_mac=True)
    c.status("6988")
    puk(c, wrong=True)
    c.counter(alone, -1, rule=rule, shows="forbidden")
    puk(c)
    unblock(c, wrong_mac=True)
    c.status("6988")
    unblock(c)
    c.status("9000", rule=rule)
    puk(c, wrong=True)
    c.counter(alone, 0, rule=rule)
    puk(c)
    return c.case()


def a_wrong_mac_leaves_the_right(context: Context) -> Case:
    """Send a right MAC after a wrong one."""
    c = _case(context, "mac-keeps-right", 1, "After a wrong MAC the right is still held.")
    rule = "card/pin-unblock/mac-keeps-right"
    puk(c)
    unblock(c, wrong_mac=True)
    c.status("6988", rule=rule, shows="forbidden")
    unblock(c)
    c.status("9000", rule=rule)
    return c.case()


def the_try_is_spent_first(context: Context) -> Case:
    """Take the power away at the first byte written; a card that compares first has answered by then."""
    c = _case(context, "spent-first", 1, "A try of the PUK is written off before the MAC is compared.")
    rule = "card/pin-unblock/spent-first"
    puk(c)
    mac = c.let("mac", challenge(c), f"{UNBLOCK}04", key=maintenance_key(c))
    c.tear(f"{UNBLOCK}04{falsified(c, mac, 4)}", 0)
    c.silent(rule=rule, shows="forbidden")
    c.reset()
    c.alive()
    puk(c)
    unblock(c)
    c.status("9000", rule=rule)
    return c.case()


def wrong_macs_lock_the_key(context: Context) -> Case:
    """Spend every try of the PUK with wrong MACs."""
    c = _case(context, "mac-locks", 1, "Wrong MACs lock the PUK, and its right is gone.", "destroys")
    rule = "card/pin-unblock/mac-locks"
    puk(c)
    unblock(c)
    c.status("9000", rule=rule)
    c.status("9000", rule="card/pin-unblock/mac-lock-ends-right")
    for _ in range(context.statement.card.facts.key_tries):
        unblock(c, wrong_mac=True)
        c.status("6988", rule=rule, shows="forbidden")
    unblock(c)
    c.status("6982", rule="card/pin-unblock/mac-lock-ends-right", shows="forbidden")
    authenticate(c, key_of(context, "PUK"))
    c.status("6983", rule=rule, shows="forbidden")
    c.reset()
    c.alive()
    unblock(c)
    c.status("6982", rule=rule, shows="forbidden")
    return c.case()


def wrong_proofs_lock_the_key(context: Context) -> Case:
    """Spend every try of the PUK with wrong proofs."""
    c = _case(context, "locked-puk", 1, "Under a locked PUK no PIN is unblocked.", "destroys")
    rule = "card/pin-unblock/locked-puk"
    puk(c)
    unblock(c)
    c.status("9000", rule=rule)
    for _ in range(context.statement.card.facts.key_tries):
        puk(c, wrong=True)
        c.status("63Cx")
    c.reset()
    c.alive()
    authenticate(c, key_of(context, "PUK"))
    c.status("6983", rule=rule, shows="forbidden")
    unblock(c)
    c.status("6982", rule=rule, shows="forbidden")
    return c.case()
