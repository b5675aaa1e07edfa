"""What the card decides: approve (TC), ask the issuer (ARQC), decline (AAC); and how it reports it.

The card never answers more than it was asked: AAC < ARQC < TC. Debit goes on-line always; electronic cash
pays off-line when the money is there and the limit of one transaction is kept. After an ARQC only an issuer
whose response cryptogram was right makes the card approve. Facts: card.md §15; the reset threshold ``9F6D``
is the terminal's to compare (JR/T 0025.13), it reads it by GET DATA.
"""

from __future__ import annotations

from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from onecard.virtual_cards.payment.applications import payment_rules
from onecard.virtual_cards.payment.cryptograms import CIPHERS, mac, session_key
from onecard.virtual_cards.payment.data_objects import amount_digits, amount_fen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onecard.virtual_cards.payment.state import PaymentState
    from onecard.virtual_cards.payment.transaction import PaymentTransaction

__all__ = [
    "FIRST",
    "NOT_REQUESTED",
    "QPBOC",
    "SECOND",
    "UNABLE_TO_GO_ONLINE",
    "Cryptogram",
    "history_of",
    "issuer_application_data",
    "offline_amount",
    "verification_results",
]


class Cryptogram(IntEnum):
    """Kinds of application cryptogram, as in P1 of GENERATE AC and in ``9F27``."""

    AAC = 0x00
    TC = 0x40
    ARQC = 0x80


FIRST: Mapping[tuple[Cryptogram, bool], Cryptogram] = MappingProxyType(
    {
        (Cryptogram.AAC, False): Cryptogram.AAC,
        (Cryptogram.AAC, True): Cryptogram.AAC,
        (Cryptogram.ARQC, False): Cryptogram.ARQC,
        (Cryptogram.ARQC, True): Cryptogram.ARQC,
        (Cryptogram.TC, False): Cryptogram.ARQC,
        (Cryptogram.TC, True): Cryptogram.TC,
    }
)
"""First GENERATE AC: what was asked, whether electronic cash may pay off-line → answer."""

SECOND: Mapping[tuple[Cryptogram, str], Cryptogram] = MappingProxyType(
    {
        (asked, outcome): Cryptogram.TC if (asked, outcome) == (Cryptogram.TC, "passed") else Cryptogram.AAC
        for asked in (Cryptogram.AAC, Cryptogram.TC)
        for outcome in ("passed", "failed", "missing", "unable")
    }
)
"""Second GENERATE AC: what was asked, how issuer authentication went (or nobody was reached) → answer."""

QPBOC: Mapping[tuple[bool, bool], Cryptogram] = MappingProxyType(
    {
        (True, False): Cryptogram.TC,
        (True, True): Cryptogram.TC,
        (False, True): Cryptogram.ARQC,
        (False, False): Cryptogram.AAC,
    }
)
"""qPBOC: whether electronic cash may pay off-line, whether the terminal can go on-line → answer."""

UNABLE_TO_GO_ONLINE = (b"Y3", b"Z3")
"""Authorisation response codes ``8A`` that the terminal makes itself (EMV Book 4 annex A6)."""

NOT_REQUESTED = 2
"""Second cryptogram in the card verification results, while there is none."""

_PURCHASE = b"\x00"
_IN_RESULTS = {Cryptogram.AAC: 0, Cryptogram.TC: 1, Cryptogram.ARQC: 2}
_KEY_INDEX, _CRYPTOGRAM_VERSION = 0x01, 0x01
_BALANCE = 0x01


def offline_amount(state: PaymentState, values: Mapping[int, bytes]) -> int | None:
    """Return what electronic cash would pay for this transaction, in fen; ``None``: not off-line.

    Off-line: a purchase without cashback, in the card's currency, within balance and limit.
    """
    amount, other = amount_fen(values[0x9F02]), amount_fen(values[0x9F03])
    if not state.electronic_cash or amount is None or other != 0:
        return None
    if values[0x9C] != _PURCHASE or values[0x5F2A] != payment_rules().currency:
        return None
    return amount if amount <= min(state.balance, state.transaction_limit) else None


def history_of(state: PaymentState) -> bytes:
    """Return what a new transaction's results will tell of the last one and of issuer scripts, 2 bytes."""
    last = (
        state.online_incomplete << 7
        | (state.last_online_counter == 0) << 4
        | state.issuer_authentication_failed << 3
        | state.issuer_authentication_missing << 2
    )
    return bytes((last, state.script_commands << 4 | state.script_failed << 3))


def verification_results(
    transaction: PaymentTransaction,
    first: Cryptogram,
    second: Cryptogram | None = None,
    *,
    unable: bool = False,
) -> bytes:
    """Build the card verification results, 4 bytes: this transaction, the last one, issuer scripts.

    Args:
        transaction: the one in progress; its history stays what it was when it began.
        first: answer to the first GENERATE AC.
        second: answer to the second, ``None`` before it.
        unable: the terminal could not go on-line.
    """
    later = NOT_REQUESTED if second is None else _IN_RESULTS[second]
    failed = transaction.issuer == "failed"
    now = later << 6 | _IN_RESULTS[first] << 4 | failed << 3 | unable
    last, scripts = transaction.history
    return bytes((3, now, last, scripts | transaction.signed << 1))


def issuer_application_data(state: PaymentState, results: bytes) -> bytes:
    """Build ``9F10``: key index, cryptogram version, results, algorithm; also the balance of electronic cash.

    The balance has a MAC of 4 bytes over counter ‖ balance (5 bytes) ‖ ``00`` under the script session key;
    this reproduces a published example.
    """
    data = bytes((_KEY_INDEX, _CRYPTOGRAM_VERSION)) + results + bytes((state.algorithm,))
    data = bytes((len(data),)) + data
    if not state.electronic_cash:
        return data
    balance = amount_digits(state.balance)[1:]
    cipher, counter = CIPHERS[state.algorithm], state.transaction_counter
    key = session_key(cipher, state.script_key, counter)
    check = mac(cipher, key, counter.to_bytes(2, "big") + balance + b"\x00")[:4]
    option = bytes((_BALANCE,)) + balance + check
    return data + bytes((len(option),)) + option
