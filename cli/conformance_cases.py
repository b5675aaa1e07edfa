"""``onecard conformance cases``: the cases that a statement asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from onecard.cli.options import path_of
from onecard.cli.output import print_json, say
from onecard.conformance.cards.suite import card_cases
from onecard.conformance.model.case import EFFECTS
from onecard.conformance.statements.loader import load_statement, reference_statement
from onecard.sim.errors import InputError
from onecard.virtual_cards.layouts import VERSIONS

if TYPE_CHECKING:
    from onecard.conformance.model.statement import Statement

SEED = 1


def conformance_cases(
    of: Annotated[
        str, typer.Argument(metavar="STATEMENT", help="A statement's file, or virtual:3.00.")
    ] = "virtual:3.00",
    as_json: Annotated[bool, typer.Option("--json", help="Print the cases whole, for machines.")] = False,
) -> None:
    """List the cases of the card suite for a statement, in the order of the run."""
    cases = list(card_cases(_statement(of), SEED))
    if as_json:
        print_json(msgspec.to_builtins(cases))
        return
    width = max(len(case.id) for case in cases)
    for case in cases:
        effect = f" [{EFFECTS[case.effect]}]" if case.destructive else ""
        say(f"{case.id:<{width}}  {case.purpose}{effect}")


def _statement(of: str) -> Statement:
    kind, _, version = of.partition(":")
    if kind == "virtual":
        if version not in VERSIONS:
            raise InputError("unknown version", where="STATEMENT", value=of, allowed=", ".join(VERSIONS))
        return reference_statement(version)
    return load_statement(path_of("STATEMENT", of, allowed="a statement's file"))
