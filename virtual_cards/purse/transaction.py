"""A purse transaction in progress: what INITIALIZE leaves for CREDIT or DEBIT (facts: card.md §13).

The table :data:`TRANSITIONS` says in which state a command is allowed and which state follows when it has
been carried out. What is not in it answers ``6901`` and leaves the purse idle. An INITIALIZE, CREDIT or
DEBIT that is refused leaves it idle, too (ours).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onecard.virtual_cards.purse.amounts import PurchaseAmounts
    from onecard.virtual_cards.purse.state import PurseState

__all__ = [
    "CREDIT_FOR_LOAD",
    "DEBIT_FOR_PURCHASE",
    "GET_BALANCE",
    "GET_STARTING_DAY",
    "GET_TRANSACTION_PROOF",
    "IDLE",
    "INITIALIZE_FOR_LOAD",
    "INITIALIZE_FOR_PURCHASE",
    "LOAD",
    "PURCHASE",
    "STATES",
    "TRANSITIONS",
    "UPDATE_STARTING_DAY",
    "PurseTransaction",
    "Settlement",
    "state_of",
]

IDLE, LOAD, PURCHASE = STATES = ("idle", "load", "purchase")

INITIALIZE_FOR_LOAD = "INITIALIZE FOR LOAD"
CREDIT_FOR_LOAD = "CREDIT FOR LOAD"
INITIALIZE_FOR_PURCHASE = "INITIALIZE FOR PURCHASE"
DEBIT_FOR_PURCHASE = "DEBIT FOR PURCHASE"
GET_BALANCE = "GET BALANCE"
GET_TRANSACTION_PROOF = "GET TRANSACTION PROOF"
UPDATE_STARTING_DAY = "UPDATE STARTING DAY"
GET_STARTING_DAY = "GET STARTING DAY"

TRANSITIONS: Mapping[str, Mapping[str, str]] = {
    INITIALIZE_FOR_LOAD: dict.fromkeys(STATES, LOAD),
    CREDIT_FOR_LOAD: {LOAD: IDLE},
    INITIALIZE_FOR_PURCHASE: dict.fromkeys(STATES, PURCHASE),
    DEBIT_FOR_PURCHASE: {PURCHASE: IDLE},
    GET_BALANCE: {state: state for state in STATES},
    GET_TRANSACTION_PROOF: {state: state for state in STATES},
    # §13 names no state for these two; "anything else out of state" is read as: they belong to idle (ours).
    UPDATE_STARTING_DAY: {IDLE: IDLE},
    GET_STARTING_DAY: {IDLE: IDLE},
}
"""Command → state → next state (card.md §13)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurseTransaction:
    """The state "load" or "purchase"; idle is the absence of a transaction."""

    kind: str
    """``"load"`` or ``"purchase"``."""
    key: bytes
    """SESLK of a load; of a purchase DPK, whose session key needs the terminal's serial first."""
    random: bytes
    """The card's random, 4 bytes."""
    terminal_number: bytes
    """6 bytes."""
    amounts: PurchaseAmounts
    """What is paid; of a load ``account`` is the amount to load, the others are zero."""
    mac: bytes = b""
    """MAC1 of a load."""


def state_of(transaction: PurseTransaction | None) -> str:
    """Name the state of a purse, one of :data:`STATES`."""
    return IDLE if transaction is None else transaction.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What a CREDIT or DEBIT that is in order changes and answers."""

    state: PurseState
    """The purse afterwards, with the transaction's proof."""
    record: bytes
    """The record for the transaction log, 28 bytes."""
    response: bytes
    """TAC of a load; TAC and MAC2 of a purchase."""
