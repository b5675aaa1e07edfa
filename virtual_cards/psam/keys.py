"""The keys of a PSAM: roots, named by a usage byte and an identifier (facts: card.md §9.1, §9.3).

A PSAM holds roots, not card keys. Its issuer decides at which level: a national root still needs three
factors (province, city, card), a provincial root two, a city root one. The usage byte says so in its high
three bits (``6x``, ``4x``, ``2x``) and says what the key may do in its low five. A terminal does not know
the level in advance and has to try.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from onecard.virtual_cards.security.key_table import key_rows
from onecard.virtual_cards.security.test_keys import Level

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onecard.virtual_cards.security.ciphers import Algorithm

__all__ = ["KEY_TYPES", "LEVELS", "KeyType", "PsamKey", "PsamKeyError", "RootSource", "psam_keys"]

LEVELS: Mapping[str, int] = {"national": 3, "provincial": 2, "city": 1}
"""Levels of a root and the diversification steps that remain to the card's key (card.md §9.3)."""


class PsamKeyError(ValueError):
    """A PSAM was asked to hold a key that does not exist or at a level that does not exist."""


@dataclass(frozen=True, slots=True)
class KeyType:
    """What the low five bits of a usage byte allow (card.md §9.1 [S-d][M])."""

    name: str
    encrypts: bool
    authenticates: bool


KEY_TYPES: Mapping[int, KeyType] = {
    2: KeyType("purchase", encrypts=False, authenticates=False),
    6: KeyType("MAC", encrypts=False, authenticates=True),
    7: KeyType("encryption", encrypts=True, authenticates=False),
    8: KeyType("MAC and encryption", encrypts=True, authenticates=True),
    9: KeyType("load", encrypts=False, authenticates=False),
    12: KeyType("TAC", encrypts=False, authenticates=True),
}


@dataclass(frozen=True, slots=True)
class PsamKey:
    """One key record.

    Args:
        algorithm: the environment it belongs to.
        usage: high three bits remaining levels, low five bits type.
        identifier: the key's number in the PSAM.
        value: 16 bytes.
    """

    algorithm: Algorithm
    usage: int
    identifier: int
    value: bytes

    @property
    def levels(self) -> int:
        """Number of factors that lead to the card's key."""
        return self.usage >> 5

    @property
    def type(self) -> int:
        """Type number, a key of :data:`KEY_TYPES`."""
        return self.usage & 0x1F


class RootSource(Protocol):
    """Where roots come from; :class:`onecard.virtual_cards.security.test_keys.PublishedKeys` is one."""

    def root(
        self, name: str, version: int, algorithm: Algorithm, level: Level = ..., issuing_area: str = ...
    ) -> bytes:
        """Return the root that an institution of this level holds."""
        ...


def psam_keys(
    algorithm: Algorithm,
    source: RootSource,
    *,
    area_code: str,
    level: str = "listed",
    levels: Mapping[str, str] | None = None,
    without: Iterable[str] = (),
    version: int = 1,
) -> list[PsamKey]:
    """Build the key records of one environment: every key that the key table gives a PSAM id.

    Args:
        algorithm: cipher of the environment.
        source: the key hierarchy.
        area_code: issuing area of the PSAM, 6 digits.
        level: ``"listed"`` keeps the level of the key table's first usage byte; or one of :data:`LEVELS`.
        levels: level per key name where it differs.
        without: names of keys this PSAM lacks.
        version: key version (group) of all records.

    Raises:
        PsamKeyError: an unknown level, or a name that is not in the key table.
    """
    levels = dict(levels or {})
    absent = set(without)
    rows = {name: row for name, row in key_rows().items() if row.psam_id is not None and row.usages}
    for name in sorted(absent | set(levels)):
        if name not in rows:
            raise PsamKeyError(f"PSAM key {name!r} is not one of {', '.join(rows)}")
    records = []
    for name, row in rows.items():
        if name in absent or row.psam_id is None:
            continue
        usage = row.usages[0]
        steps = _steps(name, levels.get(name, level), listed=usage >> 5)
        root = source.root(name, version, algorithm, Level(Level.CARD - steps), area_code)
        records.append(PsamKey(algorithm, steps << 5 | usage & 0x1F, row.psam_id, root))
    return records


def _steps(name: str, level: str, *, listed: int) -> int:
    if level == "listed":
        return listed
    if level not in LEVELS:
        raise PsamKeyError(f"level of PSAM key {name!r} is {level!r}; allowed: listed, {', '.join(LEVELS)}")
    return LEVELS[level]
