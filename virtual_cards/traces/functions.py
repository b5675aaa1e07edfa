"""The values that a terminal, its PSAM or its host computes in a trace: a closed list.

A step ``EA = authentication_data RKSSSE {R2} {O2}`` names a function of :data:`FUNCTIONS`, a key of the card
by its name in the key table, and bytes. The functions are those of facts card.md §9.3 and §9.4. Keys come
from a :class:`KeyRing`, so the same trace runs against a card whose keys are others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from onecard.virtual_cards.iso7816.atr import card_factor
from onecard.virtual_cards.security.diversification import city_factor, province_factor
from onecard.virtual_cards.security.messages import (
    authentication_data,
    encrypt_data,
    fold_halves,
    mac,
    session_key,
)

if TYPE_CHECKING:
    from onecard.virtual_cards.security.ciphers import Algorithm
    from onecard.virtual_cards.security.test_keys import KeySource

__all__ = ["FUNCTIONS", "Function", "KeyRing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """What a host knows of one card in order to compute with its keys."""

    keys: KeySource
    algorithm: Algorithm
    issuing_area: str
    """Six digits: the first three bytes of the card identification code."""
    historical: bytes
    """T1…TD of the answer to reset."""

    def key(self, name: str) -> bytes:
        """Return one key of the card, version 1."""
        return self.keys.card_key(name, 1, self.algorithm, self.issuing_area, card_factor(self.historical))

    def session_key(self, name: str, random: bytes) -> bytes:
        """Return the session key that a key gives for a random."""
        return session_key(self.algorithm, self.key(name), random)


Compute = Callable[..., bytes]


class Function(NamedTuple):
    """One function: whether its first argument is the name of a key, how many bytes arguments follow."""

    takes_key: bool
    arguments: int
    compute: Compute


def _authentication_data(ring: KeyRing, key: str, random: bytes, original: bytes) -> bytes:
    return authentication_data(ring.algorithm, ring.key(key), random, original)


def _encrypt(ring: KeyRing, key: str, random: bytes, data: bytes) -> bytes:
    return encrypt_data(ring.algorithm, ring.session_key(key, random), data)


def _mac(ring: KeyRing, key: str, random: bytes, data: bytes) -> bytes:
    return mac(ring.algorithm, ring.session_key(key, random), data)


FUNCTIONS = MappingProxyType(
    {
        "authentication_data": Function(True, 2, _authentication_data),
        "encrypt": Function(True, 2, _encrypt),
        "mac": Function(True, 2, _mac),
        "xor_of_halves": Function(False, 1, lambda _ring, block: fold_halves(block)),
        "card_factor": Function(False, 0, lambda ring: card_factor(ring.historical)),
        "city_factor": Function(False, 0, lambda ring: city_factor(ring.issuing_area)),
        "province_factor": Function(False, 0, lambda ring: province_factor(ring.issuing_area)),
    }
)
"""Every function by name.

``authentication_data KEY random original``; ``encrypt KEY random data``: length byte and padding are put
around the data; ``mac KEY random data``: the data begin with the command's header, Lc counting the MAC;
``xor_of_halves block``; the diversification factors ``card_factor``, ``city_factor``, ``province_factor``.
"""
