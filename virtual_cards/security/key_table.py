"""The card's keys as a PSAM or a back-end HSM names them: ``key_table.toml`` and its loader.

A card knows its keys by P2 of EXTERNAL AUTHENTICATE (see the layouts); a PSAM knows the same keys by a key
id and a usage byte whose high three bits count the diversification levels still to do (facts: card.md §9.1).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["KeyRow", "KeyTableError", "key_row", "key_rows", "usage_byte", "usage_levels", "usage_type"]

_FILE = Path(__file__).with_name("key_table.toml")


class KeyTableError(ValueError):
    """The key table, or a question to it, is wrong."""


class KeyRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One key of the card: what a PSAM and an HSM call it, and how long it is."""

    name: str
    scope: str
    """``"SSSE"`` (global) or the DF that holds it."""
    usages: tuple[int, ...]
    """Usage bytes seen in PSAMs, the standard's first; empty when no PSAM holds the key."""
    groups: int
    """Number of versions in the card, 1 to 3."""
    controls: str
    mark: str
    psam_id: int | None = None
    """Key id in a PSAM; ``None`` for purse keys (DPK: the id is the version)."""
    single_des: bool = False
    hsm_address: str = ""
    """Address at a back-end HSM, 4 hex digits; empty when the key has none."""
    note: str = ""

    @property
    def usage_types(self) -> frozenset[int]:
        """Types (low five bits) under which a PSAM may use this key."""
        return frozenset(usage_type(usage) for usage in self.usages)

    def length(self, block_size: int) -> int:
        """Return the key's length in bytes under a cipher with this block size."""
        return 8 if self.single_des and block_size == 8 else 16


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    key: tuple[KeyRow, ...]


def usage_byte(levels: int, kind: int) -> int:
    """Build a PSAM usage byte from the levels still to do (1 to 3) and the type (card.md §9.1)."""
    return levels << 5 | kind


def usage_levels(usage: int) -> int:
    """Return how many diversification levels a usage byte still asks for."""
    return usage >> 5


def usage_type(usage: int) -> int:
    """Return the type in a usage byte's low five bits."""
    return usage & 0x1F


@lru_cache(maxsize=1)
def key_rows() -> Mapping[str, KeyRow]:
    """Load every key by name, in the order of card.md §9.1."""
    try:
        document = msgspec.toml.decode(_FILE.read_bytes(), type=_Document)
    except msgspec.MsgspecError as error:
        raise KeyTableError(f"{_FILE.name}: {error}") from error
    return MappingProxyType({row.name: _with_address(row) for row in document.key})


def _with_address(row: KeyRow) -> KeyRow:
    """Fill in the project's own HSM address rule: ``FF`` and the PSAM id (terminal.md §4.4)."""
    if row.hsm_address or row.psam_id is None:
        return row
    return msgspec.structs.replace(row, hsm_address=f"FF{row.psam_id:02X}")


def key_row(name: str) -> KeyRow:
    """Return the row of one key, e.g. ``"RK1DF01"``; :class:`KeyTableError` when there is none."""
    try:
        return key_rows()[name]
    except KeyError:
        raise KeyTableError(
            f"key name {name!r} is not in key_table.toml; allowed: {', '.join(key_rows())}"
        ) from None
