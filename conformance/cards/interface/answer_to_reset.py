"""Answer to reset, insertion, activation over the contactless face (facts: card.md §8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import SELECT_SSSE, CaseBuilder
from onecard.conformance.cards.security_steps import authenticate, pin_right, verify_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case
    from onecard.conformance.model.checks import Aspect

__all__ = ["cases"]

_READ_CODE = "00B2012C00"
"""Record 1 of EF05: the card identification code."""
_PROPERTIES: tuple[tuple[str, str, Aspect], ...] = (
    ("direct-convention", "TS is 3B.", "direct convention"),
    ("format-byte", "The high nibble of T0 is one of those allowed.", "format byte"),
    ("rate-absent", "TA1 is absent.", "no TA1"),
    ("programming-voltage", "TB1 is 00 or absent.", "TB1 zero"),
    ("supply-told", "TD1, TD2 and TA3 signal clock stop and class, or are absent.", "clock stop and class"),
    ("check-byte", "TCK is there exactly when T=15 is.", "no TCK"),
    ("one-protocol", "No protocol but T=0 is offered.", "T=0 only"),
)
"""Rule, purpose, property: what must hold of the contact face."""


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield _property(context, "form", "The answer to reset is well formed.", "form")
    yield _property(context, "historical-count", "There are 13 historical bytes.", "13 historical bytes")
    if context.face == "contact":
        for rule, purpose, aspect in _PROPERTIES:
            yield _property(context, rule, purpose, aspect)
    else:
        yield _property(context, "pseudo", "PC/SC presents the answer to select by its rule.", "pseudo-ATR")
        yield contactless_commands(context)
    facts = context.statement.card.facts
    yield _number(context, "chip-provider", 0, facts.chip_provider, "T1 and T2: the chip provider.")
    yield _number(context, "card-maker", 5, facts.card_maker, "T6 and T7: the card maker.")
    yield issuing_area(context)
    yield serial(context)
    yield factor(context)
    yield every_reset(context)
    yield from _insertions(context)


def _property(context: Context, rule: str, purpose: str, aspect: Aspect) -> Case:
    c = CaseBuilder(f"card/atr/{rule}/01", purpose, context)
    c.atr(aspect, rule=f"card/atr/{rule}", at="reset1")
    return c.case()


def _number(context: Context, rule: str, start: int, claimed: str, purpose: str) -> Case:
    """Look for a registered number in the historical bytes: as claimed, else a person is asked."""
    c = CaseBuilder(f"card/atr/{rule}/01", purpose, context, prologue=False)
    c.reset()
    if claimed:
        c.value_in(start, start + 2, claimed, of="{historical}", rule=f"card/atr/{rule}")
    else:
        c.question(
            f"Historical bytes T{start + 1} and T{start + 2}: are they the registered number ({rule})?",
            f"历史字节T{start + 1}、T{start + 2}是否为注册号（{rule}）？",
            rule=f"card/atr/{rule}",
        )
    c.alive()
    return c.case()


def issuing_area(context: Context) -> Case:
    """T8 and T9."""
    c = CaseBuilder("card/atr/issuing-area/01", "T8 and T9 begin the code of the issuing area.", context)
    area = context.statement.card.facts.issuing_area
    c.value_in(7, 9, area[:4], of="{historical}", rule="card/atr/issuing-area", at="reset1")
    return c.case()


def serial(context: Context) -> Case:
    """TA to TD beside the card identification code."""
    c = CaseBuilder("card/atr/serial/01", "TA to TD agree with the card serial in EF05.", context)
    c.must(_READ_CODE)
    before = "0110" + ".." * 8
    if context.version == "3.00":
        c.matches(f"{before}{{historical[9:13]}}*", rule="card/atr/serial")
    else:
        area = context.statement.card.facts.issuing_area
        c.matches(f"{before}00{{historical[10:13]}}*", rule="card/atr/serial")
        c.value_in(9, 10, area[4:], of="{historical}", rule="card/atr/serial")
    return c.case()


def factor(context: Context) -> Case:
    """Keys diversified by the last eight historical bytes are the card's."""
    name = "card/atr/factor/01"
    c = CaseBuilder(name, "A key diversified by T6 to TD is the card's own.", context)
    random, original = context.random(name), context.random(name, 1)
    expected = c.let("authentication", random, original, key="IRK/1")
    c.must(f"0088000010 {random}{original} 00")
    c.data(expected, rule="card/atr/factor")
    return c.case()


def every_reset(context: Context) -> Case:
    """Three resets in a row, one of them after commands."""
    c = CaseBuilder("card/atr/same-after-reset/01", "Every reset gives the same answer.", context)
    for _ in range(2):
        c.reset()
        c.data("{reset1}", rule="card/atr/same-after-reset")
    return c.case()


def contactless_commands(context: Context) -> Case:
    """Send the commands of the one log that is known."""
    name = "card/atr/contactless-commands/01"
    c = CaseBuilder(name, "Selection, EF05 and authentication work over the contactless face.", context)
    rule = "card/atr/contactless-commands"
    random = context.random(name)
    expected = c.let("authentication", random, random, key="IRK/1")
    c.send(SELECT_SSSE + "00")
    c.status("9000", rule=rule)
    c.send(_READ_CODE)
    c.matches(f"0110{context.statement.card.facts.issuing_area}D156000005*", rule=rule)
    c.send(f"0088000010 {random}{random} 00")
    c.data(expected, rule=rule)
    return c.case()


def _insertions(context: Context) -> Iterator[Case]:
    """Real insertion: half a second each over PC/SC, so few, and the rights over the contact face only."""
    yield same_after_insertion(context)
    if context.face == "contact":
        if context.pin:
            yield insertion_ends_the_pin(context)
        if "RKSSSE" in context.layout.keys:
            yield insertion_ends_keys(context)


def same_after_insertion(context: Context) -> Case:
    """Out and in."""
    c = CaseBuilder("card/atr/same-after-insertion/01", "A card put back answers as before.", context)
    c.remove()
    c.insert()
    c.data("{reset1}", rule="card/atr/same-after-insertion")
    return c.case()


def insertion_ends_the_pin(context: Context) -> Case:
    """DF01 EF05 needs the PIN on every version."""
    rule = "card/atr/power-off-ends-pin"
    c = CaseBuilder(f"{rule}/01", "A card put back has forgotten that the PIN was right.", context)
    c.must(verify_command(context.pin))
    pin_right(c)
    c.status("9000", rule=rule)
    c.remove()
    c.insert()
    pin_right(c)
    c.status("6982", rule=rule, shows="forbidden")
    return c.case()


def insertion_ends_keys(context: Context) -> Case:
    """EF07 of the SSSE needs RKSSSE."""
    rule = "card/atr/power-off-ends-keys"
    c = CaseBuilder(f"{rule}/01", "A card put back has forgotten an external authentication.", context)
    authenticate(c, context.layout.keys["RKSSSE"])
    c.status("9000")
    c.send("00B0870010")
    c.status("9000", rule=rule)
    c.remove()
    c.insert()
    c.alive()
    c.send("00B0870010")
    c.status("6982", rule=rule, shows="forbidden")
    return c.case()
