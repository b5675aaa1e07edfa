"""UPDATE BINARY: at the edges and back, beyond, by both forms (facts: card.md §10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.files.access_rights import builder_for, reach, usual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.builder import CaseBuilder
    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case
    from onecard.virtual_cards.layouts.layout import ElementaryFile

__all__ = ["sample", "update_cases"]

_PATTERN = "A55A0102040810204080FF007E81C33C"


def update_cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    size = sample(context).size
    for number, (offset, where) in enumerate(
        ((0, "at the beginning"), (100, "in the middle"), (size - 16, "at the end")), start=1
    ):
        yield writes_and_brings_back(context, number, offset, where)
    yield by_short_identifier(context)
    yield offset_counts(context)
    yield beyond_the_end(context)
    yield across_the_end(context)


def sample(context: Context) -> ElementaryFile:
    """Return the transparent file that is free to read: a reserved one, of 1.00 the fingerprint."""
    return context.layout.file(*(("SSSE", "EF07") if context.version == "1.00" else ("DF01", "EF16")))


def _begin(context: Context, topic: str, number: int, purpose: str) -> CaseBuilder:
    """Earn the right to write the sample file and make it current."""
    file = sample(context)
    c = builder_for(context, file, f"card/binary/{topic}/{number:02d}", purpose, effect="restores")
    reach(c, file, usual(file.read) | usual(file.write))
    c.must(f"00A4020002{file.fid:04X}")
    return c


def _keep(c: CaseBuilder, offset: int) -> str:
    """Read what must be brought back."""
    before = c.must(f"00B0{offset:04X}10")
    c.length(16)
    return "{" + before + "}"


def writes_and_brings_back(context: Context, number: int, offset: int, where: str) -> Case:
    """Write other bytes and look at them and at their neighbours."""
    rule = "card/binary/update"
    c = _begin(context, "update", number, f"Bytes written {where} are there, until the old ones are back.")
    before = _keep(c, offset)
    changed = c.let("xor", before, _PATTERN)
    c.send(f"00D6{offset:04X}10{changed}", name="write")
    c.send(f"00B0{offset:04X}10", name="changed")
    c.send(f"00D6{offset:04X}10{before}", name="restore")
    c.send(f"00B0{offset:04X}10", name="restored")
    c.status("9000", rule=rule, at="write")
    c.data(changed, rule=rule, at="changed")
    c.status("9000", rule=rule, at="restore")
    c.data(before, rule=rule, at="restored")
    return c.case()


def by_short_identifier(context: Context) -> Case:
    """Write where the SFI form reads."""
    rule = "card/binary/update-sfi-form"
    sfi = 0x80 | sample(context).sfi
    c = _begin(context, "update-sfi-form", 1, "UPDATE BINARY by SFI writes at the offset in P2.")
    before = _keep(c, 0x80)
    changed = c.let("xor", before, _PATTERN)
    c.send(f"00D6{sfi:02X}8010{changed}", name="write")
    c.send("00B0008010", name="changed")
    c.send(f"00D6{sfi:02X}8010{before}")
    c.status("9000", rule=rule, at="write")
    c.data(changed, rule=rule, at="changed")
    c.send("00D69D001000000000000000000000000000000000")
    c.status("6A82", rule=rule, shows="forbidden")
    return c.case()


def offset_counts(context: Context) -> Case:
    """Bytes that all differ show from which of them a reading begins."""
    rule = "card/binary/offset"
    c = _begin(context, "offset", 1, "The offset counts bytes from the beginning of the file.")
    before = _keep(c, 0x60)
    changed = c.let("xor", before, _PATTERN)
    c.send(f"00D6006010{changed}")
    c.send("00B0006408", name="inside")
    c.send("00B0005F08", name="before")
    c.send(f"00D6006010{before}")
    c.data(changed.replace("}", "[4:12]}"), rule=rule, at="inside")
    c.matches(".." + changed.replace("}", "[0:7]}"), rule=rule, at="before")
    return c.case()


def beyond_the_end(context: Context) -> Case:
    """Write behind the file."""
    rule = "card/binary/update-beyond"
    size = sample(context).size
    c = _begin(context, "update-beyond", 1, "UPDATE BINARY at an offset beyond the EF is refused.")
    before = _keep(c, size - 16)
    for offset in (size, 0x7FFF):
        c.send(f"00D6{offset:04X}0100")
        c.status("6B00", rule=rule, shows="forbidden")
    c.send(f"00D6{size - 1:04X}01{before.replace('}', '[15:16]}')}")
    c.status("9000", rule=rule)
    c.send(f"00B0{size - 16:04X}10")
    c.data(before, rule=rule)
    return c.case()


def across_the_end(context: Context) -> Case:
    """Write two bytes at the last: neither is taken."""
    rule = "card/binary/update-across-end"
    size = sample(context).size
    c = _begin(context, "update-across-end", 1, "Data that run beyond the end are refused as a whole.")
    before = _keep(c, size - 16)
    changed = c.let("xor", before, _PATTERN)
    c.send(f"00D6{size - 15:04X}10{changed}", name="across")
    c.send(f"00B0{size - 16:04X}10", name="after")
    c.send(f"00D6{size - 16:04X}10{before}", name="restore")
    c.status("6700", rule=rule, shows="forbidden", at="across")
    c.data(before, rule=rule, at="after")
    c.status("9000", rule=rule, at="restore")
    return c.case()
