"""Values given as text, written into a file of a card.

Every kind of file has its own form (:data:`Items`); whatever is not given stays as it is. Errors are one line
with file, item, value and what is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from onecard.virtual_cards.iso7816.tlv import simple
from onecard.virtual_cards.layouts.encoding import encode_value
from onecard.virtual_cards.layouts.reuse import encode_reused
from onecard.virtual_cards.personalisation.profile import PersonalisationError

if TYPE_CHECKING:
    from onecard.virtual_cards.layouts.layout import Contents, ElementaryFile, Item, Layout

__all__ = ["Items", "filled", "find_file", "write_items"]

ItemValue = str | Mapping[str, str]
FileItems = Mapping[str, ItemValue] | Sequence[Mapping[str, str]] | bytes
Items = Mapping[str, FileItems]
"""Items by file: ``{"DF01EF06": {"28": "13900000000"}}``. What a file takes depends on its structure:

=========== ==============================================================================================
linear      values by tag: text (see ``layouts.encoding``), for a ``B-TLV`` a mapping of inner tags to
            text; ``"40#2"`` is the second record with tag ``40``
cyclic      records, newest first, each a mapping of the fields' English names to text; absent: empty
transparent bytes, which are filled up with ``00``
=========== ==============================================================================================
"""


def find_file(layout: Layout, place: str) -> ElementaryFile:
    """Find the file that ``"DF01EF06"`` or ``"SSSEEF08"`` names.

    Raises:
        PersonalisationError: there is no such file.
    """
    try:
        return layout.file(place[:4], place[4:])
    except (KeyError, ValueError):
        raise PersonalisationError(f"file {place!r} does not exist on version {layout.version}") from None


def filled(file: ElementaryFile, values: Mapping[int, str | bytes]) -> tuple[bytes, ...]:
    """Build every record of a linear file from values by tag, in the order of the layout."""
    return tuple(
        [simple(item.tag, _field(_where(file, item), item, values[item.tag])) for item in file.items]
    )


def write_items(
    file: ElementaryFile, present: Contents, values: FileItems, *, reused: bool = False
) -> Contents:
    """Write values into a file's present contents.

    Args:
        file: from the layout.
        present: what the file holds.
        values: see :data:`Items`.
        reused: the values are items of 2.00 for a card of 1.00 (card.md §6.6).

    Returns:
        The file's new contents.

    Raises:
        PersonalisationError: the file takes other values than these.
    """
    where = f"{file.path[0]}/{file.name}"
    if file.transparent:
        if not isinstance(values, bytes) or len(values) > file.size:
            raise PersonalisationError(f"{where} is transparent: up to {file.size} bytes are allowed")
        return values.ljust(file.size, b"\x00")
    if file.cyclic:
        if isinstance(values, (bytes, str, Mapping)) or len(values) > file.capacity:
            raise PersonalisationError(f"{where} is cyclic: up to {file.capacity} records are allowed")
        return tuple([_cyclic_record(file, values_of_record) for values_of_record in values])
    if not isinstance(values, Mapping):
        raise PersonalisationError(f"{where} is {file.structure}: values by tag are allowed")
    records = [record for record in present if isinstance(record, bytes)]
    for tag, value in values.items():
        number = _record_number(file, tag)
        item = file.items[number - 1]
        field = (
            _reused_field(file, item, value, values) if reused else _value(_where(file, item), item, value)
        )
        records[number - 1] = simple(item.tag, field)
    return tuple(records)


def _where(file: ElementaryFile, item: Item) -> str:
    return f"{file.path[0]}/{file.name} item {item.tag:02X}"


def _field(where: str, item: Item, value: str | bytes) -> bytes:
    """Encode one value; bytes are taken as they are when they fill the field."""
    if isinstance(value, bytes):
        if len(value) != item.length:
            raise PersonalisationError(f"{where}: {len(value)} bytes, the field has {item.length}")
        return value
    try:
        return encode_value(item.kind, value, item.length)
    except ValueError as error:
        raise PersonalisationError(f"{where}: {error}") from None


def _value(where: str, item: Item, value: ItemValue) -> bytes:
    if isinstance(value, str) and not item.inner:
        return _field(where, item, value)
    if isinstance(value, str) or not item.inner:
        wanted = "a mapping of inner tags to text" if item.inner else "text"
        raise PersonalisationError(
            f"{where}: {value!r} is not {wanted}, which an item of type {item.kind} takes"
        )
    tags = [f"{inner.tag:02X}" for inner in item.inner]
    unknown = sorted(set(value) - set(tags))
    if unknown:
        raise PersonalisationError(f"{where} has no inner item {unknown[0]!r}; allowed: {', '.join(tags)}")
    return b"".join(
        simple(inner.tag, _field(where, inner, value.get(tag, "")))
        for tag, inner in zip(tags, item.inner, strict=True)
    )


def _cyclic_record(file: ElementaryFile, values: Mapping[str, str]) -> bytes:
    names = [item.english for item in file.items]
    unknown = sorted(set(values) - set(names))
    if unknown:
        raise PersonalisationError(
            f"{file.path[0]}/{file.name} has no field {unknown[0]!r}; allowed: {', '.join(names)}"
        )
    return b"".join(
        _field(f"{file.path[0]}/{file.name} field {item.english}", item, values.get(item.english, ""))
        for item in file.items
    )


def _record_number(file: ElementaryFile, tag: str) -> int:
    """Find the record of ``"28"`` or ``"40#2"``."""
    text, _, instance = tag.partition("#")
    numbers = [number for number, item in enumerate(file.items, start=1) if f"{item.tag:02X}" == text.upper()]
    wanted = instance or "1"
    if wanted.isdecimal() and 1 <= int(wanted) <= len(numbers):
        return numbers[int(wanted) - 1]
    allowed = ", ".join(f"{item.tag:02X}" for item in file.items)
    raise PersonalisationError(
        f"{file.path[0]}/{file.name} has no item {tag!r}; allowed: {allowed or 'none'}"
    )


def _reused_field(
    file: ElementaryFile, item: Item, value: ItemValue, values: Mapping[str, ItemValue]
) -> bytes:
    """Encode an item of 2.00 into its record; one that follows another needs that one given as well."""
    where = _where(file, item)
    if item.leader and f"{item.leader:02X}" not in values:
        raise PersonalisationError(f"{where} follows item {item.leader:02X}, which must be given with it")
    if not isinstance(value, str):
        raise PersonalisationError(f"{where}: {value!r} is not text, which an item of 2.00 takes here")
    try:
        return encode_reused(item, value)
    except ValueError as error:
        raise PersonalisationError(f"{where}: {error}") from None
