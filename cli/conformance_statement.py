"""``onecard conformance statement``: one to begin with, or a look whether one can be true."""

from __future__ import annotations

from typing import Annotated

import typer

from onecard.cli.options import path_of
from onecard.cli.output import say
from onecard.conformance.cards.suite import card_cases
from onecard.conformance.statements.loader import load_statement, starting_source
from onecard.conformance.statements.plausibility import refuse_implausible
from onecard.conformance.statements.schema import statement_schema
from onecard.sim.validation import unknown_name
from onecard.virtual_cards.layouts import VERSIONS

SEED = 1


def conformance_statement(
    file: Annotated[
        str | None, typer.Argument(metavar="FILE", help="A statement to check; without one, one is printed.")
    ] = None,
    of: Annotated[
        str, typer.Option(metavar="VERSION", help="Specification version of the printed one.")
    ] = "3.00",
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of statements.")] = False,
) -> None:
    """Print a statement to begin with, or check one: form, and whether its claims can be true together."""
    if schema:
        say(statement_schema().rstrip("\n"))
        return
    if file is None:
        if of not in VERSIONS:
            raise unknown_name("version", of, list(VERSIONS), where="--of")
        say(starting_source(of).rstrip("\n"))
        return
    path = path_of("FILE", file, allowed="a statement's file")
    statement = load_statement(path)
    cases = list(card_cases(statement, SEED))
    destructive = [case.id for case in cases if case.destructive]
    refuse_implausible(statement, destructive)
    say(f"{path}: plausible; {len(cases)} cases, {len(destructive)} of them destructive")
