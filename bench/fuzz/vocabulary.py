"""Commands that a card of a kind can make sense of, made once: the words of the fuzzer's sentences."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onecard.virtual_cards.card import CardMemory
    from onecard.virtual_cards.layouts.layout import DedicatedFile, ElementaryFile

__all__ = ["FileWords", "Words", "apdu", "application_words"]

_SIZES = (b"", b"\x00", b"\x01", b"\x08", b"\x12", b"\x40", b"\xff")
_NUMBER, _FROM, _TO, _PREVIOUS = 4, 5, 6, 3
_OFFSETS = (0, 0, 1, 0x7F, 0xFF)


@dataclass(frozen=True, slots=True)
class FileWords:
    """Commands on one file, by SFI or as the current file."""

    file: ElementaryFile
    select: bytes
    reads: Sequence[bytes]
    updates: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Words:
    """Commands on one application."""

    application: DedicatedFile
    selects: Sequence[bytes]
    files: Sequence[FileWords]


def apdu(cla: int, ins: int, p1: int, p2: int, data: bytes = b"", le: bytes = b"") -> bytes:
    """Build a short APDU."""
    return bytes((cla, ins, p1, p2)) + (bytes((len(data),)) + data if data else b"") + le


def application_words(memory: CardMemory) -> tuple[Words, ...]:
    """Return the words of every application of a card, SSSE first."""
    return tuple(_kept(application) for application in memory.applications)


_KEPT: dict[int, Words] = {}
_MOST_KEPT = 1024


def _kept(application: DedicatedFile) -> Words:
    """Look an application up by identity: it is shared by the cards of its layout, and cannot be hashed."""
    words = _KEPT.get(id(application))
    if words is None or words.application is not application:
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.clear()
        words = _KEPT[id(application)] = _words(application)
    return words


def _words(application: DedicatedFile) -> Words:
    rng = Random(application.name)  # noqa: S311 - a test's draw
    fid = application.fid.to_bytes(2, "big")
    name = application.aid
    selects = [
        apdu(0, 0xA4, p1, p2, data, le)
        for p1, p2, data in ((0, 0, fid), (4, 0, name), (4, 0, name[:-1]), (4, 2, name[:-1]))
        for le in (b"", b"\x00")
        if len(data) >= 2
    ]
    return Words(application, selects, [_file_words(file, rng) for file in application.files])


def _file_words(file: ElementaryFile, rng: Random) -> FileWords:
    select = apdu(0, 0xA4, 2, 0, file.fid.to_bytes(2, "big"))
    if file.transparent:
        return FileWords(file, select, _binary_reads(file), _binary_updates(file, rng))
    updates = _cyclic_updates(file, rng) if file.cyclic else _linear_updates(file, rng)
    return FileWords(file, select, _record_reads(file), updates)


def _record_reads(file: ElementaryFile) -> list[bytes]:
    count = len(file.blank) or file.capacity
    tags = sorted({item.tag for item in file.items})
    commands = [
        apdu(0, 0xB2, p1, sfi << 3 | mode, le=size)
        for sfi in (file.sfi, 0)
        for size in _SIZES
        for mode, values in (
            (_NUMBER, range(count + 2)),
            (_FROM, (1, count)),
            (_TO, (1, count)),
            (0, tags),
            (1, (0, *tags[:1])),
            (2, (0, *tags[:1])),
            (_PREVIOUS, (0, *tags[:1])),
        )
        for p1 in values
        if p1 < 0xFF
    ]
    # The Le that fits, as terminals that know the card send it.
    for number, record in enumerate(file.blank, start=1):
        if isinstance(record, bytes):
            commands += [apdu(0, 0xB2, number, file.sfi << 3 | _NUMBER, le=bytes((len(record),)))] * 4
    return commands


def _linear_updates(file: ElementaryFile, rng: Random) -> list[bytes]:
    commands = []
    for number, record in enumerate(file.blank, start=1):
        if not isinstance(record, bytes) or len(record) > 0xFF:
            continue
        tag, size = record[0], len(record) - 2
        for sfi in (file.sfi, 0):
            new = bytes((tag, size)) + rng.randbytes(size)
            longer = bytes((tag, min(size + 1, 0xFD))) + rng.randbytes(min(size + 1, 0xFD))
            commands += [
                apdu(0, 0xDC, number, sfi << 3 | _NUMBER, record),
                apdu(0, 0xDC, number, sfi << 3 | _NUMBER, new),
                apdu(0, 0xDC, tag, sfi << 3, new),
                apdu(0, 0xDC, tag, sfi << 3 | 1, longer),
                apdu(0, 0xDC, 0, sfi << 3 | 2, new),
            ]
    end = len(file.blank) + 1
    if end < 0xFF:
        commands.append(apdu(0, 0xDC, end, file.sfi << 3 | _NUMBER, b"\xc1\x04" + rng.randbytes(4)))
        commands.append(apdu(0, 0xDC, 0xC2, file.sfi << 3, b"\xc2\x01\x31"))
    return commands


def _cyclic_updates(file: ElementaryFile, rng: Random) -> list[bytes]:
    return [
        apdu(0, 0xDC, p1, sfi << 3 | mode, rng.randbytes(size))
        for sfi in (file.sfi, 0)
        for p1, mode in (
            (0, _PREVIOUS),
            (0, _PREVIOUS),
            (1, _NUMBER),
            (file.capacity, _NUMBER),
            (0, 0),
            (0, 1),
        )
        for size in (file.size, file.size, file.size - 1)
    ]


def _binary_reads(file: ElementaryFile) -> list[bytes]:
    ends = (file.size - 1, file.size - 8, file.size, file.size + 1)
    by_sfi = [apdu(0, 0xB0, 0x80 | file.sfi, offset, le=size) for offset in _OFFSETS for size in _SIZES]
    return by_sfi + [
        apdu(0, 0xB0, offset >> 8, offset & 0xFF, le=size) for offset in (*_OFFSETS, *ends) for size in _SIZES
    ]


def _binary_updates(file: ElementaryFile, rng: Random) -> list[bytes]:
    return [
        command
        for size in (1, 16, 255)
        for offset in (0, 200, file.size - size, file.size - 1, file.size)
        for command in (
            apdu(0, 0xD6, 0x80 | file.sfi, offset & 0xFF, rng.randbytes(size)),
            apdu(0, 0xD6, offset >> 8 & 0x7F, offset & 0xFF, rng.randbytes(size)),
        )
    ]
