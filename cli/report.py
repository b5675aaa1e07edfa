"""``onecard report``: verify a run folder and write its report again."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from onecard.cli.options import path_of
from onecard.cli.output import print_json, say
from onecard.reports import render_report
from onecard.sim.errors import InputError
from onecard.sim.recording.run_folder import REPORT
from onecard.sim.recording.stored_run import read_run

ALLOWED = "a new file, or a report to replace, in a writable folder"


def report(
    run: Annotated[str, typer.Argument(help="A folder that onecard run wrote.")],
    out: Annotated[
        str | None, typer.Option(metavar="FILE", help="Where to write; default: in the run.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """Verify the run against its digests, then write the report of its figures."""
    folder = path_of("RUN", run, allowed="a folder that onecard run wrote")
    target = path_of("--out", out, allowed=ALLOWED) if out is not None else folder / REPORT
    stored = read_run(folder)
    page = render_report(stored.summary, msgspec.to_builtins(stored.manifest))
    try:
        _write_whole(_checked(target, folder), page)
    except OSError as error:
        raise InputError(
            f"cannot write the report ({error.strerror})", where=str(target), allowed=ALLOWED
        ) from error
    if as_json:
        print_json({"run": run, "report": str(target), "results_sha256": stored.manifest.results_sha256})
    else:
        say(f"verified {stored.manifest.results_sha256}\nreport {target!s}")


def _checked(target: Path, folder: Path) -> Path:
    """Return the file that would be written; links are followed, so that they stay links."""
    real = Path(os.path.realpath(target))
    if real.exists() and not real.is_file():
        raise InputError("the target is not a regular file", where=str(target), allowed=ALLOWED)
    if real.exists() and folder.resolve() in real.parents and real.name != REPORT:
        raise InputError("the target belongs to the run", where=str(target), allowed=ALLOWED)
    return real


def _write_whole(target: Path, text: str) -> None:
    """Write aside and rename, so that no half-written file is left."""
    aside = target.with_name(f".onecard-report-{os.getpid()}.partial")
    try:
        aside.write_text(text, encoding="utf-8")
        aside.replace(target)
    except BaseException:
        with suppress(OSError):  # a disk that cannot be written to has no such file either
            aside.unlink(missing_ok=True)
        raise
