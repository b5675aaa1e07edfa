"""Reading and writing data of the payment side: READ RECORD, GET DATA, PUT DATA, and the PIN's absence.

PUT DATA is an issuer script: it comes after an issuer authentication of the same transaction, with a MAC
over header ‖ counter ‖ ARQC ‖ data under the script session key (JR/T 0025; the four bytes are the leftmost).
That is how electronic cash is loaded: the new balance replaces the old one and the load log keeps both.
"""

from __future__ import annotations

import hmac
from dataclasses import replace as with_values
from typing import TYPE_CHECKING

from msgspec.structs import replace

from onecard.virtual_cards.commands.payment_application import (
    payment_state,
    state_change,
    transaction_at,
    with_log_record,
)
from onecard.virtual_cards.commands.rule import SUCCESS, Refusal, read_answer
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.iso7816.tlv import ber
from onecard.virtual_cards.payment.applications import ADF, LOAD_LOG_SFI, payment_rules
from onecard.virtual_cards.payment.cryptograms import CIPHERS, mac, session_key
from onecard.virtual_cards.payment.data_objects import AMOUNT_SIZE, amount_digits, amount_fen
from onecard.virtual_cards.payment.document import payment_document
from onecard.virtual_cards.payment.transaction import FINISHED, ONLINE

if TYPE_CHECKING:
    from onecard.virtual_cards.chip.nonvolatile import Change
    from onecard.virtual_cards.chip.session import Session
    from onecard.virtual_cards.iso7816.apdu import CommandApdu
    from onecard.virtual_cards.payment.document import DataObjectDocument
    from onecard.virtual_cards.payment.state import PaymentState
    from onecard.virtual_cards.payment.transaction import PaymentTransaction

__all__ = ["PUT_DATA_SIZE", "get_challenge", "get_data", "put_data", "read_record", "verify"]

PUT_DATA_SIZE = AMOUNT_SIZE + 4
"""Data of PUT DATA: an amount of twelve digits ‖ MAC 4."""

_CHALLENGE_SIZE = 8
_MAC_SIZE = 4
_MOST_SCRIPTS = 15
_BALANCE = 0x9F79


def read_record(session: Session, apdu: CommandApdu) -> bytes:
    """Give the record P1 of the file whose SFI is in P2; the last one of qPBOC completes a purchase."""
    sfi, number = apdu.p2 >> 3, apdu.p1
    file = session.application.by_sfi.get(sfi)
    if file is None:
        raise Refusal(status.FILE_NOT_FOUND)
    records = session.memory.records(file)
    if number > len(records):
        raise Refusal(status.RECORD_NOT_FOUND)
    response = read_answer(session, records[number - 1], apdu.le or 0)
    transaction = session.payment
    if transaction and (sfi, number) == transaction.last_record and response.endswith(SUCCESS):
        session.memory.commit(*transaction.pending)
        session.payment = with_values(transaction, last_record=(0, 0), pending=())
    return response


def get_data(session: Session, apdu: CommandApdu) -> bytes:
    """Give one data object with its tag, P1 P2; ``6A88`` for any that the card does not hold."""
    state = session.memory.payment
    if session.application.name != ADF or state is None:
        raise Refusal(status.REFERENCE_NOT_FOUND)
    row = _held(state, apdu)
    return read_answer(session, ber(row.tag, _value(state, row)), apdu.le or 0)


def _held(state: PaymentState, apdu: CommandApdu) -> DataObjectDocument:
    """Return the data object P1 P2 of this card, else ``6A88``."""
    row = payment_rules().data_objects.get(apdu.p1 << 8 | apdu.p2)
    if row is None or (row.electronic_cash and not state.electronic_cash):
        raise Refusal(status.REFERENCE_NOT_FOUND)
    return row


def _value(state: PaymentState, row: DataObjectDocument) -> bytes:
    if row.dol:
        return bytes.fromhex(payment_document().dol[row.dol])
    if not row.state:
        return bytes.fromhex(row.value)
    number: int = getattr(state, row.state)
    return amount_digits(number) if row.form == "digits" else number.to_bytes(row.length, "big")


def put_data(session: Session, apdu: CommandApdu) -> bytes:
    """Replace balance or a limit of electronic cash by issuer script."""
    state = payment_state(session)
    transaction = transaction_at(session, ONLINE, FINISHED)
    if transaction.issuer != "passed":
        raise Refusal(status.CONDITIONS_NOT_SATISFIED)
    try:
        changes = _script_changes(session, state, transaction, apdu)
    except Refusal:
        _count_failure(session, state, transaction)
        raise
    session.memory.commit(*changes)
    session.payment = with_values(transaction, scripts=_next(transaction))
    return SUCCESS


def _script_changes(
    session: Session, state: PaymentState, transaction: PaymentTransaction, apdu: CommandApdu
) -> list[Change]:
    row = _held(state, apdu)
    if not row.writable:
        raise Refusal(status.REFERENCE_NOT_FOUND)
    digits = _checked(state, transaction, apdu)
    fen = amount_fen(digits)
    if fen is None or (row.tag == _BALANCE and fen > state.ceiling):
        raise Refusal(status.WRONG_DATA)
    after = replace(state, **{row.state: fen}, script_commands=_next(transaction))
    changes = [state_change(after)]
    if row.tag == _BALANCE:
        counter = state.transaction_counter.to_bytes(2, "big")
        record = bytes((apdu.p1, apdu.p2)) + amount_digits(state.balance) + digits
        record += payment_rules().dol["load_log"].join({**transaction.values, 0x9F36: counter})
        changes.append(with_log_record(session, LOAD_LOG_SFI, record))
    return changes


def _checked(state: PaymentState, transaction: PaymentTransaction, apdu: CommandApdu) -> bytes:
    """Return a script command's data if its MAC is right, else ``6988``."""
    data, given = apdu.data[:-_MAC_SIZE], apdu.data[-_MAC_SIZE:]
    cipher, counter = CIPHERS[state.algorithm], state.transaction_counter
    head = bytes((apdu.cla, apdu.ins, apdu.p1, apdu.p2, len(apdu.data)))
    covered = head + counter.to_bytes(2, "big") + transaction.cryptogram + data
    expected = mac(cipher, session_key(cipher, state.script_key, counter), covered)[:_MAC_SIZE]
    if not hmac.compare_digest(given, expected):
        raise Refusal(status.MAC_WRONG)
    return data


def _count_failure(session: Session, state: PaymentState, transaction: PaymentTransaction) -> None:
    """Remember that a script command was refused, for the next card verification results."""
    scripts = _next(transaction)
    session.memory.commit(state_change(replace(state, script_commands=scripts, script_failed=True)))
    session.payment = with_values(transaction, scripts=scripts, script_failed=True)


def _next(transaction: PaymentTransaction) -> int:
    return min(transaction.scripts + 1, _MOST_SCRIPTS)


def verify(session: Session, apdu: CommandApdu) -> bytes:
    """Refuse with ``6A88``: the bank PIN is verified on-line, the card holds none to compare with."""
    del session, apdu
    raise Refusal(status.REFERENCE_NOT_FOUND)


def get_challenge(session: Session, apdu: CommandApdu) -> bytes:
    """Give 8 random bytes. No command of this side uses them, so the card does not keep them."""
    return read_answer(session, session.random_bytes(_CHALLENGE_SIZE), apdu.le or 0)
