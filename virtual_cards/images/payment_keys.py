"""The payment application's keys: left out of images, derived again from the published master keys.

A card keeps its payment keys in its payment state. They follow from account and sequence number, which the
card's records tell, and from the bank's published test keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.virtual_cards.images.errors import ImageError
from onecard.virtual_cards.iso7816.tlv import find_ber
from onecard.virtual_cards.layouts.encoding import decode_value
from onecard.virtual_cards.payment.cryptograms import CIPHERS, card_key
from onecard.virtual_cards.payment.issuer import CRYPTOGRAM_KEY, SCRIPT_KEY, issuer_master_key

if TYPE_CHECKING:
    from onecard.virtual_cards.chip.memory import CardMemory
    from onecard.virtual_cards.payment.state import PaymentState

__all__ = ["with_keys"]

_PAN, _SEQUENCE_NUMBER = 0x5A, 0x5F34


def with_keys(memory: CardMemory, state: PaymentState) -> PaymentState:
    """Fill in a payment state's keys from the account on the card.

    Raises:
        ImageError: the card's records do not tell the account, or the algorithm is unknown.
    """
    if state.algorithm not in CIPHERS:
        raise ImageError(
            "cells.payment.algorithm", f"got {state.algorithm}; allowed: {', '.join(map(str, CIPHERS))}"
        )
    pan, number = _digits(memory, _PAN), _digits(memory, _SEQUENCE_NUMBER)
    cipher = CIPHERS[state.algorithm]
    keys = [
        card_key(cipher, issuer_master_key(name, state.algorithm), pan, number)
        for name in (CRYPTOGRAM_KEY, SCRIPT_KEY)
    ]
    return msgspec.structs.replace(state, cryptogram_key=keys[0], script_key=keys[1])


def _digits(memory: CardMemory, tag: int) -> str:
    """Find a number in the records of the payment side."""
    paths = {file.path for application in memory.payment_applications for file in application.files}
    for path, records in memory.contents.items():
        if path in paths and isinstance(records, tuple):
            for record in records:
                value = _found(record, tag)
                if value is not None:
                    return value
    raise ImageError("cells.contents", f"no record of the payment side has the object {tag:X}")


def _found(record: bytes, tag: int) -> str | None:
    try:
        value = find_ber(record, tag)
    except ValueError:
        return None
    digits = decode_value("cn", value) if value is not None else ""
    return digits if digits.isdecimal() else None
