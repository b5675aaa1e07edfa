"""Check that this machine draws what every other machine draws.

The same seed gives the same world only where integer hashing, numpy's array form of it and the C library's
six transcendental functions give the same bits as on the machine that recorded these digests. Integers cannot
reasonably differ; a C library can. ``onecard doctor`` runs this and says which part differs, if one does.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from onecard.sim.draws import maths
from onecard.sim.draws.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["DRAWS", "RECORDED", "VALUES", "differences", "digests"]

DRAWS = 1_000_000
"""Draws in the array form."""
VALUES = 50_000
"""Draws in the scalar form, and arguments of each function of ``maths``."""

_STREAM = Stream(20190430, "draws/self-check")
_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "log": lambda u: maths.log(1.0 - u),
    "exp": lambda u: maths.exp(16.0 * u - 8.0),
    "sqrt": maths.sqrt,
    "sin": lambda u: maths.sin(6.283185307179586 * u),
    "cos": lambda u: maths.cos(6.283185307179586 * u),
    "pow": lambda u: maths.pow(u, 1.5),
}

RECORDED: dict[str, str] = {
    "draws": "d48cb7f1eeb8e5cda8a975a4588e3153",
    "scalar draws": "434dd9c85ec8126334605de7f9707362",
    "log": "0020d7b7d097a4d547dbe6e8512861b2",
    "exp": "930a9bab99c1cf0fb99e15433322312c",
    "sqrt": "aa81cd306e8a210ca03076e5d45fc8be",
    "sin": "1baf1cf7235d2fc6fc66804749c710cd",
    "cos": "661d476a229c492877586d16e27bac0c",
    "pow": "47278e58df0f85d8675f8fb240113179",
}
"""Part -> digest on the machine that recorded them (x86-64, glibc)."""


def digests() -> dict[str, str]:
    """Compute the digest of each part: ``"draws"``, ``"scalar draws"``, ``"log"``, … in half a second."""
    drawn = _STREAM.bits_array(np.arange(DRAWS))
    uniforms = [_STREAM.uniform(entity) for entity in range(VALUES)]
    parts = {
        "draws": _digest(drawn),
        "scalar draws": _digest(
            np.array([_STREAM.bits(entity) for entity in range(VALUES)], dtype=np.uint64)
        ),
    }
    for name, function in _FUNCTIONS.items():
        parts[name] = _digest(np.array([function(u) for u in uniforms], dtype=np.float64))
    return parts


def differences(recorded: Mapping[str, str] = RECORDED) -> list[str]:
    """Return the parts whose digest differs from the recorded one: none on a machine that fits."""
    found = digests()
    return [part for part in recorded if found.get(part) != recorded[part]]


def _digest(values: np.ndarray[tuple[int, ...], np.dtype[np.uint64 | np.float64]]) -> str:
    little_endian = values.astype(values.dtype.newbyteorder("<"))
    return hashlib.sha256(little_endian.tobytes()).hexdigest()[:32]
