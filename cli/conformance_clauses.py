"""``onecard conformance clauses``: the registry."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from onecard.cli.output import print_json, say
from onecard.conformance.clauses.registry import clauses


def conformance_clauses(
    as_json: Annotated[bool, typer.Option("--json", help="Print the registry for machines.")] = False,
) -> None:
    """List every clause with source, certainty, level and disposition."""
    rows = tuple(clauses().values())
    if as_json:
        print_json(msgspec.to_builtins(rows))
        return
    for row in rows:
        disposition = f"not testable: {row.not_testable}" if row.not_testable else ""
        disposition = f"out of scope: {row.out_of_scope}" if row.out_of_scope else disposition
        say(f"{row.id}  {row.level} [{row.certainty}] {row.source}")
        say(f"    {row.text}" + (f" ({disposition})" if disposition else ""))
