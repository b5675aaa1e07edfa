"""``onecard doctor``: what is there, what is missing, and the command that gets it."""

from __future__ import annotations

from typing import Annotated

import typer

from onecard.cli.findings import show_findings


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False,
) -> None:
    """Say what this machine has and lacks. Exit code 3 if the core lacks something."""
    raise typer.Exit(show_findings(as_json=as_json))
