"""UPDATE RECORD of cyclic files: the newest is record 1, the oldest leaves (facts: card.md §3.4, §5.1, §10).

Standard cyclic files that a command writes stand on 2.00 and later only. A card may keep more records than
the table says, so what is behind the table's capacity is not judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.files.access_rights import builder_for, look, place, reach, usual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.builder import CaseBuilder
    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case
    from onecard.virtual_cards.layouts.layout import ElementaryFile

__all__ = ["cyclic_cases"]


def cyclic_cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    if context.version == "1.00":
        return
    for number, path in enumerate((("DF02", "EF07"), ("DF02", "EF16"), ("DF04", "EF15")), start=1):
        yield keeps_the_newest(context, number, context.layout.file(*path))
    file = context.layout.file("DF02", "EF16")
    yield newest_is_first(context, file)
    yield replaces_by_number(context, file)
    yield other_length(context, file)


def _begin(context: Context, file: ElementaryFile, topic: str, number: int, purpose: str) -> CaseBuilder:
    case = f"card/{topic}/{number:02d}"
    c = builder_for(context, file, case, purpose, effect="alters")
    reach(c, file, usual(file.read) | usual(file.write))
    return c


def _record(context: Context, file: ElementaryFile, number: int) -> str:
    """Return bytes for a record: the number, then a draw."""
    return (f"{number:02X}" + context.random(place(file), number) * file.size)[: 2 * file.size]


def _read(file: ElementaryFile, number: int) -> str:
    at = look(file).read
    return f"{at[:4]}{number:02X}{at[6:]}"


def newest_is_first(context: Context, file: ElementaryFile) -> Case:
    """Append two and read both."""
    rule = "card/records/cyclic-order"
    c = _begin(context, file, "records/cyclic-order", 1, "Of a cyclic file record 1 is the newest.")
    older, newer = (_record(context, file, number) for number in (1, 2))
    c.must(look(file).write + older)
    c.must(look(file).write + newer)
    c.send(_read(file, 1))
    c.data(newer, rule=rule)
    c.send(_read(file, 2))
    c.data(older, rule=rule)
    return c.case()


def keeps_the_newest(context: Context, number: int, file: ElementaryFile) -> Case:
    """Append one more than the table asks for: the newest of them are all there."""
    rule = "card/update/cyclic-append"
    purpose = f"{'/'.join(file.path)} takes one record more than {file.capacity} and keeps the newest."
    c = _begin(context, file, "update/cyclic-append", number, purpose)
    records = [_record(context, file, each) for each in range(file.capacity + 1)]
    for record in records:
        c.send(look(file).write + record)
        c.status("9000", rule=rule)
    for at, record in enumerate(reversed(records[1:]), start=1):
        c.send(_read(file, at))
        c.data(record, rule="card/contents/cyclic-capacity")
    return c.case()


def replaces_by_number(context: Context, file: ElementaryFile) -> Case:
    """Write record 2 of two."""
    rule = "card/update/cyclic-number"
    c = _begin(context, file, "update/cyclic-number", 1, "A number replaces a record of a cyclic file.")
    for each in (1, 2):
        c.must(look(file).write + _record(context, file, each))
    p2 = f"{file.sfi << 3 | 4:02X}{file.size:02X}"
    replaced = _record(context, file, 3)
    c.send(f"00DC02{p2}{replaced}")
    c.status("9000", rule=rule)
    c.send(_read(file, 2))
    c.data(replaced, rule=rule)
    c.send(_read(file, 1))
    c.data(_record(context, file, 2), rule=rule)
    c.send(f"00DCFE{p2}{replaced}")
    c.status("6A83", rule=rule, shows="forbidden")
    return c.case()


def other_length(context: Context, file: ElementaryFile) -> Case:
    """Append one byte fewer, one more."""
    rule = "card/update/cyclic-length"
    c = _begin(context, file, "update/cyclic-length", 1, "Records of a cyclic file all have its length.")
    header = look(file).write[:8]
    c.send(look(file).write + _record(context, file, 1))
    c.status("9000", rule=rule)
    for size in (file.size - 1, file.size + 1):
        c.send(f"{header}{size:02X}{'5A' * size}")
        c.status("6A85", rule=rule, shows="forbidden")
    c.send(_read(file, 1))
    c.data(_record(context, file, 1), rule=rule)
    return c.case()
