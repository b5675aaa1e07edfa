"""What the conformance commands write: a folder of evidence and reports, the verdict for people."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import msgspec

from onecard.cli.output import say
from onecard.conformance.bundle.read import decode_bundle
from onecard.conformance.bundle.write import write_bundle
from onecard.conformance.reporting.console import console_lines
from onecard.conformance.reporting.document import document_of
from onecard.conformance.reporting.junit import junit_of
from onecard.conformance.reporting.view import view_of
from onecard.reports.conformance.page import render_conformance_report
from onecard.sim.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from onecard.conformance.bundle.read import Bundle
    from onecard.conformance.reporting.view import View

__all__ = ["BUNDLE", "print_verdict", "refuse_unwritable", "write_reports"]

BUNDLE = "bundle.ocb"
REPORT, JUNIT, VERDICTS = "report.html", "junit.xml", "verdicts.json"


def write_reports(folder: Path, data: bytes, *, with_bundle: bool) -> tuple[str, ...]:
    """Write what people and machines read about a bundle; returns the files' paths.

    Args:
        folder: made if it is not there.
        data: the bundle.
        with_bundle: write the bundle too.

    Raises:
        InputError: the folder cannot be written.
    """
    bundle = decode_bundle(data)
    view = view_of(bundle)
    texts = {
        REPORT: render_conformance_report(bundle, bundle_sha256=hashlib.sha256(data).hexdigest()),
        JUNIT: junit_of(view),
        VERDICTS: msgspec.json.format(
            msgspec.json.encode(document_of(view, bundle=str(folder / BUNDLE) if with_bundle else ""))
        ).decode()
        + "\n",
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if with_bundle:
            write_bundle(folder / BUNDLE, data)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot be written ({error.strerror or error})", where=str(folder), allowed="a writable folder"
        ) from None
    return tuple(str(folder / name) for name in ([BUNDLE] if with_bundle else []) + list(texts))


def refuse_unwritable(folder: Path) -> None:
    """Refuse a folder that cannot be written, before a run whose evidence would be lost; makes nothing.

    Raises:
        InputError: it is no folder, or cannot be made or written.
    """
    there = next((path for path in (folder, *folder.absolute().parents) if os.path.lexists(path)), folder)
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise InputError("cannot be written", where=str(folder), allowed="a writable folder")


def print_verdict(view: View, bundle: Bundle, files: tuple[str, ...], wall_s: float | None = None) -> None:
    """Print the verdict for people."""
    for line in console_lines(view):
        say(line)
    say(f"transcript {bundle.manifest.transcript_sha256}")
    if wall_s is not None:
        say(f"time {wall_s:.1f} s")
    for file in files:
        say(f"written {file}")
