"""P1, P2 and lengths of each command: the right form is taken, wrong ones refused (facts: card.md §10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import CaseBuilder
from onecard.conformance.cards.interface.command_space_purse import purse_forms
from onecard.conformance.cards.interface.command_space_table import social_forms
from onecard.conformance.cards.security_steps import select, tries_left, verify_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.cards.interface.command_space_table import Form
    from onecard.conformance.model.case import Case, Effect

__all__ = ["form_cases"]

_PARAMETERS = "card/commands/parameters"
_LENGTH = "card/commands/data-length"
_FIRST = "card/commands/form-first"


def form_cases(context: Context) -> Iterator[Case]:
    """Give one case for each command."""
    for form in social_forms(context):
        yield _form(context, form, CaseBuilder(_id(form), _purpose(form), context, effect=_effect(form)))
    for form in purse_forms():
        c = CaseBuilder(_id(form), _purpose(form), context, personality="off-line", option="purse")
        yield _form(context, form, c)


def _id(form: Form) -> str:
    return f"card/commands/form/{form.name}"


def _purpose(form: Form) -> str:
    return f"{form.name.upper().replace('-', ' ')} is taken in its form and refused in others."


def _effect(form: Form) -> Effect:
    return "restores" if form.spends_tries or form.effect_restores else "none"


def _form(context: Context, form: Form, c: CaseBuilder) -> Case:
    """Prepare, send the right form, then the wrong ones, then make up for a try that a wrong card spent."""
    if form.application != "SSSE":
        select(c, form.application)
    if form.application == "DF04" and context.pin:
        c.must(verify_command(context.pin))
    if form.spends_tries:
        tries_left(c, 1)
    if form.look:
        c.must(form.look, name="look")
    if form.safe:
        _right(c, form)
    _wrong_parameters(c, form)
    _wrong_lengths(c, form)
    if form.spends_tries:
        c.send(verify_command(context.pin))
    return c.case()


def _missing(form: Form) -> tuple[str, ...]:
    """Return what a card may answer that looks first for a right or a state that is missing."""
    return tuple(word for word in form.right if form.guarded and word != "9000")


def _right(c: CaseBuilder, form: Form) -> None:
    c.send(form.command())
    if form.wrong_p1 or form.wrong_p2:
        c.status(*form.right, rule=_PARAMETERS)
    if form.wrong_data:
        c.status(*form.right, rule=_LENGTH)


def _wrong_parameters(c: CaseBuilder, form: Form) -> None:
    for values, command in (
        (form.wrong_p1, form.command(p1="{#}")),
        (form.wrong_p2, form.command(p2="{#}")),
    ):
        if not values:
            continue
        c.sweep(command, values)
        c.swept("6A86", *_missing(form), rule=_PARAMETERS)
        if form.guarded:
            c.swept("6A86", rule=_FIRST, shows="conforming")


def _wrong_lengths(c: CaseBuilder, form: Form) -> None:
    for data in form.wrong_data:
        c.send(form.command(data=data), raw=True)
        c.status("6700", *_missing(form), rule=_LENGTH, shows="forbidden")
        if form.guarded:
            c.status("6700", rule=_FIRST)
