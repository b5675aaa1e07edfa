"""Numbers on the card and their check characters (facts: card.md §6)."""

from __future__ import annotations

from functools import lru_cache
from string import hexdigits
from typing import TYPE_CHECKING

from onecard.virtual_cards.personalisation.profile import PersonalisationError
from onecard.virtual_cards.security.messages import mac
from onecard.virtual_cards.security.test_keys import ISSUER_KEY, published_root

if TYPE_CHECKING:
    from onecard.virtual_cards.security.ciphers import Algorithm

__all__ = [
    "area_digits",
    "card_identification_code",
    "card_number",
    "card_number_check",
    "check_serial",
    "initialising_organisation",
    "issue_code",
    "social_security_number",
    "social_security_number_check",
]

_RID = bytes.fromhex("D156000005")
_ISSUER_ID = bytes.fromhex("9156000002")

_CARD_NUMBER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CARD_NUMBER_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CITIZEN_CHECKS = "10X98765432"


@lru_cache(maxsize=4096)
def area_digits(area: str) -> bytes:
    """Pack an area code of six digits into three bytes; :class:`PersonalisationError` for anything else."""
    if len(area) != 6 or not area.isascii() or not area.isdecimal():
        raise PersonalisationError(f"area code {area!r}: six digits of GB/T 2260 are allowed")
    return bytes.fromhex(area)


def check_serial(serial: bytes) -> bytes:
    """Return a card serial of 4 bytes; :class:`PersonalisationError` for anything else."""
    if len(serial) != 4:
        raise PersonalisationError(f"card serial {serial.hex()!r}: 4 bytes are allowed")
    return serial


def issue_code(area: str, serial: bytes) -> bytes:
    """Build the 发行码, the first 12 bytes of the card identification code (card.md §6.1)."""
    return area_digits(area) + _RID + check_serial(serial)


def card_identification_code(
    area: str, serial: bytes, *, algorithm: Algorithm, authentication_code: bytes | None = None
) -> bytes:
    """Build the 卡识别码 (card.md §6.1, §21 Q4).

    Args:
        area: issuing area, six digits.
        serial: 4 bytes, unique in the area.
        algorithm: the card's cipher, for the authentication code.
        authentication_code: 4 bytes, or ``None`` to compute them: the MAC of §9.4 over the issue code under
            the invented, published issuer key. The real algorithm and key are not public.

    Returns:
        16 bytes.
    """
    code = issue_code(area, serial)
    if authentication_code is None:
        key = published_root(ISSUER_KEY, 1, algorithm)
        authentication_code = mac(algorithm, key[: algorithm.session_key_size], code)
    if len(authentication_code) != 4:
        raise PersonalisationError(f"authentication code {authentication_code.hex()!r}: 4 bytes are allowed")
    return code + authentication_code


def initialising_organisation(area: str, initialiser_area: str, sequence: str = "01") -> bytes:
    """Build the 初始化机构编号: issuer id, issuing area, its area, sequence; 12 bytes (card.md §6.2)."""
    if len(sequence) != 2 or any(digit not in hexdigits for digit in sequence):
        raise PersonalisationError(f"initialiser's sequence {sequence!r}: two hexadecimal digits are allowed")
    return _ISSUER_ID + area_digits(area) + area_digits(initialiser_area) + bytes.fromhex(sequence)


def card_number_check(body: str) -> str:
    """Return the check character of a card number.

    Args:
        body: eight characters: digits and capital letters (card.md §6.3).
    """
    if len(body) != 8 or any(character not in _CARD_NUMBER_CHARACTERS for character in body):
        raise PersonalisationError(f"card number body {body!r}: eight digits or capital letters are allowed")
    values = map(_CARD_NUMBER_CHARACTERS.index, body)
    rest = 11 - sum(weight * value for weight, value in zip(_CARD_NUMBER_WEIGHTS, values, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def card_number(body: str) -> str:
    """Complete a card number's eight-character body with its check character."""
    return body + card_number_check(body)


def social_security_number_check(body: str) -> str:
    """Return the check character of a citizen id number.

    Args:
        body: 17 digits: area, birth date, sequence (card.md §6.4).
    """
    if len(body) != 17 or not body.isascii() or not body.isdecimal():
        raise PersonalisationError(f"citizen id number body {body!r}: 17 digits are allowed")
    total = sum(weight * int(digit) for weight, digit in zip(_CITIZEN_WEIGHTS, body, strict=True))
    return _CITIZEN_CHECKS[total % 11]


def social_security_number(body: str) -> str:
    """Complete a citizen id number's 17 digits with its check character."""
    return body + social_security_number_check(body)
