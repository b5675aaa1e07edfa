"""Cryptograms of the payment application, made again (facts: card.md §15).

The keys are published test keys: the invented issuer key, diversified with account and sequence number, then
with the transaction counter. What the facts leave open for SM4 is as the project's design says.
"""

from __future__ import annotations

import hashlib

from onecard.conformance.recheck.ciphers import BLOCKS, chained, decipher, encipher, padded
from onecard.conformance.recheck.forms import first_object
from onecard.conformance.recheck.refusal import UnknownValueError

__all__ = ["cryptogram", "response"]

_SENTENCE = "OneCard published test key, never the key of a real card: payment application cryptogram"
_CIPHERS = {b"\x01": "3DES", b"\x04": "SM4"}
_SIZE = 8


def _session(record: bytes, counter: bytes, algorithm: bytes) -> tuple[str, bytes]:
    """Return the cipher and the key of one transaction on the account in a record."""
    cipher = _CIPHERS.get(algorithm)
    account, sequence = (first_object(record, tag) for tag in ("5A", "5F34"))
    number = int.from_bytes(counter, "big")
    if cipher is None or account is None or sequence is None or number > 0xFFFF:
        raise UnknownValueError("no account, sequence number, algorithm or counter of a payment")
    digits = account.hex().rstrip("f") + sequence.hex()
    factor = bytes.fromhex(digits[-16:].rjust(16, "0"))
    master = hashlib.sha256(f"{_SENTENCE} {cipher}".encode()).digest()[:16]
    card = encipher(cipher, master, factor + _inverted(factor))
    two = number.to_bytes(2, "big")
    return cipher, encipher(cipher, card, b"\0" * 6 + two + b"\0" * 6 + _inverted(two))


def cryptogram(record: bytes, counter: bytes, algorithm: bytes, data: bytes) -> bytes:
    """Return the eight bytes that the application makes over data."""
    cipher, session = _session(record, counter, algorithm)
    blocks = padded(cipher, data)
    if BLOCKS[cipher] != _SIZE:
        return chained(cipher, session, blocks)[-BLOCKS[cipher] :][:_SIZE]
    left, right = session[:_SIZE], session[_SIZE:]
    last = chained(cipher, left, blocks)[-_SIZE:]
    return encipher(cipher, left, decipher(cipher, right, last))


def response(record: bytes, counter: bytes, algorithm: bytes, given: bytes, code: bytes) -> bytes:
    """Return the eight bytes with which the issuer answers a cryptogram."""
    cipher, session = _session(record, counter, algorithm)
    filled = code + b"\0" * (_SIZE - len(code))
    if len(given) != len(filled):
        raise UnknownValueError(f"a cryptogram of {len(given)} bytes, a code of {len(code)}")
    mixed = bytes(one ^ other for one, other in zip(given, filled, strict=True))
    return encipher(cipher, session, mixed.ljust(BLOCKS[cipher], b"\0"))[:_SIZE]


def _inverted(data: bytes) -> bytes:
    return bytes(255 - byte for byte in data)
