"""PIN CHANGE/UNBLOCK, APPLICATION BLOCK, CARD BLOCK (facts: card.md §9.1, §10, §11, §12.6, §21 Q9–10, Q12).

Each needs a right from EXTERNAL AUTHENTICATE, then a fresh challenge, then a MAC under the application's
STK. Checks in this order: key there (``6A88``), right held (``6982``), conditions (``6985``), challenge
(``6984``), MAC (``6988``), meaning of the data (``6A80``). A wrong MAC leaves the right, but at the PIN it
counts against the unblocking key; the last one locks the key and ends its right. Were the right to end at
once, the EXTERNAL AUTHENTICATE that brings it back would set the counter back too, and the key could never
be locked. A blocking key is never locked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.chip.nonvolatile import Change
from onecard.virtual_cards.commands.authentication import count_failure
from onecard.virtual_cards.commands.rule import SUCCESS, Refusal
from onecard.virtual_cards.commands.secure_messaging import (
    MAC_SIZE,
    check_mac,
    maintenance_key,
    maintenance_session_key,
    open_secured,
)
from onecard.virtual_cards.commands.verification import replace_pin
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.security.messages import decrypt_data
from onecard.virtual_cards.security.pin import is_packed_pin

if TYPE_CHECKING:
    from onecard.virtual_cards.chip.session import Session
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
    data, session_key = _open_counted(session, apdu)
    pin = memory.pin if apdu.p2 == UNBLOCK_ONLY else _new_pin(session, session_key, data)
    left = memory.pin_unblocks_left
    replace_pin(session, pin, pin_unblocks_left=None if left is None else left - 1)
    return SUCCESS


def _open_counted(session: Session, apdu: CommandApdu) -> tuple[bytes, bytes]:
    """Open a secured command and return its data and the session key.

    A wrong MAC counts against the unblocking key (card.md §9.1). As with the PIN the try is spent before
    the comparison, and given back when the MAC was right.
    """
    memory = session.memory
    key = maintenance_session_key(session, memory.layout.pin_maintenance_key)
    left = count_failure(session, memory.layout.keys[_UNBLOCKING_KEY])
    if not left:
        session.rights.discard(_UNBLOCKING_KEY)
    data = check_mac(session, apdu, key)
    memory.commit(Change("key_failures", _UNBLOCKING_KEY, None))
    session.rights.add(_UNBLOCKING_KEY)
    return data, key


def _new_pin(session: Session, session_key: bytes, data: bytes) -> bytes:
    """Decipher a PIN; no data, or an empty PIN enciphered: the PIN becomes "not set".

    An empty one can be enciphered under 8-byte blocks only: with 16-byte blocks LD is at least 1 (§9.4).
    """
    if not data:
        return b""
    algorithm = session.memory.algorithm
    pin = decrypt_data(algorithm, session_key, data)
    if pin is None or not (is_packed_pin(pin) or (not pin and algorithm.block_size == 8)):
        raise Refusal(status.WRONG_DATA)
    return pin


def application_block(session: Session, apdu: CommandApdu) -> bytes:
    """Block the current application for good; one that is blocked already answers ``9000``."""
    application = session.application
    if session.is_blocked(application):
        return SUCCESS
    if application.name == _MASTER:
        # Ours: the MF is no application; §10 lists the word and names no other occasion.
        raise Refusal(status.CONDITIONS_NOT_SATISFIED)
    key = maintenance_key(application)
    own = f"LK{application.name}"
    _needs(session, _BLOCKING_KEY, *(slot.name for slot in application.keys if slot.name == own))
    open_secured(session, apdu, key.name)
    blocked = session.memory.blocked_applications | {application.name}
    session.memory.write(blocked_applications=blocked)
    return SUCCESS


def card_block(session: Session, apdu: CommandApdu) -> bytes:
    """Block the card for good: from now on every command answers ``6A81``."""
    key = maintenance_key(_environment(session))
    _needs(session, _BLOCKING_KEY)
    open_secured(session, apdu, key.name)
    session.memory.write(card_blocked=True)
    return SUCCESS


def _environment(session: Session) -> DedicatedFile:
    if session.application.name == _MASTER:
        raise Refusal(status.REFERENCE_NOT_FOUND)
    return session.memory.layout.environment


def _needs(session: Session, *rights: str) -> None:
    """Refuse unless one of these keys has been authenticated."""
    if not session.rights.intersection(rights):
        raise Refusal(status.SECURITY_NOT_SATISFIED)
