"""Data items of a layout from its document: named lists resolved, lengths checked, reuse added."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from onecard.virtual_cards.layouts.document import LayoutError
from onecard.virtual_cards.layouts.layout import ElementaryFile, Item

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onecard.virtual_cards.layouts.document import (
        FileDocument,
        ItemDocument,
        LayoutDocument,
        ReusedDocument,
    )

__all__ = ["build_items", "reuse_rules", "with_reuse"]


def build_items(where: str, document: LayoutDocument, rows: Sequence[ItemDocument]) -> tuple[Item, ...]:
    """Build the items of a file or of a list, each as often as its row counts.

    Raises:
        LayoutError: a tag or length out of range, or a list that does not exist or does not fill its item.
    """
    items: list[Item] = []
    for row in rows:
        items.extend([_item(where, document, row)] * row.count)
    return tuple(items)


def _item(where: str, document: LayoutDocument, row: ItemDocument) -> Item:
    at = f"{where} item {row.tag:02X}"
    if not 0 <= row.tag <= 0xFE or not 1 <= row.length <= 0xFE:
        raise LayoutError(f"{at}: tag {row.tag} must be 0 to 254, length {row.length} 1 to 254")
    if (row.type == "B-TLV") != bool(row.inner):
        raise LayoutError(f"{at}: a B-TLV has an inner list, an {row.type} item has none: {row.inner!r}")
    inner = _list(at, document, "inner", row.inner, row.length, overhead=2)
    parts = _list(at, document, "parts", row.parts, row.length, overhead=0)
    return Item(
        tag=row.tag,
        kind=row.type,
        length=row.length,
        english=row.english,
        chinese=row.chinese,
        mark=row.mark,
        inner=inner,
        default=row.default,
        codes=row.codes,
        parts=parts,
        note=row.note,
    )


def _list(
    at: str, document: LayoutDocument, section: str, name: str, length: int, *, overhead: int
) -> tuple[Item, ...]:
    """Return the items of a named list, which with their overhead must take the item's whole length."""
    if not name:
        return ()
    lists = document.inner if section == "inner" else document.parts
    if name not in lists:
        raise LayoutError(f"{at}: inner list {name!r} is not under [{section}]")
    items = build_items(at, document, lists[name])
    total = sum(overhead + item.length for item in items)
    if total != length:
        raise LayoutError(f"{at}: {section} items take {total} bytes, length says {length}")
    return items


def reuse_rules(document: LayoutDocument, df: str, file: FileDocument) -> dict[int, ReusedDocument]:
    """Return the rule of each tag of a file that may hold an item of a later version (card.md §6.6)."""
    mine = [rule for rule in document.reused if (rule.df, rule.fid) == (df, file.fid)]
    return {tag: rule for rule in mine for tag in rule.tags}


def with_reuse(
    where: str, items: tuple[Item, ...], rules: dict[int, ReusedDocument], later: ElementaryFile
) -> tuple[Item, ...]:
    """Give each record that a rule names the item of the later version that it may hold.

    Raises:
        LayoutError: an item is missing in either version, or leaves no room for ``EE``.
    """
    known = {item.tag for item in items}
    for tag, rule in rules.items():
        if later.item(tag) is None or not {tag, rule.follows or tag} <= known:
            raise LayoutError(f"{where}: reused item {tag:02X} or the one it follows is not in both versions")
    return tuple([_reused(where, item, rules.get(item.tag), later.item(item.tag)) for item in items])


def _reused(where: str, item: Item, rule: ReusedDocument | None, later: Item | None) -> Item:
    if rule is None or later is None:
        return item
    length = item.length if rule.follows else rule.length or later.length
    if not rule.follows and length >= item.length:
        raise LayoutError(
            f"{where}: reused item {item.tag:02X} takes {length} bytes, which leaves no room for EE"
        )
    reused = replace(later, kind=rule.type or later.kind, length=length, mark=rule.mark)
    return replace(item, reused=reused, leader=rule.follows)
