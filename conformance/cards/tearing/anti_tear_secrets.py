"""Torn VERIFY, EXTERNAL AUTHENTICATE, CHANGE PIN, PIN CHANGE/UNBLOCK and blocks (facts: card.md §11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import SELECT_SSSE, CaseBuilder
from onecard.conformance.cards.security_steps import (
    ASK_TRIES,
    ORIGINAL,
    challenge,
    external_command,
    falsified,
    gain,
    key_of,
    proof,
    select,
    verify,
    verify_command,
)
from onecard.conformance.cards.tearing.anti_tear_points import POINTS, Point, power_fails
from onecard.virtual_cards.layouts.access import PIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_KEY = "UKSSSE"


def cases(context: Context) -> Iterator[Case]:
    """Give the cases; what spends tries needs a card that has enough of them."""
    facts = context.statement.card.facts
    for point in POINTS:
        if facts.pin and facts.pin_tries > 1:
            yield torn_verify(context, point, facts.pin_tries)
            yield torn_change(context, point)
            yield torn_reset_of_the_pin(context, point)
            yield torn_unblock(context, point, facts.pin_tries)
        if facts.key_tries > 2:
            yield torn_authentication(context, point, facts.key_tries)
        yield torn_application_block(context, point)
        yield torn_card_block(context, point)


def torn_verify(context: Context, point: Point, tries: int) -> Case:
    """See that a try that was made is spent, or was not made."""
    rule = "card/tear/pin-try"
    c = CaseBuilder(
        f"{rule}/{point.number:02}",
        f"A wrong VERIFY torn {point.when} costs one try or none.",
        context,
        effect="restores",
    )
    gain(c, frozenset({PIN}))
    power_fails(c, verify_command(context.wrong_pin), point)
    c.alive()
    asked = c.send(ASK_TRIES)
    verify(c, context.pin)
    c.status("9000")
    words = point.allowed(f"63C{tries:X}", f"63C{tries - 1:X}")
    c.value_in(0, 2, *words, of=f"{{{asked}.sw}}", rule=rule, shows=point.shows)
    return c.case()


def torn_authentication(context: Context, point: Point, tries: int) -> Case:
    """See that a try of a key is spent, or was not made."""
    rule = "card/tear/key-try"
    c = CaseBuilder(
        f"{rule}/{point.number:02}",
        f"A wrong EXTERNAL AUTHENTICATE torn {point.when} costs one try or none.",
        context,
        effect="restores",
    )
    gain(c, frozenset({_KEY}))
    power_fails(c, _wrong_proof(c), point)
    c.alive()
    again = c.send(_wrong_proof(c))
    gain(c, frozenset({_KEY}))
    words = point.allowed(f"63C{tries - 1:X}", f"63C{tries - 2:X}")
    c.value_in(0, 2, *words, of=f"{{{again}.sw}}", rule=rule, shows=point.shows)
    return c.case()


def _wrong_proof(c: CaseBuilder) -> str:
    slot = key_of(c.context, _KEY)
    return external_command(slot, falsified(c, proof(c, slot, challenge(c))) + ORIGINAL)


def _change(old: str, new: str) -> str:
    data = f"{old}FF{new}"
    return f"805E0100{len(data) // 2:02X}{data}"


def _maintenance(c: CaseBuilder, header: str, key: str) -> str:
    """Build a command whose only data are its MAC."""
    head = f"{header}04"
    return head + c.let("mac", challenge(c), head, key=f"{key}/1")


def _reads(c: CaseBuilder) -> None:
    """Make sure that this is a card whose files can be read, before it is blocked."""
    c.must("00B2012C00")
    c.length(18)


def _pin_is_one_of_two(c: CaseBuilder, rule: str, point: Point) -> None:
    """Bring the PIN to the new one from either state; a PIN between the two cannot be brought there."""
    old, new = c.context.pin, c.context.wrong_pin
    moved = c.send(_change(old, new))
    c.status("9000", "63Cx")
    c.send(verify_command(new))
    c.status("9000", rule=rule, shows=point.shows)
    verify(c, old)
    c.status("63Cx")
    c.must(_change(new, old))
    verify(c, old)
    c.status("9000")
    if not point.before or not point.after:
        head = "90" if point.before else "63"
        c.value_in(0, 1, head, of=f"{{{moved}.sw[0:1]}}", rule=rule, shows=point.shows)


def torn_change(context: Context, point: Point) -> Case:
    """CHANGE PIN."""
    rule = "card/tear/pin-change"
    c = CaseBuilder(
        f"{rule}/{point.number:02}",
        f"CHANGE PIN torn {point.when}: the PIN is the old one or the new one.",
        context,
        effect="restores",
    )
    gain(c, frozenset({PIN}))
    power_fails(c, _change(context.pin, context.wrong_pin), point)
    c.alive()
    _pin_is_one_of_two(c, rule, point)
    return c.case()


def torn_reset_of_the_pin(context: Context, point: Point) -> Case:
    """PIN CHANGE/UNBLOCK with a new PIN."""
    rule = "card/tear/pin-reset"
    c = CaseBuilder(
        f"{rule}/{point.number:02}",
        f"PIN CHANGE/UNBLOCK torn {point.when}: the PIN is the old one or the new one.",
        context,
        effect="restores",
    )
    gain(c, frozenset({PIN, "PUK"}))
    key = context.layout.pin_maintenance_key
    random = challenge(c)
    size = context.block_size
    enciphered = c.let("encipher", random, context.wrong_pin, key=f"{key}/1")
    head = f"84240001{size + 4:02X}"
    mac = c.let("mac", random, f"{head}{enciphered}", key=f"{key}/1")
    power_fails(c, f"{head}{enciphered}{mac}", point)
    c.alive()
    _pin_is_one_of_two(c, rule, point)
    return c.case()


def torn_unblock(context: Context, point: Point, tries: int) -> Case:
    """See that a locked PIN is unlocked, or it is not and can be."""
    rule = "card/tear/unblock"
    c = CaseBuilder(
        f"{rule}/{point.number:02}",
        f"The unblocking of a locked PIN torn {point.when}: it is locked or has all its tries.",
        context,
        effect="alters",
    )
    gain(c, frozenset({"PUK"}))
    for _ in range(tries):
        verify(c, context.wrong_pin)
    c.must(ASK_TRIES, "6983")
    key = context.layout.pin_maintenance_key
    power_fails(c, _maintenance(c, "84240000", key), point)
    c.alive()
    asked = c.send(ASK_TRIES)
    gain(c, frozenset({"PUK"}))
    c.must(_maintenance(c, "84240000", key))
    verify(c, context.pin)
    c.status("9000")
    words = point.allowed("6983", f"63C{tries:X}")
    c.value_in(0, 2, *words, of=f"{{{asked}.sw}}", rule=rule, shows=point.shows)
    return c.case()


def torn_application_block(context: Context, point: Point) -> Case:
    """APPLICATION BLOCK of DF04."""
    rule = "card/tear/application-block"
    c = CaseBuilder(
        f"{rule}/{point.number:02}",
        f"APPLICATION BLOCK torn {point.when}: the application is blocked or not.",
        context,
        effect="destroys",
    )
    _reads(c)
    select(c, "DF04")
    gain(c, frozenset({"LKDF04"}))
    power_fails(c, _maintenance(c, "841E0001", "STKDF04"), point)
    c.alive()
    name = context.layout.by_name["DF04"].aid.hex().upper()
    c.send(f"00A40400{len(name) // 2:02X}{name}")
    c.status(*point.allowed("9000", "9303"), rule=rule, shows=point.shows)
    return c.case()


def torn_card_block(context: Context, point: Point) -> Case:
    """CARD BLOCK."""
    rule = "card/tear/card-block"
    c = CaseBuilder(
        f"{rule}/{point.number:02}",
        f"CARD BLOCK torn {point.when}: the card is blocked or not.",
        context,
        effect="destroys",
        epilogue=False,
    )
    _reads(c)
    gain(c, frozenset({"BK"}))
    power_fails(c, _maintenance(c, "84160000", "STK"), point)
    c.send(SELECT_SSSE)
    c.status(*point.allowed("9000", "6A81"), rule=rule, shows=point.shows)
    return c.case()
