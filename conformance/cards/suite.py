"""The card suite: every module of cases, in the order of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards import (
    access,
    answer_to_reset,
    anti_tear,
    bank,
    binary,
    blocking,
    challenges,
    command_space,
    contents,
    directory,
    external_authentication,
    fci,
    internal_authentication,
    pin_change,
    pin_unblock,
    psam,
    purse,
    record_modes,
    secure_messaging,
    selection,
    sequences,
    survival,
    transport,
    updates,
    verify,
)
from onecard.conformance.cards.context import Context

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
