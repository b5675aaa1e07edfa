"""Everything of a card that survives power-off.

File contents are immutable values: an update replaces a whole file's value in one assignment, so it is done
or not done, and nothing else is possible (facts: card.md §11, anti-tear). A file that nobody has written is
not stored: its value is the layout's blank one, which all cards share. So a city's cards fit in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from onecard.virtual_cards.security.ciphers import Algorithm, algorithm_by_id

if TYPE_CHECKING:
    from onecard.virtual_cards.layouts.layout import Contents, ElementaryFile, FilePath, Layout
    from onecard.virtual_cards.security.test_keys import KeySource

__all__ = ["CardMemory"]


@dataclass(slots=True, kw_only=True)
class CardMemory:
    """The non-volatile state of one card."""

    layout: Layout
    keys: KeySource
    """Where the card's keys come from; asked only when a command uses a key."""
    issuing_area: str
    """Six digits: the first three bytes of the card identification code, for diversification."""
    historical: bytes
    """Historical bytes T1…TD, 13 bytes."""
    contents: dict[FilePath, Contents] = field(default_factory=dict)
    """Files that differ from the layout's blank contents."""
    pin: bytes = b""
    """Packed PIN; empty: not set."""
    pin_limit: int = 3
    pin_tries_left: int = 3
    key_failures: dict[str, int] = field(default_factory=dict)
    """Failed authentications in a row by key name; a key without failures is absent."""
    blocked_applications: frozenset[str] = frozenset()
    card_blocked: bool = False

    @property
    def algorithm(self) -> Algorithm:
        """The card's block cipher."""
        return algorithm_by_id(self.layout.algorithm_id)

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
        """Replace a file's contents as a whole: the only way in which a card writes."""
        self.contents[file.path] = contents

    def card_key(self, name: str, version: int = 1) -> bytes:
        """Derive one of the card's keys (card.md §9.3)."""
        return self.keys.card_key(name, version, self.algorithm, self.issuing_area, self.historical[-8:])
