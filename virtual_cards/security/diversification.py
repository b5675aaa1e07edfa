"""From a root key to a card's key in up to three levels: province, city, card (facts: card.md §9.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onecard.virtual_cards.security.ciphers import Algorithm

__all__ = ["city_factor", "diversify", "diversify_through", "province_factor"]

FACTOR_SIZE = 8


def province_factor(area_code: str) -> bytes:
    """Level 1: ASCII of the first two digits of the issuing area, four times ``30``, ``7368`` ("sh")."""
    return area_code[:2].encode("ascii") + b"0000sh"


def city_factor(area_code: str) -> bytes:
    """Level 2: ASCII of all six digits of the issuing area, ``7378`` ("sx")."""
    return area_code[:6].encode("ascii") + b"sx"


def diversify(algorithm: Algorithm, key: bytes, factor: bytes) -> bytes:
    """Derive one level down.

    Args:
        algorithm: cipher of the key hierarchy.
        key: 16 bytes (8 bytes for single DES).
        factor: 8 bytes; for level 3 the last eight historical bytes of the ATR.

    Returns:
        A key as long as ``key``: ``E(K, f) ‖ E(K, ~f)`` by blocks, for 16-byte blocks ``E(K, f ‖ ~f)``.
    """
    complement = bytes(byte ^ 0xFF for byte in factor)
    return algorithm.encrypt_blocks(key, (factor + complement)[: len(key)])


def diversify_through(algorithm: Algorithm, key: bytes, factors: Iterable[bytes]) -> bytes:
    """Derive through several levels, highest first."""
    for factor in factors:
        key = diversify(algorithm, key, factor)
    return key
