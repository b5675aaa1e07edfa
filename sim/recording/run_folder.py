"""The folder into which a run is written: written aside, moved in place when whole.

A run writes into a hidden folder inside the target. Only a run that came to its end moves its files up, the
manifest last; anything else removes what it wrote. So a folder with a manifest is whole, or was damaged
afterwards, which :func:`onecard.sim.recording.stored_run.read_run` finds by recomputing the digests.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from onecard.sim.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["EVENTS", "MANIFEST", "REPORT", "SCENARIO", "SUMMARY", "new_run_folder"]

MANIFEST = "manifest.json"
SCENARIO = "scenario.json"
SUMMARY = "summary.json"
EVENTS = "events"
REPORT = "report.html"
PARTIAL = ".onecard-partial"


@contextmanager
def new_run_folder(target: Path) -> Iterator[Path]:
    """Give a folder to write a run into; move its content to ``target`` if the block ends well.

    Raises:
        InputError: the target is not an empty folder, cannot be written, or the disk is full. Nothing that
            this function made is left behind then.
    """
    made = _prepare(target)
    partial = target / PARTIAL
    moved: list[Path] = []
    try:
        (partial / EVENTS).mkdir()
        yield partial
        _move_up(partial, target, moved)
    except OSError as error:
        _discard(partial, moved, made)
        raise _cannot_write(target, error) from error
    except BaseException:
        _discard(partial, moved, made)
        raise


def _prepare(target: Path) -> list[Path]:
    """Make the target, its missing parents and the hidden folder; return what was made, outermost first."""
    made: list[Path] = []
    try:
        if target.exists() and not target.is_dir():
            raise InputError("the output is not a folder", where=str(target), allowed="a new or empty folder")
        for folder in [folder for folder in (target, *target.parents) if not folder.exists()][::-1]:
            folder.mkdir()
            made.append(folder)
        _check_empty(target)
        (target / PARTIAL).mkdir()
    except OSError as error:
        _remove_empty(made)
        raise _cannot_write(target, error) from error
    except BaseException:
        _remove_empty(made)
        raise
    return made


def _check_empty(target: Path) -> None:
    names = {entry.name for entry in target.iterdir()}
    if names == {PARTIAL}:
        raise InputError(
            "another run writes into the folder, or was killed",
            where=str(target / PARTIAL),
            allowed="a new or empty folder",
        )
    if names:
        raise InputError("the output folder is not empty", where=str(target), allowed="a new or empty folder")


def _cannot_write(target: Path, error: OSError) -> InputError:
    reason = error.strerror or str(error)
    return InputError(
        f"cannot write the run ({reason})", where=str(target), allowed="a writable folder on a disk with room"
    )


def _move_up(partial: Path, target: Path, moved: list[Path]) -> None:
    for name in sorted((entry.name for entry in partial.iterdir()), key=lambda name: name == MANIFEST):
        moved.append(target / name)
        (partial / name).rename(target / name)
    partial.rmdir()


def _discard(partial: Path, moved: list[Path], made: list[Path]) -> None:
    """Remove what was written, as far as the disk lets us: the error that brought us here is told."""
    for path in (partial, *moved):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink(missing_ok=True)
    _remove_empty(made)


def _remove_empty(made: list[Path]) -> None:
    for folder in reversed(made):
        with suppress(OSError):  # somebody else put a file there, or the disk is read-only by now
            folder.rmdir()
