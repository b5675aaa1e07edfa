"""The firewall between the social and the bank's side (facts: card.md §2, §11, §15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.applications.bank_steps import ADF
from onecard.conformance.cards.builder import CaseBuilder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_ORIGINAL = "1122334455667788"
_PIN_FILE = "00B2012C00"
"""First record of DF01 EF05, which the PIN opens."""
_WRITE = "00DC062C06{record}"
_TRIES = "0020000000"
_NOT_CARRIED_OUT = ("6D00", "6E00", "6A81", "6A86", "6A88", "6700", "6982", "6985")
"""A card may know the instruction on this side too, for something of its own."""


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield social_commands_stay_outside(context)
    yield bank_commands_stay_inside(context)
    yield pin_does_not_reach_over(context)
    yield pin_outlives_the_visit(context)
    yield key_right_ends_at_the_visit(context)
    yield challenge_does_not_reach_over(context)


def _case(rule: str, purpose: str, context: Context) -> CaseBuilder:
    return CaseBuilder(f"{rule}/01", purpose, context, option="bank", effect="restores")


def _visit(c: CaseBuilder) -> None:
    c.must(f"00A4040008{ADF}00")
    c.tlv("6F", "84", value=ADF)


def _verify(c: CaseBuilder) -> None:
    c.must(f"00200000{len(c.context.pin) // 2:02X}{c.context.pin}")


def _proof(c: CaseBuilder, challenge: str) -> str:
    slot = c.context.layout.keys["UKSSSE"]
    proof = c.let("authentication", f"{{{challenge}}}", _ORIGINAL, key="UKSSSE/1")
    return f"008200{slot.key_id:02X}10{proof}{_ORIGINAL}"


def social_commands_stay_outside(context: Context) -> Case:
    """On the bank's side no command of the social side is known."""
    rule = "card/bank/firewall-social"
    c = _case(rule, "Commands of the social side are unknown on the bank's side.", context)
    _visit(c)
    for command in (
        "B026000100",
        "805E01000112",
        "00DC012C00",
        "0084160000",
        "8424000004FFFFFFFF",
        "00B0850000",
    ):
        c.send(command)
        c.status("6D00", "6E00", "6A86", rule=rule, shows="forbidden")
    c.send("80CA9F3600")
    c.matches("9F3602....", rule=rule)
    return c.case()


def bank_commands_stay_inside(context: Context) -> Case:
    """On the social side no command of the bank's is known."""
    rule = "card/bank/firewall-bank"
    c = _case(rule, "Commands of the bank's side are unknown on the social side.", context)
    for command in ("80CA9F3600", "80A80000028300", "80AE800001FF", "04DA9F790A00000000000000000000"):
        c.send(command)
        c.status(*_NOT_CARRIED_OUT, rule=rule, shows="forbidden")
    _visit(c)
    c.send("80CA9F3600")
    c.matches("9F3602....", rule=rule)
    return c.case()


def pin_does_not_reach_over(context: Context) -> Case:
    """See that the bank's side neither accepts the social PIN nor counts a wrong one."""
    rule = "card/bank/firewall-pin"
    c = _case(rule, "The social PIN means nothing on the bank's side.", context)
    before = c.must(_TRIES, "63Cx")
    _visit(c)
    for pin in (context.pin, context.wrong_pin):
        c.send(f"00200000{len(pin) // 2:02X}{pin}")
        c.status("6A88", "6D00", "6984", rule=rule, shows="forbidden")
    c.alive()
    c.send(_TRIES)
    c.counter(before, 0, rule=rule)
    return c.case()


def pin_outlives_the_visit(context: Context) -> Case:
    """See that the PIN's right is still there after a visit to the bank's side."""
    rule = "card/bank/firewall-pin-stays"
    c = _case(rule, "The PIN's right outlives a visit to the bank's side.", context)
    aid = context.layout.by_name["DF01"].aid.hex().upper()
    _verify(c)
    _visit(c)
    c.must(f"00A4040006{aid}")
    c.send(_PIN_FILE)
    c.status("9000", rule=rule)
    c.length(3, 255, rule=rule)
    return c.case()


def key_right_ends_at_the_visit(context: Context) -> Case:
    """See that a key's right of the social side ends when the bank application is selected."""
    rule = "card/bank/firewall-keys"
    c = _case(rule, "A key's right ends at a visit to the bank's side.", context)
    c.send("00B2062C00", name="record")
    c.length(6)
    challenge = c.must("0084000008")
    c.must(_proof(c, challenge))
    c.send(_WRITE)
    c.status("9000", rule=rule)
    _visit(c)
    c.alive()
    c.send(_WRITE)
    c.status("6982", rule=rule, shows="forbidden")
    return c.case()


def challenge_does_not_reach_over(context: Context) -> Case:
    """See that a challenge of the bank's side opens nothing on the social side."""
    rule = "card/bank/firewall-challenge"
    c = _case(rule, "A challenge of the bank's side is none on the social side.", context)
    _visit(c)
    challenge = c.must("0084000008")
    c.length(8)
    c.alive()
    c.send(_proof(c, challenge))
    c.status("6984", rule=rule, shows="forbidden")
    own = c.must("0084000008")
    c.send(_proof(c, own))
    c.status("9000", rule=rule)
    return c.case()
