"""``onecard conformance report``: what people read, from a bundle."""

from __future__ import annotations

from typing import Annotated

import typer

from onecard.cli.conformance_output import print_verdict, write_reports
from onecard.cli.options import path_of
from onecard.cli.output import print_json
from onecard.conformance.bundle.read import bundle_bytes, decode_bundle
from onecard.conformance.reporting.document import document_of
from onecard.conformance.reporting.view import view_of


def conformance_report(
    bundle: Annotated[str, typer.Argument(metavar="BUNDLE", help="The evidence of a run.")],
    out: Annotated[
        str | None, typer.Option(metavar="DIR", help="Write report.html, junit.xml, verdicts.json.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdict for machines.")] = False,
) -> None:
    """Print what a bundle says, and write its reports. Whether it proves that, onecard recheck says."""
    path = path_of("BUNDLE", bundle, allowed="a bundle's file")
    data = bundle_bytes(path)
    read = decode_bundle(data, where=str(path))
    files: tuple[str, ...] = ()
    if out is not None:
        files = write_reports(path_of("--out", out, allowed="a folder"), data, with_bundle=False)
    view = view_of(read)
    if as_json:
        print_json(document_of(view, bundle=str(path)))
    else:
        print_verdict(view, read, files)
