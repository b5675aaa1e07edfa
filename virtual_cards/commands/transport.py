"""GET RESPONSE: fetch an answer that waits behind ``61xx`` (facts: card.md §10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.commands.rule import SUCCESS, Refusal
from onecard.virtual_cards.iso7816 import status

if TYPE_CHECKING:
    from onecard.virtual_cards.chip.session import Session
    from onecard.virtual_cards.iso7816.apdu import CommandApdu

__all__ = ["get_response"]


def get_response(session: Session, apdu: CommandApdu) -> bytes:
    """Give Le bytes of the waiting answer; Le that asks for 256 or too many gets ``6Cxx``."""
    waiting = session.waiting
    if not waiting:
        raise Refusal(status.NO_DIAGNOSIS)
    wanted = apdu.le or 256
    if wanted > len(waiting):
        return status.word(status.RIGHT_LENGTH | len(waiting) & 0xFF)
    session.waiting = waiting[wanted:]
    end = status.word(status.RESPONSE_WAITING | len(session.waiting)) if session.waiting else SUCCESS
    return waiting[:wanted] + end
