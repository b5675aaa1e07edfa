"""What a tier remembers: tables of immutable rows, written in steps.

Theory of operation. A row is a frozen struct; changing it means putting another one under the same key, and
there is no way to delete (settlement.md §5.7: rows are never deleted). A step begins with
:meth:`Store.begin`; :meth:`Store.rollback` takes everything back that the step has put, so a refusal leaves
no trace. What the steps have put is collected until the host takes it with :meth:`Store.take_changes` and
makes it durable: into a SQL database, into the image from which a crashed tier of the fault search restarts,
or, in a world in which nothing crashes, nowhere.

All resident rows are in memory, so a step never waits for a database, and the tier's answers cannot depend on
which one is behind it. Tables that nobody reads back (the journal of requests) are not resident.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

import msgspec

__all__ = ["Change", "Store", "Table", "TableSpec"]

Row = TypeVar("Row", bound=msgspec.Struct)


class TableSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One table.

    Attributes:
        name: as the database calls it, ``"SETL_D"``.
        row: type of its rows, a frozen struct.
        key: name of the field that is the primary key, a text.
        indexes: fields that rows are found by.
        resident: whether rows are kept in memory.
        title: what it holds, English and Chinese.
    """

    name: str
    row: type[msgspec.Struct]
    key: str
    indexes: tuple[str, ...] = ()
    resident: bool = True
    title: tuple[str, str]


class Change(msgspec.Struct, frozen=True):
    """A row that was put."""

    table: str
    key: str
    row: msgspec.Struct


class Table(Generic[Row]):
    """Rows by key, and by the indexed fields.

    Attributes:
        on_undo: called with a row whose putting was taken back (the book moves the money back).
    """

    __slots__ = ("_indexes", "_key", "_resident", "_rows", "_store", "on_undo", "spec")

    def __init__(self, spec: TableSpec, store: Store) -> None:
        self.spec = spec
        self.on_undo: Callable[[Any], None] | None = None
        self._key = spec.key
        self._resident = spec.resident
        self._rows: dict[str, Row] = {}
        self._indexes: tuple[tuple[str, dict[str, dict[str, None]]], ...] = tuple(
            (field, {}) for field in spec.indexes
        )
        self._store = store

    def __len__(self) -> int:
        """Return the number of resident rows."""
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        """Give the rows in the order in which their keys were first put."""
        return iter(self._rows.values())

    def get(self, key: str) -> Row | None:
        """Return the row under a key, or None."""
        return self._rows.get(key)

    def by(self, field: str, value: str) -> list[Row]:
        """Return the rows with this value in an indexed field, oldest first."""
        index = next(index for name, index in self._indexes if name == field)
        return [self._rows[key] for key in index.get(value, ())]

    def put(self, row: Row) -> None:
        """Write a row: a new one, or the next state of the one under its key."""
        key: str = getattr(row, self._key)
        before = self._rows.get(key)
        if self._resident:
            self._rows[key] = row
            self._enter(key, before, row)
        self._store.note(self, key, before, row)

    def load(self, row: Row) -> None:
        """Take a row over from a database or an image: no change, nothing to undo."""
        key: str = getattr(row, self._key)
        if self._resident:
            self._enter(key, self._rows.get(key), row)
            self._rows[key] = row

    def undo(self, key: str, before: Row | None, row: Row) -> None:
        """Take the last putting of a key back."""
        if self._resident:
            if before is None:
                del self._rows[key]
                for field, index in self._indexes:
                    index[getattr(row, field)].pop(key, None)
            else:
                self._rows[key] = before
                self._enter(key, row, before)
        if self.on_undo is not None:
            self.on_undo(row)

    def _enter(self, key: str, before: Row | None, row: Row) -> None:
        """Find a row by its indexed fields, and no longer by what stood there before (a row put right)."""
        for field, index in self._indexes:
            value = getattr(row, field)
            if before is not None:
                known = getattr(before, field)
                if known == value:
                    continue
                del index[known][key]
            index.setdefault(value, {})[key] = None


class Store:
    """The tables of one tier."""

    def __init__(self, schema: Iterable[TableSpec]) -> None:
        self.tables: dict[str, Table[Any]] = {spec.name: Table(spec, self) for spec in schema}
        self._changes: list[Change] = []
        self._undo: list[tuple[Table[Any], str, Any, Any]] = []
        self._kept = 0

    def begin(self) -> None:
        """Begin a step: what was put before can no longer be taken back."""
        self._undo.clear()
        self._kept = len(self._changes)

    def rollback(self) -> None:
        """Take back what the step has put."""
        for table, key, before, row in reversed(self._undo):
            table.undo(key, before, row)
        self._undo.clear()
        del self._changes[self._kept :]

    def take_changes(self) -> list[Change]:
        """Return what was put since the last call, in order; the caller makes it durable."""
        changes, self._changes = self._changes, []
        self._undo.clear()
        self._kept = 0
        return changes

    def note(self, table: Table[Any], key: str, before: Any, row: Any) -> None:
        """Remember a change (called by the tables)."""
        self._undo.append((table, key, before, row))
        self._changes.append(Change(table.spec.name, key, row))
