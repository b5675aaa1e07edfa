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
    from onecard.virtual_cards.card.session import Session
    from onecard.virtual_cards.iso7816.apdu import CommandApdu
    from onecard.virtual_cards.layouts.layout import DedicatedFile, KeySlot

__all__ = ["MAC_SIZE", "SECURE_CLASSES", "maintenance_key", "open_secured", "plain_data"]

SECURE_CLASSES = (0x04, 0x84)
"""Classes whose low nibble says "MAC follows" (card.md §9.4)."""


def maintenance_key(application: DedicatedFile) -> KeySlot:
    """Return the key that secures an application's maintenance commands: its STK (else ``6A88``)."""
    for slot in application.keys:
        if slot.use == "mac":
            return slot
    raise Refusal(status.REFERENCE_NOT_FOUND)


def open_secured(session: Session, apdu: CommandApdu, key_name: str) -> tuple[bytes, bytes]:
    """Check a command's MAC and return its data without the MAC, and the session key.

    Raises:
        Refusal: ``6984`` no challenge, or one that the cipher cannot take; ``6988`` MAC wrong.
    """
    algorithm = session.memory.algorithm
    challenge = session.take_challenge()
    if not challenge or len(challenge) > algorithm.block_size:
        raise Refusal(status.REFERENCE_NOT_USABLE)
    key = session_key(algorithm, session.memory.card_key(key_name), challenge)
    data, given = apdu.data[:-MAC_SIZE], apdu.data[-MAC_SIZE:]
    head = bytes((apdu.cla, apdu.ins, apdu.p1, apdu.p2, len(apdu.data)))
    if not hmac.compare_digest(given, mac(algorithm, key, head + data)):
        raise Refusal(status.MAC_WRONG)
    return data, key


def plain_data(session: Session, apdu: CommandApdu) -> bytes:
    """Return the data of an UPDATE: as sent under class 00, with its MAC checked under class 04.

    The key is the current application's STK (ours: the text leaves secure messaging of UPDATE to the
    application).

    Raises:
        Refusal: ``6700`` no room for a MAC; as :func:`open_secured` and :func:`maintenance_key`.
    """
    if apdu.cla not in SECURE_CLASSES:
        return apdu.data
    if len(apdu.data) <= MAC_SIZE:
        raise Refusal(status.WRONG_LENGTH)
    slot = maintenance_key(session.application)
    return open_secured(session, apdu, slot.name)[0]
