"""Which steps of a case hang on what the card drew: the challenge, and everything computed from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.model.steps import Let, Send, Sweep, Tear, Walk
from onecard.conformance.values.templates import TemplateError, names_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.model.case import Case
    from onecard.conformance.model.steps import Step

__all__ = ["challenge_steps", "drawn_steps"]

_GET_CHALLENGE = "0084"


def challenge_steps(case: Case) -> frozenset[str]:
    """Return the steps that ask for a challenge: their answers are drawn by the card."""
    return frozenset(
        step.name
        for step in case.steps
        if isinstance(step, Send) and step.command.upper().startswith(_GET_CHALLENGE)
    )


def drawn_steps(case: Case) -> frozenset[str]:
    """Return the steps whose commands follow from a challenge, directly or through a computed value."""
    asked = challenge_steps(case)
    drawn = set(asked)
    for step in case.steps:
        if isinstance(step, Walk) or any(name in drawn for name in _mentioned(step)):
            drawn.add(step.name)
    return frozenset(drawn - asked)


def _mentioned(step: Step) -> Iterator[str]:
    for text in _templates(step):
        try:
            yield from names_in(text)
        except TemplateError:  # a defect of the case, which the judge has told about
            return


def _templates(step: Step) -> tuple[str, ...]:
    if isinstance(step, Let):
        return step.arguments
    if isinstance(step, Send | Tear | Sweep):
        return (step.command,)
    return ()
