"""GENERATE AC, EXTERNAL and INTERNAL AUTHENTICATE of the payment side (facts: card.md §15).

Two cryptograms per GET PROCESSING OPTIONS at most: the second only after an ARQC. Whatever an answer means
for the card is written before it is given, in one commit: balance, log, and what the next transaction's card
verification results will tell about this one.

Issuer authentication is EXTERNAL AUTHENTICATE, as the AIP says; one try per transaction. Nothing is written
by it: the second GENERATE AC writes how the transaction went.
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
from onecard.virtual_cards.commands.rule import SUCCESS, Refusal, answer
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.iso7816.tlv import ber
from onecard.virtual_cards.payment.applications import LOG_SFI, payment_rules
from onecard.virtual_cards.payment.certificates import signed_dynamic_data
from onecard.virtual_cards.payment.cryptograms import CIPHERS, application_cryptogram, response_cryptogram
from onecard.virtual_cards.payment.risk import (
    FIRST,
    SECOND,
    UNABLE_TO_GO_ONLINE,
    Cryptogram,
    issuer_application_data,
    offline_amount,
    verification_results,
)
from onecard.virtual_cards.payment.status import AUTHENTICATION_FAILED
from onecard.virtual_cards.payment.transaction import FINISHED, INITIATED, ONLINE

if TYPE_CHECKING:
    from onecard.virtual_cards.chip.session import Session
    from onecard.virtual_cards.iso7816.apdu import CommandApdu
    from onecard.virtual_cards.payment.state import PaymentState
    from onecard.virtual_cards.payment.transaction import PaymentTransaction

__all__ = ["RESPONSE_SIZE", "external_authenticate", "generate_ac", "internal_authenticate"]

RESPONSE_SIZE = 10
"""Data of EXTERNAL AUTHENTICATE: response cryptogram 8 ‖ authorisation response code 2."""

_FORMAT_1 = 0x80
_CRYPTOGRAM_SIZE = 8
_RESPONSE_CODE = 0x8A


def generate_ac(session: Session, apdu: CommandApdu) -> bytes:
    """Approve, decline or ask for the issuer; P1 is what the terminal would like."""
    state = payment_state(session)
    transaction = transaction_at(session, INITIATED, ONLINE)
    asked = Cryptogram(apdu.p1)
    first = transaction.stage == INITIATED
    if not first and asked is Cryptogram.ARQC:
        raise Refusal(status.CONDITIONS_NOT_SATISFIED)
    dol = payment_rules().dol["cdol1" if first else "cdol2"]
    if len(apdu.data) != dol.size:
        raise Refusal(status.WRONG_LENGTH)
    transaction = with_values(transaction, values={**transaction.values, **dol.split(apdu.data)})
    decide = _first if first else _second
    return decide(session, state, transaction, asked, apdu.le)


def _first(
    session: Session, state: PaymentState, transaction: PaymentTransaction, asked: Cryptogram, le: int | None
) -> bytes:
    amount = offline_amount(state, transaction.values) if transaction.electronic_cash else None
    kind = FIRST[asked, amount is not None]
    results = verification_results(transaction, kind)
    after = state
    if kind is Cryptogram.TC:
        after = replace(state, balance=state.balance - (amount or 0))
    elif kind is Cryptogram.ARQC:
        after = replace(state, online_incomplete=True)
    return _give(session, after, transaction, kind, results, le)


def _second(
    session: Session, state: PaymentState, transaction: PaymentTransaction, asked: Cryptogram, le: int | None
) -> bytes:
    unable = transaction.values[_RESPONSE_CODE] in UNABLE_TO_GO_ONLINE
    kind = SECOND[asked, "unable" if unable else transaction.issuer]
    results = verification_results(transaction, Cryptogram.ARQC, kind, unable=unable)
    passed = transaction.issuer == "passed"
    after = state
    if not unable:
        after = replace(
            state,
            online_incomplete=False,
            issuer_authentication_failed=transaction.issuer == "failed",
            issuer_authentication_missing=transaction.issuer == "missing",
            last_online_counter=state.transaction_counter if passed else state.last_online_counter,
            script_commands=transaction.scripts if passed else state.script_commands,
            script_failed=transaction.script_failed if passed else state.script_failed,
        )
    return _give(session, after, transaction, kind, results, le)


def _give(
    session: Session,
    state: PaymentState,
    transaction: PaymentTransaction,
    kind: Cryptogram,
    results: bytes,
    le: int | None,
) -> bytes:
    """Write what this cryptogram means, then answer it: ``80`` {kind, counter, cryptogram, issuer data}."""
    rules, counter = payment_rules(), state.transaction_counter
    cryptogram = application_cryptogram(
        CIPHERS[state.algorithm],
        state.cryptogram_key,
        transaction.values,
        aip=rules.aip,
        counter=counter,
        results=results,
    )
    two = counter.to_bytes(2, "big")
    data = ber(_FORMAT_1, bytes((kind,)) + two + cryptogram + issuer_application_data(state, results))
    changes = [state_change(state)]
    if kind is Cryptogram.TC:
        record = rules.dol["log"].join({**transaction.values, 0x9F36: two})
        changes.append(with_log_record(session, LOG_SFI, record))
    session.memory.commit(*changes)
    online = kind is Cryptogram.ARQC
    session.payment = with_values(
        transaction,
        stage=ONLINE if online else FINISHED,
        cryptogram=cryptogram if online else transaction.cryptogram,
    )
    return answer(session, data, le)


def external_authenticate(session: Session, apdu: CommandApdu) -> bytes:
    """Check the issuer's response cryptogram, once after an ARQC; ``6300`` if it is wrong."""
    state = payment_state(session)
    transaction = transaction_at(session, ONLINE)
    if transaction.issuer != "missing":
        raise Refusal(status.CONDITIONS_NOT_SATISFIED)
    given, code = apdu.data[:_CRYPTOGRAM_SIZE], apdu.data[_CRYPTOGRAM_SIZE:]
    expected = response_cryptogram(
        CIPHERS[state.algorithm],
        state.cryptogram_key,
        state.transaction_counter,
        transaction.cryptogram,
        code,
    )
    passed = hmac.compare_digest(given, expected)
    session.payment = with_values(transaction, issuer="passed" if passed else "failed")
    if not passed:
        raise Refusal(AUTHENTICATION_FAILED)
    return SUCCESS


def internal_authenticate(session: Session, apdu: CommandApdu) -> bytes:
    """Sign the terminal's values and the counter with the card's key (dynamic data authentication)."""
    state = payment_state(session)
    transaction = transaction_at(session, INITIATED, ONLINE)
    session.payment = with_values(transaction, signed=True)
    return answer(session, ber(_FORMAT_1, signed_dynamic_data(state.transaction_counter, apdu.data)), apdu.le)
