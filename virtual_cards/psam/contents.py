"""What a PSAM keeps without power: keys, files, the terminal serial (facts: card.md §14).

The terminal serial and the keys are written by commands, and so through the same journalled commit as a
user card's memory: power that fails leaves them whole. Derived province and city keys are remembered, too:
they are pure functions of the roots, so this changes time only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from onecard.virtual_cards.chip.memory import Cell
from onecard.virtual_cards.chip.nonvolatile import Change, commit
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.psam.files import TERMINAL_NUMBER_FILE, TERMINAL_SERIAL_FILE
from onecard.virtual_cards.psam.key_record import PsamKey
from onecard.virtual_cards.security.diversification import diversify

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onecard.virtual_cards.chip.nonvolatile import Supply
    from onecard.virtual_cards.psam.environments import Environment
    from onecard.virtual_cards.psam.files import FileContents
    from onecard.virtual_cards.psam.key_record import KeyName
    from onecard.virtual_cards.security.ciphers import Algorithm

__all__ = ["PsamContents"]

REMEMBERED_ROOTS = 4096
"""Derived province and city keys kept; the memory is emptied when it is full."""

_SERIAL_SIZE = 4


@dataclass(slots=True, kw_only=True)
class PsamContents:
    """The non-volatile side."""

    CELLS: ClassVar[Mapping[str, Cell]] = MappingProxyType(
        {"terminal_serial": Cell(None, int), "keys": Cell(tuple[int, int, int], bytes)}
    )
    """Every cell that commands write."""

    environments: tuple[Environment, ...]
    """Algorithm environments present, the master file's own first."""
    keys: dict[KeyName, bytes]
    """Key records (see :meth:`PsamKey.record`) by algorithm id, type, key id."""
    environment_files: Mapping[int, FileContents]
    """Files under MF and each environment, by file identifier."""
    application_files: Mapping[int, FileContents]
    """Files of the application, by file identifier; without ``0019`` and the key files."""
    terminal_serial: int = 0
    """Number of the last purchase that INIT SAM FOR PURCHASE began, file ``0019``."""
    wrong_mac2: int = status.PURSE_MAC_WRONG
    """How a wrong MAC2 is answered: ``9302``, or ``63CF`` as other PSAMs do (card.md §14)."""
    journal: bytes = b""
    """A commit that power loss cut short; empty otherwise."""
    supply: Supply | None = None
    """What the memory is written with; ``None``: steady power."""
    _derived: dict[tuple[int, bytes, bytes], bytes] = field(default_factory=dict)

    def commit(self, *changes: Change) -> None:
        """Write all of these changes or, if power fails, none (see ``chip.nonvolatile``).

        Raises:
            PowerLost, WriteFailed: from the supply.
        """
        commit(self, changes)

    def apply(self, change: Change) -> None:
        """Put one value into its cell. For ``commit`` and recovery; commands do not call it."""
        cell, key, value = change
        if key is None:
            setattr(self, cell, value)
        else:
            getattr(self, cell)[key] = value

    @property
    def terminal_number(self) -> bytes:
        """The terminal number, 6 bytes."""
        number = self.environment_files[TERMINAL_NUMBER_FILE]
        if not isinstance(number, bytes):
            raise TypeError("PSAM file 0016 has records: it must be transparent")
        return number

    def file(self, identifier: int, *, in_application: bool) -> FileContents | None:
        """Return a readable file of the application or of the directory above it, ``None`` if absent."""
        if not in_application:
            return self.environment_files.get(identifier)
        if identifier == TERMINAL_SERIAL_FILE:
            return self.terminal_serial.to_bytes(_SERIAL_SIZE, "big")
        return self.application_files.get(identifier)

    def key(self, algorithm: Algorithm, kind: int, identifier: int) -> PsamKey | None:
        """Return a key of one environment by type and key id."""
        record = self.keys.get((algorithm.identifier, kind, identifier))
        return None if record is None else PsamKey.parse(record)

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
