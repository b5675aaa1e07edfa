"""VERIFY: the PIN and its counter (facts: card.md §10, §11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.commands.rule import SUCCESS, Refusal
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.layouts.access import PIN

if TYPE_CHECKING:
    from onecard.virtual_cards.card.session import Session
    from onecard.virtual_cards.iso7816.apdu import CommandApdu

__all__ = ["verify"]


def verify(session: Session, apdu: CommandApdu) -> bytes:
    """Compare the PIN, or without data tell how many tries are left.

    The PIN belongs to SSSE: under the MF there is none (``6A88``). A card whose PIN is not set answers the
    question with ``9000`` and a PIN with ``6A88``.
    """
    memory = session.memory
    if session.application.name == "MF":
        raise Refusal(status.REFERENCE_NOT_FOUND)
    if not memory.pin:
        return SUCCESS if not apdu.data else _refuse(status.REFERENCE_NOT_FOUND)
    if memory.pin_tries_left == 0:
        raise Refusal(status.AUTHENTICATION_LOCKED)
    if not apdu.data:
        return status.word(status.TRIES_LEFT | memory.pin_tries_left)
    if apdu.data == memory.pin:
        memory.pin_tries_left = memory.pin_limit
        session.rights.add(PIN)
        return SUCCESS
    memory.pin_tries_left -= 1
    session.rights.discard(PIN)
    return status.word(status.TRIES_LEFT | memory.pin_tries_left)


def _refuse(status_word: int) -> bytes:
    raise Refusal(status_word)
