"""``onecard report``: verify a run folder and write its report again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from onecard.cli.output import print_json
from onecard.reports import render_report
from onecard.sim.errors import InputError
from onecard.sim.recording.run_folder import REPORT, read_run


def report(
    run: Annotated[Path, typer.Argument(help="A folder that onecard run wrote.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write; default: in the run.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """Verify the run against its digest, then write the report of its figures."""
    stored = read_run(run)
    target = out if out is not None else run / REPORT
    page = render_report(stored.summary, msgspec.to_builtins(stored.manifest))
    _write_whole(target, page)
    if as_json:
        print_json({"run": str(run), "report": str(target), "results_sha256": stored.manifest.results_sha256})
    else:
        typer.echo(f"verified {stored.manifest.results_sha256}\nreport {target}")


def _write_whole(target: Path, text: str) -> None:
    """Write aside and rename, so that no half-written file is left."""
    aside = target.with_name(f".{target.name}.partial")
    try:
        aside.write_text(text, encoding="utf-8")
        os.replace(aside, target)  # noqa: PTH105 - the same as Path.replace, which hides that it is atomic
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise InputError(
            f"cannot write the report ({error.strerror})",
            where=str(target),
            allowed="a file in a writable folder",
        ) from error
