"""Rows of the medical purse, and the handlers that tell of it (facts: card.md §10, §13, §21 Q23).

Two pairs of commands share class and instruction, so each pair is one row; P1 tells them apart. What begins
and finishes transactions is in ``purse_transactions``, with the checks that all share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.virtual_cards.commands.purse_transactions import (
    LOAD_DATA,
    PURCHASE_DATA,
    account_only,
    admit,
    credit_for_load,
    debit_for_purchase,
    initialize,
    need,
)
from onecard.virtual_cards.commands.rule import SUCCESS, Answer, CommandRule, Refusal, answer, read_answer
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.layouts.access import PIN
from onecard.virtual_cards.purse.amounts import is_starting_day, money
from onecard.virtual_cards.purse.cryptograms import LOAD_TYPE, PURCHASE_TYPE
from onecard.virtual_cards.purse.purchase import encode_year
from onecard.virtual_cards.purse.transaction import (
    CREDIT_FOR_LOAD,
    DEBIT_FOR_PURCHASE,
    GET_BALANCE,
    GET_STARTING_DAY,
    GET_TRANSACTION_PROOF,
    UPDATE_STARTING_DAY,
)

if TYPE_CHECKING:
    from onecard.virtual_cards.chip.session import Session
    from onecard.virtual_cards.iso7816.apdu import CommandApdu

__all__ = ["PURSE_COMMANDS"]

_STARTING_DAY_KEY = "DSK"
_ACCOUNT, _SELF_PAY, _POOLED = 0x01, 0x02, 0x03
_UPDATE, _GET = 0x00, 0x01
_ZERO = (0x00,)


def get_balance(session: Session, apdu: CommandApdu) -> bytes:
    """Give the balance (P2 = 01), or a year's total and the payment year (02 self-pay, 03 pooled)."""
    purse = admit(session, GET_BALANCE)
    need(session, PIN)
    if apdu.p2 == _ACCOUNT:
        data = money(purse.balance)
    else:
        total = purse.self_pay_total if apdu.p2 == _SELF_PAY else purse.pooled_total
        data = money(total) + encode_year(purse)
    return read_answer(session, data, apdu.le or 0)


def get_transaction_proof(session: Session, apdu: CommandApdu) -> bytes:
    """Give MAC and TAC of the last load or purchase, if it has the number that is asked for."""
    purse = admit(session, GET_TRANSACTION_PROOF)
    proof = purse.load_proof if apdu.p2 == LOAD_TYPE[0] else purse.purchase_proof
    if proof is None or proof.counter != int.from_bytes(apdu.data, "big"):
        raise Refusal(status.PROOF_NOT_AVAILABLE)
    return answer(session, proof.mac + proof.tac, apdu.le)


def starting_day(session: Session, apdu: CommandApdu) -> bytes:
    """Write (P1 = 00) or give (P1 = 01) the day ``MMDD`` on which the payment year begins."""
    return (_get_starting_day if apdu.p1 else _update_starting_day)(session, apdu)


def _update_starting_day(session: Session, apdu: CommandApdu) -> bytes:
    if not apdu.data or apdu.le is not None:
        raise Refusal(status.WRONG_LENGTH)
    purse = admit(session, UPDATE_STARTING_DAY)
    need(session, _STARTING_DAY_KEY)
    digits = apdu.data.hex()
    if account_only(session) or not digits.isdecimal() or not is_starting_day(int(digits)):
        raise Refusal(status.CONDITIONS_NOT_SATISFIED)
    session.memory.write(purse=msgspec.structs.replace(purse, starting_day=int(digits)))
    return SUCCESS


def _get_starting_day(session: Session, apdu: CommandApdu) -> bytes:
    if apdu.data or (apdu.le is None and not session.face.absent_le_is_zero):
        raise Refusal(status.WRONG_LENGTH)
    purse = admit(session, GET_STARTING_DAY)
    return read_answer(session, bytes.fromhex(f"{purse.starting_day:04d}"), apdu.le or 0)


_CLASS = (0xB0,)
_ALWAYS = frozenset({status.CONDITIONS_NOT_SATISFIED, status.RESPONSE_WAITING, status.RIGHT_LENGTH})
_FINISHING = _ALWAYS | {status.INVALID_STATE, status.PURSE_MAC_WRONG, status.MEMORY_FAILURE}

PURSE_COMMANDS: tuple[CommandRule, ...] = (
    CommandRule(
        name="INITIALIZE FOR LOAD/PURCHASE",
        classes=_CLASS,
        instruction=0x28,
        parameters=(((0x00, 0x01), (0x01,)),),
        data_lengths=(LOAD_DATA, PURCHASE_DATA),
        answer=Answer.DATA,
        handler=initialize,
        status_words=_ALWAYS
        | {
            status.SECURITY_NOT_SATISFIED,
            status.INSUFFICIENT_BALANCE,
            status.COUNTER_AT_MAXIMUM,
            status.KEY_INDEX_NOT_SUPPORTED,
        },
    ),
    CommandRule(
        name=CREDIT_FOR_LOAD,
        classes=_CLASS,
        instruction=0x2A,
        parameters=((_ZERO, _ZERO),),
        data_lengths=(0x0B,),
        answer=Answer.DATA,
        handler=credit_for_load,
        status_words=_FINISHING,
    ),
    CommandRule(
        name=DEBIT_FOR_PURCHASE,
        classes=_CLASS,
        instruction=0x2C,
        parameters=(((0x01,), _ZERO),),
        data_lengths=(0x0F,),
        answer=Answer.DATA,
        handler=debit_for_purchase,
        status_words=_FINISHING,
    ),
    CommandRule(
        name=GET_BALANCE,
        classes=_CLASS,
        instruction=0x26,
        parameters=((_ZERO, (_ACCOUNT, _SELF_PAY, _POOLED)),),
        data_lengths=(0,),
        answer=Answer.READING,
        handler=get_balance,
        status_words=frozenset(
            {status.SECURITY_NOT_SATISFIED, status.CONDITIONS_NOT_SATISFIED, status.RIGHT_LENGTH}
        ),
    ),
    CommandRule(
        name=GET_TRANSACTION_PROOF,
        classes=_CLASS,
        instruction=0x2E,
        # The facts call P2 "type"; ours: the type byte of MACs and log, "1" or "2".
        parameters=((_ZERO, (LOAD_TYPE[0], PURCHASE_TYPE[0])),),
        data_lengths=(0x02,),
        answer=Answer.DATA,
        handler=get_transaction_proof,
        status_words=_ALWAYS | {status.PROOF_NOT_AVAILABLE},
    ),
    CommandRule(
        name="UPDATE/GET STARTING DAY",
        classes=_CLASS,
        instruction=0x56,
        parameters=(((_UPDATE, _GET), _ZERO),),
        data_lengths=(0x00, 0x02),
        answer=Answer.DATA,
        handler=starting_day,
        status_words=frozenset(
            {
                status.INVALID_STATE,
                status.SECURITY_NOT_SATISFIED,
                status.CONDITIONS_NOT_SATISFIED,
                status.MEMORY_FAILURE,
                status.RIGHT_LENGTH,
            }
        ),
    ),
)
"""Rows of the command table (card.md §10)."""
