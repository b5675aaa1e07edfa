"""What a PSAM knows and what it forgets at power-off (facts: card.md §14).

``PsamContents`` is written once, by personalisation; ``PsamSession`` is the volatile side: which directory
is current, the delivered session key, the running MAC, and the answer that GET RESPONSE may fetch. Derived
card keys are remembered in the contents: they are pure functions of the roots, so this changes time only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from onecard.virtual_cards.security.diversification import diversify

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onecard.virtual_cards.psam.environments import Environment
    from onecard.virtual_cards.psam.keys import PsamKey
    from onecard.virtual_cards.security.ciphers import Algorithm

__all__ = ["DeliveredKey", "PsamContents", "PsamSession"]

REMEMBERED_ROOTS = 4096
"""Derived province and city keys kept; the memory is emptied when it is full."""


@dataclass(frozen=True, slots=True)
class DeliveredKey:
    """A session key in the working register, with what its root's type allows."""

    algorithm: Algorithm
    value: bytes
    type: int


@dataclass(slots=True)
class PsamContents:
    """Non-volatile side.

    Args:
        environments: algorithm environments present, the master file's own first.
        keys: key records by (algorithm id, type, key id).
        environment_files: transparent files under MF and each environment, by file identifier.
        application_files: transparent files of the application, by file identifier.
    """

    environments: tuple[Environment, ...]
    keys: Mapping[tuple[int, int, int], PsamKey]
    environment_files: Mapping[int, bytes]
    application_files: Mapping[int, bytes]
    _derived: dict[tuple[int, bytes, bytes], bytes] = field(default_factory=dict)

    def card_key(self, key: PsamKey, factors: bytes) -> bytes:
        """Derive a card's key; ``factors`` as the command gives them: card, then city, then province."""
        algorithm, value = key.algorithm, key.value
        for at in range(len(factors) - 8, 0, -8):
            value = self._remembered(algorithm, value, factors[at : at + 8])
        return diversify(algorithm, value, factors[:8]) if factors else value

    def _remembered(self, algorithm: Algorithm, value: bytes, factor: bytes) -> bytes:
        name = (algorithm.identifier, value, factor)
        derived = self._derived.get(name)
        if derived is None:
            if len(self._derived) >= REMEMBERED_ROOTS:
                self._derived.clear()
            derived = self._derived[name] = diversify(algorithm, value, factor)
        return derived


@dataclass(slots=True)
class PsamSession:
    """Volatile side, new at each power-on."""

    environment: Environment | None
    in_application: bool = False
    current_file: bytes | None = None
    delivered: DeliveredKey | None = None
    chain: bytes | None = None
    pending: bytes = b""

    def enter(self, environment: Environment | None, *, in_application: bool) -> None:
        """Change directory: current file, delivered key and running MAC are forgotten."""
        self.environment = environment
        self.in_application = in_application
        self.current_file = self.delivered = self.chain = None
