"""What the payment commands stand on: the current ADF's state, the transaction in progress, its logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.chip.nonvolatile import Change
from onecard.virtual_cards.commands.rule import Refusal
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.payment.applications import ADF

if TYPE_CHECKING:
    from onecard.virtual_cards.chip.session import Session
    from onecard.virtual_cards.payment.state import PaymentState
    from onecard.virtual_cards.payment.transaction import PaymentTransaction

__all__ = ["payment_state", "record_of", "state_change", "transaction_at", "with_log_record"]


def payment_state(session: Session) -> PaymentState:
    """Return the state of the payment application; ``6985`` under PSE and PPSE, which have none."""
    state = session.memory.payment
    if session.application.name != ADF or state is None:
        raise Refusal(status.CONDITIONS_NOT_SATISFIED)
    return state


def transaction_at(session: Session, *stages: str) -> PaymentTransaction:
    """Return the transaction in progress if it is at one of these stages, else ``6985``."""
    transaction = session.payment
    if transaction is None or transaction.stage not in stages:
        raise Refusal(status.CONDITIONS_NOT_SATISFIED)
    return transaction


def state_change(state: PaymentState) -> Change:
    """Return the change that stores a state."""
    return Change("payment", None, state)


def with_log_record(session: Session, sfi: int, record: bytes) -> Change:
    """Return the change that puts a record in front of a log, where a full log loses its oldest."""
    file = session.application.by_sfi[sfi]
    records = (record, *session.memory.records(file))
    return Change("contents", file.path, records[: file.capacity])


def record_of(session: Session, sfi: int, number: int) -> bytes:
    """Return a record of the current application, empty if the card lacks it."""
    records = session.memory.records(session.application.by_sfi[sfi])
    return records[number - 1] if number <= len(records) else b""
