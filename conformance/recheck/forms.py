"""Forms of values in records, and objects inside objects (facts: card.md §4, §6.3, §6.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.recheck.refusal import UnknownValueError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FORMS", "ber_objects", "first_object", "simple_heads"]

_DEEPEST = 150


def _packed(value: bytes) -> bool:
    digits = value.hex().rstrip("f")
    return not digits.strip("0123456789")


def _text(value: bytes) -> bool:
    filled = value
    while filled.endswith((b"\0", b"\xff")):
        filled = filled[:-1]
    try:
        return all(character.isprintable() for character in filled.decode("gbk"))
    except UnicodeDecodeError:
        return False


def simple_heads(data: bytes) -> tuple[list[tuple[str, int]], bool]:
    """Return tag and length of the objects in a row, and whether they end where the data do."""
    heads, rest = [], data
    while len(rest) > 1:
        heads.append((f"{rest[0]:02X}", rest[1]))
        if len(rest) < 2 + rest[1]:
            return heads, False
        rest = rest[2 + rest[1] :]
    return heads, not rest


def _date(value: bytes) -> bool:
    digits = value.hex()
    if digits == "ffffffff":
        return True
    if len(digits) != 8 or digits.strip("0123456789") or digits[:2] not in ("19", "20"):
        return False
    return 1 <= int(digits[4:6]) <= 12 and 1 <= int(digits[6:]) <= 31


def _card_number(value: bytes) -> bool:
    letters = value.decode("latin-1")
    if len(letters) != 9 or not ("A" <= letters[0] <= "Z"):
        return False
    numbers = {letter: at for at, letter in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
    if any(letter not in numbers for letter in letters):
        return False
    rest = sum(w * numbers[c] for w, c in zip((3, 7, 9, 10, 5, 8, 4, 2), letters, strict=False)) % 11
    return letters[8] == {10: "X", 11: "0"}.get(11 - rest, str(11 - rest))


def _identity_number(value: bytes) -> bool:
    letters = value.decode("latin-1")
    if len(letters) != 18 or letters[:17].strip("0123456789"):
        return False
    total = sum(pow(2, 17 - at, 11) * int(digit) for at, digit in enumerate(letters[:17]))
    wanted = (12 - total) % 11
    return letters[17] == ("X" if wanted == 10 else str(wanted))


FORMS = {
    "cn": _packed,
    "an": _text,
    "b": lambda _value: True,
    "B-TLV": lambda value: simple_heads(value)[1],
    "date": _date,
    "card number": _card_number,
    "identity number": _identity_number,
}
"""Content of a record → whether a value is such a one."""


def _ber(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Give tag and value of each BER-TLV object at this level, until one does not fit.

    Tags have one or two bytes, lengths go to 255.
    """
    rest = data
    while rest:
        size = 2 if rest[0] & 0x1F == 0x1F else 1
        tag, rest = rest[:size], rest[size:]
        if rest[:1] == b"\x81":
            rest = rest[1:]
        elif rest and rest[0] > 0x7F:
            raise UnknownValueError("a length of several bytes")
        if len(tag) < size or not rest or len(rest) < 1 + rest[0]:
            raise UnknownValueError("an object that runs beyond the data")
        yield tag.hex().upper(), rest[1 : 1 + rest[0]]
        rest = rest[1 + rest[0] :]


def ber_objects(data: bytes) -> dict[str, bytes]:
    """Return the objects at this level by tag, of two with one tag the last; none if one does not fit."""
    try:
        return dict(_ber(data))
    except UnknownValueError:
        return {}


def first_object(data: bytes, wanted: str, *, depth: int = 0) -> bytes | None:
    """Return the first object with a tag, in whatever template; ``None`` if there is none.

    Raises:
        UnknownValueError: an object before it does not fit, or templates lie deeper than any card's.
    """
    if depth > _DEEPEST:
        raise UnknownValueError("templates in templates without end")
    for tag, value in _ber(data):
        if tag == wanted:
            return value
        is_template = int(tag[:2], 16) & 0x20 or tag == "9F0C"
        found = first_object(value, wanted, depth=depth + 1) if is_template else None
        if found is not None:
            return found
    return None
