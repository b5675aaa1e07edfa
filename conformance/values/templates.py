"""Templates: hexadecimal text with holes, as ``model.steps`` describes them, and what fills the holes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from onecard.virtual_cards.iso7816.atr import HISTORICAL_SIZE, card_factor, historical_bytes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Known", "NotKnownError", "TemplateError", "fill", "matches", "names_in"]

_PIECE = re.compile(
    r"(?P<bytes>(?:[0-9A-Fa-f]{2})+)"
    r"|\{(?P<name>#|[a-zA-Z][\w-]*)(?P<sw>\.sw)?(?:\[(?P<start>\d*):(?P<end>\d*)\])?\}"
    r"|(?P<any>\.\.)|(?P<rest>\*$)"
)


class TemplateError(ValueError):
    """A template is not of the form; a defect of the case."""


class NotKnownError(Exception):
    """A hole cannot be filled: the step before it did not give these bytes."""


class _Piece(NamedTuple):
    literal: bytes = b""
    name: str = ""
    status: bool = False
    start: int | None = None
    end: int | None = None
    any: bool = False
    rest: bool = False


@dataclass(slots=True)
class Known:
    """What a case knows so far."""

    data: dict[str, bytes] = field(default_factory=dict)
    """Response data by step, computed values by ``let``."""
    status: dict[str, bytes] = field(default_factory=dict)

    def answered(self, step: str, response: bytes, *, reset: bool = False) -> None:
        """Take note of a step's answer."""
        if reset:
            self.data[step] = self.data["atr"] = response
            self._take_historical(response)
        else:
            self.data[step] = response[:-2]
            self.status[step] = response[-2:]

    def value(self, name: str, *, status: bool = False) -> bytes:
        """Return what a name stands for; :class:`NotKnownError` if nothing does."""
        found = (self.status if status else self.data).get(name)
        if found is None:
            raise NotKnownError(f"{name}{'.sw' * status} is not known")
        return found

    def _take_historical(self, atr: bytes) -> None:
        try:
            historical = historical_bytes_of(atr)
        except ValueError:
            historical = b""
        for name in ("historical", "factor"):
            self.data.pop(name, None)
        if len(historical) == HISTORICAL_SIZE:
            self.data |= {"historical": historical, "factor": card_factor(historical)}


@lru_cache(maxsize=16384)
def _pieces(text: str) -> tuple[_Piece, ...]:
    packed = "".join(text.split())
    found, at = [], 0
    while at < len(packed):
        match = _PIECE.match(packed, at)
        if match is None:
            raise TemplateError(f"{text!r}: {packed[at : at + 8]!r} is no part of a template")
        found.append(_piece(match))
        at = match.end()
    return tuple(found)


def _piece(match: re.Match[str]) -> _Piece:
    if match["bytes"]:
        return _Piece(literal=bytes.fromhex(match["bytes"]))
    if match["name"]:
        start, end = (int(match[bound]) if match[bound] else None for bound in ("start", "end"))
        return _Piece(name=match["name"], status=bool(match["sw"]), start=start, end=end)
    return _Piece(rest=True) if match["rest"] else _Piece(any=True)


def names_in(text: str) -> Iterator[str]:
    """Give the names that a template mentions; :class:`TemplateError` when it is none."""
    return (piece.name for piece in _pieces(text) if piece.name)


def _resolved(piece: _Piece, known: Known) -> bytes:
    if not piece.name:
        return piece.literal
    value = known.value(piece.name, status=piece.status)
    start, end = piece.start or 0, len(value) if piece.end is None else piece.end
    if not 0 <= start <= end <= len(value):
        raise NotKnownError(f"{piece.name} has {len(value)} bytes, not {end}")
    return value[start:end]


def fill(text: str, known: Known) -> bytes:
    """Return a template's bytes.

    Raises:
        NotKnownError: a hole cannot be filled.
        TemplateError: no template of bytes.
    """
    pieces = _pieces(text)
    if any(piece.any or piece.rest for piece in pieces):
        raise TemplateError(f"{text!r}: '..' and '*' stand in patterns only")
    return b"".join([_resolved(piece, known) for piece in pieces])


def matches(text: str, data: bytes, known: Known) -> bool:
    """Tell whether bytes have the form of a pattern (raises as :func:`fill`)."""
    at = 0
    for piece in _pieces(text):
        if piece.rest:
            return True
        if piece.any:
            at += 1
            if at > len(data):
                return False
            continue
        wanted = _resolved(piece, known)
        if data[at : at + len(wanted)] != wanted:
            return False
        at += len(wanted)
    return at == len(data)
