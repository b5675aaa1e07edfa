"""Environments and files of a PSAM (facts: card.md §3.1, §14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.applications.psam_steps import PSAM_TAIL, PsamCase, environment_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_FILES = (
    ("0015", 15, False),
    ("0016", 6, False),
    ("0019", 4, True),
    ("001A", 10, True),
    ("001B", 10, True),
    ("001C", 10, True),
)
"""Transparent files with their sizes, and whether they lie in the application."""


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield environment_by_name(context)
    yield application_by_identifier(context)
    yield application_by_name(context)
    for number, (file, size, inside) in enumerate(_FILES, 1):
        yield file_has_its_size(context, number, file, size, inside)
    yield directory_names_the_application(context)
    yield terminal_number_begins_with_the_area(context)
    for number, file in enumerate(("0011", "0012", "0013"), 1):
        yield key_file_is_not_read(context, number, file)
    yield environment_by_card_id(context)


def environment_by_name(context: Context) -> Case:
    """SELECT the environment of the cipher; one that the PSAM lacks is 6A82."""
    rule = "card/psam/environment"
    c = PsamCase(f"{rule}/01", "SELECT by name finds the environment of the cipher.", context, inside=False)
    c.send(f"00A404000F{environment_name(context)}")
    c.status("9000", rule=rule)
    c.tlv("6F", "84", value=environment_name(context), rule=rule)
    c.send("00A404000F737839" + PSAM_TAIL)
    c.status("6A82", rule=rule, shows="forbidden")
    return c.case()


def application_by_identifier(context: Context) -> Case:
    """SELECT DF01; its files are there afterwards and not before."""
    rule = "card/psam/application"
    c = PsamCase(f"{rule}/01", "SELECT DF01 by identifier enters the application.", context, inside=False)
    c.send("00A40000020019")
    c.status("6A82", rule=rule, shows="forbidden")
    c.send("00A4000002DF01")
    c.status("9000", rule=rule)
    c.send("00B0990000")
    c.length(4, rule=rule)
    return c.case()


def application_by_name(context: Context) -> Case:
    """SELECT D15600000590."""
    rule = "card/psam/application"
    c = PsamCase(f"{rule}/02", "SELECT by name enters the application.", context, inside=False)
    c.send("00A4040006D15600000590")
    c.status("9000", rule=rule)
    c.send("00B0990000")
    c.length(4, rule=rule)
    return c.case()


def file_has_its_size(context: Context, number: int, file: str, size: int, inside: bool) -> Case:
    """See that a file is there, whole, and ends."""
    rule = "card/psam/files"
    c = PsamCase(f"{rule}/{number:02}", f"File {file} has {size} bytes.", context, inside=inside)
    c.send(f"00A4000002{file}")
    c.status("9000", rule=rule)
    c.send("00B0000000")
    c.status("9000", rule=rule)
    c.length(size, rule=rule)
    c.send(f"00B000{size:02X}00")
    c.status("6B00", rule=rule, shows="forbidden")
    return c.case()


def directory_names_the_application(context: Context) -> Case:
    """File 0001 has an entry for the application."""
    rule = "card/psam/directory"
    c = PsamCase(f"{rule}/01", "The directory names the application.", context, inside=False)
    c.send("00B2010C00")
    c.status("9000", rule=rule)
    c.tlv("61", "4F", value="D15600000590", rule=rule)
    return c.case()


def terminal_number_begins_with_the_area(context: Context) -> Case:
    """File 0016: six digits area, six by the issuer."""
    rule = "card/psam/terminal-number"
    c = PsamCase(f"{rule}/01", "The terminal number begins with the issuing area.", context, inside=False)
    c.must("00A40000020016")
    c.send("00B0000000")
    c.matches(f"{context.statement.card.facts.issuing_area}......", rule=rule)
    return c.case()


def key_file_is_not_read(context: Context, number: int, file: str) -> Case:
    """Key files can be selected, never read."""
    rule = "card/psam/key-files"
    c = PsamCase(f"{rule}/{number:02}", f"Key file {file} is not read.", context)
    c.send(f"00A4000002{file}")
    c.status("9000", rule=rule)
    for command in ("00B0000000", "00B0000010"):
        c.send(command)
        c.status("6982", rule=rule, shows="forbidden")
    c.send("00B0990000")
    c.length(4, rule=rule)
    return c.case()


def environment_by_card_id(context: Context) -> Case:
    """INITIALIZE ENVIRONMENT enters an application by a card's first byte."""
    rule = "card/psam/initialize-environment"
    c = PsamCase(
        f"{rule}/01", "INITIALIZE ENVIRONMENT picks DES for every area but Beijing.", context, inside=False
    )
    c.send("BFEC00000151")
    c.status("9000", rule=rule)
    c.send("00B0990000")
    c.length(4, rule=rule)
    c.environment()
    c.send("BFEC0000021100")
    c.status("6700", rule=rule, shows="forbidden")
    return c.case()
