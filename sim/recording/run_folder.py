"""The folder that a run leaves: written aside, moved in place when whole, verified when read.

A run writes into a hidden folder inside the target. Only a run that came to its end moves its files up, the
manifest last; anything else removes what it wrote. So a folder with a manifest is whole, or was damaged
afterwards, which :func:`read_run` finds by recomputing the digest.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from onecard.sim.errors import InputError
from onecard.sim.recording.recorder import results_digest
from onecard.sim.recording.summary import Summary
from onecard.sim.recording.tables import SCHEMAS, ColumnDigests, TableSchema

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")

__all__ = ["EVENTS", "MANIFEST", "REPORT", "SUMMARY", "Manifest", "StoredRun", "new_run_folder", "read_run"]

MANIFEST = "manifest.json"
SUMMARY = "summary.json"
EVENTS = "events"
REPORT = "report.html"
PARTIAL = ".onecard-partial"


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Provenance of a run (architecture §3)."""

    scenario: str
    scenario_sha256: str
    seed: int
    engine: str
    version: str
    parameters: dict[str, Any]
    results_sha256: str


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A verified run folder."""

    path: Path
    manifest: Manifest
    summary: Summary


@contextmanager
def new_run_folder(target: Path) -> Iterator[Path]:
    """Give a folder to write a run into; move its content to ``target`` if the block ends well.

    Raises:
        InputError: the target is not an empty folder, cannot be written, or the disk is full. Nothing that
            this function made is left behind then.
    """
    made = _prepare(target)
    partial = target / PARTIAL
    try:
        (partial / EVENTS).mkdir(parents=True)
        yield partial
        _move_up(partial, target)
    except OSError as error:
        _discard(partial, made)
        reason = error.strerror or str(error)
        raise InputError(
            f"cannot write the run ({reason})", where=str(target), allowed="a folder on a disk with room"
        ) from error
    except BaseException:
        _discard(partial, made)
        raise


def _prepare(target: Path) -> list[Path]:
    """Make the target and its missing parents; return what was made, outermost first."""
    if target.exists() and not target.is_dir():
        raise InputError("the output is not a folder", where=str(target), allowed="a new or empty folder")
    missing = [folder for folder in (target, *target.parents) if not folder.exists()][::-1]
    made: list[Path] = []
    try:
        for folder in missing:
            folder.mkdir()
            made.append(folder)
        if any(target.iterdir()):
            raise InputError(
                "the output folder is not empty", where=str(target), allowed="a new or empty folder"
            )
    except OSError as error:
        _remove_empty(made)
        raise InputError(
            f"cannot write the output folder ({error.strerror})",
            where=str(target),
            allowed="a writable folder",
        ) from error
    return made


def _move_up(partial: Path, target: Path) -> None:
    names = sorted((entry.name for entry in partial.iterdir()), key=lambda name: name == MANIFEST)
    for name in names:
        (partial / name).rename(target / name)
    partial.rmdir()


def _discard(partial: Path, made: list[Path]) -> None:
    shutil.rmtree(partial, ignore_errors=True)
    for name in (MANIFEST, SUMMARY, REPORT):
        (partial.parent / name).unlink(missing_ok=True)
    shutil.rmtree(partial.parent / EVENTS, ignore_errors=True)
    _remove_empty(made)


def _remove_empty(made: list[Path]) -> None:
    for folder in reversed(made):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def read_run(path: Path) -> StoredRun:
    """Read a run folder and verify it against its digest.

    Raises:
        InputError: not a run folder, cut short, or changed after the run.
    """
    manifest = _read_json(path, MANIFEST, Manifest)
    summary = _read_json(path, SUMMARY, Summary)
    tables = {
        name: _digest_of_file(path / EVENTS / f"{name}.parquet", schema) for name, schema in SCHEMAS.items()
    }
    found = results_digest(tables, (path / SUMMARY).read_bytes())
    if found != manifest.results_sha256:
        raise InputError(
            "the run was changed or cut short: its content does not have the digest of its manifest",
            where=str(path),
            value=found,
            allowed=manifest.results_sha256,
        )
    return StoredRun(path=path, manifest=manifest, summary=summary)


def _read_json(path: Path, name: str, kind: type[T]) -> T:
    file = path / name
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except OSError as error:
        raise InputError(
            f"not a whole run folder: cannot read {name} ({error.strerror})",
            where=str(path),
            allowed=f"a folder that onecard run wrote, with {MANIFEST}, {SUMMARY} and {EVENTS}/",
        ) from error
    except msgspec.MsgspecError as error:
        raise InputError(f"the file is damaged: {error}", where=str(file)) from error


def _digest_of_file(file: Path, schema: TableSchema) -> ColumnDigests:
    digests = ColumnDigests(schema)
    try:
        stored = pq.ParquetFile(file)
        if not stored.schema_arrow.equals(schema.arrow()):
            raise InputError("the table has other columns than this version writes", where=str(file))
        for batch in stored.iter_batches():
            columns = (
                _plain(column, kind)
                for column, (_name, kind) in zip(batch.columns, schema.columns, strict=True)
            )
            digests.update(columns, batch.num_rows)
    except FileNotFoundError as error:
        raise InputError("not a whole run folder: the table is missing", where=str(file)) from error
    except (OSError, pa.ArrowException) as error:
        text = str(error).splitlines()[0]
        raise InputError(f"the table is damaged or cut short: {text}", where=str(file)) from error
    return digests


def _plain(column: pa.Array, kind: str) -> Any:
    return column.to_numpy(zero_copy_only=False) if kind == "int" else column.to_pylist()
