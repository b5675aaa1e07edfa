"""What PIN CHANGE/UNBLOCK refuses, and how the PUK is locked (facts: card.md §9.1, §9.4, §10, §11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.authentication import pin_unblock_tries
from onecard.conformance.cards.authentication.pin_unblock_steps import (
    NEW,
    UNBLOCK,
    change,
    enciphered,
    maintenance_key,
    puk,
    secured,
    unblock,
)
from onecard.conformance.cards.builder import CaseBuilder
from onecard.conformance.cards.security_steps import (
    authenticate,
    challenge,
    falsified,
    key_of,
    tries_left,
    verify,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case, Effect

__all__ = ["cases"]

_NO_PINS = ("70", "7A48", "70481592637041")
"""Too few digits, no digits, too many."""


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    for number, wrong in enumerate(("bit", "header", "older challenge", "length"), 1):
        yield a_wrong_mac_is_refused(context, number, wrong)
    yield a_wrong_mac_over_a_new_pin(context)
    yield without_a_challenge(context)
    yield a_challenge_serves_one_command(context)
    yield without_the_right(context)
    for number, name in enumerate(("BK", "UKSSSE"), 2):
        yield the_right_of_another_key(context, number, name)
    yield the_pins_right_is_not_enough(context)
    yield other_lengths_are_refused(context)
    yield a_block_of_nonsense(context)
    for number, pin in enumerate(_NO_PINS, 1):
        yield what_is_no_pin(context, number, pin)
    if context.block_size > 8:
        yield an_empty_one_cannot_be_enciphered(context)
    yield from pin_unblock_tries.cases(context)


def _case(context: Context, rule: str, number: int, purpose: str, effect: Effect = "restores") -> CaseBuilder:
    return CaseBuilder(f"card/pin-unblock/{rule}/{number:02}", purpose, context, effect=effect)


def _fail_once(c: CaseBuilder) -> str:
    """Leave the PIN one try short of full, so that an unblocking would be seen; returns the step."""
    verify(c, c.context.pin)
    c.status("9000")
    tries_left(c, 1)
    wrong = verify(c, c.context.wrong_pin)
    c.status("63Cx")
    return wrong


def _unchanged(c: CaseBuilder, since: str, rule: str) -> None:
    """See that the counter is as it was; then bring PUK and PIN back to full counters."""
    c.send("0020000000")
    c.counter(since, 0, rule=rule, shows="forbidden")
    puk(c)
    unblock(c)
    c.status("9000", rule=rule)
    verify(c, c.context.pin)
    c.status("9000", rule=rule)


def a_wrong_mac_is_refused(context: Context, number: int, wrong: str) -> Case:
    """Send a MAC with another bit, or over another header, challenge or Lc."""
    c = _case(context, "mac", number, f"A MAC with another {wrong} is refused, and nothing changes.")
    rule = "card/pin-unblock/mac"
    before = _fail_once(c)
    puk(c)
    random = challenge(c)
    if wrong == "older challenge":
        challenge(c)
    over = {"header": "8424000104", "length": "8424000000"}.get(wrong, f"{UNBLOCK}04")
    mac = c.let("mac", random, over, key=maintenance_key(c))
    c.send(f"{UNBLOCK}04" + (falsified(c, mac, 4) if wrong == "bit" else mac))
    c.status("6988", rule=rule, shows="forbidden")
    _unchanged(c, before, rule)
    return c.case()


def a_wrong_mac_over_a_new_pin(context: Context) -> Case:
    """Send a MAC that leaves the data out."""
    c = _case(context, "mac", 5, "A MAC that is not over the data is refused, and nothing changes.")
    rule = "card/pin-unblock/mac"
    before = _fail_once(c)
    puk(c)
    random = challenge(c)
    head = f"{NEW}{context.block_size + 4:02X}"
    block = enciphered(c, random, context.wrong_pin)
    c.send(head + block + c.let("mac", random, head, key=maintenance_key(c)))
    c.status("6988", rule=rule, shows="forbidden")
    _unchanged(c, before, rule)
    return c.case()


def without_a_challenge(context: Context) -> Case:
    """Send the command when the proof has used the challenge up."""
    c = _case(context, "no-challenge", 1, "Without a challenge of its own the command is refused.")
    rule = "card/pin-unblock/no-challenge"
    before = _fail_once(c)
    puk(c)
    c.send(f"{UNBLOCK}0411223344")
    c.status("6984", rule=rule, shows="forbidden")
    _unchanged(c, before, rule)
    return c.case()


def a_challenge_serves_one_command(context: Context) -> Case:
    """Send the very same command twice, and after a wrong MAC a right one."""
    c = _case(
        context, "challenge-once", 1, "A challenge serves one command, whether its MAC was right or not."
    )
    rule = "card/pin-unblock/challenge-once"
    puk(c)
    command = secured(c, UNBLOCK, challenge(c))
    c.send(command)
    c.status("9000", rule=rule)
    c.send(command)
    c.status("6984", rule=rule, shows="forbidden")
    command = secured(c, UNBLOCK, challenge(c))
    c.send(f"{UNBLOCK}0400000000")
    c.status("6988")
    c.send(command)
    c.status("6984", rule=rule, shows="forbidden")
    puk(c)
    return c.case()


def without_the_right(context: Context) -> Case:
    """Send a right MAC without the PUK."""
    c = _case(context, "right", 1, "Without the PUK's right the command is refused.")
    before = _fail_once(c)
    unblock(c)
    c.status("6982", rule="card/pin-unblock/right", shows="forbidden")
    change(c, context.wrong_pin)
    c.status("6982", rule="card/pin-unblock/right", shows="forbidden")
    _unchanged(c, before, "card/pin-unblock/right")
    return c.case()


def the_right_of_another_key(context: Context, number: int, name: str) -> Case:
    """Send a right MAC under the right of another key."""
    c = _case(context, "right", number, f"The right of {name} is not that of the PUK.")
    before = _fail_once(c)
    authenticate(c, key_of(context, name))
    c.status("9000")
    unblock(c)
    c.status("6982", rule="card/pin-unblock/right", shows="forbidden")
    _unchanged(c, before, "card/pin-unblock/right")
    return c.case()


def the_pins_right_is_not_enough(context: Context) -> Case:
    """Send a right MAC after VERIFY."""
    c = _case(context, "right", 4, "Who has verified the PIN may not set another without the PUK.")
    verify(c, context.pin)
    c.status("9000")
    change(c, context.wrong_pin)
    c.status("6982", rule="card/pin-unblock/right", shows="forbidden")
    verify(c, context.pin)
    c.status("9000", rule="card/pin-unblock/right")
    return c.case()


def other_lengths_are_refused(context: Context) -> Case:
    """Send data where none belong, and blocks of the other cipher."""
    c = _case(context, "length", 1, "Unblocking takes no data, a new PIN one block of the card's cipher.")
    rule = "card/pin-unblock/length"
    puk(c)
    other = 24 - context.block_size
    for header, size in ((UNBLOCK, 12), (UNBLOCK, 20), (UNBLOCK, 3), (NEW, other + 4), (NEW, 3), (NEW, 5)):
        challenge(c)
        c.send(f"{header}{size:02X}{'11' * size}")
        c.status("6700", rule=rule, shows="forbidden")
        puk(c)  # a card that counts these against the PUK is not to be locked
    unblock(c)
    c.status("9000", rule=rule)
    return c.case()


def a_block_of_nonsense(context: Context) -> Case:
    """Send a block that deciphers to no length and padding, under a right MAC."""
    c = _case(context, "data", 1, "A block whose length and padding are not in order is refused.")
    rule = "card/pin-unblock/data"
    puk(c)
    random = challenge(c)
    c.send(secured(c, NEW, random, "5A" * context.block_size, context.block_size))
    c.status("6A80", rule=rule, shows="forbidden")
    verify(c, context.pin)
    c.status("9000", rule=rule)
    return c.case()


def what_is_no_pin(context: Context, number: int, pin: str) -> Case:
    """Set what is no PIN, well enciphered."""
    c = _case(context, "form", number, f"A PIN {pin} is not of the form, and nothing changes.")
    puk(c)
    change(c, pin)
    c.status("6A80", rule="card/pin-unblock/form", shows="forbidden")
    verify(c, context.pin)
    c.status("9000", rule="card/pin-unblock/form")
    return c.case()


def an_empty_one_cannot_be_enciphered(context: Context) -> Case:
    """Under blocks of sixteen the length is at least one."""
    c = _case(context, "empty-block", 1, "Under blocks of sixteen an empty PIN cannot be enciphered.")
    puk(c)
    random = challenge(c)
    c.send(secured(c, NEW, random, enciphered(c, random, ""), context.block_size))
    c.status("6A80", rule="card/pin-unblock/empty-block", shows="forbidden")
    verify(c, context.pin)
    c.status("9000", rule="card/pin-unblock/empty-block")
    return c.case()
