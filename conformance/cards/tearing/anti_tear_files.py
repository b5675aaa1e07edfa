"""Torn UPDATE RECORD, UPDATE BINARY and cyclic appends (facts: card.md §11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import CaseBuilder
from onecard.conformance.cards.security_steps import gain, select
from onecard.conformance.cards.tearing.anti_tear_points import POINTS, Point, power_fails
from onecard.virtual_cards.layouts.access import PIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case
    from onecard.virtual_cards.layouts.layout import ElementaryFile

__all__ = ["cases"]

_READ, _UPDATE = "00B2062C00", "00DC062C06"
_RECORD = "060420401231"
_BYTES = "A5" * 16
_FILL = (0x31, 0x32, 0x33)


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    binary = _first(context, transparent=True)
    cyclic = _first(context, transparent=False)
    for point in POINTS:
        yield torn_record(context, point)
        if binary is not None:
            yield torn_binary(context, point, binary)
        if cyclic is not None:
            yield torn_append(context, point, cyclic)


def _first(context: Context, *, transparent: bool) -> ElementaryFile | None:
    """Find a file that one key writes, and that everybody reads, or of a cyclic one the holder of the PIN."""
    readable = frozenset() if transparent else frozenset({PIN})
    return next(
        (
            file
            for application in context.layout.applications
            for file in application.files
            if (file.transparent if transparent else file.cyclic)
            and readable in file.read.alternatives
            and len(file.write.alternatives) == 1
        ),
        None,
    )


def torn_record(context: Context, point: Point) -> Case:
    """UPDATE RECORD of SSSE EF05, record 6."""
    rule = "card/tear/record"
    c = CaseBuilder(
        f"{rule}/{point.number:02}",
        f"UPDATE RECORD torn {point.when}: the record is the old one or the new one.",
        context,
        effect="restores",
    )
    before = c.must(_READ)
    c.matches("0604........")
    c.differs(_RECORD)
    gain(c, frozenset({"UKSSSE"}))
    power_fails(c, _UPDATE + _RECORD, point)
    c.alive()
    seen = c.must(_READ)
    gain(c, frozenset({"UKSSSE"}))
    c.must(f"{_UPDATE}{{{before}}}")
    c.send(_READ)
    c.data(f"{{{before}}}")
    c.value_in(0, 6, *point.allowed(f"{{{before}}}", _RECORD), of=f"{{{seen}}}", rule=rule, shows=point.shows)
    return c.case()


def torn_binary(context: Context, point: Point, file: ElementaryFile) -> Case:
    """UPDATE BINARY of sixteen bytes."""
    rule = "card/tear/binary"
    c = CaseBuilder(
        f"{rule}/{point.number:02}",
        f"UPDATE BINARY torn {point.when}: the bytes are the old ones or the new ones.",
        context,
        effect="restores",
    )
    at = f"{0x80 | file.sfi:02X}00"
    select(c, file.path[0])
    before = c.must(f"00B0{at}10")
    c.length(16)
    c.differs(_BYTES)
    gain(c, file.write.rights)
    power_fails(c, f"00D6{at}10{_BYTES}", point)
    c.alive()
    select(c, file.path[0])
    seen = c.must(f"00B0{at}10")
    gain(c, file.write.rights)
    c.must(f"00D6{at}10{{{before}}}")
    c.send(f"00B0{at}10")
    c.data(f"{{{before}}}")
    c.value_in(0, 16, *point.allowed(f"{{{before}}}", _BYTES), of=f"{{{seen}}}", rule=rule, shows=point.shows)
    return c.case()


def torn_append(context: Context, point: Point, file: ElementaryFile) -> Case:
    """See that a record that is appended is there as a whole, or the records are as before."""
    rule = "card/tear/cyclic"
    c = CaseBuilder(
        f"{rule}/{point.number:02}",
        f"An append torn {point.when}: the new record is the first, or everything is as before.",
        context,
        effect="alters",
    )
    oldest, newest, torn = (f"{byte:02X}" * file.size for byte in _FILL)
    append = f"00DC00{file.sfi << 3 | 3:02X}{file.size:02X}"
    gain(c, frozenset({PIN}))
    select(c, file.path[0])
    gain(c, file.write.rights)
    c.must(append + oldest)
    c.must(append + newest)
    power_fails(c, append + torn, point)
    c.alive()
    gain(c, frozenset({PIN}))
    select(c, file.path[0])
    records = [c.must(f"00B2{number:02X}{file.sfi << 3 | 4:02X}00") for number in (1, 2)]
    c.value_in(
        0,
        2 * file.size,
        *point.allowed(newest + oldest, torn + newest),
        of="".join(f"{{{record}}}" for record in records),
        rule=rule,
        shows=point.shows,
    )
    return c.case()
