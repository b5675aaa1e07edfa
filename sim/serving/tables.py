"""The tables of all tiers in a SQL database, derived from the schema of the tiers' store.

Theory of operation. One SQL table holds the rows of every tier that the database serves, told apart by the
column ``TIER`` (an address): one statement writes a table's rows of a whole batch, and the same settlement at
several tiers is one query away. Table and column names are those of a city's copy of the platform
(settlement.md §5.7), in upper case. ``ROW_SEQ`` is the order in which keys were first put; indexes of a
loaded store keep that order. A text, a whole number, a truth value and bytes have columns of their own types;
anything else is JSON text.

The version of a database is a digest of the names and types of all columns: nobody can forget to raise it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa

from onecard.sim.settlement.store import SCHEMA, TableSpec

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["METADATA", "SCHEMA_VERSION", "STATE", "TABLES", "SqlTable"]

TYPES: dict[Any, sa.types.TypeEngine[Any]] = {
    str: sa.Text(),
    int: sa.BigInteger(),
    bool: sa.Boolean(),
    bytes: sa.LargeBinary(),
}
"""Type of a row's field → type of its column; other types are JSON text."""

METADATA = sa.MetaData()
STATE = sa.Table(
    "ONECARD_STATE",
    METADATA,
    sa.Column("NAME", sa.Text(), primary_key=True),
    sa.Column("VALUE", sa.Text(), nullable=False),
)
"""What the database says of itself: schema version, and the world whose tiers it keeps."""


class SqlTable:
    """One table.

    Attributes:
        spec: the table as the tiers know it.
        table: the table as SQL knows it.
        nested: field name → type, of the fields that are JSON text.
    """

    def __init__(self, spec: TableSpec, metadata: sa.MetaData) -> None:
        self.spec = spec
        fields = msgspec.structs.fields(spec.row)
        self.nested = {field.name: field.type for field in fields if field.type not in TYPES}
        self._decoders = [
            msgspec.json.Decoder(field.type).decode if field.name in self.nested else None for field in fields
        ]
        self._names = [field.name for field in fields]
        self._json_places = [place for place, field in enumerate(fields) if field.name in self.nested]
        self.table = sa.Table(
            spec.name,
            metadata,
            sa.Column("TIER", sa.Text(), primary_key=True),
            sa.Column("ROW_SEQ", sa.BigInteger(), nullable=False),
            *(
                sa.Column(
                    field.name.upper(),
                    TYPES.get(field.type, sa.Text()),
                    primary_key=field.name == spec.key,
                    nullable=False,
                )
                for field in fields
            ),
        )

    @property
    def updatable(self) -> list[str]:
        """Columns that another version of a row changes."""
        return [
            column.name
            for column in self.table.columns
            if not column.primary_key and column.name != "ROW_SEQ"
        ]

    def values_of(self, row: msgspec.Struct) -> list[Any]:
        """Return a row's values in the order of the columns after ``ROW_SEQ``."""
        values = list(msgspec.structs.astuple(row))
        for place in self._json_places:
            values[place] = msgspec.json.encode(values[place]).decode()
        return values

    def row_of(self, values: Iterable[Any]) -> msgspec.Struct:
        """Make a row of the values of the columns after ``ROW_SEQ``."""
        given = {
            name: value if decode is None else decode(value)
            for name, value, decode in zip(self._names, values, self._decoders, strict=True)
        }
        return self.spec.row(**given)


TABLES: dict[str, SqlTable] = {spec.name: SqlTable(spec, METADATA) for spec in SCHEMA}
"""The tables by name."""


def _version() -> str:
    lines = [
        f"{table.name}.{column.name} {column.type} {column.primary_key}"
        for table in METADATA.sorted_tables
        for column in table.columns
    ]
    return hashlib.blake2b("\n".join(sorted(lines)).encode(), digest_size=6).hexdigest()


SCHEMA_VERSION = _version()
