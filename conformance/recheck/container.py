"""The archive, read as POSIX.1-1988 describes a ustar file, and held against the only way to write it.

Every byte of the file is accounted for: contents become members, and everything else must be what follows
from the names and sizes of the members.
"""

from __future__ import annotations

from onecard.conformance.recheck.refusal import RefusedError

__all__ = ["LARGEST", "NAMES", "members_of"]

NAMES = ("manifest.json", "statement.toml", "plan.json", "history.jsonl", "verdicts.json", "signature.json")
LARGEST = 64 * 1024 * 1024

_UNIT = 512
_TRAILER = b"\0" * (2 * _UNIT)


def members_of(data: bytes) -> dict[str, bytes]:
    """Take the file apart; :class:`RefusedError` unless each byte is where it must be."""
    if len(data) > LARGEST:
        raise RefusedError(f"the file has {len(data)} bytes, a bundle at most {LARGEST}")
    found: dict[str, bytes] = {}
    rest = memoryview(data)
    for name in NAMES:
        size = _size_in(bytes(rest[:_UNIT]), name)
        padded = (size + _UNIT - 1) // _UNIT * _UNIT
        if len(rest) < _UNIT + padded:
            raise RefusedError(f"the file ends inside {name}")
        content = rest[_UNIT : _UNIT + padded]
        if any(content[size:]):
            raise RefusedError(f"the padding after {name} is not zero")
        found[name] = bytes(content[:size])
        rest = rest[_UNIT + padded :]
    if rest != _TRAILER:
        raise RefusedError("the file does not end with two blocks of zeros after its last member")
    return found


def _size_in(header: bytes, name: str) -> int:
    digits = header[124:135]
    if len(header) != _UNIT or len(digits.strip(b"01234567")) or len(digits) != 11:
        raise RefusedError(f"no header of {name} where it must stand: no bundle, or cut short")
    size = int(digits, 8)
    if header != _header(name, size):
        raise RefusedError(f"the header of {name} is not the one that a bundle has")
    return size


def _header(name: str, size: int) -> bytes:
    start = name.encode().ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2
    start += f"{size:011o}".encode() + b"\0" + b"0" * 11 + b"\0"
    end = (b"0" + b"\0" * 100 + b"ustar\x0000").ljust(_UNIT - 156, b"\0")
    checksum = sum(start) + sum(end) + 8 * ord(" ")
    return start + f"{checksum:06o}".encode() + b"\0 " + end
