"""GET CHALLENGE, INTERNAL and EXTERNAL AUTHENTICATE (facts: card.md §9, §10, §11).

The card keeps its latest challenge and takes it as the session input of EXTERNAL AUTHENTICATE; the
"original" beside it is whatever the terminal likes. A key is derived when a command uses it, not before.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from onecard.virtual_cards.chip.nonvolatile import Change
from onecard.virtual_cards.commands.rule import SUCCESS, Refusal, answer
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.security.key_table import key_row
from onecard.virtual_cards.security.messages import authentication_data

if TYPE_CHECKING:
    from onecard.virtual_cards.chip.session import Session
    from onecard.virtual_cards.iso7816.apdu import CommandApdu
    from onecard.virtual_cards.layouts.layout import KeySlot

__all__ = [
    "AUTHENTICATION_LENGTHS",
    "CHALLENGE_SIZES",
    "count_failure",
    "external_authenticate",
    "get_challenge",
    "internal_authenticate",
]

CHALLENGE_SIZES = (4, 8, 16)
AUTHENTICATION_LENGTHS = (16, 17)

_VERSION_AT = 16
_LOCAL_KEY = 0x80
_ISSUER_CHECK_KEY = 0x00
_NEVER_LOCKS_SHOWN = 3


def get_challenge(session: Session, apdu: CommandApdu) -> bytes:
    """Give a random of 4, 8 or 16 bytes and remember it for one use in this application."""
    if apdu.le not in CHALLENGE_SIZES:
        raise Refusal(status.WRONG_LENGTH)
    session.challenge = session.random_bytes(apdu.le)
    return session.challenge + SUCCESS


def internal_authenticate(session: Session, apdu: CommandApdu) -> bytes:
    """Prove the card's IRK: authentication data over the terminal's session input and original."""
    slot = _slot(session, _ISSUER_CHECK_KEY, use="internal")
    data = apdu.data
    key = session.memory.card_key(slot.name, _version(slot, data))
    proof = authentication_data(session.memory.algorithm, key, data[:8], data[8:16])
    return answer(session, proof, apdu.le)


def external_authenticate(session: Session, apdu: CommandApdu) -> bytes:
    """Check the terminal's proof for one key; success is a right, failure counts against the key."""
    slot = _slot(session, apdu.p2, use="external")
    version = _version(slot, apdu.data)
    memory = session.memory
    failures = memory.key_failures.get(slot.name, 0)
    if slot.tries and failures >= slot.tries:
        raise Refusal(status.AUTHENTICATION_LOCKED)
    algorithm = memory.algorithm
    challenge = session.take_challenge()
    if not challenge or len(challenge) > algorithm.block_size:
        raise Refusal(status.REFERENCE_NOT_USABLE)
    key = memory.card_key(slot.name, version)
    expected = authentication_data(algorithm, key, challenge, apdu.data[8:16])
    # As with the PIN: the try is spent before the comparison, and given back when it was right.
    left = count_failure(session, slot)
    if not hmac.compare_digest(apdu.data[:8], expected):
        session.rights.discard(slot.name)
        raise Refusal(status.TRIES_LEFT | left)
    if slot.tries:
        memory.commit(Change("key_failures", slot.name, None))
    session.rights.add(slot.name)
    return SUCCESS


def count_failure(session: Session, slot: KeySlot) -> int:
    """Remember a failure and return the tries left; blocking keys are never locked (card.md §21 Q12)."""
    if not slot.tries:
        return _NEVER_LOCKS_SHOWN
    failures = session.memory.key_failures.get(slot.name, 0) + 1
    session.memory.commit(Change("key_failures", slot.name, failures))
    return slot.tries - failures


def _slot(session: Session, key_id: int, *, use: str) -> KeySlot:
    """Find a key by P2: bit 8 clear = global (SSSE), set = of the current application (card.md §9.1)."""
    application = session.application
    if not key_id & _LOCAL_KEY and application.name != "MF":
        application = session.memory.layout.environment
    slot = application.by_key_id.get(key_id)
    if slot is None or slot.use != use:
        raise Refusal(status.REFERENCE_NOT_FOUND)
    return slot


def _version(slot: KeySlot, data: bytes) -> int:
    """Return the key version: the optional 17th byte, else 1 (card.md §21 Q11)."""
    version = data[_VERSION_AT] if len(data) > _VERSION_AT else 1
    if not 1 <= version <= key_row(slot.name).groups:
        raise Refusal(status.REFERENCE_NOT_FOUND)
    return version
