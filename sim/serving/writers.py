"""How a batch of rows gets into a database: one transaction, few statements, the last version of each key.

Theory of operation. Measured on one machine with the fifteen rows of a settlement, microseconds per
settlement in batches of 16 (in brackets: processor time of this process): PostgreSQL with a JSON document per
table 228 (33), with COPY into the bare table, without the update of known keys, 298 (149), with executemany
393 (248). So PostgreSQL is handed one JSON document per table and takes it apart itself, and all statements
of a transaction, BEGIN and COMMIT included, travel as one pipeline. SQLite works in this process, where JSON
costs more (359) than bound values (135); it gets several rows per statement, because each statement gives the
interpreter's lock up and has to fight for it again.
"""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from onecard.sim.serving.tables import TABLES, SqlTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from onecard.sim.settlement.store import Change

__all__ = ["CommitError", "PostgresWriter", "SqliteWriter", "Writer", "last_versions"]

Batch = dict[str, dict[tuple[str, str], msgspec.Struct]]
"""Table → (tier, key) → row."""

CHUNKS = (32, 8, 1)
"""How many rows one SQLite statement takes: few sizes, so that each is prepared once."""

_encode = msgspec.json.Encoder().encode


class CommitError(Exception):
    """A batch was not committed.

    Attributes:
        certain: True: certainly nothing of it is in the database; False: perhaps all of it is.
    """

    def __init__(self, detail: str, *, certain: bool) -> None:
        super().__init__(detail)
        self.certain = certain


def last_versions(changes: Mapping[str, Iterable[Change]]) -> Batch:
    """Keep the last row of each key, in the order in which keys were first put.

    Args:
        changes: tier → what it has put.
    """
    batch: Batch = {}
    for tier, put in changes.items():
        for change in put:
            batch.setdefault(change.table, {})[tier, change.key] = change.row
    return batch


def _headline(error: Exception) -> str:
    """Return the first line of what a database says: the others may show rows, which are personal data."""
    return str(error).partition("\n")[0]


class Writer(ABC):
    """Writes batches through one connection.

    Args:
        connection: the driver's own connection, in autocommit mode.
        next_seq: the first free ``ROW_SEQ``.
    """

    def __init__(self, connection: Any, next_seq: int) -> None:
        self.connection = connection
        self.next_seq = next_seq

    @abstractmethod
    def write(self, batch: Batch) -> None:
        """Write a batch in one transaction.

        Raises:
            CommitError: it did not get in, or nobody knows.
        """


class PostgresWriter(Writer):
    """Writes to PostgreSQL, a JSON document per table."""

    def write(self, batch: Batch) -> None:
        """Write a batch; one journey to the server and back."""
        connection: psycopg.Connection[Any] = self.connection
        try:
            with connection.pipeline():
                connection.execute("BEGIN")
                for name, rows in batch.items():
                    document = self._document(rows)
                    connection.execute(_merge_json(name), {"document": document}, prepare=True)
                connection.execute("COMMIT")
        except psycopg.Error as error:
            # The server said no and is still there: the transaction is not committed, and never will be.
            certain = error.sqlstate is not None and not connection.broken and not connection.closed
            raise CommitError(_headline(error), certain=certain) from error

    def _document(self, rows: dict[tuple[str, str], msgspec.Struct]) -> str:
        parts = []
        for (tier, _), row in rows.items():
            parts.append(b'{"tier":"%s","row_seq":%d,' % (tier.encode(), self.next_seq) + _encode(row)[1:])
            self.next_seq += 1
        return (b"[" + b",".join(parts) + b"]").decode()


@cache
def _merge_json(name: str) -> str:
    """Return the statement that merges the rows of a JSON document into a table."""
    known = TABLES[name]
    columns = list(known.table.columns)
    record = sa.func.json_to_recordset(sa.bindparam("document", type_=sa.JSON())).table_valued(
        *(sa.column(column.name.lower(), _record_type(column)) for column in columns), name="r"
    )
    record = record.render_derived(with_types=True)
    given = [
        sa.func.decode(record.c[column.name.lower()], sa.literal_column("'base64'"))
        if isinstance(column.type, sa.LargeBinary)
        else record.c[column.name.lower()]
        for column in columns
    ]
    put = postgresql.insert(known.table).from_select([column.name for column in columns], sa.select(*given))
    merged = put.on_conflict_do_update(
        index_elements=list(known.table.primary_key.columns),
        set_={column: put.excluded[column] for column in known.updatable},
    )
    dialect = postgresql.psycopg.dialect()  # type: ignore[no-untyped-call]
    return str(merged.compile(dialect=dialect))


def _record_type(column: sa.Column[Any]) -> sa.types.TypeEngine[Any]:
    return sa.Text() if isinstance(column.type, sa.LargeBinary) else column.type


class SqliteWriter(Writer):
    """Writes to SQLite, several rows per statement."""

    def write(self, batch: Batch) -> None:
        """Write a batch."""
        connection: sqlite3.Connection = self.connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            for name, rows in batch.items():
                self._merge(connection, TABLES[name], rows)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise CommitError(_headline(error), certain=_rolled_back(connection, error)) from error

    def _merge(
        self, connection: sqlite3.Connection, known: SqlTable, rows: dict[tuple[str, str], msgspec.Struct]
    ) -> None:
        waiting = list(rows.items())
        for size in CHUNKS:
            statement = _merge_values(known.spec.name, size)
            while len(waiting) >= size:
                chunk, waiting = waiting[:size], waiting[size:]
                values: list[Any] = []
                for (tier, _), row in chunk:
                    values += (tier, self.next_seq, *known.values_of(row))
                    self.next_seq += 1
                connection.execute(statement, values)


@cache
def _merge_values(name: str, size: int) -> str:
    """Return the statement that merges so many rows into a table."""
    known = TABLES[name]
    row = dict.fromkeys((column.name for column in known.table.columns), None)
    put = sqlite.insert(known.table).values([row] * size)
    merged = put.on_conflict_do_update(
        index_elements=list(known.table.primary_key.columns),
        set_={column: put.excluded[column] for column in known.updatable},
    )
    return str(merged.compile(dialect=sqlite.dialect()))


def _rolled_back(connection: sqlite3.Connection, error: sqlite3.Error) -> bool:
    """Take the transaction back; return whether it is certain that nothing of it stays."""
    known = getattr(error, "sqlite_errorcode", -1) & 0xFF
    try:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    except sqlite3.Error:
        return False
    return known in (
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CONSTRAINT,
    )
