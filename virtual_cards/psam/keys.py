"""The keys of a PSAM: roots, named by a usage byte and an identifier (facts: card.md §9.1, §9.3).

A PSAM holds roots, not card keys. Its issuer decides at which level: a national root still needs three
factors (province, city, card), a provincial root two, a city root one. The usage byte says so in its high
three bits (``6x``, ``4x``, ``2x``) and says what the key may do in its low five. A terminal does not know
the level in advance and has to try.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from onecard.virtual_cards.psam.key_record import PsamKey, PsamKeyError
from onecard.virtual_cards.security.key_table import KeyRow, key_rows
from onecard.virtual_cards.security.test_keys import Level

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onecard.virtual_cards.security.ciphers import Algorithm

__all__ = ["LEVELS", "RootSource", "psam_keys"]

LEVELS: Mapping[str, int] = {"national": 3, "provincial": 2, "city": 1}
"""Levels of a root and the diversification steps that remain to the card's key (card.md §9.3)."""


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
    """Build the key records of one environment: every key that a PSAM may hold.

    That is every key with usage bytes in the key table. The purchase key is there in all its versions, and
    the version is its key id (card.md §9.1).

    Args:
        algorithm: cipher of the environment.
        source: the key hierarchy.
        area_code: issuing area of the PSAM, 6 digits.
        level: ``"listed"`` keeps the level of the key table's first usage byte; or one of :data:`LEVELS`.
        levels: level per key name where it differs.
        without: names of keys this PSAM lacks.
        version: key version (group) of all other records.

    Raises:
        PsamKeyError: an unknown level, or a name that is not in the key table.
    """
    levels = dict(levels or {})
    absent = set(without)
    rows = {name: row for name, row in key_rows().items() if row.usages}
    for name in sorted(absent | set(levels)):
        if name not in rows:
            raise PsamKeyError(f"PSAM key {name!r} is not one of {', '.join(rows)}")
    records = []
    for name, row in rows.items():
        if name in absent:
            continue
        usage = row.usages[0]
        steps = _steps(name, levels.get(name, level), listed=usage >> 5)
        for identifier, group in _numbers(row, version):
            root = source.root(name, group, algorithm, Level(Level.CARD - steps), area_code)
            records.append(PsamKey(algorithm, steps << 5 | usage & 0x1F, identifier, root))
    return records


def _numbers(row: KeyRow, version: int) -> list[tuple[int, int]]:
    """Return key id and version of each record that a key has."""
    if row.psam_id is None:
        return [(group, group) for group in range(1, row.groups + 1)]
    return [(row.psam_id, version)]


def _steps(name: str, level: str, *, listed: int) -> int:
    if level == "listed":
        return listed
    if level not in LEVELS:
        raise PsamKeyError(f"level of PSAM key {name!r} is {level!r}; allowed: listed, {', '.join(LEVELS)}")
    return LEVELS[level]
