"""READ RECORD: by number, by identifier, first, last, next, previous, pointer, Le (facts: card.md §3.4, §10).

SSSE/EF05 is free to read on every version and has seven records with tags 01 to 07; DF01/EF15 of 2.00 has
three records with one tag.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import SELECT_SSSE, CaseBuilder
from onecard.conformance.cards.files.access_rights import reach, usual
from onecard.conformance.cards.files.record_modes_length import length_cases
from onecard.conformance.cards.files.record_modes_pointer import pointer_cases
from onecard.conformance.cards.security_steps import NO_CURRENT_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_RECORDS = 7


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield by_number(context)
    yield by_identifier(context)
    yield last_instance(context)
    yield from_number_to_last(context)
    yield from_last_to_number(context)
    yield as_second_generation_readers_do(context)
    yield sfi_makes_the_file_current(context)
    yield without_a_current_file(context)
    yield unknown_short_identifier(context)
    yield undefined_mode(context)
    yield from pointer_cases(context)
    yield from length_cases(context)
    if context.version != "1.00":
        yield one_tag_several_records(context)
        yield whole_records_only(context)


def by_number(context: Context) -> Case:
    """Numbers one, seven, eight and the highest."""
    rule = "card/records/number"
    c = CaseBuilder("card/records/number/01", "A number gives the record that was made so manieth.", context)
    for number, head in ((1, "0110"), (3, "0304"), (_RECORDS, "0709")):
        c.send(f"00B2{number:02X}2C00")
        c.status("9000", rule=rule)
        c.matches(f"{head}*", rule=rule)
    for number in (_RECORDS + 1, 0xFE):
        c.send(f"00B2{number:02X}2C00")
        c.status("6A83", rule=rule, shows="forbidden")
    return c.case()


def by_identifier(context: Context) -> Case:
    """Tags that are there and one that is not."""
    rule = "card/records/identifier"
    c = CaseBuilder(
        "card/records/identifier/01", "An identifier gives the first record with that tag.", context
    )
    for tag, head in ((7, "0709"), (1, "0110"), (4, "040C")):
        c.send(f"00B2{tag:02X}2800")
        c.status("9000", rule=rule)
        c.matches(f"{head}*", rule=rule)
    c.send("00B27E2800")
    c.status("6A83", rule=rule, shows="forbidden")
    return c.case()


def last_instance(context: Context) -> Case:
    """Ask for the last of one."""
    rule = "card/records/last-instance"
    c = CaseBuilder(
        "card/records/last-instance/01", "The last instance of a tag that stands once is it.", context
    )
    c.send("00B2032900")
    c.status("9000", rule=rule)
    c.matches("0304*", rule=rule)
    c.send("00B27E2900")
    c.status("6A83", rule=rule, shows="forbidden")
    return c.case()


def from_number_to_last(context: Context) -> Case:
    """Read records five to seven in one answer."""
    rule = "card/records/from-number"
    c = CaseBuilder(
        "card/records/from-number/01", "From P1 to the last: records one after the other.", context
    )
    c.send("00B2052D00")
    c.status("9000", rule=rule)
    c.records((5, 4), (6, 4), (7, 9), rule=rule)
    c.send("00B2072D00")
    c.records((7, 9), rule=rule)
    c.send("00B2082D00")
    c.status("6A83", rule=rule, shows="forbidden")
    return c.case()


def from_last_to_number(context: Context) -> Case:
    """Read records seven to five in one answer, the last first."""
    rule = "card/records/to-number"
    c = CaseBuilder(
        "card/records/to-number/01", "From the last to P1: records in the order backwards.", context
    )
    c.send("00B2052E00")
    c.status("9000", rule=rule)
    c.records((7, 9), (6, 4), (5, 4), rule=rule)
    c.send("00B2082E00")
    c.status("6A83", rule=rule, shows="forbidden")
    return c.case()


def as_second_generation_readers_do(context: Context) -> Case:
    """SELECT an EF, then READ RECORD by identifier with the exact length, as in public traces."""
    rule = "card/records/current-file"
    c = CaseBuilder(
        "card/records/current-file/01", "With SFI 0 the record comes from the current EF.", context
    )
    c.must("00A4020002EF05")
    c.send("00B207000B")
    c.status("9000", rule=rule)
    c.matches("0709*", rule=rule)
    c.send("00B2030406")
    c.matches("0304*", rule=rule)
    c.must(SELECT_SSSE)
    c.send("00B207000B")
    c.status(*NO_CURRENT_FILE, rule=rule, shows="forbidden")
    return c.case()


def sfi_makes_the_file_current(context: Context) -> Case:
    """Read by SFI, then with SFI 0."""
    rule = "card/records/sfi-selects"
    c = CaseBuilder("card/records/sfi-selects/01", "A reference by SFI makes the EF current.", context)
    c.send("00B2010412")
    c.status(*NO_CURRENT_FILE, rule=rule, shows="forbidden")
    c.must("00B2012C12")
    c.send("00B2020403")
    c.status("9000", rule=rule)
    c.matches("0201*", rule=rule)
    return c.case()


def without_a_current_file(context: Context) -> Case:
    """After a reset no EF is current, whatever was before."""
    rule = "card/records/no-current-file"
    c = CaseBuilder("card/records/no-current-file/01", "Without a current EF, SFI 0 names nothing.", context)
    c.must("00B2012C12")
    c.send("00B2010412")
    c.status("9000", rule=rule)
    c.reset()
    c.alive()
    for command in ("00B2010412", "00B2010012"):
        c.send(command)
        c.status("6986", rule=rule, shows="forbidden")
    return c.case()


def unknown_short_identifier(context: Context) -> Case:
    """Name a file that the SSSE does not have."""
    rule = "card/records/unknown-sfi"
    c = CaseBuilder("card/records/unknown-sfi/01", "An SFI that no EF has is not found.", context)
    c.send("00B2012C12")
    c.status("9000", rule=rule)
    c.send("00B201DC12")
    c.status("6A82", rule=rule, shows="forbidden")
    return c.case()


def undefined_mode(context: Context) -> Case:
    """P2 with mode 111, and P1 FF, which are for future use."""
    rule = "card/records/parameters"
    c = CaseBuilder("card/records/parameters/01", "A mode that is not defined is refused.", context)
    c.send("00B2012C12")
    c.status("9000", rule=rule)
    for command in ("00B2012F12", "00B2FF2C12"):
        c.send(command)
        c.status("6A86", rule=rule, shows="forbidden")
    return c.case()


def one_tag_several_records(context: Context) -> Case:
    """DF01/EF15 holds the education and three degrees, all of tag 40."""
    rule = "card/records/duplicate-tags"
    file = context.layout.file("DF01", "EF15")
    c = CaseBuilder(
        "card/records/duplicate-tags/01",
        "First and next go through all records of one tag; numbers reach each of them.",
        context,
    )
    reach(c, file, usual(file.read))
    c.must("00A4020002EF15")
    for command in ("00B2400036", "00B2400236", "00B2400236"):
        c.send(command)
        c.status("9000", rule=rule)
        c.matches("4034*", rule=rule)
    c.send("00B2400236")
    c.status("6A83", rule=rule, shows="forbidden")
    for command in ("00B2400136", "00B2400336", "00B2400336"):
        c.send(command)
        c.matches("4034*", rule=rule)
    c.send("00B2400336")
    c.status("6A83", rule=rule, shows="forbidden")
    for number in (2, 3, 4):
        c.send(f"00B2{number:02X}0436")
        c.matches("4034*", rule=rule)
    return c.case()


def whole_records_only(context: Context) -> Case:
    """DF02/EF05 holds more than one answer takes."""
    rule = "card/records/several-fit"
    file = context.layout.file("DF02", "EF05")
    c = CaseBuilder(
        "card/records/several-fit/01",
        "Several records in one answer are whole, as many as it holds.",
        context,
    )
    reach(c, file, usual(file.read))
    c.send("00B2012D00")
    c.status("9000", rule=rule)
    fitting, total = [], 0
    for item in file.items:
        total += item.length + 2
        if total > 255:
            break
        fitting.append((item.tag, item.length))
    c.records(*fitting, rule=rule)
    return c.case()
