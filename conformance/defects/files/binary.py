"""Defects that the cases of ``cards.files.binary`` must find: offsets and lengths that are taken wrongly."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from onecard.conformance.defects.lies import Lie, changes, turns
from onecard.conformance.defects.wrong import Defect

if TYPE_CHECKING:
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["DEFECTS"]

_READ, _UPDATE = 0xB0, 0xD6


def _in_steps_of_16(_card: Lie, command: bytes) -> tuple[bytes, None]:
    if command[1] == _READ:
        return command[:3] + bytes((command[3] & 0xF0,)) + command[4:], None
    return command, None


def _zero_is_128(_card: Lie, command: bytes) -> tuple[bytes, None]:
    return (command[:4] + b"\x80", None) if command[1] == _READ and command[4:] == b"\0" else (command, None)


def _ends_at_2048(_card: Lie, command: bytes) -> tuple[bytes, bytes | None]:
    return command, b"\x6b\x00" if command[1] == _READ and 8 <= command[2] < 0x80 else None


def _writes_nothing(_card: Lie, command: bytes) -> tuple[bytes, bytes | None]:
    return command, b"\x90\x00" if command[1] == _UPDATE else None


def _writes_from_zero(_card: Lie, command: bytes) -> tuple[bytes, None]:
    if command[1] == _UPDATE and command[2] & 0x80:
        return command[:3] + b"\0" + command[4:], None
    return command, None


def _takes_what_fits(_card: Lie, command: bytes) -> tuple[bytes, None]:
    """Write the first 15 of 16 bytes that begin 15 bytes before the end."""
    if command[:5] == bytes.fromhex("00D6011910"):
        return command[:4] + b"\x0f" + command[5:-1], None
    return command, None


def _row(
    name: str, topic: str, lie: str, make: Callable[[PoweredCard], PoweredCard], *, face: str = ""
) -> Defect:
    case = topic.removesuffix("-contactless")
    return Defect(
        name=name, lie=lie, rule=f"card/binary/{topic}", case=f"card/binary/{case}/01{face}", make=make
    )


_REST = "00B0011420"
"""20 bytes are left of DF01/EF16, 32 are asked for."""

DEFECTS = (
    _row(
        "sfi-form-unsupported",
        "sfi-form",
        "READ BINARY takes no offset beside an SFI",
        turns("00B096FF", "", "6B00"),
    ),
    _row(
        "offset-of-eight-bits",
        "current-form",
        "offsets from 256 on are refused",
        turns("00B00100", "", "6B00"),
    ),
    _row(
        "offset-in-steps-of-16",
        "offset",
        "the low digit of the offset is not looked at",
        changes(_in_steps_of_16),
    ),
    _row("le-zero-is-128", "le-zero", "Le 00 gives 128 bytes", changes(_zero_is_128)),
    _row(
        "rest-not-told",
        "le-longer",
        "on contact the rest comes though Le is longer",
        turns(_REST, "6C14", "00" * 20 + "9000"),
    ),
    _row(
        "rest-told-without-contacts",
        "le-longer-contactless",
        "over the contactless face the rest is told, not given",
        turns(_REST, "", "6C14"),
        face="@contactless",
    ),
    _row("last-byte-unreadable", "end", "the last byte is taken for beyond", turns("00B0012701", "", "6B00")),
    _row(
        "far-offset-is-wrong-parameter",
        "beyond",
        "an offset far beyond is 6A86",
        turns("00B07FFF", "6B00", "6A86"),
    ),
    _row(
        "photo-ends-at-2048",
        "chunks",
        "only the first 2048 bytes of the photo can be read",
        changes(_ends_at_2048),
    ),
    _row(
        "offset-without-file-not-found",
        "no-current-file",
        "an offset without current EF is 6A82",
        turns("00B00000", "6986", "6A82"),
    ),
    _row("unknown-sfi-is-beyond", "unknown-sfi", "an unknown SFI is 6B00", turns("00B09D", "6A82", "6B00")),
    _row(
        "records-read-by-offset",
        "read-wrong-type",
        "READ BINARY of the current EF reads records",
        turns("00B00000", "6981", "0110519900D156000005000001AC8888889000"),
    ),
    _row(
        "records-written-by-offset",
        "update-wrong-type",
        "UPDATE BINARY of a file of records answers 9000",
        turns("00D685", "6981", "9000"),
    ),
    _row(
        "bytes-not-written", "update", "UPDATE BINARY answers 9000 and does nothing", changes(_writes_nothing)
    ),
    _row(
        "sfi-form-writes-from-zero",
        "update-sfi-form",
        "UPDATE BINARY by SFI does not look at P2",
        changes(_writes_from_zero),
    ),
    _row(
        "writing-beyond-is-length",
        "update-beyond",
        "writing beyond the EF is 6700",
        turns("00D60128", "6B00", "6700"),
    ),
    _row(
        "writing-across-the-end",
        "update-across-end",
        "of data that run beyond the end the first are written",
        changes(_takes_what_fits),
    ),
)
