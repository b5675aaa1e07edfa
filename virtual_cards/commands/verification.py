"""VERIFY and CHANGE PIN: the PIN and its counter (facts: card.md §10, §11, §21 Q13).

A try is taken off the counter before the PIN is compared, and given back when it was right: whoever pulls
the card out at the right moment has lost the try, not won one.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from onecard.virtual_cards.commands.rule import SUCCESS, Refusal
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.layouts.access import PIN
from onecard.virtual_cards.security.pin import is_packed_pin

if TYPE_CHECKING:
    from onecard.virtual_cards.chip.session import Session
    from onecard.virtual_cards.iso7816.apdu import CommandApdu

__all__ = ["change_pin", "replace_pin", "verify"]

_SEPARATOR = 0xFF
_MASTER = "MF"


def verify(session: Session, apdu: CommandApdu) -> bytes:
    """Compare the PIN, or without data tell how many tries are left.

    A card whose PIN is not set answers the question with ``9000`` and a PIN with ``6984``: there is
    nothing to compare it with (ours). Under the MF there is no PIN at all: ``6A88``.
    """
    if session.application.name == _MASTER:
        raise Refusal(status.REFERENCE_NOT_FOUND)
    memory = session.memory
    if not memory.pin:
        if apdu.data:
            raise Refusal(status.REFERENCE_NOT_USABLE)
        return SUCCESS
    if memory.pin_tries_left == 0:
        raise Refusal(status.AUTHENTICATION_LOCKED)
    if not apdu.data:
        return status.word(status.TRIES_LEFT | memory.pin_tries_left)
    _compare(session, apdu.data)
    memory.write(pin_tries_left=memory.pin_limit)
    session.rights.add(PIN)
    return SUCCESS


def change_pin(session: Session, apdu: CommandApdu) -> bytes:
    """Take ``old PIN ‖ FF ‖ new PIN``; either may be empty, which means "not set".

    Success resets the counter; it does not give the right that VERIFY gives (ours), but a card whose PIN is
    not set holds it. The form of the new PIN is checked before a try is spent. Under the MF ``6A81``: §10
    lists no ``6A88`` with this command.
    """
    if session.application.name == _MASTER:
        raise Refusal(status.NOT_SUPPORTED)
    memory = session.memory
    separator = apdu.data.find(_SEPARATOR)
    if separator < 0:
        raise Refusal(status.WRONG_DATA)
    old, new = apdu.data[:separator], apdu.data[separator + 1 :]
    if new and not is_packed_pin(new):
        raise Refusal(status.WRONG_DATA)
    if memory.pin and memory.pin_tries_left == 0:
        raise Refusal(status.AUTHENTICATION_LOCKED)
    if memory.pin:
        _compare(session, old)
    elif old:
        raise Refusal(status.WRONG_DATA)
    replace_pin(session, new)
    return SUCCESS


def replace_pin(session: Session, new: bytes, **fields: object) -> None:
    """Write a PIN (empty: not set) with a full counter, and further fields of the memory with it.

    A PIN that is not set gives its right, see ``session``; one that is set where there was none has yet to
    be verified (ours). A PIN in place of another leaves the right as it is.
    """
    memory = session.memory
    was_set = bool(memory.pin)
    memory.write(pin=new, pin_tries_left=memory.pin_limit, **fields)
    if not new:
        session.rights.add(PIN)
    elif not was_set:
        session.rights.discard(PIN)


def _compare(session: Session, given: bytes) -> None:
    """Spend a try, then refuse with the tries left if the PIN is wrong."""
    memory = session.memory
    left = memory.pin_tries_left - 1
    memory.write(pin_tries_left=left)
    if not hmac.compare_digest(given, memory.pin):
        session.rights.discard(PIN)
        raise Refusal(status.TRIES_LEFT | left)
