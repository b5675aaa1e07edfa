"""Values of items: packed, text, templates, dates, codes (facts: card.md §4, §7)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from onecard.virtual_cards.code_tables.tables import TABLES
from onecard.virtual_cards.layouts.encoding import FILLERS, encode_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.builder import CaseBuilder
    from onecard.conformance.cards.context import Context
    from onecard.virtual_cards.layouts.layout import ElementaryFile, Item

__all__ = ["codes_of", "judge_value"]

_HEAD = 2
"""Tag and length byte of a record."""

_NOT_PACKED = frozenset((0x01, 0x04))
"""SSSE/EF05: letters occur in the card identification code, the initialiser's last byte may be none."""

_NO_DATES = ("amount", "accumulated", "wage", "base")
"""Words in the names of ``cn 4`` items that are no dates."""


def judge_value(context: Context, c: CaseBuilder, file: ElementaryFile, item: Item) -> None:
    """Judge the form of the record just read, and its codes.

    Of 1.00 only the SSSE is judged: types and codes of the other files are seen once or not known, and any
    record may hold an item of 2.00 (card.md §6.6).
    """
    if context.version == "1.00" and file.path[0] != "SSSE":
        return
    if item.kind == "B-TLV":
        c.matches(_template(item), rule="card/contents/templates")
    elif item.kind == "an":
        c.record(item.tag, item.length, "an", rule="card/contents/text")
    elif _is_date(item):
        c.record(item.tag, item.length, "date", rule="card/contents/dates")
    elif item.kind == "cn" and not (file.path == ("SSSE", "EF05") and item.tag in _NOT_PACKED):
        c.record(item.tag, item.length, "cn", rule="card/contents/packed")
    for start, coded in _coded(item, _HEAD):
        c.value_in(start, start + coded.length, *codes_of(coded), rule="card/contents/codes")


def _is_date(item: Item) -> bool:
    english = item.english.lower()
    return item.kind == "cn" and item.length == 4 and not any(word in english for word in _NO_DATES)


def _template(item: Item) -> str:
    """Return the pattern of a record made of inner records."""
    inner = "".join(f"{each.tag:02X}{each.length:02X}" + ".." * each.length for each in item.inner)
    return f"{item.tag:02X}{item.length:02X}{inner}"


def _coded(item: Item, start: int) -> Iterator[tuple[int, Item]]:
    """Give every part of an item whose code table is closed, and where it stands."""
    at = start
    if item.codes and not TABLES[item.codes].leading:
        yield at, item
    for inner in item.inner:
        yield from _coded(inner, at + _HEAD)
        at += _HEAD + inner.length
    for part in item.parts:
        yield from _coded(part, at)
        at += part.length


@lru_cache(maxsize=256)
def codes_of(item: Item) -> tuple[str, ...]:
    """Return every value that a coded item may have, and the empty one, hexadecimal."""
    codes = [encode_value(item.kind, row.code, item.length) for row in TABLES[item.codes].codes]
    return tuple(value.hex().upper() for value in [*codes, FILLERS[item.kind] * item.length])
