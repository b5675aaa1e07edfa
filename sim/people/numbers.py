"""Numbers of cards, accounts, persons and telephones: one-to-one functions of a person's rank.

A rank is unique in its population, so whatever is a one-to-one function of it is unique too. To look less
like a counter, a rank is first multiplied by an odd number modulo the size of the number space.
Bank accounts start with ``9156`` and the number of the bank, an issuer range that we made up (major industry
9, "national use", country 156). Telephones start with ``10`` or ``12`` and have eleven digits, which no
mobile number has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from onecard.sim import facts
from onecard.sim.people.digits import blockwise, digit_matrix, text_column

if TYPE_CHECKING:
    import numpy.typing as npt

    from onecard.sim.people.pyramid import Int64Array

    Texts = npt.NDArray[np.bytes_]

__all__ = [
    "BANKS",
    "INITIAL_PIN",
    "bank_account",
    "bank_accounts",
    "card_check_character",
    "card_number",
    "card_numbers",
    "card_serial",
    "card_serials",
    "mobile",
    "mobiles",
    "person_number",
    "person_numbers",
    "pin",
    "pins",
]

BANKS = (
    ("icbc", "102"),
    ("abc", "103"),
    ("boc", "104"),
    ("ccb", "105"),
    ("bocom", "301"),
    ("rural", "402"),
    ("psbc", "403"),
)
"""Name in the facts and three-digit code of each partner bank; its place + 1 follows 9156 in an account."""

INITIAL_PIN = str(facts.fact("card.initial-pin").value)

_PINS = 10**6
_CARD_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CARD_CHECK = "0123456789X0"
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CARD_SPACE = 36**7
_ACCOUNT_SPACE = 10**11
_MOBILE_SPACE = 10**9
_SCATTER = 2_654_435_761
"""Coprime to 36 and to 10; times the largest rank it stays below 2**63."""
_THIRD_GENERATION = 0xC000_0000
_ISSUER = 9156

_CARD_WEIGHT_ARRAY = np.array(_CARD_WEIGHTS, dtype=np.int16)
_CARD_CHECK_ARRAY = np.frombuffer(_CARD_CHECK.encode(), dtype=np.uint8)
_ALPHABET_ARRAY = np.frombuffer(_ALPHABET.encode(), dtype=np.uint8)


def card_check_character(body: str) -> str:
    """Return the check character of a card number (card.md §6.3).

    Args:
        body: eight characters, digits or capitals.
    """
    total = sum(w * _ALPHABET.index(c) for w, c in zip(_CARD_WEIGHTS, body, strict=True))
    return _CARD_CHECK[11 - total % 11]


def card_number(rank: int, district: int) -> str:
    """Build a card number of nine characters.

    Args:
        rank: of the person.
        district: number of the county inside the issuing area; it gives the letter, 26 to a round.
    """
    rest = rank * _SCATTER % _CARD_SPACE
    letter = 10 + district % 26
    total = 3 * letter
    body = ""
    for weight in (2, 4, 8, 5, 10, 9, 7):
        rest, value = divmod(rest, 36)
        total += weight * value
        body = _ALPHABET[value] + body
    return _ALPHABET[letter] + body + _CARD_CHECK[11 - total % 11]


@blockwise
def card_numbers(ranks: Int64Array, districts: Int64Array) -> Texts:
    """Array form of :func:`card_number`."""
    values = np.empty((len(ranks), 9), dtype=np.uint8)
    values[:, 1:8] = digit_matrix(ranks * _SCATTER % _CARD_SPACE, 7, base=36)
    values[:, 0] = 10 + districts % 26
    total = values[:, :8].astype(np.int16) @ _CARD_WEIGHT_ARRAY
    characters = _ALPHABET_ARRAY[np.minimum(values, 35)]
    characters[:, 8] = _CARD_CHECK_ARRAY[11 - total % 11]
    return text_column(characters)


def card_serial(position: int, generation: int) -> bytes:
    """Build the four-byte serial of a card (card.md §6.1, §8.1).

    Args:
        position: of the person among the people of the issuing city.
        generation: 1, 2 or 3.

    Returns:
        Third generation: TA to TD, from ``C0000000``. Before: ``00`` and three bytes; in a city of more than
        2**24 people the first byte counts the rounds, since three bytes are not enough there.
    """
    return (position | _THIRD_GENERATION if generation == 3 else position).to_bytes(4, "big")


def card_serials(positions: Int64Array, generations: Int64Array) -> npt.NDArray[np.uint32]:
    """Array form of :func:`card_serial`, as big-endian numbers."""
    return np.where(generations == 3, positions | _THIRD_GENERATION, positions).astype(np.uint32)


def bank_account(rank: int, bank: int) -> str:
    """Build an account of 18 digits with a Luhn check digit.

    Card numbers have 16 to 19 digits; an even number needs no filler, which some EMV readers stumble over.

    Args:
        rank: of the person.
        bank: place in :data:`BANKS`.
    """
    body = f"{_ISSUER}{bank + 1:02d}{rank * _SCATTER % _ACCOUNT_SPACE:011d}"
    digits = body.encode()
    total = sum(digits) - 48 * 17
    for digit in digits[::2]:
        total += digit - 48 if digit < 53 else digit - 57
    return body + str(-total % 10)


@blockwise
def bank_accounts(ranks: Int64Array, banks: Int64Array) -> Texts:
    """Array form of :func:`bank_account`."""
    body = (_ISSUER * 100 + banks + 1) * _ACCOUNT_SPACE + ranks * _SCATTER % _ACCOUNT_SPACE
    digits = digit_matrix(body, 17, spare=1)
    doubled = digits[:, 0:17:2]
    total = digits.sum(axis=1, dtype=np.int64) + (doubled - 9 * (doubled >= 5).astype(np.int8)).sum(
        axis=1, dtype=np.int64
    )
    digits[:, 17] = -total % 10
    return text_column(digits + np.uint8(48))


def pin(draw: int, initial: bool) -> str:
    """Return six digits: the initial PIN, or one that the holder chose, which is not the initial one.

    Args:
        draw: 32 bits.
        initial: whether the holder never changed it.
    """
    return INITIAL_PIN if initial else f"{_chosen(draw):06d}"


@blockwise
def pins(draws: Int64Array, initial: npt.NDArray[np.bool_]) -> Texts:
    """Array form of :func:`pin`."""
    chosen = draws * (_PINS - 1) >> 32
    chosen += chosen >= int(INITIAL_PIN)
    return text_column(digit_matrix(np.where(initial, int(INITIAL_PIN), chosen), 6) + np.uint8(48))


def _chosen(draw: int) -> int:
    chosen = draw * (_PINS - 1) >> 32
    return chosen + (chosen >= int(INITIAL_PIN))


def person_number(city_code: str, position: int) -> str:
    """Build the person number of the insured place: city code and ten digits."""
    return f"{city_code}{position:010d}"


@blockwise
def person_numbers(city_codes: Int64Array, positions: Int64Array) -> Texts:
    """Array form of :func:`person_number`."""
    return text_column(digit_matrix(city_codes * 10**10 + positions, 16) + np.uint8(48))


def mobile(rank: int) -> str:
    """Build a telephone number of eleven digits that no operator has."""
    prefix = 12 if rank < _MOBILE_SPACE else 10
    return f"{prefix}{rank * _SCATTER % _MOBILE_SPACE:09d}"


@blockwise
def mobiles(ranks: Int64Array) -> Texts:
    """Array form of :func:`mobile`."""
    prefix = np.where(ranks < _MOBILE_SPACE, 12, 10)
    number = prefix * _MOBILE_SPACE + ranks * _SCATTER % _MOBILE_SPACE
    return text_column(digit_matrix(number, 11) + np.uint8(48))
