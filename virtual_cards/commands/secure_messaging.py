"""Command data protected by a MAC, and enciphered (facts: card.md §9.4, §10, §21 Q9–10).

Both sides compute over the session key that the card's latest challenge gives; the challenge is used up
whether the MAC is right or not. The MAC is over ``CLA INS P1 P2 Lc ‖ data`` with Lc already counting it.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from onecard.virtual_cards.commands.rule import Refusal
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.security.messages import MAC_SIZE, mac, session_key

if TYPE_CHECKING:
    from onecard.virtual_cards.chip.session import Session
    from onecard.virtual_cards.iso7816.apdu import CommandApdu
    from onecard.virtual_cards.layouts.layout import DedicatedFile, KeySlot

__all__ = [
    "MAC_SIZE",
    "SECURE_CLASSES",
    "check_mac",
    "maintenance_key",
    "maintenance_session_key",
    "open_secured",
    "plain_data",
]

SECURE_CLASSES = (0x04, 0x84)
"""Classes whose low nibble says "MAC follows" (card.md §9.4)."""


def maintenance_key(application: DedicatedFile) -> KeySlot:
    """Return the key that secures an application's maintenance commands: its STK (else ``6A88``)."""
    slot = _mac_key(application)
    if slot is None:
        raise Refusal(status.REFERENCE_NOT_FOUND)
    return slot


def open_secured(session: Session, apdu: CommandApdu, key_name: str) -> bytes:
    """Check a command's MAC and return its data without the MAC.

    Raises:
        Refusal: as :func:`maintenance_session_key` and :func:`check_mac`.
    """
    return check_mac(session, apdu, maintenance_session_key(session, key_name))


def maintenance_session_key(session: Session, key_name: str) -> bytes:
    """Derive the session key that a command's MAC is made with, and use the challenge up.

    Raises:
        Refusal: ``6984`` no challenge, or one that the cipher cannot take.
    """
    algorithm = session.memory.algorithm
    challenge = session.take_challenge()
    if not challenge or len(challenge) > algorithm.block_size:
        raise Refusal(status.REFERENCE_NOT_USABLE)
    return session_key(algorithm, session.memory.card_key(key_name), challenge)


def check_mac(session: Session, apdu: CommandApdu, key: bytes) -> bytes:
    """Return a command's data without the MAC.

    Args:
        session: for the card's cipher.
        apdu: the command, its MAC in the last four bytes of data.
        key: session key.

    Raises:
        Refusal: ``6988`` MAC wrong.
    """
    data, given = apdu.data[:-MAC_SIZE], apdu.data[-MAC_SIZE:]
    head = bytes((apdu.cla, apdu.ins, apdu.p1, apdu.p2, len(apdu.data)))
    if not hmac.compare_digest(given, mac(session.memory.algorithm, key, head + data)):
        raise Refusal(status.MAC_WRONG)
    return data


def plain_data(session: Session, apdu: CommandApdu) -> bytes:
    """Return the data of an UPDATE: as sent under class 00, with its MAC checked under class 04.

    The key is the current application's STK (ours: the text leaves secure messaging of UPDATE to the
    application). An application without STK answers ``6984``: ``6A88`` is not in the list of UPDATE (§10).

    Raises:
        Refusal: ``6700`` no room for a MAC; ``6984`` no such key; as :func:`open_secured`.
    """
    if apdu.cla not in SECURE_CLASSES:
        return apdu.data
    if len(apdu.data) <= MAC_SIZE:
        raise Refusal(status.WRONG_LENGTH)
    slot = _mac_key(session.application)
    if slot is None:
        raise Refusal(status.REFERENCE_NOT_USABLE)
    return open_secured(session, apdu, slot.name)


def _mac_key(application: DedicatedFile) -> KeySlot | None:
    return next((slot for slot in application.keys if slot.use == "mac"), None)
