"""Contents: every file is there, with structure, records and values of their form (facts: card.md §4–§7).

Values are unknown on somebody else's card: judged are tags, lengths, forms, closed code tables, and what the
statement says. Records are read one by one with the length that the layout gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.files.access_rights import (
    NUMBER,
    builder_for,
    look,
    place,
    reach,
    short_reference,
    standard_files,
    usual,
)
from onecard.conformance.cards.files.contents_issuer import issuer_cases
from onecard.conformance.cards.files.contents_values import judge_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.builder import CaseBuilder
    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case
    from onecard.virtual_cards.layouts.layout import ElementaryFile

__all__ = ["cases"]

_UNEMPLOYMENT = (("DF02", "EF06"), ("DF03", "EF05"))


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    for file in standard_files(context):
        yield the_file_is_as_listed(context, file)
    yield from issuer_cases(context)
    if context.version != "1.00":
        yield item_60_stands_once(context)


def records_rule(context: Context, file: ElementaryFile) -> str:
    """Return the clause about a linear file's records: how well they are known differs."""
    if context.version == "1.00" and file.path[0] != "SSSE":
        return "card/contents/v1-records"
    if file.path in _UNEMPLOYMENT:
        return "card/contents/unemployment-records"
    return "card/contents/records"


def the_file_is_as_listed(context: Context, file: ElementaryFile) -> Case:
    """Look at one file: there, of its structure, holding what the table lists."""
    purpose = f"{'/'.join(file.path)} ({file.english}) is there, {file.structure}, and holds what is listed."
    c = builder_for(context, file, f"card/contents/{place(file)}/01", purpose)
    reach(c, file, usual(file.read))
    c.send(f"00A4020002{file.fid:04X}")
    c.status("9000", rule="card/contents/files")
    _structure(c, file)
    if file.transparent:
        _transparent(c, file)
    elif file.cyclic:
        _cyclic(c, file)
    else:
        _linear(context, c, file)
    return c.case()


def _structure(c: CaseBuilder, file: ElementaryFile) -> None:
    rule = "card/contents/structure"
    right = look(file, 1)
    binary, record = f"00B0{0x80 | file.sfi:02X}0001", f"00B201{short_reference(file, NUMBER)}01"
    c.send(right.read)
    c.status(*(("9000", "6A83") if file.cyclic else ("9000",)), rule=rule)
    c.send(record if file.transparent else binary)
    c.status("6981", rule=rule, shows="forbidden")


def _transparent(c: CaseBuilder, file: ElementaryFile) -> None:
    """Read the last byte, and the one behind it, by the current EF."""
    rule = "card/contents/transparent-size"
    c.must(look(file).read)
    c.send(f"00B0{file.size - 1:04X}01")
    c.status("9000", rule=rule)
    c.length(1, rule=rule)
    c.send(f"00B0{file.size:04X}01")
    c.status("6B00", rule=rule, shows="forbidden")


def _cyclic(c: CaseBuilder, file: ElementaryFile) -> None:
    """Ask for one byte: the card says how long its records are, if it has any."""
    rule = "card/contents/cyclic-size" if file.path != ("DF04", "EF08") else "card/contents/log-size"
    sizes = (file.size, 0x14) if file.path == ("DF04", "EF08") else (file.size,)
    c.send(f"00B201{short_reference(file, NUMBER)}01", raw=True)
    c.status(*(f"6C{size:02X}" for size in sizes), "6A83", rule=rule)


def _linear(context: Context, c: CaseBuilder, file: ElementaryFile) -> None:
    rule = records_rule(context, file)
    for number, item in enumerate(file.items, start=1):
        c.send(look(file, number).read)
        c.records((item.tag, item.length), rule=rule)
        judge_value(context, c, file, item)
    if file.path in (("SSSE", "EF05"), ("SSSE", "EF06")):
        c.send(f"00B2{len(file.items) + 1:02X}{short_reference(file, NUMBER)}00")
        c.status("6A83", rule="card/contents/not-extended", shows="forbidden")
        c.send(look(file).read)
        c.status("9000", rule="card/contents/not-extended")


def item_60_stands_once(context: Context) -> Case:
    """Look for item 60 in both files that may hold it: one status word is 9000, the other 6A83."""
    rule = "card/contents/item-60"
    purpose = "Item 60 stands in one of DF02/EF06 and DF03/EF05: the sum of 9000 and 6A83 is FA83."
    first, second = (context.layout.file(*path) for path in _UNEMPLOYMENT)
    c = builder_for(context, first, "card/contents/item-60/01", purpose)
    reach(c, first, usual(first.read))
    one = c.must(f"00B260{short_reference(first, 0)}06", "9000", "6A83")
    reach(c, second, usual(second.read), back=True)
    other = c.must(f"00B260{short_reference(second, 0)}06", "9000", "6A83")
    both = c.let("add", "{" + one + ".sw}", "{" + other + ".sw}")
    c.alive()
    c.value_in(0, 2, "FA83", of=both, rule=rule)
    return c.case()
