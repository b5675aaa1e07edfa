"""``onecard conformance diff``: what changed between two bundles."""

from __future__ import annotations

from typing import Annotated

import typer

from onecard.cli.options import path_of
from onecard.cli.output import print_json, say
from onecard.conformance.bundle.read import read_bundle
from onecard.conformance.reporting.diff import difference_of
from onecard.conformance.reporting.diff_text import difference_document, difference_lines

DIFFERENT = 1


def conformance_diff(
    before: Annotated[str, typer.Argument(metavar="A", help="The earlier bundle: firmware 1.3.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The later one: firmware 1.4.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the difference for machines.")] = False,
) -> None:
    """Say which verdicts changed and which frames differ. Exit code 1 if a verdict changed."""
    bundles = [
        read_bundle(path_of(name, text, allowed="a bundle's file"))
        for name, text in (("A", before), ("B", after))
    ]
    difference = difference_of(*bundles)
    if as_json:
        print_json(difference_document(difference))
    else:
        for line in difference_lines(difference):
            say(line)
    if difference.cases:
        raise typer.Exit(DIFFERENT)
