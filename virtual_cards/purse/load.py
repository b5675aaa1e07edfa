"""A load as the card carries it out: INITIALIZE FOR LOAD, then CREDIT FOR LOAD (facts: card.md §10, §13).

The card's part without sessions and status words: what begins, and what it comes to.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

import msgspec

from onecard.virtual_cards.purse.amounts import PurchaseAmounts, date_of, loaded, money
from onecard.virtual_cards.purse.cryptograms import (
    LOAD_TYPE,
    load_mac1,
    load_mac2,
    load_session_key,
    load_tac,
)
from onecard.virtual_cards.purse.state import PurseProof
from onecard.virtual_cards.purse.transaction import LOAD, PurseTransaction, Settlement

if TYPE_CHECKING:
    from onecard.virtual_cards.chip.memory import CardMemory
    from onecard.virtual_cards.purse.state import PurseState

__all__ = ["begin_load", "finish_load"]

_NO_TOTALS = bytes(8)
"""A load has neither self-pay nor pooled amount: their place in the log record is zero."""


def begin_load(
    memory: CardMemory,
    purse: PurseState,
    *,
    key_index: int,
    amount: int,
    terminal_number: bytes,
    random: bytes,
) -> tuple[PurseTransaction, bytes]:
    """Begin a load.

    Args:
        memory: for the card's keys and cipher.
        purse: the purse as it is.
        key_index: group of DLK, from 1.
        amount: fen.
        terminal_number: 6 bytes.
        random: 4 bytes of the card's choosing.

    Returns:
        The transaction, and the answer: balance 4, load counter 2, key version 1, algorithm 1, random 4,
        MAC1 4.

    Raises:
        PurseConditionError: the new balance would not fit four bytes.
    """
    loaded(purse, amount)
    algorithm = memory.algorithm
    dlk = memory.card_key("DLK", key_index)
    key = load_session_key(algorithm, dlk, random=random, counter=purse.load_counter)
    mac1 = load_mac1(algorithm, key, balance=purse.balance, amount=amount, terminal_number=terminal_number)
    transaction = PurseTransaction(
        kind=LOAD,
        key=key,
        random=random,
        terminal_number=terminal_number,
        amounts=PurchaseAmounts(account=amount),
        mac=mac1,
    )
    described = bytes((key_index, algorithm.identifier))
    response = money(purse.balance) + purse.load_counter.to_bytes(2, "big") + described + random + mac1
    return transaction, response


def finish_load(
    memory: CardMemory, purse: PurseState, transaction: PurseTransaction, *, time: bytes, mac2: bytes
) -> Settlement | None:
    """Work out what a load comes to; ``None`` when the host's MAC2 is wrong.

    Args:
        memory: for the card's keys and cipher.
        purse: the purse as it is.
        transaction: what :func:`begin_load` began.
        time: host time, 7 bytes ``CCYYMMDDhhmmss``.
        mac2: 4 bytes.

    Raises:
        PurseConditionError: MAC2 is right, but the time is not packed digits.
    """
    algorithm, counter = memory.algorithm, purse.load_counter
    amount, terminal_number = transaction.amounts.account, transaction.terminal_number
    expected = load_mac2(
        algorithm, transaction.key, amount=amount, terminal_number=terminal_number, time=time
    )
    if not hmac.compare_digest(mac2, expected):
        return None
    date_of(time)
    after = loaded(purse, amount)
    tac = load_tac(
        algorithm,
        memory.card_key("DTK"),
        balance=after.balance,
        counter=counter,
        amount=amount,
        terminal_number=terminal_number,
        time=time,
    )
    proof = PurseProof(counter=counter, mac=transaction.mac, tac=tac)
    record = counter.to_bytes(2, "big") + LOAD_TYPE + terminal_number + time + money(amount) + _NO_TOTALS
    return Settlement(state=msgspec.structs.replace(after, load_proof=proof), record=record, response=tac)
