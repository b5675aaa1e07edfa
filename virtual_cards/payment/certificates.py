"""RSA signatures of the card: certificates, static and dynamic data (EMV Book 2 §5–6; facts: card.md §15).

Every signature has the shape ``6A ‖ format ‖ … ‖ SHA-1 ‖ BC`` and the length of the signer's modulus, so
whoever has the public key gets the content back. The chain is authority → issuer → card; the card's
certificate also covers the static data (signed records and AIP), so a card's data cannot be taken to another
card.

=========  ==========  =====================================  =======================================
format     signer      content                                hashed beyond it
=========  ==========  =====================================  =======================================
``02``     authority   issuer's public key                    remainder, exponent of that key
``03``     issuer      two bytes of the issuer's choice       static data
``04``     issuer      card's public key                      remainder, exponent, static data
``05``     card        transaction counter                    terminal's values of the DDOL
=========  ==========  =====================================  =======================================

Keys are the published test keys of ``published_keys.toml``. SHA-1 is the standard's, not a choice.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import msgspec

__all__ = [
    "AUTHORITY",
    "CARD",
    "ISSUER",
    "RsaKey",
    "authority_index",
    "card_certificate",
    "issuer_certificate",
    "public_exponent",
    "published_key",
    "signed_dynamic_data",
    "signed_static_data",
]

AUTHORITY, ISSUER, CARD = "authority", "issuer", "card"
_HEAD, _TAIL = b"\x6a", b"\xbc"

_EXPONENT = 3
_HASH_SIZE = 20
_FRAME = 1 + _HASH_SIZE + 1
_SHA_1_AND_RSA = b"\x01\x01"
_FILE = Path(__file__).with_name("published_keys.toml")


class _KeyDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    p: str
    q: str


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sentence: str
    authority_index: int
    authority: _KeyDocument
    issuer: _KeyDocument
    card: _KeyDocument


@dataclass(frozen=True)
class RsaKey:
    """An RSA key with public exponent 3."""

    p: int
    q: int

    @cached_property
    def modulus(self) -> int:
        """The product of the primes."""
        return self.p * self.q

    @property
    def size(self) -> int:
        """Bytes of the modulus."""
        return (self.modulus.bit_length() + 7) // 8

    @property
    def public_bytes(self) -> bytes:
        """The modulus as bytes."""
        return self.modulus.to_bytes(self.size, "big")

    @cached_property
    def _parts(self) -> tuple[int, int, int]:
        """Private exponent modulo each prime less one, and the inverse of q modulo p."""
        return pow(_EXPONENT, -1, self.p - 1), pow(_EXPONENT, -1, self.q - 1), pow(self.q, -1, self.p)

    def sign(self, block: bytes) -> bytes:
        """Raise a block of :attr:`size` bytes to the private exponent, prime by prime."""
        number = int.from_bytes(block, "big")
        for_p, for_q, inverse = self._parts
        one, other = pow(number, for_p, self.p), pow(number, for_q, self.q)
        return (other + (one - other) * inverse % self.p * self.q).to_bytes(self.size, "big")

    def recover(self, signature: bytes) -> bytes:
        """Raise a signature to the public exponent: what every terminal can do."""
        return pow(int.from_bytes(signature, "big"), _EXPONENT, self.modulus).to_bytes(self.size, "big")

    def sign_recoverable(self, content: bytes, beyond: bytes) -> bytes:
        """Sign content, padded with ``BB`` to the modulus, and a hash that also covers what lies beyond."""
        padded = content.ljust(self.size - _FRAME, b"\xbb")
        digest = hashlib.sha1(padded + beyond, usedforsecurity=False).digest()
        return self.sign(_HEAD + padded + digest + _TAIL)


@lru_cache(maxsize=1)
def _document() -> _Document:
    return msgspec.toml.decode(_FILE.read_bytes(), type=_Document)


def authority_index() -> bytes:
    """Return the authority's key index, ``8F``."""
    return bytes((_document().authority_index,))


@lru_cache(maxsize=3)
def published_key(owner: str) -> RsaKey:
    """Return a published test key.

    Args:
        owner: ``"authority"``, ``"issuer"`` or ``"card"``.
    """
    key: _KeyDocument = getattr(_document(), owner)
    return RsaKey(int(key.p, 16), int(key.q, 16))


def public_exponent() -> bytes:
    """Return the exponent of every published key, ``9F32`` and ``9F47``."""
    return bytes((_EXPONENT,))


@lru_cache(maxsize=64)
def issuer_certificate(issuer_digits: str, expiry: str) -> tuple[bytes, bytes]:
    """Certify the issuer's key.

    Args:
        issuer_digits: first digits of its account numbers, up to 8.
        expiry: ``"MMYY"``.

    Returns:
        Certificate ``90`` and remainder ``92``.
    """
    head = b"\x02" + bytes.fromhex(issuer_digits.ljust(8, "F") + expiry + "000001")
    return _certify(published_key(AUTHORITY), head, published_key(ISSUER), b"")


def card_certificate(pan: str, expiry: str, static_data: bytes) -> tuple[bytes, bytes]:
    """Certify the card's key together with the card's static data; arguments as :func:`issuer_certificate`.

    Returns:
        Certificate ``9F46`` and remainder ``9F48``.
    """
    head = b"\x04" + bytes.fromhex(pan.ljust(20, "F") + expiry + "000001")
    return _certify(published_key(ISSUER), head, published_key(CARD), static_data)


def signed_static_data(static_data: bytes) -> bytes:
    """Sign the card's static data with the issuer's key: ``93``."""
    return published_key(ISSUER).sign_recoverable(b"\x03\x01\x00\x00", static_data)


def signed_dynamic_data(counter: int, terminal_values: bytes) -> bytes:
    """Sign a transaction with the card's key: ``9F4B``.

    Args:
        counter: transaction counter, the card's dynamic number.
        terminal_values: values of the DDOL.
    """
    dynamic = b"\x02" + counter.to_bytes(2, "big")
    content = b"\x05\x01" + bytes((len(dynamic),)) + dynamic
    return published_key(CARD).sign_recoverable(content, terminal_values)


def _certify(signer: RsaKey, head: bytes, subject: RsaKey, static_data: bytes) -> tuple[bytes, bytes]:
    head += _SHA_1_AND_RSA + bytes((subject.size, len(public_exponent())))
    room = signer.size - _FRAME - len(head)
    key = subject.public_bytes
    remainder = key[room:]
    beyond = remainder + public_exponent() + static_data
    return signer.sign_recoverable(head + key[:room], beyond), remainder
