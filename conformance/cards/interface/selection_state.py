"""What SELECT does to the state: after failure, from anywhere, to rights (facts: card.md §3.4, §11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import SELECT_SSSE, CaseBuilder
from onecard.conformance.cards.context import SSSE_NAME
from onecard.conformance.cards.security_steps import authenticate, select

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["state_cases"]

_FAILING = (
    "00A4040006 F00000000001",
    "00A4000002 DFEE",
    "00A4020002 EFEE",
    "00A4040004 D1560000",
    "00A4FFFF02 DF02",
)
_BANK = "A000000333010101"


def state_cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield failed_keeps_application(context)
    yield failed_keeps_file(context)
    yield application_ends_file(context)
    yield environment_anytime(context)
    if context.version != "1.00":
        yield environment_from_the_bank(context)
    if "RKSSSE" in context.layout.keys:
        yield same_keeps_rights(context)
        yield other_ends_rights(context)


def failed_keeps_application(context: Context) -> Case:
    """EF05 of the SSSE is found before and after each failure."""
    rule = "card/select/failed-keeps-application"
    c = CaseBuilder(f"{rule}/01", "A SELECT that fails leaves the SSSE current.", context)
    read = c.send("00B2012C00")
    c.matches("0110*", rule=rule)
    for command in _FAILING:
        c.must(command, "6A82", "6700", "6A86")
        c.send("00B2012C00")
        c.data(f"{{{read}}}", rule=rule, shows="forbidden")
    return c.case()


def failed_keeps_file(context: Context) -> Case:
    """EF05 of the SSSE stays current."""
    rule = "card/select/failed-keeps-file"
    c = CaseBuilder(f"{rule}/01", "A SELECT that fails leaves the current EF.", context)
    c.must("00A4020002 EF05")
    read = c.send("00B2010400")
    c.matches("0110*", rule=rule)
    for command in _FAILING:
        c.must(command, "6A82", "6700", "6A86")
        c.send("00B2010400")
        c.data(f"{{{read}}}", rule=rule, shows="forbidden")
    return c.case()


def application_ends_file(context: Context) -> Case:
    """Neither the same nor another application has a current EF when it is selected."""
    rule = "card/select/application-ends-file"
    c = CaseBuilder(f"{rule}/01", "After SELECT of an application no EF is current.", context)
    c.must("00A4020002 EF05")
    c.send("00B2010400")
    c.status("9000", rule=rule)
    for name in ("SSSE", "DF01"):
        select(c, name)
        c.send("00B2010400")
        c.status("6986", rule=rule, shows="forbidden")
    return c.case()


def environment_anytime(context: Context) -> Case:
    """From the MF, from each DF, from an EF."""
    rule = "card/select/environment-anytime"
    c = CaseBuilder(f"{rule}/01", "The SSSE is selected by name from everywhere.", context)
    places = {"00A4000002 3F00": "", "00A4020002 EF05": ""}
    for application in context.claimed[1:]:
        aid = application.aid.hex().upper()
        places[f"00A40400{len(aid) // 2:02X}{aid}"] = aid
    for place, name in places.items():
        c.must(place)
        if name:
            c.tlv("6F", "84", value=name)
        c.send(SELECT_SSSE)
        c.status("9000", rule=rule)
        c.tlv("6F", "84", value=SSSE_NAME, rule=rule)
    return c.case()


def environment_from_the_bank(context: Context) -> Case:
    """From the other side of the firewall."""
    rule = "card/select/environment-anytime"
    c = CaseBuilder(f"{rule}/02", "The SSSE is selected from the bank application.", context, option="bank")
    c.must(f"00A4040008 {_BANK} 00")
    c.tlv("6F", "84", value=_BANK)
    c.send(SELECT_SSSE)
    c.status("9000", rule=rule)
    c.tlv("6F", "84", value=SSSE_NAME, rule=rule)
    return c.case()


_PROTECTED = "00B0870010"
"""EF07 of the SSSE, which RKSSSE opens."""


def same_keeps_rights(context: Context) -> Case:
    """SELECT the SSSE again in both ways, and EFs of it in both."""
    rule = "card/select/same-keeps-rights"
    c = CaseBuilder(f"{rule}/01", "Selecting the SSSE again, or its EFs, keeps the right of RKSSSE.", context)
    authenticate(c, context.layout.keys["RKSSSE"])
    c.status("9000")
    c.must(_PROTECTED)
    c.length(16)
    for command in (SELECT_SSSE, "00A4020002 EF05", "00A40000 02 EF07", "00A4000002 DDF1"):
        c.send(command)
        c.send(_PROTECTED)
        c.status("9000", rule=rule)
        c.length(16, rule=rule)
    return c.case()


def other_ends_rights(context: Context) -> Case:
    """To DF01 and back."""
    rule = "card/select/same-keeps-rights"
    c = CaseBuilder(f"{rule}/02", "Selecting DF01 and the SSSE again ends the right of RKSSSE.", context)
    authenticate(c, context.layout.keys["RKSSSE"])
    c.status("9000")
    c.must(_PROTECTED)
    select(c, "DF01")
    select(c, "SSSE")
    c.send(_PROTECTED)
    c.status("6982", rule=rule, shows="forbidden")
    return c.case()
