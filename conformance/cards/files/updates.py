"""UPDATE RECORD: replace by number and identifier, refusals, what a reset leaves (facts: card.md §4, §10).

DF01/EF05 stands on every version: household type, address, and a third record. What appends is in
``updates_appending``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.files.access_rights import authenticate, builder_for, enter, look, reach, usual
from onecard.conformance.cards.files.updates_appending import appending_cases
from onecard.conformance.cards.files.updates_cyclic import cyclic_cases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.builder import CaseBuilder
    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case
    from onecard.virtual_cards.layouts.layout import ElementaryFile

__all__ = ["cases"]

_ADDRESS = 2
"""Number of the record that is written, with tag 21."""

_SHORTER = 10


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield by_number(context)
    yield by_identifier(context)
    yield in_the_current_file(context)
    yield lasts_over_a_reset(context)
    yield other_records_stay(context)
    yield shorter_and_as_long_again(context)
    yield wrong_inner_length(context)
    yield identifier_of_another_record(context)
    yield without_a_current_file(context)
    yield unknown_short_identifier(context)
    yield on_a_transparent_file(context)
    yield other_length_in_a_fixed_file(context)
    if context.version != "1.00":
        yield instances(context)
    yield from appending_cases(context)
    yield from cyclic_cases(context)


def _begin(context: Context, topic: str, purpose: str) -> tuple[CaseBuilder, ElementaryFile]:
    """Earn the rights to read and write DF01/EF05."""
    file = context.layout.file("DF01", "EF05")
    c = builder_for(context, file, f"card/update/{topic}/01", purpose, effect="restores")
    reach(c, file, usual(file.read) | usual(file.write))
    return c, file


def _keep(c: CaseBuilder, file: ElementaryFile, number: int = _ADDRESS) -> tuple[str, str]:
    """Read what must be brought back, and change one bit of its last byte."""
    at = look(file, number)
    before = "{" + c.must(at.read) + "}"
    c.length(at.size)
    return before, c.let("xor", before, "00" * (at.size - 1) + "01")


def by_number(context: Context) -> Case:
    """P2 mode 100."""
    rule = "card/update/number"
    c, file = _begin(context, "number", "UPDATE RECORD by number replaces that record.")
    at = look(file, _ADDRESS)
    before, changed = _keep(c, file)
    c.send(at.write + changed, name="write")
    c.send(at.read, name="changed")
    c.send(at.write + before)
    c.send(at.read, name="restored")
    c.send(f"00DCFE{at.write[6:10]}{before}", name="far")
    c.status("9000", rule=rule, at="write")
    c.length(0, rule=rule, at="write")
    c.data(changed, rule=rule, at="changed")
    c.data(before, rule=rule, at="restored")
    c.status("6A83", rule=rule, shows="forbidden", at="far")
    return c.case()


def by_identifier(context: Context) -> Case:
    """P2 mode 000, the tag in P1."""
    rule = "card/update/identifier"
    c, file = _begin(context, "identifier", "UPDATE RECORD by identifier replaces the record with that tag.")
    at = look(file, _ADDRESS)
    before, changed = _keep(c, file)
    write = f"00DC21{file.sfi << 3:02X}{at.size:02X}"
    c.send(write + changed, name="write")
    c.send(at.read, name="changed")
    c.send(write + before)
    c.send(at.read, name="restored")
    c.status("9000", rule=rule, at="write")
    c.data(changed, rule=rule, at="changed")
    c.data(before, rule=rule, at="restored")
    return c.case()


def in_the_current_file(context: Context) -> Case:
    """SELECT, then SFI 0."""
    rule = "card/update/current-file"
    c, file = _begin(context, "current-file", "With SFI 0 the record of the current EF is replaced.")
    at = look(file, _ADDRESS)
    before, changed = _keep(c, file)
    c.must(f"00A4020002{file.fid:04X}")
    c.send(f"00DC0204{at.size:02X}{changed}", name="write")
    c.send(at.read, name="changed")
    c.send(at.write + before)
    c.status("9000", rule=rule, at="write")
    c.data(changed, rule=rule, at="changed")
    return c.case()


def lasts_over_a_reset(context: Context) -> Case:
    """Take the power away between writing and reading."""
    rule = "card/update/lasting"
    c, file = _begin(context, "lasting", "What was written is there after a reset.")
    at = look(file, _ADDRESS)
    before, changed = _keep(c, file)
    c.send(at.write + changed)
    c.reset()
    reach(c, file, usual(file.read) | usual(file.write), back=True, checked=False)
    c.send(at.read, name="changed")
    c.send(at.write + before)
    c.data(changed, rule=rule, at="changed")
    return c.case()


def other_records_stay(context: Context) -> Case:
    """Look at the neighbours of the record that is written."""
    rule = "card/update/only-this-record"
    c, file = _begin(context, "only-this-record", "UPDATE RECORD changes no other record.")
    at = look(file, _ADDRESS)
    before, changed = _keep(c, file)
    neighbours = [look(file, number).read for number in (1, 3)]
    kept = ["{" + c.must(read) + "}" for read in neighbours]
    c.send(at.write + changed)
    names = [c.send(read) for read in neighbours]
    c.send(at.read, name="changed")
    c.send(at.write + before)
    c.data(changed, rule=rule, at="changed")
    for name, value in zip(names, kept, strict=True):
        c.data(value, rule=rule, shows="forbidden", at=name)
    return c.case()


def shorter_and_as_long_again(context: Context) -> Case:
    """Write a record of another length, and of its old one again."""
    rule = "card/update/variable-length"
    c, file = _begin(context, "variable-length", "A record of a linear variable file may change its length.")
    at = look(file, _ADDRESS)
    before, _ = _keep(c, file)
    size = at.size - _SHORTER
    head = f"{file.items[_ADDRESS - 1].tag:02X}{size - 2:02X}"
    short = head + before.replace("}", f"[2:{size}]}}")
    c.send(f"{at.write[:8]}{size:02X}{short}", name="write")
    c.send(f"{at.read[:8]}{size:02X}", name="shorter", raw=True)
    c.send(at.write + before, name="restore")
    c.send(at.read, name="restored")
    c.status("9000", rule=rule, at="write")
    c.data(short, rule=rule, at="shorter")
    c.status("9000", rule=rule, at="restore")
    c.data(before, rule=rule, at="restored")
    return c.case()


def wrong_inner_length(context: Context) -> Case:
    """Say one fewer and one more than there is."""
    rule = "card/update/tlv-length"
    c, file = _begin(context, "tlv-length", "A record whose length byte is not its length is refused.")
    at = look(file, _ADDRESS)
    before, _ = _keep(c, file)
    length, rest = at.size - 2, before.replace("}", "[2:]}")
    wrong = [c.send(f"{at.write}21{each:02X}{rest}") for each in (length - 1, length + 1)]
    c.send(at.read, name="after")
    c.send(at.write + before, name="right")
    for name in wrong:
        c.status("6A85", rule=rule, shows="forbidden", at=name)
    c.data(before, rule=rule, at="after")
    c.status("9000", rule=rule, at="right")
    return c.case()


def identifier_of_another_record(context: Context) -> Case:
    """P1 names tag 20, the record has tag 21."""
    rule = "card/update/identifier-agrees"
    c, file = _begin(context, "identifier-agrees", "P1 and the tag of the record that is sent must agree.")
    at, first = look(file, _ADDRESS), look(file, 1)
    before, _ = _keep(c, file)
    other = "{" + c.must(first.read) + "}"
    c.send(f"00DC21{file.sfi << 3:02X}{first.size:02X}{other}", name="other")
    c.send(at.read, name="after")
    c.send(at.write + before, name="restore")
    c.send(f"00DC21{file.sfi << 3:02X}{at.size:02X}{before}", name="right")
    c.status("6A85", rule=rule, shows="forbidden", at="other")
    c.data(before, rule=rule, at="after")
    c.status("9000", rule=rule, at="right")
    return c.case()


def without_a_current_file(context: Context) -> Case:
    """No EF was named since the application was selected."""
    rule = "card/update/no-current-file"
    c, file = _begin(context, "no-current-file", "Without a current EF, SFI 0 names nothing to write.")
    at = look(file, _ADDRESS)
    before, _ = _keep(c, file)
    enter(c, "DF01")
    c.send(f"00DC0204{at.size:02X}{before}")
    c.status("6986", rule=rule, shows="forbidden")
    c.send(at.write + before)
    c.status("9000", rule=rule)
    return c.case()


def unknown_short_identifier(context: Context) -> Case:
    """Name a file that is not there."""
    rule = "card/update/unknown-sfi"
    c, file = _begin(context, "unknown-sfi", "An SFI that no EF has is not found for writing.")
    at = look(file, _ADDRESS)
    before, _ = _keep(c, file)
    c.send(f"00DC02EC{at.size:02X}{before}")
    c.status("6A82", rule=rule, shows="forbidden")
    c.send(at.write + before)
    c.status("9000", rule=rule)
    return c.case()


def on_a_transparent_file(context: Context) -> Case:
    """UPDATE RECORD of the fingerprint file with the key that writes it."""
    rule = "card/update/wrong-type"
    file = context.layout.file("SSSE", "EF07")
    c = builder_for(
        context, file, "card/update/wrong-type/01", "UPDATE RECORD does not write a transparent file."
    )
    rights = usual(file.read) | usual(file.write)
    reach(c, file, rights)
    before = c.must(look(file).read)
    c.send("00DC013C03000100")
    c.status("6981", rule=rule, shows="forbidden")
    c.send(look(file).read)
    c.data("{" + before + "}", rule=rule)
    return c.case()


def other_length_in_a_fixed_file(context: Context) -> Case:
    """DF03/EF19 of 2.00, DF04/EF06 of 1.00: one byte fewer is refused, as long is taken."""
    rule = "card/update/fixed-length"
    file = context.layout.file(*(("DF04", "EF06") if context.version == "1.00" else ("DF03", "EF19")))
    c = builder_for(
        context,
        file,
        "card/update/fixed-length/01",
        "A record of a linear fixed file keeps its length.",
        effect="restores",
    )
    reach(c, file, usual(file.read) | usual(file.write))
    at, tag = look(file, 1), file.items[0].tag
    before, _ = _keep(c, file, 1)
    size = at.size - 1
    c.send(
        f"{at.write[:8]}{size:02X}{tag:02X}{size - 2:02X}" + before.replace("}", f"[2:{size}]}}"),
        name="shorter",
    )
    c.send(at.read, name="after")
    c.send(at.write + before, name="equal")
    c.status("6A85", rule=rule, shows="forbidden", at="shorter")
    c.data(before, rule=rule, at="after")
    c.status("9000", rule=rule, at="equal")
    return c.case()


def instances(context: Context) -> Case:
    """Write the three degrees of DF01/EF15: first, next and last are records 2, 3 and 4."""
    rule = "card/update/instances"
    file = context.layout.file("DF01", "EF15")
    c = builder_for(
        context,
        file,
        "card/update/instances/01",
        "First, next and last instance of a tag are written where they are read.",
        effect="restores",
    )
    reach(c, file, usual(file.read))
    authenticate(c, min(usual(file.write)))
    c.must(f"00A4020002{file.fid:04X}")
    places = [look(file, number) for number in (2, 3, 4)]
    kept = [_keep(c, file, number) for number in (2, 3, 4)]
    c.must(f"00A4020002{file.fid:04X}")
    written = [
        c.send(f"00DC40{mode:02X}36{changed}") for mode, (_, changed) in zip((0, 2, 1), kept, strict=True)
    ]
    read = [c.send(at.read) for at in places]
    for at, (before, _) in zip(places, kept, strict=True):
        c.send(at.write + before)
    for write, look_at, (_, changed) in zip(written, read, kept, strict=True):
        c.status("9000", rule=rule, at=write)
        c.data(changed, rule=rule, at=look_at)
    return c.case()
