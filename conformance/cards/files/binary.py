"""READ BINARY and UPDATE BINARY: limits and forms (facts: card.md §10, §21 Q27–28)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.files.access_rights import authenticate, builder_for, reach, usual
from onecard.conformance.cards.files.binary_update import sample as sample_file
from onecard.conformance.cards.files.binary_update import update_cases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.builder import CaseBuilder
    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_MOST = 256


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield by_short_identifier(context)
    yield by_current_file(context)
    yield without_a_current_file(context)
    yield unknown_short_identifier(context)
    yield with_length_zero(context)
    yield last_byte(context)
    yield beyond_the_end(context)
    yield longer_than_the_rest(context)
    yield whole_in_chunks(context)
    yield on_a_record_file(context)
    yield updating_a_record_file(context)
    yield from update_cases(context)


def _begin(context: Context, topic: str, purpose: str, number: int = 1) -> CaseBuilder:
    """Make the sample file's application current."""
    file = sample_file(context)
    c = builder_for(context, file, f"card/binary/{topic}/{number:02d}", purpose)
    reach(c, file, usual(file.read))
    return c


def by_short_identifier(context: Context) -> Case:
    """SFI in P1, offset in P2."""
    rule = "card/binary/sfi-form"
    file = sample_file(context)
    c = _begin(context, "sfi-form", "P1 with b8 = 1 names the EF by SFI, P2 is the offset.")
    c.send(f"00B0{0x80 | file.sfi:02X}0040")
    c.status("9000", rule=rule)
    c.length(0x40, rule=rule)
    whole = c.last
    c.send(f"00B0{0x80 | file.sfi:02X}1010")
    c.data("{" + whole + "[16:32]}", rule=rule)
    c.send(f"00B0{0x80 | file.sfi:02X}FF01")
    c.status("9000", rule=rule)
    c.length(1, rule=rule)
    return c.case()


def by_current_file(context: Context) -> Case:
    """Fifteen bits of offset in the EF that an SFI made current."""
    rule = "card/binary/current-form"
    file = sample_file(context)
    c = _begin(context, "current-form", "P1 with b8 = 0 is the high part of an offset in the current EF.")
    c.must(f"00B0{0x80 | file.sfi:02X}FF10")
    at_255 = c.last
    c.send("00B0010010")
    c.status("9000", rule=rule)
    c.length(0x10, rule=rule)
    c.matches("{" + at_255 + "[1:16]}..", rule=rule)
    c.must(f"00A4020002{file.fid:04X}")
    c.send("00B000FF10")
    c.data("{" + at_255 + "}", rule=rule)
    return c.case()


def without_a_current_file(context: Context) -> Case:
    """No EF was named yet."""
    rule = "card/binary/no-current-file"
    file = sample_file(context)
    c = _begin(context, "no-current-file", "Without a current EF an offset alone is refused.")
    c.send("00B0000010")
    c.status("6986", rule=rule, shows="forbidden")
    c.must(f"00A4020002{file.fid:04X}")
    c.send("00B0000010")
    c.status("9000", rule=rule)
    c.length(16, rule=rule)
    return c.case()


def unknown_short_identifier(context: Context) -> Case:
    """Name a file that is not there."""
    rule = "card/binary/unknown-sfi"
    file = sample_file(context)
    c = _begin(context, "unknown-sfi", "An SFI that no EF has is not found.")
    c.send(f"00B0{0x80 | file.sfi:02X}0010")
    c.status("9000", rule=rule)
    c.send("00B09D0010")
    c.status("6A82", rule=rule, shows="forbidden")
    return c.case()


def with_length_zero(context: Context) -> Case:
    """At the beginning, and near the end."""
    rule = "card/binary/le-zero"
    file = sample_file(context)
    c = _begin(context, "le-zero", "Le 00 gives 256 bytes, or what is left of the file.")
    c.send(f"00B0{0x80 | file.sfi:02X}0000")
    c.status("9000", rule=rule)
    c.length(_MOST, rule=rule)
    c.send(f"00B0{file.size - 20:04X}00")
    c.status("9000", rule=rule)
    c.length(20, rule=rule)
    return c.case()


def last_byte(context: Context) -> Case:
    """Read the byte at size - 1."""
    rule = "card/binary/end"
    file = sample_file(context)
    c = _begin(context, "end", "The last byte can be read, the one behind it cannot.")
    c.must(f"00B0{0x80 | file.sfi:02X}0010")
    c.send(f"00B0{file.size - 16:04X}10")
    c.status("9000", rule=rule)
    c.length(16, rule=rule)
    tail = c.last
    c.send(f"00B0{file.size - 1:04X}01")
    c.status("9000", rule=rule)
    c.data("{" + tail + "[15:16]}", rule=rule)
    c.send(f"00B0{file.size:04X}01")
    c.status("6B00", rule=rule, shows="forbidden")
    return c.case()


def beyond_the_end(context: Context) -> Case:
    """Offsets behind the file."""
    rule = "card/binary/beyond"
    file = sample_file(context)
    c = _begin(context, "beyond", "An offset beyond the EF is refused, with any Le.")
    c.must(f"00B0{0x80 | file.sfi:02X}0010")
    for offset, le in ((file.size, 0), (file.size + 1, 1), (0x7FFF, 0x10)):
        c.send(f"00B0{offset:04X}{le:02X}")
        c.status("6B00", rule=rule, shows="forbidden")
    c.send("00B0000010")
    c.status("9000", rule=rule)
    c.length(16, rule=rule)
    return c.case()


def longer_than_the_rest(context: Context) -> Case:
    """Ask for 32 bytes where 20 are left."""
    face = "" if context.face == "contact" else "-contactless"
    rule = f"card/binary/le-longer{face}"
    file = sample_file(context)
    c = _begin(context, "le-longer", "With Le longer than the rest the card tells or gives the rest.")
    c.must(f"00B0{0x80 | file.sfi:02X}0010")
    c.send(f"00B0{file.size - 20:04X}20", raw=True)
    if context.habits.long_le_gets_6c:
        c.status("6C14", rule=rule, shows="forbidden")
        c.send(f"00B0{file.size - 20:04X}14", raw=True)
    c.status("9000", rule=rule)
    c.length(20, rule=rule)
    return c.case()


def whole_in_chunks(context: Context) -> Case:
    """Read the longest file of the version, piece by piece, to its last byte."""
    rule = "card/binary/chunks"
    file = context.layout.file("SSSE", "EF07" if context.version == "1.00" else "EF08")
    c = builder_for(
        context, file, "card/binary/chunks/01", f"All {file.size} bytes come in pieces of 256, and no more."
    )
    reach(c, file, usual(file.read))
    c.must(f"00A4020002{file.fid:04X}")
    for offset in range(0, file.size, _MOST):
        c.send(f"00B0{offset:04X}00")
        c.status("9000", rule=rule)
        c.length(_MOST, rule=rule)
    c.send(f"00B0{file.size:04X}00")
    c.status("6B00", rule=rule, shows="forbidden")
    return c.case()


def on_a_record_file(context: Context) -> Case:
    """READ BINARY of SSSE/EF05, by SFI and as the current EF."""
    rule = "card/binary/read-wrong-type"
    file = context.layout.file("SSSE", "EF05")
    c = builder_for(
        context, file, "card/binary/read-wrong-type/01", "READ BINARY does not read a file of records."
    )
    c.send("00B0850010")
    c.status("6981", rule=rule, shows="forbidden")
    c.must("00A4020002EF05")
    c.send("00B0000010")
    c.status("6981", rule=rule, shows="forbidden")
    c.send("00B2010412")
    c.status("9000", rule=rule)
    c.matches("0110*", rule=rule)
    return c.case()


def updating_a_record_file(context: Context) -> Case:
    """UPDATE BINARY of SSSE/EF05 with its key: nothing is changed."""
    rule = "card/binary/update-wrong-type"
    file = context.layout.file("SSSE", "EF05")
    c = builder_for(
        context, file, "card/binary/update-wrong-type/01", "UPDATE BINARY does not write a file of records."
    )
    authenticate(c, "UKSSSE")
    before = c.must("00B2012C12")
    c.length(18)
    c.send("00D6850002{" + before + "[0:2]}")
    c.status("6981", rule=rule, shows="forbidden")
    c.send("00B2012C12")
    c.data("{" + before + "}", rule=rule)
    return c.case()
