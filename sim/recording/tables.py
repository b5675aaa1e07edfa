"""The event tables of a run, written as Parquet while the run goes on.

A table is a fixed list of integer and text columns; there are no floats, so the content has one canonical
form. The digest of a table is taken per column over that form (little-endian int64, length-prefixed UTF-8)
and so does not depend on how rows were grouped into chunks, on the Parquet writer or on the machine.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["CHUNK_ROWS", "MESSAGES", "SCHEMAS", "ColumnDigests", "TableSchema", "TableWriter", "table_of"]

CHUNK_ROWS = 65_536

Kind = Literal["int", "text"]


@dataclass(frozen=True, slots=True)
class TableSchema:
    """Name and columns of an event table."""

    name: str
    columns: tuple[tuple[str, Kind], ...]

    def arrow(self) -> pa.Schema:
        """Return the Arrow schema: int64, and dictionary-encoded text."""
        text = pa.dictionary(pa.int32(), pa.string())
        return pa.schema([(name, pa.int64() if kind == "int" else text) for name, kind in self.columns])


def table_of(name: str, columns: str) -> TableSchema:
    """Read ``"time_us person place:text"``: text columns are marked, the others are integers."""
    parsed: list[tuple[str, Kind]] = []
    for column in columns.split():
        bare, marked, _kind = column.partition(":")
        parsed.append((bare, "text" if marked else "int"))
    return TableSchema(name, tuple(parsed))


MESSAGES = table_of(
    "messages",
    "time_us visit sender:text recipient:text kind:text result:text request_bytes reply_bytes elapsed_us",
)
"""One row per message and its reply, or its want of one, as its sender sees it."""

SCHEMAS: dict[str, TableSchema] = {
    schema.name: schema
    for schema in (
        # one row per person of the population
        table_of("people", "person version:text status:text e_card planned_visits"),
        # one row per visit, written when it ends; outcome is "done" or a refusal reason
        table_of(
            "visits",
            "visit person stop:text service:text place_kind:text place:text planned_us arrive_us leave_us"
            " outcome:text fallback:text",
        ),
        # one row per stage at a station: queueing from arrive to start, served from start to end; credential
        # is the accepted one, or "none"
        table_of(
            "stages",
            "visit person stop:text service:text place_kind:text place:text station:text arrive_us start_us"
            " end_us credential:text amount_fen",
        ),
        # one row per credential shown at a stage, accepted (no reason) or refused
        table_of(
            "shows",
            "time_us visit person stop:text service:text place_kind:text place:text station:text"
            " credential:text face:text dialogue:text reason:text apdus card_us",
        ),
        # one row per command APDU; header is CLA INS P1 P2
        table_of("apdus", "time_us visit person place:text slot:text header lc sw response_bytes"),
        # one row per message and its reply
        MESSAGES,
        # one row per entry of a posting
        table_of("postings", "time_us posting reference:text purpose:text account:text kind:text amount_fen"),
        # one row per refusal and what follows from it
        table_of(
            "refusals",
            "time_us visit person stop:text service:text place_kind:text reason:text fallback:text"
            " remedy:text",
        ),
        # one row per insured settlement (settlement.md §4)
        table_of(
            "settlements",
            "time_us visit kind:text medfee_sumamt_fen fund_pay_sumamt_fen acct_pay_fen psn_cash_pay_fen",
        ),
        # one row per station of each place, written at the end of the day
        table_of(
            "stations", "place_kind:text place:text station:text servers open_us busy_us served longest"
        ),
    )
}


class ColumnDigests:
    """SHA-256 over the canonical form of each column of one table."""

    def __init__(self, schema: TableSchema) -> None:
        self._schema = schema
        self._hashes = [hashlib.sha256() for _ in schema.columns]
        self.rows = 0

    def update(self, columns: Iterable[Iterable[Any]], rows: int) -> None:
        """Take in the next rows, column by column."""
        self.rows += rows
        for digest, (_name, kind), values in zip(self._hashes, self._schema.columns, columns, strict=True):
            digest.update(_canonical_integers(values) if kind == "int" else _canonical_texts(values))

    def hexdigests(self) -> dict[str, str]:
        """Return the digests by column name."""
        names = (name for name, _kind in self._schema.columns)
        return {name: digest.hexdigest() for name, digest in zip(names, self._hashes, strict=True)}


def _canonical_integers(values: Iterable[int]) -> bytes:
    return np.asarray(values, dtype="<i8").tobytes()


def _canonical_texts(values: Iterable[str]) -> bytes:
    encoded: dict[str, bytes] = {}
    parts: list[bytes] = []
    for text in values:
        part = encoded.get(text)
        if part is None:
            raw = text.encode()
            part = encoded[text] = len(raw).to_bytes(4, "little") + raw
        parts.append(part)
    return b"".join(parts)


class TableWriter:
    """Collects the rows of one table and writes them chunk by chunk.

    Args:
        schema: the table.
        folder: where ``<name>.parquet`` goes; None keeps the digests only.
    """

    def __init__(self, schema: TableSchema, folder: Path | None) -> None:
        self._schema = schema
        self._arrow = schema.arrow()
        self._rows: list[tuple[Any, ...]] = []
        self.digests = ColumnDigests(schema)
        self._writer = (
            pq.ParquetWriter(folder / f"{schema.name}.parquet", self._arrow, compression="zstd")
            if folder is not None
            else None
        )

    def add(self, *row: Any) -> None:
        """Append one row; values in the order of the schema."""
        self._rows.append(row)
        if len(self._rows) >= CHUNK_ROWS:
            self._flush()

    def close(self) -> None:
        """Write what is left and the file's footer."""
        if self._rows:
            self._flush()
        if self._writer is not None:
            self._writer.close()

    def _flush(self) -> None:
        columns = list(zip(*self._rows, strict=True))
        self.digests.update(columns, len(self._rows))
        if self._writer is not None:
            arrays = [
                pa.array(values, field.type) for values, field in zip(columns, self._arrow, strict=True)
            ]
            self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self._arrow))
        self._rows.clear()
