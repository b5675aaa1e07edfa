"""One key of a PSAM and its record; the PSAM's own keys (facts: card.md §9.1, §14)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from onecard.virtual_cards.security.ciphers import SM4_ALGORITHM, TRIPLE_DES, Algorithm

__all__ = [
    "KEY_TYPES",
    "MAINTENANCE_KEY",
    "MASTER_KEY",
    "PURCHASE_KEY",
    "KeyName",
    "KeyType",
    "PsamKey",
    "PsamKeyError",
    "psam_own_keys",
]

KeyName = tuple[int, int, int]
"""Algorithm id, type, key id."""


class PsamKeyError(ValueError):
    """A PSAM was asked to hold a key that does not exist or at a level that does not exist."""


@dataclass(frozen=True, slots=True)
class KeyType:
    """What the low five bits of a usage byte allow (card.md §9.1 [S-d][M])."""

    name: str
    encrypts: bool
    authenticates: bool


KEY_TYPES: Mapping[int, KeyType] = {
    0: KeyType("master", encrypts=False, authenticates=False),
    1: KeyType("maintenance", encrypts=False, authenticates=False),
    2: KeyType("purchase", encrypts=False, authenticates=False),
    3: KeyType("PIN unblock", encrypts=True, authenticates=True),
    4: KeyType("PIN reload", encrypts=True, authenticates=True),
    5: KeyType("user-card maintenance", encrypts=True, authenticates=True),
    6: KeyType("MAC", encrypts=False, authenticates=True),
    7: KeyType("encryption", encrypts=True, authenticates=False),
    8: KeyType("MAC and encryption", encrypts=True, authenticates=True),
    9: KeyType("load", encrypts=False, authenticates=False),
    12: KeyType("TAC", encrypts=False, authenticates=True),
}

MASTER_KEY, MAINTENANCE_KEY, PURCHASE_KEY = 0, 1, 2
"""Types of the PSAM's own keys, and of the keys behind INIT SAM FOR PURCHASE."""

_RECORD_HEADER = 8
_RESERVED = bytes(4)
_TRIPLE_DES_RECORD, _SINGLE_DES_RECORD = 0x00, 0x01
_MOST_LEVELS = 3
_SENTENCE = "OneCard published test key, never the key of a real PSAM"


@dataclass(frozen=True, slots=True)
class PsamKey:
    """One key record.

    Args:
        algorithm: the environment it belongs to.
        usage: high three bits remaining levels, low five bits type.
        identifier: the key's number in the PSAM.
        value: 16 bytes, 8 for single DES.
    """

    algorithm: Algorithm
    usage: int
    identifier: int
    value: bytes

    @property
    def levels(self) -> int:
        """Number of factors that lead to the card's key."""
        return self.usage >> 5

    @property
    def type(self) -> int:
        """Type number, a key of :data:`KEY_TYPES`."""
        return self.usage & 0x1F

    @property
    def name(self) -> KeyName:
        """What tells it from the other keys of a PSAM: algorithm id, type, key id."""
        return self.algorithm.identifier, self.type, self.identifier

    def record(self) -> bytes:
        """Write the record: usage, id, ``00``, algorithm, ``00`` × 4, value (card.md §14).

        The algorithm byte is ``00`` 3DES or ``01`` DES (card.md §9.2); for SM4 the card's own ``03`` (ours).
        """
        if self.algorithm is TRIPLE_DES:
            cipher = _SINGLE_DES_RECORD if len(self.value) == 8 else _TRIPLE_DES_RECORD
        else:
            cipher = self.algorithm.identifier
        return bytes((self.usage, self.identifier, 0x00, cipher)) + _RESERVED + self.value

    @classmethod
    def parse(cls, record: bytes) -> PsamKey:
        """Read a record.

        Raises:
            PsamKeyError: not of the form that :meth:`record` writes.
        """
        usage, identifier, zero, cipher = record[:4] if len(record) >= 4 else (0, 0, 1, 0)
        value = record[_RECORD_HEADER:]
        algorithm, size = _CIPHERS.get(cipher, (TRIPLE_DES, 0))
        kind, levels = usage & 0x1F, usage >> 5
        own = kind in (MASTER_KEY, MAINTENANCE_KEY)
        fits = (levels == 0) if own else 1 <= levels <= _MOST_LEVELS
        if zero or record[4:_RECORD_HEADER] != _RESERVED or len(value) != size or not fits:
            raise PsamKeyError(f"PSAM key record of {len(record)} bytes, usage {usage:02X}: malformed")
        if kind not in KEY_TYPES:
            raise PsamKeyError(f"PSAM key type {kind} is not one of {', '.join(map(str, KEY_TYPES))}")
        return cls(algorithm, usage, identifier, value)


_CIPHERS = {
    _TRIPLE_DES_RECORD: (TRIPLE_DES, 16),
    _SINGLE_DES_RECORD: (TRIPLE_DES, 8),
    SM4_ALGORITHM.identifier: (SM4_ALGORITHM, 16),
}
"""Algorithm byte of a key record → cipher, bytes of the key."""


@lru_cache(maxsize=8)
def psam_own_keys(algorithm: Algorithm) -> tuple[PsamKey, PsamKey]:
    """Return the PSAM's own master and maintenance key of an environment: published test keys, id ``00``.

    They are the first 16 bytes of the SHA-256 of a sentence that says so, the same in every PSAM.
    """
    master, maintenance = (
        hashlib.sha256(f"{_SENTENCE}: {algorithm.name} {KEY_TYPES[kind].name}".encode("ascii")).digest()[:16]
        for kind in (MASTER_KEY, MAINTENANCE_KEY)
    )
    return PsamKey(algorithm, MASTER_KEY, 0x00, master), PsamKey(
        algorithm, MAINTENANCE_KEY, 0x00, maintenance
    )
