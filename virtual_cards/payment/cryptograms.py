"""Keys and cryptograms of the payment application, for card and issuer alike (facts: card.md §15).

======================  ====================================================================================
card key                E(issuer master key, Y ‖ ~Y); Y = last 16 digits of account number ‖ sequence number
session key             E(card key, 00×6 ‖ counter ‖ 00×6 ‖ ~counter)
MAC (8 bytes)           padding ``80 00…``; 3DES: single-DES chain with the left half, the last block through
                        both halves; SM4: CBC, left half of the last block
application cryptogram  MAC over the terminal's data ‖ AIP ‖ counter ‖ card verification results
response cryptogram     first 8 bytes of E(session key, (cryptogram XOR (response code ‖ 00×6)) ‖ 00… )
======================  ====================================================================================

The 3DES column is the JR/T 0025 rule set and agrees with two published worked examples (see the tests). With
SM4 the same rules run on blocks of 16 bytes; that the left half is taken is our reading, JR/T 0025.17 is not
public.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from onecard.virtual_cards.security.ciphers import SM4_ALGORITHM, TRIPLE_DES
from onecard.virtual_cards.security.messages import pad_always

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onecard.virtual_cards.security.ciphers import Algorithm

__all__ = [
    "CIPHERS",
    "TERMINAL_DATA",
    "application_cryptogram",
    "card_key",
    "mac",
    "response_cryptogram",
    "session_key",
]

CIPHERS: Mapping[int, Algorithm] = MappingProxyType({0x01: TRIPLE_DES, 0x04: SM4_ALGORITHM})
"""Algorithm byte of the issuer application data ``9F10``."""

TERMINAL_DATA = (0x9F02, 0x9F03, 0x9F1A, 0x95, 0x5F2A, 0x9A, 0x9C, 0x9F37)
"""Terminal data under an application cryptogram, in this order."""

_CRYPTOGRAM_SIZE = 8
_MASTER_DIGITS = 16


def card_key(cipher: Algorithm, master: bytes, pan: str, psn: str) -> bytes:
    """Derive a card's key from an issuer master key of 16 bytes.

    Args:
        cipher: 3DES or SM4.
        master: issuer master key.
        pan: account number, digits.
        psn: sequence number, two digits.
    """
    factor = bytes.fromhex((pan + psn)[-_MASTER_DIGITS:].rjust(_MASTER_DIGITS, "0"))
    return cipher.encrypt_blocks(master, factor + _complement(factor))


def session_key(cipher: Algorithm, key: bytes, counter: int) -> bytes:
    """Derive the key of one transaction from its counter."""
    two = counter.to_bytes(2, "big")
    return cipher.encrypt_blocks(key, bytes(6) + two + bytes(6) + _complement(two))


def mac(cipher: Algorithm, key: bytes, data: bytes) -> bytes:
    """Compute a MAC of 8 bytes with a key of 16 bytes."""
    blocks = pad_always(data, cipher.block_size)
    if cipher.block_size != _CRYPTOGRAM_SIZE:
        return cipher.cbc_last_block(key, blocks)[:_CRYPTOGRAM_SIZE]
    left, right = key[:8], key[8:]
    return cipher.encrypt_blocks(left, cipher.decrypt_blocks(right, cipher.cbc_last_block(left, blocks)))


def application_cryptogram(
    cipher: Algorithm, key: bytes, values: Mapping[int, bytes], *, aip: bytes, counter: int, results: bytes
) -> bytes:
    """Compute TC, ARQC or AAC.

    Args:
        cipher: 3DES or SM4.
        key: the card's key (not the session key).
        values: the terminal's data by tag, :data:`TERMINAL_DATA` among them.
        aip: application interchange profile, 2 bytes.
        counter: application transaction counter.
        results: card verification results, 4 bytes.
    """
    data = b"".join(values[tag] for tag in TERMINAL_DATA)
    data += aip + counter.to_bytes(2, "big") + results
    return mac(cipher, session_key(cipher, key, counter), data)


def response_cryptogram(
    cipher: Algorithm, key: bytes, counter: int, cryptogram: bytes, response_code: bytes
) -> bytes:
    """Compute the issuer's answer (ARPC) to a cryptogram; ``response_code`` is ``8A``, 2 bytes."""
    code = response_code.ljust(_CRYPTOGRAM_SIZE, b"\0")
    mixed = bytes(one ^ other for one, other in zip(cryptogram, code, strict=True))
    block = mixed.ljust(cipher.block_size, b"\0")
    return cipher.encrypt_blocks(session_key(cipher, key, counter), block)[:_CRYPTOGRAM_SIZE]


def _complement(value: bytes) -> bytes:
    return bytes(byte ^ 0xFF for byte in value)
