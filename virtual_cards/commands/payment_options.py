"""GET PROCESSING OPTIONS: a transaction begins, over qPBOC it also ends here (facts: card.md §15).

The PDOL of the face says what the terminal tells. Over the contact face ``9F7A`` chooses electronic cash;
over the contactless face ``9F66`` chooses qPBOC, else debit as over contacts. Any way the transaction counter
goes up by one, and at 65535 the application serves no more.

qPBOC gives the cryptogram at once. An off-line purchase is written, balance and log together, when the
terminal reads the last record of the AFL: a card that leaves the field before has paid nothing, and the
terminal, which has not got all records, has sold nothing.
"""

from __future__ import annotations

from dataclasses import replace as with_values
from typing import TYPE_CHECKING

from msgspec.structs import replace

from onecard.virtual_cards.commands.payment_application import (
    payment_state,
    record_of,
    state_change,
    with_log_record,
)
from onecard.virtual_cards.commands.rule import Refusal, answer
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.iso7816.tlv import ber, find_ber
from onecard.virtual_cards.payment.applications import LOG_SFI, payment_rules, pdol_of, references
from onecard.virtual_cards.payment.certificates import signed_dynamic_data
from onecard.virtual_cards.payment.cryptograms import CIPHERS, application_cryptogram
from onecard.virtual_cards.payment.risk import (
    QPBOC,
    Cryptogram,
    history_of,
    issuer_application_data,
    offline_amount,
    verification_results,
)
from onecard.virtual_cards.payment.state import MOST_TRANSACTIONS
from onecard.virtual_cards.payment.transaction import FINISHED, INITIATED, PaymentTransaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onecard.virtual_cards.chip.session import Session
    from onecard.virtual_cards.iso7816.apdu import CommandApdu
    from onecard.virtual_cards.payment.state import PaymentState

__all__ = ["get_processing_options"]

_COMMAND_TEMPLATE = 0x83
_FORMAT_1, _FORMAT_2 = 0x80, 0x77
_TERMINAL_QUALIFIERS, _CASH_INDICATOR, _UNPREDICTABLE = 0x9F66, 0x9F7A, 0x9F37
_DEBIT_OVER_AIR, _QPBOC, _OFFLINE_ONLY = 0x40, 0x20, 0x08
_ONLINE_REQUIRED = 0x80
_TRACK_2, _SEQUENCE_NUMBER = 0x57, 0x5F34
_HOLDER_RECORD, _ACCOUNT_RECORD = (1, 1), (2, 4)


def get_processing_options(session: Session, apdu: CommandApdu) -> bytes:
    """Begin a transaction and tell AIP and AFL; one per SELECT, ``6985`` for another."""
    state = payment_state(session)
    if session.payment is not None or state.transaction_counter >= MOST_TRANSACTIONS:
        raise Refusal(status.CONDITIONS_NOT_SATISFIED)
    values = _terminal_values(session, apdu.data)
    state = replace(state, transaction_counter=state.transaction_counter + 1)
    qualifiers = values.get(_TERMINAL_QUALIFIERS, b"")
    if qualifiers and qualifiers[0] & _QPBOC:
        return _qpboc(session, apdu, state, values)
    if qualifiers and not qualifiers[0] & _DEBIT_OVER_AIR:
        raise Refusal(status.CONDITIONS_NOT_SATISFIED)
    cash = state.electronic_cash and values.get(_CASH_INDICATOR) == b"\x01"
    rules = payment_rules()
    data = ber(_FORMAT_1, rules.aip + rules.afl["electronic_cash" if cash else "standard_debit"])
    session.memory.commit(state_change(state))
    session.payment = PaymentTransaction(
        stage=INITIATED, electronic_cash=cash, values=values, history=history_of(state)
    )
    return answer(session, data, apdu.le)


def _terminal_values(session: Session, data: bytes) -> dict[int, bytes]:
    """Take the command template ``83`` apart by the PDOL that SELECT told over this face."""
    application = session.application
    fci = (session.face.contactless and application.fci_contactless) or application.fci
    if data[0] != _COMMAND_TEMPLATE:
        raise Refusal(status.WRONG_DATA)
    pdol = pdol_of(fci)
    if data[1] != len(data) - 2 or data[1] != pdol.size:
        raise Refusal(status.WRONG_LENGTH)
    return pdol.split(data[2:])


def _qpboc(session: Session, apdu: CommandApdu, state: PaymentState, values: Mapping[int, bytes]) -> bytes:
    """Decide at once and answer everything that the terminal needs beside the records."""
    qualifiers = values[_TERMINAL_QUALIFIERS]
    amount = None if qualifiers[1] & _ONLINE_REQUIRED else offline_amount(state, values)
    kind = QPBOC[amount is not None, not qualifiers[0] & _OFFLINE_ONLY]
    paid = replace(state, balance=state.balance - (amount or 0)) if kind is Cryptogram.TC else state
    transaction = PaymentTransaction(
        stage=FINISHED, values=values, history=history_of(state), signed=kind is Cryptogram.TC
    )
    data = ber(_FORMAT_2, _qpboc_objects(session, state, paid, transaction, kind))
    session.memory.commit(state_change(state))
    session.payment = _with_pending(session, transaction, paid) if kind is Cryptogram.TC else transaction
    return answer(session, data, apdu.le)


def _qpboc_objects(
    session: Session,
    state: PaymentState,
    paid: PaymentState,
    transaction: PaymentTransaction,
    kind: Cryptogram,
) -> bytes:
    rules, counter, values = payment_rules(), state.transaction_counter, transaction.values
    results = verification_results(transaction, kind)
    cryptogram = application_cryptogram(
        CIPHERS[state.algorithm],
        state.cryptogram_key,
        values,
        aip=rules.aip,
        counter=counter,
        results=results,
    )
    objects = ber(0x82, rules.aip)
    if kind is Cryptogram.TC:
        objects += ber(0x94, rules.afl["qpboc"])
        objects += ber(0x9F4B, signed_dynamic_data(counter, values[_UNPREDICTABLE]))
    track_2 = find_ber(record_of(session, *_HOLDER_RECORD), _TRACK_2) or b""
    sequence_number = find_ber(record_of(session, *_ACCOUNT_RECORD), _SEQUENCE_NUMBER) or b""
    return (
        objects
        + ber(0x9F36, counter.to_bytes(2, "big"))
        + ber(0x9F27, bytes((kind,)))
        + ber(0x9F26, cryptogram)
        + ber(0x9F10, issuer_application_data(paid, results))
        + ber(_TRACK_2, track_2)
        + ber(_SEQUENCE_NUMBER, sequence_number)
    )


def _with_pending(
    session: Session, transaction: PaymentTransaction, paid: PaymentState
) -> PaymentTransaction:
    """Keep what the purchase writes for the moment in which the AFL's last record is read."""
    rules = payment_rules()
    counter = paid.transaction_counter.to_bytes(2, "big")
    record = rules.dol["log"].join({**transaction.values, 0x9F36: counter})
    sfi, number, _ = references(rules.afl["qpboc"])[-1]
    return with_values(
        transaction,
        last_record=(sfi, number),
        pending=(state_change(paid), with_log_record(session, LOG_SFI, record)),
    )
