"""Published test keys: invented roots, one per key name and version, and the three levels below them.

**These keys are public and match no real card.** A national root is the first bytes of the SHA-256 of a
sentence that says so; provincial, city and card keys follow by the standard's diversification (facts:
card.md §9.3, §21 Q26). Anybody can therefore check any card of this project, and nobody should trust one.

City keys are kept: all cards of a city share them, so a card key costs one encipherment of two blocks.
"""

from __future__ import annotations

import hashlib
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

from onecard.virtual_cards.security.diversification import (
    city_factor,
    diversify,
    province_factor,
)
from onecard.virtual_cards.security.key_table import key_row

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.virtual_cards.security.ciphers import Algorithm

__all__ = ["ISSUER_KEY", "PUBLISHED_KEYS", "KeySource", "Level", "PublishedKeys", "published_root"]

ISSUER_KEY = "CARDID"
"""Name of the invented key behind the card identification code's authentication code (card.md §21 Q4)."""

_SENTENCE = "OneCard published test key, never the key of a real card"


class Level(IntEnum):
    """How far a key has come down: the number of diversifications done since the national root."""

    NATIONAL = 0
    PROVINCE = 1
    CITY = 2
    CARD = 3


class KeySource(Protocol):
    """Where a card takes its keys from, at the moment that a command needs one."""

    def card_key(
        self, name: str, version: int, algorithm: Algorithm, issuing_area: str, card_factor: bytes
    ) -> bytes:
        """Return one key of one card (see :meth:`PublishedKeys.card_key`)."""
        ...


def published_root(name: str, version: int, algorithm: Algorithm) -> bytes:
    """Return the invented national root: 16 bytes, 8 for a single-DES key.

    Args:
        name: key name of card.md §9.1, or :data:`ISSUER_KEY`.
        version: key version (group), from 1.
        algorithm: cipher of the hierarchy.
    """
    length = 16 if name == ISSUER_KEY else key_row(name).length(algorithm.block_size)
    text = f"{_SENTENCE}: {algorithm.name} {name} version {version}"
    return hashlib.sha256(text.encode("ascii")).digest()[:length]


class PublishedKeys:
    """The key hierarchy of a test world.

    Args:
        national_root: ``(name, version, algorithm) -> key``; by default :func:`published_root`. Test
            vectors hand in one root for all keys.
    """

    def __init__(self, *, national_root: Callable[[str, int, Algorithm], bytes] = published_root) -> None:
        self._national_root = national_root
        self._kept: dict[tuple[str, int, int, str], bytes] = {}

    def root(
        self,
        name: str,
        version: int,
        algorithm: Algorithm,
        level: Level = Level.NATIONAL,
        issuing_area: str = "",
    ) -> bytes:
        """Return the root that an institution of this level holds.

        Args:
            name: key name of card.md §9.1.
            version: key version, from 1.
            algorithm: cipher.
            level: national, province or city.
            issuing_area: six digits; may be empty at national level.
        """
        if level == Level.NATIONAL:
            return self._national_root(name, version, algorithm)
        digits = issuing_area[: 2 * level] if level == Level.PROVINCE else issuing_area
        at = (name, version, algorithm.identifier, digits)
        kept = self._kept.get(at)
        if kept is None:
            kept = self._kept[at] = self._derive(name, version, algorithm, level, issuing_area)
        return kept

    def card_key(
        self, name: str, version: int, algorithm: Algorithm, issuing_area: str, card_factor: bytes
    ) -> bytes:
        """Return the key of one card.

        Args:
            name: key name of card.md §9.1.
            version: key version, from 1.
            algorithm: the card's cipher.
            issuing_area: six digits: the first three bytes of the card identification code.
            card_factor: the last 8 historical bytes of the ATR.
        """
        return diversify(
            algorithm, self.root(name, version, algorithm, Level.CITY, issuing_area), card_factor
        )

    def _derive(self, name: str, version: int, algorithm: Algorithm, level: Level, area: str) -> bytes:
        above = self.root(name, version, algorithm, Level(level - 1), area)
        factor = province_factor(area) if level == Level.PROVINCE else city_factor(area)
        return diversify(algorithm, above, factor)


PUBLISHED_KEYS = PublishedKeys()
"""The hierarchy that the cards, PSAMs and hosts of a test world share: its city keys are derived once."""
