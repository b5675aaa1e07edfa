"""A purchase as the card carries it out: INITIALIZE, then DEBIT FOR PURCHASE (facts: card.md §10, §13).

The card's part without sessions and status words: what begins, and what it comes to. In account-only mode
(a transaction log of 20-byte records) the card keeps no year: totals and payment year are zero.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

import msgspec

from onecard.virtual_cards.purse.amounts import date_of, money, purchased
from onecard.virtual_cards.purse.cryptograms import (
    PURCHASE_TYPE,
    purchase_mac1,
    purchase_mac2,
    purchase_session_key,
    purchase_tac,
)
from onecard.virtual_cards.purse.state import PurseProof
from onecard.virtual_cards.purse.transaction import PURCHASE, PurseTransaction, Settlement

if TYPE_CHECKING:
    from onecard.virtual_cards.chip.memory import CardMemory
    from onecard.virtual_cards.purse.amounts import PurchaseAmounts
    from onecard.virtual_cards.purse.state import PurseState

__all__ = ["begin_purchase", "encode_year", "finish_purchase"]


def begin_purchase(
    memory: CardMemory,
    purse: PurseState,
    *,
    key_index: int,
    amounts: PurchaseAmounts,
    terminal_number: bytes,
    random: bytes,
) -> tuple[PurseTransaction, bytes]:
    """Begin a purchase that the balance covers.

    Args:
        memory: for the card's keys and cipher.
        purse: the purse as it is.
        key_index: group of DPK, from 1.
        amounts: what is to be paid.
        terminal_number: 6 bytes.
        random: 4 bytes of the card's choosing.

    Returns:
        The transaction, and the answer: balance 4, self-pay total 4, pooled total 4, payment year 2,
        purchase counter 2, key version 1, algorithm 1, random 4.
    """
    transaction = PurseTransaction(
        kind=PURCHASE,
        key=memory.card_key("DPK", key_index),
        random=random,
        terminal_number=terminal_number,
        amounts=amounts,
    )
    response = (
        money(purse.balance)
        + money(purse.self_pay_total)
        + money(purse.pooled_total)
        + encode_year(purse)
        + purse.purchase_counter.to_bytes(2, "big")
        + bytes((key_index, memory.algorithm.identifier))
        + random
    )
    return transaction, response


def finish_purchase(
    memory: CardMemory,
    purse: PurseState,
    transaction: PurseTransaction,
    *,
    terminal_serial: bytes,
    time: bytes,
    mac1: bytes,
    account_only: bool = False,
) -> Settlement | None:
    """Work out what a purchase comes to; ``None`` when the PSAM's MAC1 is wrong.

    Args:
        memory: for the card's keys and cipher.
        purse: the purse as it is.
        transaction: what :func:`begin_purchase` began.
        terminal_serial: the PSAM's transaction number, 4 bytes.
        time: 7 bytes ``CCYYMMDDhhmmss``.
        mac1: 4 bytes.
        account_only: whether the card keeps no totals.

    Raises:
        PurseConditionError: MAC1 is right, but a total would not fit four bytes, or the time is not packed
            digits.
    """
    algorithm, counter = memory.algorithm, purse.purchase_counter
    amounts, terminal_number = transaction.amounts, transaction.terminal_number
    key = purchase_session_key(
        algorithm,
        transaction.key,
        random=transaction.random,
        counter=counter,
        terminal_serial=terminal_serial,
    )
    expected = purchase_mac1(algorithm, key, amounts=amounts, terminal_number=terminal_number, time=time)
    if not hmac.compare_digest(mac1, expected):
        return None
    after = purchased(purse, amounts, date_of(time), totals=not account_only)
    tac = purchase_tac(
        algorithm,
        memory.card_key("DTK"),
        amounts=amounts,
        terminal_number=terminal_number,
        terminal_serial=terminal_serial,
        time=time,
    )
    mac2 = purchase_mac2(algorithm, key, amounts=amounts)
    proof = PurseProof(counter=counter, mac=mac2, tac=tac)
    record = counter.to_bytes(2, "big") + PURCHASE_TYPE + terminal_number + time + amounts.encode()
    state = msgspec.structs.replace(after, purchase_proof=proof)
    return Settlement(state=state, record=record, response=tac + mac2)


def encode_year(purse: PurseState) -> bytes:
    """Write the payment year as two bytes of packed digits."""
    return bytes.fromhex(f"{purse.payment_year:04d}")
