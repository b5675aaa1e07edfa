"""SELECT: by name, by identifier, partial names, what is not there (facts: card.md §3.1, §3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import SELECT_SSSE, CaseBuilder
from onecard.conformance.cards.context import SSSE_NAME, option_of
from onecard.conformance.cards.interface.selection_names import name_cases
from onecard.conformance.cards.interface.selection_state import state_cases
from onecard.conformance.cards.security_steps import select

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case
    from onecard.virtual_cards.layouts.layout import DedicatedFile, ElementaryFile

__all__ = ["cases"]

_DIR = 0x1E
"""Short identifier of DIR: its identifier is not in the facts."""
_NO_SUCH_FID = "DFEE"
_NO_SUCH_FILE = "EFEE"


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield by_name_finds_the_environment(context)
    yield an_unknown_name_is_not_found(context)
    yield from name_cases(context)
    for application in context.layout.applications[1:]:
        yield by_identifier(context, application)
    yield unknown_identifiers(context)
    yield environment_identifier(context)
    yield master(context)
    yield master_is_not_the_environment(context)
    for application in context.layout.applications:
        yield files(context, application)
        yield short_identifiers(context, application)
    yield files_by_the_other_form(context)
    yield identifier_lengths(context)
    yield from state_cases(context)


def by_name_finds_the_environment(context: Context) -> Case:
    """SELECT the SSSE by name."""
    c = CaseBuilder("card/select/by-name/01", "SELECT by name finds the SSSE and gives its FCI.", context)
    c.send(SELECT_SSSE)
    c.status("9000", rule="card/select/by-name")
    c.tlv("6F", "84", value=SSSE_NAME, rule="card/select/by-name")
    return c.case()


def an_unknown_name_is_not_found(context: Context) -> Case:
    """SELECT a name that no card has."""
    c = CaseBuilder("card/select/by-name/02", "SELECT of an unknown name answers 6A82.", context)
    c.send("00A4040006 F00000000001")
    c.status("6A82", rule="card/select/by-name", shows="forbidden")
    return c.case()


def own_files(application: DedicatedFile) -> list[ElementaryFile]:
    """Return the files whose identifiers the facts give."""
    return [file for file in application.files if file.sfi != _DIR]


def by_identifier(context: Context, application: DedicatedFile) -> Case:
    """SELECT a DF by identifier; a file of it is there."""
    rule = "card/select/by-identifier"
    c = CaseBuilder(
        f"{rule}/{application.name}",
        f"SELECT by identifier finds {application.name}.",
        context,
        option=option_of(application.name),
    )
    c.send(f"00A4000002 {application.fid:04X}")
    c.status("9000", rule=rule)
    c.matches("6F*", rule=rule)
    c.send(f"00A4020002 {own_files(application)[-1].fid:04X}")
    c.status("9000", rule=rule)
    return c.case()


def unknown_identifiers(context: Context) -> Case:
    """SELECT identifiers that nothing has."""
    rule = "card/select/by-identifier"
    c = CaseBuilder(f"{rule}/unknown", "SELECT of an unknown identifier answers 6A82.", context)
    for fid in (_NO_SUCH_FID, "0000", "FFFF"):
        c.send(f"00A4000002 {fid}")
        c.status("6A82", rule=rule, shows="forbidden")
    return c.case()


def environment_identifier(context: Context) -> Case:
    """DDF1 from the MF."""
    rule = "card/select/environment-identifier"
    c = CaseBuilder(f"{rule}/01", "The SSSE has the identifier DDF1.", context)
    c.must("00A4000002 3F00")
    c.send("00A4000002 DDF1")
    c.status("9000", rule=rule)
    c.tlv("6F", "84", value=SSSE_NAME, rule=rule)
    return c.case()


def master(context: Context) -> Case:
    """Both forms, from a DF: what is read next is not the DF's."""
    rule = "card/select/master"
    c = CaseBuilder(f"{rule}/01", "The MF is selected without data and by 3F00.", context)
    for command in ("00A4000000", "00A4000002 3F00"):
        select(c, "DF01")
        c.must("00B2012C00", "6982")
        c.send(command)
        c.status("9000", rule=rule)
        c.send("00B2012C00")
        c.status("9000", "6A82", "6A83", "6986", rule=rule)
    c.send("00A4000002 3F01")
    c.status("6A82", rule=rule, shows="forbidden")
    return c.case()


def master_is_not_the_environment(context: Context) -> Case:
    """EF05 of the SSSE cannot be read under the MF."""
    rule = "card/select/master-is-not-environment"
    c = CaseBuilder(f"{rule}/01", "Under the MF there is no EF05 of the SSSE.", context)
    c.send("00B2012C00")
    c.status("9000", rule=rule)
    c.must("00A4000002 3F00")
    c.send("00B2012C00")
    c.status("6A82", rule=rule, shows="forbidden")
    return c.case()


def files(context: Context, application: DedicatedFile) -> Case:
    """Every EF of an application by P1 = 02, and one of elsewhere."""
    rule = "card/select/file"
    c = CaseBuilder(
        f"{rule}/{application.name}",
        f"Every EF of {application.name} can be selected.",
        context,
        option=option_of(application.name),
    )
    select(c, application.name)
    for file in own_files(application):
        c.send(f"00A4020002 {file.fid:04X}")
        c.status("9000", rule=rule)
        c.send("00B0000001" if file.transparent else "00B2010400")
        c.status("9000", "6982", "6A83", rule=rule)
    c.send(f"00A4020002 {_NO_SUCH_FILE}")
    c.status("6A82", rule=rule, shows="forbidden")
    return c.case()


def files_by_the_other_form(context: Context) -> Case:
    """As terminals do: P1 = 00 with an EF."""
    rule = "card/select/file-by-application-form"
    c = CaseBuilder(f"{rule}/01", "SELECT with P1 = 00 finds an EF of the current application.", context)
    c.send("00A4000002 EF05")
    c.status("9000", rule=rule)
    c.send("00B2010400")
    c.matches("0110*", rule=rule)
    c.send(f"00A4000002 {_NO_SUCH_FILE}")
    c.status("6A82", rule=rule, shows="forbidden")
    return c.case()


def short_identifiers(context: Context, application: DedicatedFile) -> Case:
    """Every SFI of an application, and one that it lacks."""
    rule = "card/select/short-identifier"
    c = CaseBuilder(
        f"{rule}/{application.name}",
        f"Short identifiers select the EFs of {application.name}.",
        context,
        option=option_of(application.name),
    )
    select(c, application.name)
    for file in own_files(application):
        by_sfi = f"00B0{0x80 | file.sfi:02X}0001" if file.transparent else f"00B201{file.sfi << 3 | 4:02X}00"
        c.send(by_sfi)
        c.status("9000", "6982", "6A83", rule=rule)
        c.send("00B0000001" if file.transparent else "00B2010400")
        c.status("9000", "6982", "6A83", rule=rule)
    free = next(sfi for sfi in range(0x1D, 0, -1) if sfi not in {file.sfi for file in application.files})
    c.send(f"00B201{free << 3 | 4:02X}00")
    c.status("6A82", rule=rule, shows="forbidden")
    return c.case()


def identifier_lengths(context: Context) -> Case:
    """One byte, three bytes, none where one is needed."""
    rule = "card/select/identifier-length"
    c = CaseBuilder(f"{rule}/01", "Identifiers of other lengths answer 6700.", context)
    c.send("00A4020002 EF05")
    c.status("9000", rule=rule)
    for command in ("00A4000001 EF", "00A4000003 DF0100", "00A4020001 EF", "00A4020003 EF0500", "00A4020000"):
        c.send(command)
        c.status("6700", rule=rule, shows="forbidden")
    return c.case()
