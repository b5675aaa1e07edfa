"""PIN CHANGE/UNBLOCK, APPLICATION BLOCK, CARD BLOCK (facts: card.md §9.1, §10, §11, §12.6, §21 Q9–10, Q12).

Each needs a right from EXTERNAL AUTHENTICATE, then a fresh challenge, then a MAC under the application's
STK. Checks in this order: key there (``6A88``), right held (``6982``), conditions (``6985``), challenge
(``6984``), MAC (``6988``), meaning of the data (``6A80``). A wrong MAC ends the right (ours) and, at the
PIN, counts against the unblocking key; it never locks a blocking key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.card.nonvolatile import Change
from onecard.virtual_cards.commands.authentication import count_failure
from onecard.virtual_cards.commands.rule import SUCCESS, Refusal
from onecard.virtual_cards.commands.secure_messaging import MAC_SIZE, maintenance_key, open_secured
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.layouts.access import PIN
from onecard.virtual_cards.security.messages import decrypt_data
from onecard.virtual_cards.security.pin import is_packed_pin

if TYPE_CHECKING:
    from onecard.virtual_cards.card.session import Session
    from onecard.virtual_cards.iso7816.apdu import CommandApdu
    from onecard.virtual_cards.layouts.layout import DedicatedFile

__all__ = ["NEW_PIN", "UNBLOCK_ONLY", "application_block", "card_block", "pin_change_unblock"]

UNBLOCK_ONLY, NEW_PIN = 0x00, 0x01

_UNBLOCKING_KEY = "PUK"
_BLOCKING_KEY = "BK"
_MASTER = "MF"


def pin_change_unblock(session: Session, apdu: CommandApdu) -> bytes:
    """Reset the PIN's counter (P2 = 00), or set a new PIN with it (P2 = 01); no data: the PIN is unset."""
    memory = session.memory
    _environment(session)
    if apdu.p2 == UNBLOCK_ONLY and len(apdu.data) != MAC_SIZE:
        raise Refusal(status.WRONG_LENGTH)
    if len(apdu.data) not in (MAC_SIZE, memory.algorithm.block_size + MAC_SIZE):
        raise Refusal(status.WRONG_LENGTH)
    _needs(session, _UNBLOCKING_KEY)
    if memory.pin_unblocks_left == 0:
        raise Refusal(status.CONDITIONS_NOT_SATISFIED)
    try:
        data, session_key = open_secured(session, apdu, memory.layout.pin_maintenance_key)
    except Refusal as refusal:
        if refusal.status_word == status.MAC_WRONG:
            session.rights.discard(_UNBLOCKING_KEY)
            count_failure(session, memory.layout.keys[_UNBLOCKING_KEY])
        raise
    pin = memory.pin if apdu.p2 == UNBLOCK_ONLY else _new_pin(session, session_key, data)
    left = memory.pin_unblocks_left
    memory.write(
        pin=pin,
        pin_tries_left=memory.pin_limit,
        pin_unblocks_left=None if left is None else left - 1,
    )
    if not pin:
        session.rights.add(PIN)
    return SUCCESS


def _new_pin(session: Session, session_key: bytes, data: bytes) -> bytes:
    """Decipher a PIN; empty: the PIN becomes "not set"."""
    if not data:
        return b""
    pin = decrypt_data(session.memory.algorithm, session_key, data)
    if pin is None or (pin and not is_packed_pin(pin)):
        raise Refusal(status.WRONG_DATA)
    return pin


def application_block(session: Session, apdu: CommandApdu) -> bytes:
    """Block the current application for good; one that is blocked already answers ``9000``."""
    application = session.application
    if session.is_blocked(application):
        return SUCCESS
    if application.name == _MASTER:
        raise Refusal(status.REFERENCE_NOT_FOUND)
    key = maintenance_key(application)
    own = f"LK{application.name}"
    _needs(session, _BLOCKING_KEY, *(slot.name for slot in application.keys if slot.name == own))
    _check_mac(session, apdu, key.name)
    blocked = session.memory.blocked_applications | {application.name}
    session.memory.write(blocked_applications=blocked)
    return SUCCESS


def card_block(session: Session, apdu: CommandApdu) -> bytes:
    """Block the card for good: from now on every command answers ``6A81``."""
    key = maintenance_key(_environment(session))
    _needs(session, _BLOCKING_KEY)
    _check_mac(session, apdu, key.name)
    session.memory.commit(Change("card_blocked", None, True))
    return SUCCESS


def _environment(session: Session) -> DedicatedFile:
    if session.application.name == _MASTER:
        raise Refusal(status.REFERENCE_NOT_FOUND)
    return session.memory.layout.environment


def _needs(session: Session, *rights: str) -> None:
    """Refuse unless one of these keys has been authenticated."""
    if not session.rights.intersection(rights):
        raise Refusal(status.SECURITY_NOT_SATISFIED)


def _check_mac(session: Session, apdu: CommandApdu, key_name: str) -> None:
    try:
        open_secured(session, apdu, key_name)
    except Refusal as refusal:
        if refusal.status_word == status.MAC_WRONG:
            session.rights -= {right for right in session.rights if right.startswith((_BLOCKING_KEY, "LK"))}
        raise
