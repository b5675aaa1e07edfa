"""Templates: hexadecimal text with holes, read character by character.

Besides bytes there are holes (``{name}``, ``{name.sw}``, ``{name[2:10]}``), and in patterns ``..`` for any
byte and a last ``*`` for anything or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from onecard.conformance.recheck.refusal import RefusedError, UnknownValueError, shown
from onecard.conformance.recheck.resets import historical_bytes

__all__ = ["Values", "Work", "fill", "fits"]

_LONGEST_VALUE = 2048
_MOST_WORK = 128 * 1024 * 1024
_HEX = frozenset("0123456789abcdefABCDEF")
_DIGITS = frozenset("0123456789")
_FACTOR_BYTES = 8
_HISTORICAL_BYTES = 13


class _Hole(NamedTuple):
    name: str
    is_status: bool
    start: int | None
    end: int | None


_Part: TypeAlias = bytes | _Hole | Literal["any", "rest"]


@dataclass(slots=True)
class Work:
    """What a whole recheck may spend on putting bytes together: a bundle made to cost time is refused."""

    left: int = _MOST_WORK

    def spend(self, amount: int) -> None:
        """Take note of work done."""
        self.left -= amount
        if self.left < 0:
            raise RefusedError("the plan asks for more computation than any suite does")


@dataclass(slots=True)
class Values:
    """Every value that is known at one point of a case."""

    work: Work
    data: dict[str, bytes] = field(default_factory=dict)
    status: dict[str, bytes] = field(default_factory=dict)

    def copy(self) -> Values:
        """Return the same values, to go another way from here."""
        return Values(self.work, dict(self.data), dict(self.status))

    def learn(self, step: str, answer: bytes) -> None:
        """Take an answer to a command: data and status word."""
        if len(answer) > 1:
            self.data[step], self.status[step] = answer[:-2], answer[-2:]

    def learn_reset(self, step: str, atr: bytes) -> None:
        """Take an answer to reset, and the historical bytes in it if they are the 13 of such a card."""
        self.data[step] = self.data["atr"] = atr
        historical = historical_bytes(atr)
        if len(historical) == _HISTORICAL_BYTES:
            self.data["historical"] = historical
            self.data["factor"] = historical[-_FACTOR_BYTES:]
        else:
            self.data.pop("historical", None)
            self.data.pop("factor", None)

    def at(self, hole: _Hole) -> bytes:
        """Return what stands for a hole; :class:`UnknownValueError` if nothing does."""
        value = (self.status if hole.is_status else self.data).get(hole.name)
        if value is None:
            raise UnknownValueError(hole.name)
        start = 0 if hole.start is None else hole.start
        end = len(value) if hole.end is None else hole.end
        if start > end or end > len(value):
            raise UnknownValueError(f"{hole.name} has {len(value)} bytes")
        return value[start:end]


def fill(template: str, values: Values) -> bytes:
    """Return the bytes of a template; :class:`UnknownValueError` if a hole stays empty."""
    filled = bytearray()
    parts = _parts(template)
    if "any" in parts or "rest" in parts:
        raise RefusedError(f"{shown(template)} is a pattern where bytes must stand")
    for part in parts:
        filled += _bytes(part, values)
    values.work.spend(len(filled) + 32 * len(parts))
    if len(filled) > _LONGEST_VALUE:
        raise RefusedError(f"{shown(template)} becomes {len(filled)} bytes, at most {_LONGEST_VALUE}")
    return bytes(filled)


def fits(pattern: str, data: bytes, values: Values) -> bool:
    """Tell whether data have the form of a pattern, looked at from the left up to the first difference."""
    rest = data
    for part in _parts(pattern):
        values.work.spend(64)
        if part == "rest":
            return True
        if part == "any":
            if not rest:
                return False
            rest = rest[1:]
            continue
        wanted = _bytes(part, values)
        if not rest.startswith(wanted):
            return False
        rest = rest[len(wanted) :]
    return not rest


def _bytes(part: _Part, values: Values) -> bytes:
    if isinstance(part, _Hole):
        return values.at(part)
    return part if isinstance(part, bytes) else b""


@lru_cache(maxsize=8192)
def _parts(template: str) -> tuple[_Part, ...]:
    text = "".join(template.split())
    found: list[_Part] = []
    at = 0
    while at < len(text):
        part, size = _part(text, at)
        if part is None:
            raise RefusedError(f"{shown(template)} is no template")
        found.append(part)
        at += size
    return tuple(found)


def _part(text: str, at: int) -> tuple[_Part | None, int]:
    if text[at] == "{":
        close = text.find("}", at)
        return (_hole(text[at + 1 : close]), close + 1 - at) if close > 0 else (None, 0)
    if text.startswith("..", at):
        return "any", 2
    if text[at:] == "*":
        return "rest", 1
    end = at
    while end + 1 < len(text) and text[end] in _HEX and text[end + 1] in _HEX:
        end += 2
    return (bytes.fromhex(text[at:end]), end - at) if end > at else (None, 0)


def _hole(inside: str) -> _Hole | None:
    name, bracket, slice_ = inside.partition("[")
    start = end = ""
    if bracket:
        start, colon, end = slice_.removesuffix("]").partition(":")
        if not colon or not slice_.endswith("]") or not set(start + end) <= _DIGITS or len(slice_) > 16:
            return None
    stem = name.removesuffix(".sw")
    if not (stem.replace("-", "_").isidentifier() and stem.isascii() and stem[0].isalpha()):
        return None
    return _Hole(stem, stem != name, int(start) if start else None, int(end) if end else None)
