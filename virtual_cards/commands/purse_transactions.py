"""Handlers that begin and finish purse transactions: INITIALIZE, CREDIT, DEBIT (facts: card.md §10, §13).

Every handler of the purse begins with the same checks, in this order: the card has a purse (``6A81``), DF04
is current and the card is used off-line (``6985``), the purse's state allows the command (``6901``, see
``purse.transaction``), the PIN or key is there (``6982``). A CREDIT or DEBIT uses the transaction up,
whatever comes of it. Amounts, counter, log record and proof change in one commit, so a purchase that power
loss cuts short has happened as a whole, and then can be proved, or has not happened.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from onecard.virtual_cards.chip.nonvolatile import Change
from onecard.virtual_cards.commands.rule import Refusal, answer
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.layouts.access import PIN
from onecard.virtual_cards.personalisation.purse import is_used_off_line
from onecard.virtual_cards.purse.amounts import PurchaseAmounts, PurseConditionError
from onecard.virtual_cards.purse.load import begin_load, finish_load
from onecard.virtual_cards.purse.purchase import begin_purchase, finish_purchase
from onecard.virtual_cards.purse.state import COUNTER_LIMIT
from onecard.virtual_cards.purse.transaction import (
    CREDIT_FOR_LOAD,
    DEBIT_FOR_PURCHASE,
    INITIALIZE_FOR_LOAD,
    INITIALIZE_FOR_PURCHASE,
    TRANSITIONS,
    state_of,
)
from onecard.virtual_cards.security.key_table import key_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.virtual_cards.chip.session import Session
    from onecard.virtual_cards.iso7816.apdu import CommandApdu
    from onecard.virtual_cards.layouts.layout import ElementaryFile
    from onecard.virtual_cards.purse.state import PurseState
    from onecard.virtual_cards.purse.transaction import PurseTransaction, Settlement

__all__ = [
    "LOAD_DATA",
    "PURCHASE_DATA",
    "account_only",
    "admit",
    "credit_for_load",
    "debit_for_purchase",
    "initialize",
    "need",
]

LOAD_DATA, PURCHASE_DATA = 0x0B, 0x13
"""Bytes that INITIALIZE takes for a load and for a purchase."""

_APPLICATION, _LOG = "DF04", "EF08"
_ACCOUNT_ONLY_RECORD = 0x14
_RANDOM_SIZE = 4


def admit(session: Session, command: str) -> PurseState:
    """Return the purse, if this command may use it now; without totals, year and day in account-only mode."""
    purse = session.memory.purse
    if purse is None:
        raise Refusal(status.NOT_SUPPORTED)
    if session.application.name != _APPLICATION or not is_used_off_line(session.memory):
        raise Refusal(status.CONDITIONS_NOT_SATISFIED)
    if state_of(session.purse) not in TRANSITIONS[command]:
        session.purse = None
        raise Refusal(status.INVALID_STATE)
    if account_only(session):
        return msgspec.structs.replace(
            purse, self_pay_total=0, pooled_total=0, payment_year=0, starting_day=0
        )
    return purse


def need(session: Session, right: str) -> None:
    """Refuse without this right."""
    if right not in session.rights:
        raise Refusal(status.SECURITY_NOT_SATISFIED)


def _log(session: Session) -> ElementaryFile:
    return session.application.file(_LOG)


def account_only(session: Session) -> bool:
    """Tell whether the log has no room for the two further amounts (card.md §5.6, §13)."""
    return _log(session).size == _ACCOUNT_ONLY_RECORD


def _check_key(name: str, index: int) -> None:
    """Key indices are the groups of DLK or DPK, and the version that the card answers (ours)."""
    if not 1 <= index <= key_row(name).groups:
        raise Refusal(status.KEY_INDEX_NOT_SUPPORTED)


def initialize(session: Session, apdu: CommandApdu) -> bytes:
    """Begin a load (P1 = 00) or a purchase (P1 = 01); what was begun before is given up."""
    if len(apdu.data) != (PURCHASE_DATA if apdu.p1 else LOAD_DATA):
        raise Refusal(status.WRONG_LENGTH)
    purse = admit(session, INITIALIZE_FOR_PURCHASE if apdu.p1 else INITIALIZE_FOR_LOAD)
    session.purse = None
    need(session, PIN)
    begin = _begin_purchase if apdu.p1 else _begin_load
    session.purse, response = begin(session, purse, apdu.data)
    return answer(session, response, apdu.le)


def _begin_load(session: Session, purse: PurseState, data: bytes) -> tuple[PurseTransaction, bytes]:
    """Take key index 1, amount 4, terminal number 6."""
    _check_key("DLK", data[0])
    if purse.load_counter >= COUNTER_LIMIT:
        raise Refusal(status.COUNTER_AT_MAXIMUM)
    with _conditions():
        return begin_load(
            session.memory,
            purse,
            key_index=data[0],
            amount=int.from_bytes(data[1:5], "big"),
            terminal_number=data[5:],
            random=session.random_bytes(_RANDOM_SIZE),
        )


def _begin_purchase(session: Session, purse: PurseState, data: bytes) -> tuple[PurseTransaction, bytes]:
    """Take key index 1, account amount 4, self-pay 4, pooled 4, terminal number 6."""
    _check_key("DPK", data[0])
    amounts = PurchaseAmounts.parse(data[1:13])
    if purse.purchase_counter >= COUNTER_LIMIT:
        raise Refusal(status.COUNTER_AT_MAXIMUM)
    if amounts.account > purse.balance:
        raise Refusal(status.INSUFFICIENT_BALANCE)
    if account_only(session) and (amounts.self_pay or amounts.pooled):
        raise Refusal(status.CONDITIONS_NOT_SATISFIED)
    return begin_purchase(
        session.memory,
        purse,
        key_index=data[0],
        amounts=amounts,
        terminal_number=data[13:],
        random=session.random_bytes(_RANDOM_SIZE),
    )


def _take_transaction(session: Session) -> PurseTransaction:
    """Return the transaction that CREDIT or DEBIT is about to finish; the purse is idle from here on."""
    transaction, session.purse = session.purse, None
    if transaction is None:
        raise AssertionError("the state table allows no CREDIT and no DEBIT without a transaction")
    return transaction


@contextmanager
def _conditions() -> Iterator[None]:
    """Refuse what the purse cannot keep with ``6985`` (ours: the facts name no status word)."""
    try:
        yield
    except PurseConditionError:
        raise Refusal(status.CONDITIONS_NOT_SATISFIED) from None


def credit_for_load(session: Session, apdu: CommandApdu) -> bytes:
    """Take host time 7 and MAC2 4; add the amount and give the TAC."""
    purse = admit(session, CREDIT_FOR_LOAD)
    transaction = _take_transaction(session)
    time, mac2 = apdu.data[:7], apdu.data[7:]
    with _conditions():
        settlement = finish_load(session.memory, purse, transaction, time=time, mac2=mac2)
    return _settle(session, settlement, apdu.le)


def debit_for_purchase(session: Session, apdu: CommandApdu) -> bytes:
    """Take terminal serial 4, time 7 and MAC1 4; settle and give TAC and MAC2."""
    purse = admit(session, DEBIT_FOR_PURCHASE)
    transaction, data = _take_transaction(session), apdu.data
    with _conditions():
        settlement = finish_purchase(
            session.memory,
            purse,
            transaction,
            terminal_serial=data[:4],
            time=data[4:11],
            mac1=data[11:],
            account_only=account_only(session),
        )
    return _settle(session, settlement, apdu.le)


def _settle(session: Session, settlement: Settlement | None, le: int | None) -> bytes:
    """Write purse and log in one piece."""
    if settlement is None:
        raise Refusal(status.PURSE_MAC_WRONG)
    log = _log(session)
    records = (settlement.record[: log.size], *session.memory.records(log))[: log.capacity]
    session.memory.commit(Change("purse", None, settlement.state), Change("contents", log.path, records))
    return answer(session, settlement.response, le)
