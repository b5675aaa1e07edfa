"""DELIVERY SESSION KEY and CIPHER DATA: card keys from roots, and work with them (facts: card.md §14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.commands.rule import Refusal
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.psam.key_record import KEY_TYPES
from onecard.virtual_cards.psam.rule import Answer
from onecard.virtual_cards.psam.session import DeliveredKey
from onecard.virtual_cards.security.messages import session_key

if TYPE_CHECKING:
    from onecard.virtual_cards.psam.contents import PsamContents
    from onecard.virtual_cards.psam.rule import Command
    from onecard.virtual_cards.psam.session import PsamSession

__all__ = ["cipher_data", "deliver_session_key", "shorten"]


def deliver_session_key(contents: PsamContents, session: PsamSession, command: Command) -> Answer:
    """Derive a card's session key from factors (card, city, province) and the random that follows them."""
    if session.environment is None or not session.in_application:
        raise Refusal(status.CONDITIONS_NOT_SATISFIED)
    session.delivered = session.chain = None
    algorithm = session.environment.algorithm
    key = contents.key(algorithm, command.p1 & 0x1F, command.p2)
    if key is None or not key.levels:
        raise Refusal(status.REFERENCE_NOT_FOUND)
    factors = 8 * key.levels
    if command.p1 >> 5 != key.levels or len(command.data) != factors + algorithm.block_size:
        raise Refusal(status.WRONG_DATA)
    card_key = contents.card_key(key, command.data[:factors])
    value = session_key(algorithm, card_key, command.data[factors:])
    session.delivered = DeliveredKey(algorithm, value, key.type)
    return Answer(b"")


# CIPHER DATA, bits of P1: 01 MAC instead of encryption, 02 more blocks follow, 04 the first block is the
# initial value. The allowed combinations are those of card.md §14.
_MAC, _MORE, _INITIAL_VALUE = 0x01, 0x02, 0x04


def cipher_data(_contents: PsamContents, session: PsamSession, command: Command) -> Answer:
    """Encipher whole blocks with the delivered session key, or compute a MAC over them."""
    delivered = session.delivered
    if delivered is None:
        raise Refusal(status.CONDITIONS_NOT_SATISFIED)
    if not command.data or len(command.data) % delivered.algorithm.block_size:
        raise Refusal(status.WRONG_LENGTH)
    kind, authenticate = KEY_TYPES[delivered.type], bool(command.p1 & _MAC)
    if not (kind.authenticates if authenticate else kind.encrypts):
        raise Refusal(status.CONDITIONS_NOT_SATISFIED)
    if authenticate:
        return _compute_mac(session, delivered, command)
    return Answer(delivered.algorithm.encrypt_blocks(delivered.value, command.data))


def _compute_mac(session: PsamSession, delivered: DeliveredKey, command: Command) -> Answer:
    """Run the CBC chain; the caller pads (card.md §9.4), the last part answers four bytes."""
    algorithm = delivered.algorithm
    size = algorithm.block_size
    blocks = command.data
    if command.p1 & _INITIAL_VALUE:
        chain, blocks = blocks[:size], blocks[size:]
    elif session.chain is not None:
        chain = session.chain
    else:
        raise Refusal(status.CONDITIONS_NOT_SATISFIED)
    if blocks:
        chain = algorithm.cbc_last_block(delivered.value, blocks, chain)
    session.chain = chain if command.p1 & _MORE else None
    return Answer(b"" if command.p1 & _MORE else shorten(chain))


def shorten(block: bytes) -> bytes:
    """Return the MAC of a chain: the left four bytes of 8, the XOR of the four words of 16."""
    if len(block) == 8:
        return block[:4]
    folded = 0
    for at in range(0, 16, 4):
        folded ^= int.from_bytes(block[at : at + 4], "big")
    return folded.to_bytes(4, "big")
