"""Block ciphers, diversification, session keys and MACs, as card.md §9.2 to §9.4 write them down."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

from onecard.conformance.recheck.refusal import UnknownValueError

__all__ = [
    "BLOCKS",
    "authentication_data",
    "card_key",
    "chained",
    "decipher",
    "encipher",
    "encipherment",
    "halves",
    "message_code",
    "padded",
    "published_city_key",
    "session_key",
]

BLOCKS = {"3DES": 8, "SM4": 16}
"""Block size by the cipher's name."""

_SENTENCE = "OneCard published test key, never the key of a real card"


def encipher(cipher: str, key: bytes, data: bytes) -> bytes:
    """Encipher whole blocks, each for itself."""
    return _ecb(cipher, key, data).encryptor().update(data)


def decipher(cipher: str, key: bytes, data: bytes) -> bytes:
    """Decipher whole blocks, each for itself."""
    return _ecb(cipher, key, data).decryptor().update(data)


def chained(cipher: str, key: bytes, data: bytes) -> bytes:
    """Encipher whole blocks, each added to the one before, the first to zero."""
    start = modes.CBC(b"\0" * BLOCKS[cipher])
    return Cipher(_algorithm(cipher, key), start).encryptor().update(data)


def _ecb(cipher: str, key: bytes, data: bytes) -> Cipher[modes.ECB]:
    if len(data) % BLOCKS[cipher]:
        raise UnknownValueError(f"{len(data)} bytes are not whole blocks")
    return Cipher(_algorithm(cipher, key), modes.ECB())  # noqa: S305 - card.md §9.4 wants it


@lru_cache(maxsize=1024)
def _algorithm(cipher: str, key: bytes) -> TripleDES | SM4:
    if cipher == "SM4" and len(key) == 16:
        return SM4(key)
    if cipher == "3DES" and len(key) in (8, 16):
        return TripleDES((key + key + key)[:24] if len(key) == 8 else key + key[:8])
    raise UnknownValueError(f"a key of {len(key)} bytes for {cipher}")


def _filled(cipher: str, data: bytes) -> bytes:
    """Fill with zeros to one block; what is longer must be whole blocks by itself."""
    return data + b"\0" * (BLOCKS[cipher] - len(data))


def card_key(cipher: str, above: bytes, factor: bytes) -> bytes:
    """Diversify: the factor and its complement enciphered, as long as the key above (card.md §9.3)."""
    inverted = bytes(255 - byte for byte in factor)
    return encipher(cipher, above, (factor + inverted)[: len(above)])


@lru_cache(maxsize=1024)
def published_city_key(cipher: str, name: str, size: int, area: str) -> bytes:
    """Return the published test key of a city: an invented root, diversified for province and city.

    Args:
        cipher: ``"3DES"`` or ``"SM4"``.
        name: ``"RKSSSE/1"``.
        size: 16 bytes, 8 for a single-DES key.
        area: six digits.
    """
    key, _, version = name.partition("/")
    root = hashlib.sha256(f"{_SENTENCE}: {cipher} {key} version {version}".encode()).digest()[:size]
    province = card_key(cipher, root, f"{area[:2]}0000sh".encode())
    return card_key(cipher, province, f"{area}sx".encode())


def session_key(cipher: str, key: bytes, random: bytes) -> bytes:
    """Encipher a random, filled with zeros to one block, under a card's key."""
    return encipher(cipher, key, _filled(cipher, random))


def halves(block: bytes) -> bytes:
    """Add the halves of 16 bytes without carry; 8 bytes stay."""
    if len(block) == 8:
        return block
    if len(block) != 16:
        raise UnknownValueError(f"{len(block)} bytes have no halves of 8")
    return bytes(left ^ right for left, right in zip(block[:8], block[8:], strict=True))


def authentication_data(cipher: str, key: bytes, random: bytes, original: bytes) -> bytes:
    """Return the eight bytes that INTERNAL and EXTERNAL AUTHENTICATE exchange."""
    return halves(encipher(cipher, session_key(cipher, key, random), _filled(cipher, original)))


def padded(cipher: str, data: bytes) -> bytes:
    """Put a byte ``80`` behind the data, and zeros to the end of its block: always something."""
    size = BLOCKS[cipher]
    return data + b"\x80" + b"\0" * (size - 1 - len(data) % size)


def message_code(cipher: str, session: bytes, data: bytes) -> bytes:
    """Return the four bytes of a MAC: chained blocks from zero; of 16 bytes the four words added."""
    last = chained(cipher, session, padded(cipher, data))[-BLOCKS[cipher] :]
    if len(last) == 8:
        return last[:4]
    return bytes(last[at] ^ last[at + 4] ^ last[at + 8] ^ last[at + 12] for at in range(4))


def encipherment(cipher: str, session: bytes, data: bytes) -> bytes:
    """Encipher length byte and data, padded unless they are whole blocks."""
    if len(data) > 255:
        raise UnknownValueError(f"a length byte does not hold {len(data)}")
    plain = bytes([len(data)]) + data
    return encipher(cipher, session, padded(cipher, plain) if len(plain) % BLOCKS[cipher] else plain)
