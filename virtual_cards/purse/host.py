"""The load host's and the clearing host's side of the purse (facts: card.md §10, §13).

What the card answers to the two INITIALIZE commands, taken apart; the host's decision on a load; the checks
of TACs. Pure functions: terminals and hosts bring keys, time and numbers.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from onecard.virtual_cards.purse.cryptograms import (
    load_mac1,
    load_mac2,
    load_session_key,
    load_tac,
    purchase_tac,
)

if TYPE_CHECKING:
    from onecard.virtual_cards.purse.amounts import PurchaseAmounts
    from onecard.virtual_cards.security.ciphers import Algorithm

__all__ = [
    "LoadOffer",
    "PurchaseOffer",
    "authorise_load",
    "load_tac_is_right",
    "parse_load_offer",
    "parse_purchase_offer",
    "purchase_tac_is_right",
]

_LOAD_OFFER_SIZE = 16
_PURCHASE_OFFER_SIZE = 22


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOffer:
    """What a card answers to INITIALIZE FOR LOAD; money in fen."""

    balance: int
    counter: int
    key_version: int
    algorithm_id: int
    random: bytes
    mac1: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseOffer:
    """What a card answers to INITIALIZE FOR PURCHASE; money in fen."""

    balance: int
    self_pay_total: int
    pooled_total: int
    payment_year: str
    """Four digits."""
    counter: int
    key_version: int
    algorithm_id: int
    random: bytes


def parse_load_offer(data: bytes) -> LoadOffer:
    """Take the 16 bytes apart; ``ValueError`` for another number of them."""
    _check_size("load", data, _LOAD_OFFER_SIZE)
    return LoadOffer(
        balance=_number(data[:4]),
        counter=_number(data[4:6]),
        key_version=data[6],
        algorithm_id=data[7],
        random=data[8:12],
        mac1=data[12:],
    )


def parse_purchase_offer(data: bytes) -> PurchaseOffer:
    """Take the 22 bytes apart; ``ValueError`` for another number of them."""
    _check_size("purchase", data, _PURCHASE_OFFER_SIZE)
    return PurchaseOffer(
        balance=_number(data[:4]),
        self_pay_total=_number(data[4:8]),
        pooled_total=_number(data[8:12]),
        payment_year=data[12:14].hex(),
        counter=_number(data[14:16]),
        key_version=data[16],
        algorithm_id=data[17],
        random=data[18:],
    )


def authorise_load(
    algorithm: Algorithm, dlk: bytes, offer: LoadOffer, *, amount: int, terminal_number: bytes, time: bytes
) -> bytes | None:
    """Decide a load.

    Args:
        algorithm: the card's cipher.
        dlk: the card's load key.
        offer: what the card answered to INITIALIZE FOR LOAD.
        amount: fen, as in that command.
        terminal_number: 6 bytes, as in that command.
        time: host time, 7 bytes ``CCYYMMDDhhmmss``.

    Returns:
        The data of CREDIT FOR LOAD (time, MAC2), or ``None`` when the card's MAC1 is wrong.
    """
    key = load_session_key(algorithm, dlk, random=offer.random, counter=offer.counter)
    expected = load_mac1(
        algorithm, key, balance=offer.balance, amount=amount, terminal_number=terminal_number
    )
    if not hmac.compare_digest(offer.mac1, expected):
        return None
    return time + load_mac2(algorithm, key, amount=amount, terminal_number=terminal_number, time=time)


def load_tac_is_right(
    algorithm: Algorithm,
    dtk: bytes,
    tac: bytes,
    offer: LoadOffer,
    *,
    amount: int,
    terminal_number: bytes,
    time: bytes,
) -> bool:
    """Check the TAC of a load (arguments as :func:`authorise_load`, with the card's TAC key)."""
    expected = load_tac(
        algorithm,
        dtk,
        balance=offer.balance + amount,
        counter=offer.counter,
        amount=amount,
        terminal_number=terminal_number,
        time=time,
    )
    return hmac.compare_digest(tac, expected)


def purchase_tac_is_right(
    algorithm: Algorithm,
    dtk: bytes,
    tac: bytes,
    *,
    amounts: PurchaseAmounts,
    terminal_number: bytes,
    terminal_serial: bytes,
    time: bytes,
) -> bool:
    """Check the TAC of a purchase (terminal serial: the PSAM's 4 bytes)."""
    expected = purchase_tac(
        algorithm,
        dtk,
        amounts=amounts,
        terminal_number=terminal_number,
        terminal_serial=terminal_serial,
        time=time,
    )
    return hmac.compare_digest(tac, expected)


def _check_size(what: str, data: bytes, size: int) -> None:
    if len(data) != size:
        raise ValueError(f"answer to INITIALIZE FOR {what.upper()} has {len(data)} bytes, {size} are needed")


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")
