"""File control information (facts: card.md §3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import SELECT_SSSE, CaseBuilder
from onecard.conformance.cards.context import SSSE_NAME, option_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case
    from onecard.virtual_cards.layouts.layout import DedicatedFile

__all__ = ["cases"]

_NAME = f"840F{SSSE_NAME}"


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield environment(context)
    yield exact(context)
    if context.version == "3.00":
        yield algorithm(context)
    yield directory_identifier(context)
    for application in context.layout.applications[1:]:
        yield application_form(context, application)
    yield files(context)
    yield master(context)


def _algorithm(context: Context) -> str:
    return "860103" if context.statement.card.algorithm == "SM4" else "860101"


def environment(context: Context) -> Case:
    """Look for the objects that must be there."""
    rule = "card/fci/environment"
    c = CaseBuilder(f"{rule}/01", "The FCI of the SSSE has its name and the template A5.", context)
    c.must(SELECT_SSSE)
    c.tlv("6F", "84", value=SSSE_NAME, rule=rule)
    c.tlv("6F", "A5", rule=rule)
    return c.case()


def exact(context: Context) -> Case:
    """Byte by byte: 3.00 as on real cards, the earlier ones as the project chose."""
    rule = "card/fci/environment-exact" if context.version == "3.00" else "card/fci/environment-earlier"
    c = CaseBuilder(f"{rule}/01", "The FCI of the SSSE is this one, byte by byte.", context)
    c.must(SELECT_SSSE)
    if context.version == "1.00":
        c.data(f"6F16{_NAME}A50388011E", rule=rule)
    else:
        c.data(f"6F1C{_NAME}A50988011E9F0C03{_algorithm(context)}", rule=rule)
    return c.case()


def algorithm(context: Context) -> Case:
    """Look for what drivers search."""
    rule = "card/fci/algorithm"
    c = CaseBuilder(f"{rule}/01", "Object 9F0C tells the claimed algorithm.", context)
    c.must(SELECT_SSSE)
    c.tlv("6F", "A5", "9F0C", value=_algorithm(context), rule=rule)
    return c.case()


def directory_identifier(context: Context) -> Case:
    """SFI of DIR, and a DIR is there."""
    rule = "card/fci/directory-identifier"
    c = CaseBuilder(f"{rule}/01", "Object 88 tells the short identifier of DIR.", context)
    c.must(SELECT_SSSE)
    c.tlv("6F", "A5", "88", value="1E", rule=rule)
    c.send("00B201F400")
    c.matches("61*", rule=rule)
    return c.case()


def application_form(context: Context, application: DedicatedFile) -> Case:
    """Whole, by name and by identifier."""
    rule = "card/fci/application"
    c = CaseBuilder(
        f"{rule}/{application.name}",
        f"The FCI of {application.name} is its name and nothing else.",
        context,
        option=option_of(application.name),
    )
    size, aid = len(application.aid), application.aid.hex().upper()
    c.must(f"00A40400{size:02X}{aid}")
    c.data(f"6F{size + 2:02X}84{size:02X}{aid}", rule=rule)
    c.alive()
    c.must(f"00A4000002{application.fid:04X}")
    c.data(f"6F{size + 2:02X}84{size:02X}{aid}", rule=rule)
    return c.case()


def files(context: Context) -> Case:
    """Both forms of SELECT of an EF."""
    rule = "card/fci/file"
    c = CaseBuilder(f"{rule}/01", "SELECT of an EF gives no data.", context)
    for file in context.layout.environment.files[:3]:
        for p1 in ("02", "00"):
            c.send(f"00A4{p1}0002 {file.fid:04X}", raw=True)
            c.status("9000", rule=rule)
            c.length(0, rule=rule)
    return c.case()


def master(context: Context) -> Case:
    """Both forms of SELECT of the MF."""
    rule = "card/fci/master"
    c = CaseBuilder(f"{rule}/01", "SELECT of the MF gives no FCI.", context)
    for command in ("00A4000000", "00A4000002 3F00"):
        c.must(command)
        c.length(0, rule=rule)
    return c.case()
