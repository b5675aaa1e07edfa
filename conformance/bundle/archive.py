"""The container: an uncompressed USTAR tar with exactly one way to be written.

Order, mode, owner, time and padding are fixed, so the same members are the same bytes on every machine, and
an archive that is not the one its own members would make has been altered. Any tar program unpacks it.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LARGEST_BUNDLE", "MEMBERS", "ArchiveError", "pack", "unpack"]

MEMBERS = ("manifest.json", "statement.toml", "plan.json", "history.jsonl", "verdicts.json", "signature.json")
"""Every member, in the order in which they stand in the file."""

LARGEST_BUNDLE = 64 << 20
"""A full run of today's suite is a few MiB."""

_BLOCK = 512
_HEADER = struct.Struct("100s8s8s8s12s12s8sc100s6s2s32s32s8s8s155s12x")
_CHECKSUM_AT = slice(148, 156)


class ArchiveError(ValueError):
    """These bytes are no bundle, or not a whole one, or not as it was written; one line."""


def pack(members: Mapping[str, bytes]) -> bytes:
    """Return the archive of these members; ``ValueError`` unless they are exactly :data:`MEMBERS`."""
    if set(members) != set(MEMBERS):
        raise ValueError(f"members of a bundle: {', '.join(members)}")
    parts = [part for name in MEMBERS for part in _entry(name, members[name])]
    whole = b"".join(parts) + bytes(2 * _BLOCK)
    if len(whole) > LARGEST_BUNDLE:
        raise ValueError(f"a bundle of {len(whole)} bytes; at most {LARGEST_BUNDLE}")
    return whole


def _entry(name: str, content: bytes) -> tuple[bytes, bytes, bytes]:
    return _header(name, len(content)), content, bytes(-len(content) % _BLOCK)


def _header(name: str, size: int) -> bytes:
    """Return the header block (POSIX.1-1988 ustar): a plain file of nobody, readable by all, of 1970."""
    fields = (
        name.encode("ascii"),
        b"0000644\0",
        b"0000000\0",
        b"0000000\0",
        b"%011o\0" % size,
        b"00000000000\0",
        b" " * 8,
        b"0",
        b"",
        b"ustar\0",
        b"00",
        b"",
        b"",
        b"",
        b"",
        b"",
    )
    blank = _HEADER.pack(*fields)
    return b"%b%06o\0 %b" % (blank[: _CHECKSUM_AT.start], sum(blank), blank[_CHECKSUM_AT.stop :])


def unpack(data: bytes) -> dict[str, bytes]:
    """Return the members of an archive.

    Raises:
        ArchiveError: it is not what :func:`pack` would make of its members.
    """
    if len(data) > LARGEST_BUNDLE:
        raise ArchiveError(f"{len(data)} bytes; a bundle has at most {LARGEST_BUNDLE}")
    members: dict[str, bytes] = {}
    at = 0
    for name in MEMBERS:
        size = _size_at(data, at, name)
        members[name] = data[at + _BLOCK : at + _BLOCK + size]
        at += _BLOCK + size + -size % _BLOCK
    if at + 2 * _BLOCK > len(data):
        raise ArchiveError("the bundle is cut short")
    if pack(members) != data:
        raise ArchiveError("the bundle is not as it was written: an archive of its members differs from it")
    return members


def _size_at(data: bytes, at: int, name: str) -> int:
    header = data[at : at + _BLOCK]
    if len(header) < _BLOCK:
        raise ArchiveError(f"no bundle, or cut short: member {name} is not there")
    try:
        size = int(header[124:135], 8)
    except ValueError:
        size = -1
    if size < 0 or header != _header(name, size):
        raise ArchiveError(f"no bundle, or altered: no header of {name} at byte {at}")
    return size
