"""What a terminal knows of a card's files, with the frames ready to send (facts: terminal.md §4.4, §4.5).

One catalogue per specification version, made from the standard's own file tables
(:mod:`onecard.virtual_cards.layouts`). Command bytes never change between cards of a version, so they are
built here once; a dialogue only sends them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from onecard.sim.terminals.codes import TerminalError
from onecard.virtual_cards.layouts import load_layout
from onecard.virtual_cards.layouts.encoding import decode_value, encode_value
from onecard.virtual_cards.layouts.loader import VERSIONS
from onecard.virtual_cards.layouts.reuse import as_written
from onecard.virtual_cards.security.key_table import key_row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onecard.sim.terminals.transport import Frame
    from onecard.virtual_cards.layouts import ElementaryFile, Item
    from onecard.virtual_cards.layouts.access import Access
    from onecard.virtual_cards.security.key_table import KeyRow

__all__ = ["Catalogue", "FileEntry", "ItemEntry", "KeyEntry", "catalogue_for"]

FILE_NOT_FOUND = -27266
RECORD_NOT_FOUND = -27267
BAD_INPUT = -23

_SELECT_SSSE: Frame = [0x00, 0xA4, 0x04, 0x00, 0x0F, *b"sx1.sh.\xc9\xe7\xbb\xe1\xb1\xa3\xd5\xcf"]
_CHUNK = 256
_SEPARATOR = "^"


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A key of the card for EXTERNAL AUTHENTICATE.

    Args:
        name: key name.
        adf: application that holds it.
        p2: key identifier.
        row: what a PSAM calls it.
    """

    name: str
    adf: str
    p2: int
    row: KeyRow


@dataclass(frozen=True, slots=True)
class ItemEntry:
    """An item of a linear file.

    Args:
        name: tag in hexadecimal; ``"40:02"`` for the second record with tag 40.
        item: type and length.
        number: record number when only the number finds it (a repeated tag), else 0.
        read: READ RECORD frame (terminal.md §4.5 by tag, or by number).
    """

    name: str
    item: Item
    number: int
    read: Frame

    def text(self, record: Frame) -> str:
        """Return a record's value as text; a 1.00 card's may be an item of 2.00 (card.md §6.6).

        The record that another one's meaning follows is not asked for: it changes the meaning, not the text.

        Raises:
            TerminalError: the record is not this item's TLV.
        """
        if len(record) < 2 or record[0] != self.item.tag or record[1] != len(record) - 2:
            raise TerminalError(-1)
        return _decode(*as_written(self.item, bytes(record[2:])))

    def update(self, text: str) -> Frame:
        """Build the UPDATE RECORD frame that writes a text."""
        value = _encode(self.item, text)
        p1, p2 = (self.number, 0x04) if self.number else (self.item.tag, 0x00)
        return [0x00, 0xDC, p1, p2, len(value) + 2, self.item.tag, len(value), *value]


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file with its rules and frames.

    Args:
        name: ``"DF04EF05"``.
        adf: ``"SSSE"`` or the DF.
        structure: ``linear``, ``cyclic`` or ``transparent``.
        read: who may read.
        write: who may write.
        select: SELECT EF frame.
        items: linear files: items by name, in record order.
        fields: cyclic files: fields of a record.
        frames: cyclic: READ RECORD per record, newest first; transparent: READ BINARY per 256 bytes.
    """

    name: str
    adf: str
    structure: str
    read: Access
    write: Access
    select: Frame
    items: Mapping[str, ItemEntry]
    fields: tuple[Item, ...]
    frames: tuple[Frame, ...]

    def item(self, name: str) -> ItemEntry:
        """Return an item; a tag that the file has not is a missing record (terminal.md §14 row 13)."""
        entry = self.items.get(name)
        if entry is None:
            raise TerminalError(RECORD_NOT_FOUND)
        return entry

    def record_text(self, record: Frame) -> str:
        """Return a cyclic record's fields, joined by ``^`` (terminal.md §3.3)."""
        content, at, texts = bytes(record), 0, []
        for item in self.fields:
            texts.append(decode_value(item.kind, content[at : at + item.length]))
            at += item.length
        return _SEPARATOR.join(texts)

    def append(self, texts: list[str]) -> Frame:
        """Build the UPDATE RECORD frame, mode "previous", that appends a cyclic record."""
        if len(texts) != len(self.fields):
            raise TerminalError(BAD_INPUT)
        record = b"".join(_encode(item, text) for item, text in zip(self.fields, texts, strict=True))
        return [0x00, 0xDC, 0x00, 0x03, len(record), *record]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Files and keys of one specification version."""

    version: str
    files: Mapping[str, FileEntry]
    keys: Mapping[str, KeyEntry]
    select: Mapping[str, Frame]
    """SELECT frame by application: SSSE by name, DFs by identifier."""

    def file(self, name: str) -> FileEntry:
        """Return a file; one that this version has not is ``-27266``."""
        entry = self.files.get(name)
        if entry is None:
            raise TerminalError(FILE_NOT_FOUND)
        return entry

    def key(self, name: str) -> KeyEntry:
        """Return a key; one that this version has not is ``-27272``."""
        entry = self.keys.get(name)
        if entry is None:
            raise TerminalError(-27272)
        return entry


def catalogue_for(spec_version: str) -> Catalogue:
    """Return the catalogue for what EF05 item 03 says: only its beginning counts (terminal.md §4.1).

    Empty or unreadable counts as the oldest version.
    """
    return _catalogue({"2": "2.00", "3": "3.00"}.get(spec_version[:1], VERSIONS[0]))


@cache
def _catalogue(version: str) -> Catalogue:
    layout = load_layout(version)
    keys = {
        key.name: KeyEntry(key.name, key.scope, key.key_id, key_row(key.name))
        for key in layout.keys.values()
        if key.key_id is not None
    }
    files = [_file_entry(file) for df in layout.applications for file in df.files]
    select: dict[str, Frame] = {
        df.name: [0x00, 0xA4, 0x00, 0x00, 0x02, *df.fid.to_bytes(2, "big")] for df in layout.applications
    }
    select["SSSE"] = _SELECT_SSSE
    return Catalogue(version, {file.name: file for file in files}, keys, select)


def _file_entry(file: ElementaryFile) -> FileEntry:
    linear = not (file.cyclic or file.transparent)
    return FileEntry(
        name="".join(file.path),
        adf=file.path[0],
        structure="linear" if linear else file.structure,
        read=file.read,
        write=file.write,
        select=[0x00, 0xA4, 0x02, 0x00, 0x02, *file.fid.to_bytes(2, "big")],
        items=_item_entries(file) if linear else {},
        fields=file.items if file.cyclic else (),
        frames=_record_frames(file) if file.cyclic else _chunk_frames(file) if file.transparent else (),
    )


def _record_frames(file: ElementaryFile) -> tuple[Frame, ...]:
    return tuple([0x00, 0xB2, number, 0x04, file.size] for number in range(1, file.capacity + 1))


def _chunk_frames(file: ElementaryFile) -> tuple[Frame, ...]:
    starts = range(0, file.size, _CHUNK)
    return tuple([0x00, 0xB0, at >> 8, at & 0xFF, min(_CHUNK, file.size - at) & 0xFF] for at in starts)


def _item_entries(file: ElementaryFile) -> dict[str, ItemEntry]:
    entries: dict[str, ItemEntry] = {}
    seen: dict[int, int] = {}
    for number, item in enumerate(file.items, start=1):
        occurrence = seen[item.tag] = seen.get(item.tag, 0) + 1
        length = item.length + 2
        if occurrence == 1:
            name = f"{item.tag:02X}"
            entries[name] = ItemEntry(name, item, 0, [0x00, 0xB2, item.tag, 0x00, length])
        else:
            name = f"{item.tag:02X}:{occurrence:02d}"
            entries[name] = ItemEntry(name, item, number, [0x00, 0xB2, number, 0x04, length])
    return entries


def _decode(item: Item, value: bytes) -> str:
    if not item.inner:
        return decode_value(item.kind, value)
    texts, at = [], 0
    for inner in item.inner:
        texts.append(decode_value(inner.kind, value[at + 2 : at + 2 + inner.length]))
        at += 2 + inner.length
    return _SEPARATOR.join(texts)


def _encode(item: Item, text: str) -> bytes:
    """Encode a text; one that the item cannot hold is bad input (-23)."""
    if item.inner:
        texts = text.removesuffix(_SEPARATOR).split(_SEPARATOR)
        if len(texts) != len(item.inner):
            raise TerminalError(BAD_INPUT)
        parts = zip(item.inner, texts, strict=True)
        return b"".join(bytes((inner.tag, inner.length)) + _encode(inner, part) for inner, part in parts)
    try:
        return encode_value(item.kind, text, item.length)
    except ValueError as error:
        raise TerminalError(BAD_INPUT) from error
