"""The card suite: every module of cases, in the order of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.applications import bank, psam, purse
from onecard.conformance.cards.authentication import (
    challenges,
    external_authentication,
    internal_authentication,
    pin_change,
    pin_unblock,
    verify,
)
from onecard.conformance.cards.context import Context
from onecard.conformance.cards.files import access, binary, contents, record_modes, updates
from onecard.conformance.cards.interface import (
    answer_to_reset,
    command_space,
    directory,
    fci,
    selection,
    transport,
)
from onecard.conformance.cards.state import blocking, secure_messaging, sequences, survival
from onecard.conformance.cards.tearing import anti_tear

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.model.case import Case
    from onecard.conformance.model.statement import Statement

__all__ = ["MODULES", "card_cases"]

MODULES = (
    answer_to_reset,
    selection,
    fci,
    directory,
    contents,
    record_modes,
    binary,
    transport,
    access,
    updates,
    challenges,
    internal_authentication,
    external_authentication,
    verify,
    pin_change,
    pin_unblock,
    secure_messaging,
    survival,
    command_space,
    purse,
    psam,
    bank,
    anti_tear,
    sequences,
    blocking,
)
"""Each has ``cases(context) -> Iterator[Case]``."""


def card_cases(statement: Statement, seed: int) -> Iterator[Case]:
    """Give every case of the suite for a statement, over every face that it claims."""
    for face in statement.card.faces:
        context = Context(statement=statement, face=face, seed=seed)
        for module in MODULES:
            yield from module.cases(context)
