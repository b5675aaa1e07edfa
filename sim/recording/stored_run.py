"""Reading a run folder: nothing of it is believed before its digests have been recomputed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from onecard.sim.errors import InputError
from onecard.sim.recording.canonical import digest_of
from onecard.sim.recording.manifest import Manifest
from onecard.sim.recording.recorder import results_digest
from onecard.sim.recording.run_folder import EVENTS, MANIFEST, SCENARIO, SUMMARY
from onecard.sim.recording.settlement_summary import SettlementSummary
from onecard.sim.recording.settlement_tables import SETTLEMENT_SCHEMAS
from onecard.sim.recording.summary import Summary
from onecard.sim.recording.tables import SCHEMAS, ColumnDigests, TableSchema

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")

__all__ = ["StoredRun", "read_run"]


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A verified run folder."""

    path: Path
    manifest: Manifest
    summary: Summary | SettlementSummary


def read_run(path: Path) -> StoredRun:
    """Read a run folder and verify it against its digests.

    Raises:
        InputError: not a run folder, cut short, or changed after the run.
    """
    manifest = _read_json(path, MANIFEST, Manifest)
    _compare(path / MANIFEST, "manifest_sha256", manifest.own_digest(), manifest.manifest_sha256)
    scenario = _read_json(path, SCENARIO, dict[str, Any])
    _compare(path / SCENARIO, "scenario_sha256", digest_of(scenario), manifest.scenario_sha256)
    is_settlement = scenario.get("kind") == "settlement"
    summary: Summary | SettlementSummary
    if is_settlement:
        summary = _read_json(path, SUMMARY, SettlementSummary)
    else:
        summary = _read_json(path, SUMMARY, Summary)
    tables = {
        name: _digest_of_file(path / EVENTS / f"{name}.parquet", schema)
        for name, schema in (SETTLEMENT_SCHEMAS if is_settlement else SCHEMAS).items()
    }
    found = results_digest(tables, (path / SUMMARY).read_bytes(), manifest.provenance())
    _compare(path, "results_sha256", found, manifest.results_sha256)
    return StoredRun(path=path, manifest=manifest, summary=summary)


def _compare(where: Path, name: str, found: str, recorded: str) -> None:
    if found != recorded:
        raise InputError(
            f"changed or cut short after the run: the content does not have the manifest's digest {name}",
            where=str(where),
            value=found,
            allowed=recorded,
        )


def _read_json(path: Path, name: str, kind: type[T]) -> T:
    file = path / name
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except OSError as error:
        raise InputError(
            f"not a whole run folder: cannot read {name} ({error.strerror})",
            where=str(path),
            allowed=f"a folder that onecard run wrote, with {MANIFEST}, {SCENARIO}, {SUMMARY} and {EVENTS}/",
        ) from error
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise InputError(f"the file is damaged: {error}", where=str(file)) from error


def _digest_of_file(file: Path, schema: TableSchema) -> ColumnDigests:
    digests = ColumnDigests(schema)
    try:
        stored = pq.ParquetFile(file)
        if not stored.schema_arrow.equals(schema.arrow()):
            raise InputError("the table has other columns than this version writes", where=str(file))
        for batch in stored.iter_batches():
            digests.update(_columns(batch, schema, file), batch.num_rows)
    except FileNotFoundError as error:
        raise InputError("not a whole run folder: the table is missing", where=str(file)) from error
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        text = str(error).partition("\n")[0]
        raise InputError(f"the table is damaged or cut short: {text}", where=str(file)) from error
    return digests


def _columns(batch: pa.RecordBatch, schema: TableSchema, file: Path) -> Iterator[Any]:
    """Give the columns of a batch as plain values; a run writes no nulls."""
    for column, (name, kind) in zip(batch.columns, schema.columns, strict=True):
        texts = column.to_pylist() if kind == "text" else ()
        if column.null_count or None in texts:
            raise InputError("the table was changed: a value is null", where=f"{file}: column {name}")
        yield texts if kind == "text" else column.to_numpy(zero_copy_only=False)
