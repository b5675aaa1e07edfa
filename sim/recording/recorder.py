"""The recorder of a run: one writer per event table, and the digest over all of them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from onecard.sim.recording.canonical import digest_of
from onecard.sim.recording.settlement_tables import SETTLEMENT_SCHEMAS
from onecard.sim.recording.tables import SCHEMAS, ColumnDigests, TableSchema, TableWriter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Recorder", "SettlementRecorder", "results_digest"]


class _Tables:
    """Writers of a run's tables.

    Args:
        schemas: the tables.
        folder: where the Parquet files go; None records the digests only.
    """

    def __init__(self, schemas: Mapping[str, TableSchema], folder: Path | None) -> None:
        self._writers = {name: TableWriter(schema, folder) for name, schema in schemas.items()}

    def close(self) -> Mapping[str, ColumnDigests]:
        """Finish all files and return the digests by table."""
        for writer in self._writers.values():
            writer.close()
        return {name: writer.digests for name, writer in self._writers.items()}


class Recorder(_Tables):
    """Takes the rows of a city's day.

    Args:
        folder: where the Parquet files go; None records the digests only.
    """

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__(SCHEMAS, folder)
        writers = self._writers
        self.people = writers["people"].add
        self.visit = writers["visits"].add
        self.stage = writers["stages"].add
        self.show = writers["shows"].add
        self.apdu = writers["apdus"].add
        self.message = writers["messages"].add
        self.posting = writers["postings"].add
        self.refusal = writers["refusals"].add
        self.settlement = writers["settlements"].add
        self.station = writers["stations"].add


class SettlementRecorder(_Tables):
    """Takes the rows of a settlement network's days.

    Args:
        folder: where the Parquet files go; None records the digests only.
    """

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__(SETTLEMENT_SCHEMAS, folder)
        writers = self._writers
        self.city = writers["cities"].add
        self.treatment = writers["treatments"].add
        self.message = writers["messages"].add
        self.served = writers["served"].add
        self.landed = writers["landed"].add
        self.posting = writers["postings"].add
        self.uncertain = writers["uncertain"].add
        self.reconciliation = writers["reconciliation"].add
        self.outage = writers["outages"].add
        self.station = writers["stations"].add
        self.finding = writers["findings"].add


def results_digest(tables: Mapping[str, ColumnDigests], summary: bytes, provenance: object) -> str:
    """Return the digest of a run's results: every column of every table, the summary, what was run.

    Args:
        tables: digests by table name.
        summary: the bytes of ``summary.json``.
        provenance: what was run (:meth:`~onecard.sim.recording.manifest.Manifest.provenance`).
    """
    content = {
        "tables": {
            name: {"rows": table.rows, **table.hexdigests()} for name, table in sorted(tables.items())
        },
        "summary": hashlib.sha256(summary).hexdigest(),
        "provenance": provenance,
    }
    return digest_of(content)
