"""Everything of a card that survives power-off.

The state is a handful of cells (:data:`CELLS`); what a command changes goes through :meth:`CardMemory.commit`
in one piece, so it is done or not done (see ``nonvolatile``). File contents are immutable values. A file that
nobody has written is not stored: its value is the layout's blank one, which all cards share. So a city's
cards fit in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from onecard.virtual_cards.chip.nonvolatile import Change, commit
from onecard.virtual_cards.payment.state import PaymentState
from onecard.virtual_cards.purse.state import PurseState
from onecard.virtual_cards.security.ciphers import Algorithm, algorithm_by_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onecard.virtual_cards.chip.nonvolatile import Supply
    from onecard.virtual_cards.layouts.layout import (
        Contents,
        DedicatedFile,
        ElementaryFile,
        FilePath,
        Layout,
    )
    from onecard.virtual_cards.security.test_keys import KeySource

__all__ = ["CELLS", "CardMemory", "Cell"]


class Cell(NamedTuple):
    """Types of a cell, by which journals and card images read it back."""

    key: Any
    """Type of the key of a mapping; ``None`` for a plain field."""
    value: Any


CELLS: Mapping[str, Cell] = MappingProxyType(
    {
        "contents": Cell(tuple[str, str], tuple[bytes, ...] | bytes),
        "pin": Cell(None, bytes),
        "pin_limit": Cell(None, int),
        "pin_tries_left": Cell(None, int),
        "pin_unblocks_left": Cell(None, int | None),
        "key_failures": Cell(str, int | None),
        "blocked_applications": Cell(None, frozenset[str]),
        "card_blocked": Cell(None, bool),
        "purse": Cell(None, PurseState | None),
        "payment": Cell(None, PaymentState | None),
    }
)
"""Every cell of the memory that commands, or personalisation, write."""


@dataclass(slots=True, kw_only=True)
class CardMemory:
    """The non-volatile state of one card."""

    CELLS: ClassVar[Mapping[str, Cell]] = CELLS

    layout: Layout
    keys: KeySource
    """Where the card's keys come from; asked only when a command uses a key."""
    issuing_area: str
    """Six digits: the first three bytes of the card identification code, for diversification."""
    historical: bytes
    """Historical bytes T1…TD, 13 bytes."""
    payment_applications: tuple[DedicatedFile, ...] = ()
    """PSE, PPSE and payment ADFs beside the social side; empty: the card has no bank application."""
    contents: dict[FilePath, Contents] = field(default_factory=dict)
    """Files that differ from the layout's blank contents."""
    pin: bytes = b""
    """Packed PIN; empty: not set."""
    pin_limit: int = 3
    pin_tries_left: int = 3
    pin_unblocks_left: int | None = None
    """How often PIN CHANGE/UNBLOCK may still succeed; ``None``: as often as one likes (card.md §11)."""
    key_failures: dict[str, int] = field(default_factory=dict)
    """Failed authentications in a row by key name; a key without failures is absent."""
    blocked_applications: frozenset[str] = frozenset()
    card_blocked: bool = False
    purse: PurseState | None = None
    """The medical purse; ``None``: the card is used on-line only (card.md §13, §21 Q23)."""
    payment: PaymentState | None = None
    """Counters and balance of the payment application; ``None``: there is none."""
    journal: bytes = b""
    """A commit that power loss cut short, for recovery at power-on; empty otherwise."""
    supply: Supply | None = None
    """What the memory is written with; ``None``: steady power. Not part of the card: faults set it."""

    @property
    def algorithm(self) -> Algorithm:
        """The card's block cipher."""
        return algorithm_by_id(self.layout.algorithm_id)

    @property
    def applications(self) -> tuple[DedicatedFile, ...]:
        """Every application that can be selected by name, SSSE first."""
        return self.layout.applications + self.payment_applications

    def read(self, file: ElementaryFile) -> Contents:
        """Return a file's contents."""
        return self.contents.get(file.path, file.blank)

    def records(self, file: ElementaryFile) -> tuple[bytes, ...]:
        """Return the records of a linear or cyclic file (cyclic: newest first)."""
        contents = self.contents.get(file.path, file.blank)
        if not isinstance(contents, tuple):
            raise TypeError(f"{file.path[0]}/{file.path[1]} is transparent: it has no records")
        return contents

    def binary(self, file: ElementaryFile) -> bytes:
        """Return the bytes of a transparent file."""
        contents = self.contents.get(file.path, file.blank)
        if not isinstance(contents, bytes):
            raise TypeError(f"{file.path[0]}/{file.path[1]} is {file.structure}: it has records")
        return contents

    def replace(self, file: ElementaryFile, contents: Contents) -> None:
        """Replace a file's contents as a whole."""
        self.commit(Change("contents", file.path, contents))

    def write(self, **fields: object) -> None:
        """Write plain fields, together: ``write(pin=…, pin_tries_left=…)``."""
        self.commit(*(Change(name, None, value) for name, value in fields.items()))

    def commit(self, *changes: Change) -> None:
        """Write all of these changes or, if power fails, none: the only way in which a card writes.

        Raises:
            PowerLost, WriteFailed: from the supply, see ``nonvolatile``.
        """
        commit(self, changes)

    def apply(self, change: Change) -> None:
        """Put one value into its cell. For ``commit`` and recovery; commands do not call it."""
        cell, key, value = change
        if key is None:
            setattr(self, cell, value)
        elif value is None:
            getattr(self, cell).pop(key, None)
        else:
            getattr(self, cell)[key] = value

    def card_key(self, name: str, version: int = 1) -> bytes:
        """Derive one of the card's keys (card.md §9.3)."""
        return self.keys.card_key(name, version, self.algorithm, self.issuing_area, self.historical[-8:])
