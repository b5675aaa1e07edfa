"""Decimal digits of many numbers at once."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.sim.people.pyramid import Int64Array

__all__ = ["BLOCK", "blockwise", "digit_matrix", "text_column"]

UInt8Matrix = npt.NDArray[np.uint8]

BLOCK = 1 << 14
"""People in a block: its intermediate arrays stay in the processor's cache, which is four times as fast."""


def digit_matrix(numbers: Int64Array, places: int, *, spare: int = 0, base: int = 10) -> UInt8Matrix:
    """Split numbers into digits.

    Args:
        numbers: non-negative, shape (n,).
        places: digits per number; higher ones are dropped.
        spare: zero columns to append, for check digits.
        base: of the digits.

    Returns:
        Digit values, shape (n, places + spare), most significant first.
    """
    digits = np.zeros((len(numbers), places + spare), dtype=np.uint8)
    rest, divisor = numbers.astype(np.uint64), np.uint64(base)
    for place in range(places - 1, -1, -1):
        higher = rest // divisor
        digits[:, place] = rest - higher * divisor
        rest = higher
    return digits


def text_column(characters: UInt8Matrix) -> npt.NDArray[np.bytes_]:
    """View ASCII codes, shape (n, width), as n byte strings of that width."""
    width = characters.shape[1]
    column: npt.NDArray[np.bytes_] = np.ascontiguousarray(characters).view(f"S{width}").reshape(-1)
    return column


def blockwise(build: Callable[..., npt.NDArray[np.bytes_]]) -> Callable[..., npt.NDArray[np.bytes_]]:
    """Make a function of columns work block by block."""

    @wraps(build)
    def in_blocks(*columns: npt.NDArray[Any]) -> npt.NDArray[np.bytes_]:
        size = len(columns[0])
        if size <= BLOCK:
            return build(*columns)
        starts = range(0, size, BLOCK)
        return np.concatenate([build(*(column[at : at + BLOCK] for column in columns)) for at in starts])

    return in_blocks
