"""Bytes with holes: what a trace sends, and what it expects to come back.

Both are hexadecimal text in which spaces mean nothing.

=============  ===============================================================================
in a command   ``{R1}``: the bytes that have this name
in an answer   ``{R1}``: the same; ``{R1:8}``: any 8 bytes, which have this name from now on;
               ``..``: any byte; ``*`` at the end: anything else, or nothing
=============  ===============================================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Pattern", "Template", "parse_pattern", "parse_template"]

_PIECE = re.compile(
    r"(?P<bytes>(?:[0-9A-Fa-f]{2})+)|\{(?P<name>\w+)(?::(?P<size>\d+))?\}|(?P<any>\.\.)|(?P<rest>\*$)"
)


@dataclass(frozen=True, slots=True)
class _Piece:
    value: bytes = b""
    name: str = ""
    size: int | None = None
    """Bytes to capture or to pass over; ``None``: a literal or a known name."""
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """Bytes that are known once every name in them is."""

    text: str
    pieces: tuple[_Piece, ...]

    @property
    def names(self) -> frozenset[str]:
        """Names that must be known."""
        return frozenset(piece.name for piece in self.pieces if piece.name and piece.size is None)

    def fill(self, known: Mapping[str, bytes]) -> bytes:
        """Return the bytes; ``KeyError`` when a name is not known."""
        return b"".join([known[piece.name] if piece.name else piece.value for piece in self.pieces])


@dataclass(frozen=True, slots=True)
class Pattern(Template):
    """What an answer must look like."""

    @property
    def captures(self) -> frozenset[str]:
        """Names that a match gives."""
        return frozenset(piece.name for piece in self.pieces if piece.name and piece.size is not None)

    def match(self, answer: bytes, known: Mapping[str, bytes]) -> dict[str, bytes] | None:
        """Return what the answer gives to the names captured, ``None`` when it does not match."""
        captured: dict[str, bytes] = {}
        at = 0
        for piece in self.pieces:
            if piece.rest:
                return captured
            if piece.size is None:
                literal = known[piece.name] if piece.name else piece.value
                size = len(literal)
                if answer[at : at + size] != literal:
                    return None
            else:
                size = piece.size
                if at + size > len(answer):
                    return None
                if piece.name:
                    captured[piece.name] = answer[at : at + size]
            at += size
        return captured if at == len(answer) else None


def parse_template(text: str) -> Template:
    """Read the text of a command; ``ValueError`` when it does not follow the form."""
    pieces = _pieces(text)
    if any(piece.size is not None or piece.rest for piece in pieces):
        raise ValueError(f"{text!r}: captures, '..' and '*' stand in answers only")
    return Template(text, pieces)


def parse_pattern(text: str) -> Pattern:
    """Read the text of an expected answer; ``ValueError`` when it does not follow the form."""
    return Pattern(text, _pieces(text))


def _pieces(text: str) -> tuple[_Piece, ...]:
    packed = "".join(text.split())
    pieces: list[_Piece] = []
    at = 0
    while at < len(packed):
        found = _PIECE.match(packed, at)
        if found is None:
            raise ValueError(
                f"{text!r}: {packed[at : at + 8]!r} is none of: pairs of hexadecimal digits, {{NAME}},"
                " {NAME:size}, '..', '*' at the end"
            )
        pieces.append(_piece(found))
        at = found.end()
    return tuple(pieces)


def _piece(found: re.Match[str]) -> _Piece:
    if found["bytes"]:
        return _Piece(value=bytes.fromhex(found["bytes"]))
    if found["name"]:
        return _Piece(name=found["name"], size=int(found["size"]) if found["size"] else None)
    return _Piece(rest=True) if found["rest"] else _Piece(size=1)
