"""PIN CHANGE/UNBLOCK (facts: card.md §9.1, §9.4, §10, §11, §12.6, §21 Q9); also ``pin_unblock_refusals``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.authentication import pin_unblock_refusals
from onecard.conformance.cards.authentication.pin_unblock_steps import (
    NEW,
    change,
    enciphered,
    lock_pin,
    puk,
    restore,
    secured,
    unblock,
)
from onecard.conformance.cards.builder import CaseBuilder
from onecard.conformance.cards.security_steps import (
    ASK_TRIES,
    challenge,
    external_command,
    key_of,
    pin_right,
    proof,
    tries_left,
    verify,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case, Effect

__all__ = ["cases"]

_PINS = ("7048", "70481F", "704815926370")
"""The shortest, an odd number of digits, the longest."""


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield unblocking_fills_the_counter(context)
    yield unblocking_unlocks(context)
    yield a_new_pin_holds(context)
    for number, pin in enumerate(_PINS, 2):
        yield a_new_pin_of_another_length_holds(context, number, pin)
    yield a_new_pin_unlocks(context)
    yield a_new_pin_fills_the_counter(context)
    yield an_empty_one_unsets_it(context)
    if context.block_size == 8:
        yield an_empty_one_can_be_enciphered(context)
    yield the_prescribed_dialogue(context)
    yield nothing_is_verified(context)
    yield the_maintenance_key_makes_the_mac(context)
    yield one_right_is_for_several(context)
    yield the_number_of_unblocks_may_be_limited(context)
    yield from pin_unblock_refusals.cases(context)


def _case(context: Context, rule: str, number: int, purpose: str, effect: Effect = "restores") -> CaseBuilder:
    return CaseBuilder(f"card/pin-unblock/{rule}/{number:02}", purpose, context, effect=effect)


def unblocking_fills_the_counter(context: Context) -> Case:
    """Fail once, unblock, ask, verify."""
    c = _case(context, "unblock", 1, "Unblocking gives all tries back and keeps the PIN.")
    verify(c, context.pin)
    c.status("9000")
    full = tries_left(c, 1)
    verify(c, context.wrong_pin)
    c.status("63Cx")
    puk(c)
    unblock(c)
    c.status("9000", rule="card/pin-unblock/unblock")
    c.send(ASK_TRIES)
    c.counter(full, 0, rule="card/pin-unblock/unblock")
    verify(c, context.wrong_pin)
    c.status("63Cx", rule="card/pin-unblock/unblock", shows="forbidden")
    verify(c, context.pin)
    c.status("9000", rule="card/pin-unblock/unblock")
    return c.case()


def unblocking_unlocks(context: Context) -> Case:
    """Lock the PIN, unblock it."""
    c = _case(context, "unblock", 2, "A locked PIN that is unblocked can be verified.", "destroys")
    lock_pin(c)
    puk(c)
    unblock(c)
    c.status("9000", rule="card/pin-unblock/unblock")
    c.send(ASK_TRIES)
    c.status(f"63C{context.statement.card.facts.pin_tries:X}", rule="card/pin-unblock/unblock")
    verify(c, context.pin)
    c.status("9000", rule="card/pin-unblock/unblock")
    pin_right(c)
    c.status("9000", rule="card/pin-unblock/unblock")
    return c.case()


def a_new_pin_holds(context: Context) -> Case:
    """Set a PIN without the old one."""
    c = _case(context, "new-pin", 1, "A PIN set under the PUK is the PIN, and the one before is not.")
    tries_left(c, 1)
    puk(c)
    change(c, context.wrong_pin)
    c.status("9000", rule="card/pin-unblock/new-pin")
    verify(c, context.pin)
    c.status("63Cx", rule="card/pin-unblock/new-pin", shows="forbidden")
    verify(c, context.wrong_pin)
    c.status("9000", rule="card/pin-unblock/new-pin")
    restore(c)
    verify(c, context.pin)
    c.status("9000", rule="card/pin-unblock/new-pin")
    return c.case()


def a_new_pin_of_another_length_holds(context: Context, number: int, pin: str) -> Case:
    """Set a PIN of another length."""
    c = _case(context, "new-pin", number, f"A PIN {pin} can be set under the PUK.")
    tries_left(c, 1)
    puk(c)
    change(c, pin)
    c.status("9000", rule="card/pin-unblock/new-pin")
    verify(c, context.pin)
    c.status("63Cx", rule="card/pin-unblock/new-pin", shows="forbidden")
    verify(c, pin)
    c.status("9000", rule="card/pin-unblock/new-pin")
    restore(c)
    return c.case()


def a_new_pin_unlocks(context: Context) -> Case:
    """Lock the PIN, set another."""
    c = _case(context, "new-pin", 5, "A locked PIN is unlocked by a new one.", "destroys")
    lock_pin(c)
    puk(c)
    change(c, context.wrong_pin)
    c.status("9000", rule="card/pin-unblock/new-pin")
    verify(c, context.pin)
    c.status("63Cx", rule="card/pin-unblock/new-pin", shows="forbidden")
    verify(c, context.wrong_pin)
    c.status("9000", rule="card/pin-unblock/new-pin")
    restore(c)
    return c.case()


def a_new_pin_fills_the_counter(context: Context) -> Case:
    """Fail once, set the same PIN, ask."""
    c = _case(context, "new-pin-fills", 1, "A PIN set under the PUK has all its tries.")
    verify(c, context.pin)
    c.status("9000")
    full = tries_left(c, 1)
    verify(c, context.wrong_pin)
    c.status("63Cx")
    puk(c)
    change(c, context.pin)
    c.status("9000", rule="card/pin-unblock/new-pin-fills")
    c.send(ASK_TRIES)
    c.counter(full, 0, rule="card/pin-unblock/new-pin-fills")
    verify(c, context.pin)
    c.status("9000")
    return c.case()


def an_empty_one_unsets_it(context: Context) -> Case:
    """Set no PIN, then the old one."""
    c = _case(context, "empty", 1, "Without data the PIN becomes not set.")
    puk(c)
    change(c, "")
    c.status("9000", rule="card/pin-unblock/empty")
    c.send(ASK_TRIES)
    c.status("9000", rule="card/pin-unblock/empty")
    restore(c)
    verify(c, context.wrong_pin)
    c.status("63Cx", rule="card/pin-unblock/empty", shows="forbidden")
    verify(c, context.pin)
    c.status("9000", rule="card/pin-unblock/empty")
    return c.case()


def an_empty_one_can_be_enciphered(context: Context) -> Case:
    """Set an empty PIN as a block."""
    c = _case(context, "empty-enciphered", 1, "Under blocks of eight an empty PIN can be enciphered.")
    puk(c)
    random = challenge(c)
    c.send(secured(c, NEW, random, enciphered(c, random, ""), context.block_size))
    c.status("9000", rule="card/pin-unblock/empty-enciphered")
    c.send(ASK_TRIES)
    c.status("9000", rule="card/pin-unblock/empty-enciphered")
    restore(c)
    verify(c, context.wrong_pin)
    c.status("63Cx", rule="card/pin-unblock/empty-enciphered", shows="forbidden")
    verify(c, context.pin)
    c.status("9000", rule="card/pin-unblock/empty-enciphered")
    return c.case()


def the_prescribed_dialogue(context: Context) -> Case:
    """Have the dialogue that a driver has with card and host."""
    c = _case(context, "dialogue", 1, "Selecting the SSSE again between proof and command keeps the right.")
    slot = key_of(context, "PUK")
    original = challenge(c)
    random = challenge(c)
    c.send(external_command(slot, proof(c, slot, random, original=original) + original))
    c.status("9000", rule="card/pin-unblock/dialogue")
    c.alive()
    change(c, context.wrong_pin)
    c.status("9000", rule="card/pin-unblock/dialogue")
    verify(c, context.pin)
    c.status("63Cx", rule="card/pin-unblock/dialogue", shows="forbidden")
    verify(c, context.wrong_pin)
    c.status("9000", rule="card/pin-unblock/dialogue")
    restore(c)
    verify(c, context.pin)
    c.status("9000")
    return c.case()


def nothing_is_verified(context: Context) -> Case:
    """Unblock and set, then read without VERIFY."""
    c = _case(context, "verifies-nothing", 1, "Neither unblocking nor a new PIN gives the PIN's right.")
    puk(c)
    unblock(c)
    c.status("9000")
    change(c, context.pin)
    c.status("9000")
    pin_right(c)
    c.status("6982", rule="card/pin-unblock/verifies-nothing", shows="forbidden")
    verify(c, context.pin)
    c.status("9000", rule="card/pin-unblock/verifies-nothing")
    pin_right(c)
    c.status("9000", rule="card/pin-unblock/verifies-nothing")
    return c.case()


def the_maintenance_key_makes_the_mac(context: Context) -> Case:
    """Send a MAC under the unblocking key itself, then one under the maintenance key."""
    c = _case(context, "maintenance-key", 1, "MAC and encipherment are under the STK, not under the PUK.")
    puk(c)
    random = challenge(c)
    c.send("8424000004" + c.let("mac", random, "8424000004", key="PUK/1"))
    c.status("6988", rule="card/pin-unblock/maintenance-key", shows="forbidden")
    puk(c)
    unblock(c)
    c.status("9000", rule="card/pin-unblock/maintenance-key")
    change(c, context.pin)
    c.status("9000", rule="card/pin-unblock/maintenance-key")
    verify(c, context.pin)
    c.status("9000", rule="card/pin-unblock/maintenance-key")
    return c.case()


def one_right_is_for_several(context: Context) -> Case:
    """Two commands after one proof."""
    c = _case(context, "right-stays", 1, "The PUK's right stays when it has been used.")
    unblock(c)
    c.status("6982", rule="card/pin-unblock/right-stays", shows="forbidden")
    puk(c)
    for _ in range(2):
        unblock(c)
        c.status("9000", rule="card/pin-unblock/right-stays")
    return c.case()


def the_number_of_unblocks_may_be_limited(context: Context) -> Case:
    """Unblock a card that may be unblocked once."""
    c = CaseBuilder(
        "card/pin-unblock/limit/01",
        "A card that may be unblocked once refuses the second time.",
        context,
        personality="one unblock",
        effect="destroys",
    )
    puk(c)
    unblock(c)
    c.status("9000", rule="card/pin-unblock/limit")
    unblock(c)
    c.status("6985", rule="card/pin-unblock/limit", shows="forbidden")
    change(c, context.wrong_pin)
    c.status("6985", rule="card/pin-unblock/limit", shows="forbidden")
    verify(c, context.pin)
    c.status("9000", rule="card/pin-unblock/limit")
    return c.case()
