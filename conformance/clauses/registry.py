"""The registry: clauses from ``*.toml`` beside this file, the total closed and every id its own."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from onecard.conformance.model.clause import Clause

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RegistryError", "clauses", "clauses_of"]

_FOLDER = Path(__file__).parent


class RegistryError(ValueError):
    """A clause file is wrong: one line with file and clause."""


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    clause: tuple[Clause, ...]


@lru_cache(maxsize=1)
def clauses() -> Mapping[str, Clause]:
    """Load every clause by id, sorted by id."""
    found: dict[str, Clause] = {}
    for path in sorted(_FOLDER.glob("*.toml")):
        try:
            document = msgspec.toml.decode(path.read_bytes(), type=_Document)
        except msgspec.MsgspecError as error:
            raise RegistryError(f"{path.name}: {error}") from error
        for clause in document.clause:
            if clause.id in found:
                raise RegistryError(f"{path.name}: clause {clause.id} stands twice")
            _check(path.name, clause)
            found[clause.id] = clause
    return MappingProxyType(dict(sorted(found.items())))


def _check(file: str, clause: Clause) -> None:
    if clause.not_testable and clause.out_of_scope:
        raise RegistryError(f"{file}: clause {clause.id} has two dispositions")
    if not clause.tested and clause.nothing_to_try:
        raise RegistryError(f"{file}: clause {clause.id} is not tested, so nothing_to_try says nothing")


def clauses_of(kind: str) -> tuple[Clause, ...]:
    """Return the clauses about one kind of implementation, ``"card"``."""
    return tuple(clause for name, clause in clauses().items() if name.startswith(kind + "/"))
