"""The terminal's side of secure messaging: challenges, MACs, enciphered PINs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from card_samples import ORIGINAL, send

from onecard.virtual_cards.security.messages import authentication_data, encrypt_data, mac, session_key

if TYPE_CHECKING:
    from onecard.virtual_cards.card import Card

UNBLOCK, NEW_PIN = "84240000", "84240001"
APPLICATION_BLOCK, CARD_BLOCK = "841E0001", "84160000"


def get_challenge(card: Card, size: int = 8) -> bytes:
    """Ask the card for a challenge."""
    return bytes.fromhex(send(card, f"00840000{size:02X}")[:-4])


def maintenance_key(card: Card) -> str:
    """Return the name of the STK of the application that is current (SSSE's where it has none)."""
    assert card.session is not None
    names = [key.name for key in card.session.application.keys if key.use == "mac"]
    return names[0] if names else "STK"


def with_mac(
    card: Card, header: str, data: bytes = b"", *, challenge: bytes, key: str, flip: int = 0
) -> bytes:
    """Build a command with MAC; ``flip`` are bits that are wrong in the MAC's last byte."""
    memory = card.memory
    session = session_key(memory.algorithm, memory.card_key(key), challenge)
    head = bytes.fromhex(header) + bytes([len(data) + 4])
    code = mac(memory.algorithm, session, head + data)
    return head + data + code[:3] + bytes([code[3] ^ flip])


def secured(
    card: Card, header: str, data: bytes = b"", *, key: str = "", flip: int = 0, fresh: bool = True
) -> str:
    """Ask for a challenge (unless one waits: ``fresh=False``), send a command with MAC; return the status."""
    assert card.session is not None
    challenge = get_challenge(card) if fresh else card.session.challenge or bytes(8)
    command = with_mac(card, header, data, challenge=challenge, key=key or maintenance_key(card), flip=flip)
    return card.transmit(command)[-2:].hex().upper()


def unblock(card: Card, *, flip: int = 0, fresh: bool = True) -> str:
    """Send PIN CHANGE/UNBLOCK that only resets the counter; return the status word."""
    return secured(card, UNBLOCK, key=card.memory.layout.pin_maintenance_key, flip=flip, fresh=fresh)


def set_pin(card: Card, pin: bytes | None, *, flip: int = 0) -> str:
    """Send PIN CHANGE/UNBLOCK with a packed PIN, enciphered (``None``: with no PIN block at all)."""
    memory = card.memory
    key = memory.layout.pin_maintenance_key
    challenge = get_challenge(card)
    session = session_key(memory.algorithm, memory.card_key(key), challenge)
    data = b"" if pin is None else encrypt_data(memory.algorithm, session, pin)
    command = with_mac(card, NEW_PIN, data, challenge=challenge, key=key, flip=flip)
    return card.transmit(command)[-2:].hex().upper()


def proof_command(card: Card, key: str, *, challenge: bytes, flip: int = 0) -> bytes:
    """Build EXTERNAL AUTHENTICATE; ``flip`` are bits that are wrong in the proof's first byte."""
    memory = card.memory
    proof = authentication_data(memory.algorithm, memory.card_key(key), challenge, ORIGINAL)
    data = bytes([proof[0] ^ flip]) + proof[1:] + ORIGINAL
    return bytes((0x00, 0x82, 0x00, memory.layout.keys[key].key_id or 0, len(data))) + data
