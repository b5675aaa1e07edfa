"""Session keys, authentication data, MAC and encipherment (facts: card.md §9.4).

One set of rules for both block sizes. Whatever the card computes here its terminal, PSAM or host computes
with the same functions: they are the standard's, not one side's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onecard.virtual_cards.security.ciphers import Algorithm

__all__ = [
    "MAC_SIZE",
    "authentication_data",
    "decrypt_data",
    "encrypt_data",
    "fold_halves",
    "mac",
    "pad_always",
    "session_key",
]

MAC_SIZE = 4
AUTHENTICATION_SIZE = 8


def session_key(algorithm: Algorithm, key: bytes, random: bytes) -> bytes:
    """Derive the session key from a random of 4, 8 or 16 bytes, right-padded with ``00`` to one block."""
    return algorithm.encrypt_blocks(key, random.ljust(algorithm.block_size, b"\0"))


def fold_halves(block: bytes) -> bytes:
    """XOR a 16-byte block's halves; an 8-byte block is returned as it is."""
    if len(block) == AUTHENTICATION_SIZE:
        return block
    folded = int.from_bytes(block[:8], "big") ^ int.from_bytes(block[8:], "big")
    return folded.to_bytes(AUTHENTICATION_SIZE, "big")


def authentication_data(algorithm: Algorithm, key: bytes, random: bytes, original: bytes) -> bytes:
    """Compute the eight bytes of INTERNAL and EXTERNAL AUTHENTICATE.

    Args:
        algorithm: cipher of the card.
        key: the card's (diversified) key, 16 bytes.
        random: session input: the card's latest challenge, or the terminal's random.
        original: 8 bytes chosen by the terminal.
    """
    session = session_key(algorithm, key, random)
    return fold_halves(algorithm.encrypt_blocks(session, original.ljust(algorithm.block_size, b"\0")))


def pad_always(data: bytes, block_size: int) -> bytes:
    """Append ``80`` and as many ``00`` as fill the block: always at least one byte."""
    return data + b"\x80" + bytes(-(len(data) + 1) % block_size)


def mac(algorithm: Algorithm, session: bytes, data: bytes) -> bytes:
    """Compute the four-byte MAC over ``data`` (for a command: header with the final Lc, then the data).

    8-byte blocks take the leftmost four bytes of single-DES CBC, 16-byte blocks the XOR of the four words.
    """
    last = algorithm.cbc_last_block(session, pad_always(data, algorithm.block_size))
    if algorithm.block_size == AUTHENTICATION_SIZE:
        return last[:MAC_SIZE]
    words = (int.from_bytes(last[at : at + 4], "big") for at in range(0, 16, 4))
    folded = 0
    for word in words:
        folded ^= word
    return folded.to_bytes(MAC_SIZE, "big")


def encrypt_data(algorithm: Algorithm, session: bytes, data: bytes) -> bytes:
    """Encipher command data: length byte first, padded with ``80 00…`` only if not whole blocks."""
    plain = bytes([len(data)]) + data
    if len(plain) % algorithm.block_size:
        plain = pad_always(plain, algorithm.block_size)
    return algorithm.encrypt_blocks(session, plain)


def decrypt_data(algorithm: Algorithm, session: bytes, blocks: bytes) -> bytes | None:
    """Decipher what :func:`encrypt_data` made; ``None`` when length byte or padding are not in order."""
    plain = algorithm.decrypt_blocks(session, blocks)
    size = plain[0]
    data = plain[1 : 1 + size]
    framed = bytes([size]) + data
    if len(framed) % algorithm.block_size:
        framed = pad_always(framed, algorithm.block_size)
    return data if framed == plain else None
