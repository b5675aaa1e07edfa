"""How long a challenge lasts, and what leaves the current application as it is (facts: card.md §10, §11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import CaseBuilder
from onecard.conformance.cards.security_steps import (
    authenticate,
    challenge,
    external_command,
    key_of,
    proof,
    select,
    tries_left,
    verify,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["BETWEEN", "cases", "read_elsewhere"]


def _select_ef(c: CaseBuilder) -> None:
    c.must("00A4020002EF05")


def _fail_to_select(c: CaseBuilder) -> None:
    c.must("00A4020002EF7F", "6A82")


def _fail_to_select_by_name(c: CaseBuilder) -> None:
    """Fail, and be where one was: that a card stays there is judged by a clause of its own."""
    c.must("00A4040006F00000000001", "6A82")
    _select_ef(c)


def read_elsewhere(c: CaseBuilder) -> None:
    """SELECT the SSSE and read a record of it."""
    select(c, "SSSE")
    c.must("00B2012C00")


BETWEEN: dict[str, Callable[[CaseBuilder], object]] = {
    "SELECT of an EF": _select_ef,
    "a SELECT by identifier that fails": _fail_to_select,
    "a SELECT by name that fails": _fail_to_select_by_name,
}
"""What leaves the current application as it is, in whatever application."""


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield from a_challenge_is_kept(context)
    yield from a_challenge_ends(context)


def a_challenge_is_kept(context: Context) -> Iterator[Case]:
    """Look at what does not use a challenge up."""
    rule = "card/state/challenge-kept"
    happenings: dict[str, Callable[[CaseBuilder], object]] = {
        "SELECT of SSSE again": lambda c: select(c, "SSSE"),
        **BETWEEN,
        "reading": read_elsewhere,
        "VERIFY": lambda c: verify(c, context.pin),
        "INTERNAL AUTHENTICATE": lambda c: c.must(f"0088000010{'11' * 16}00"),
        "an unknown command": lambda c: c.send("00020000"),
    }
    slot = key_of(context, "UKSSSE")
    for number, (what, happen) in enumerate(happenings.items(), 1):
        c = CaseBuilder(
            f"{rule}/{number:02d}",
            f"A challenge survives {what} and then serves once.",
            context,
            effect="restores",
        )
        if what == "VERIFY":
            tries_left(c)
        random = challenge(c)
        command = external_command(slot, proof(c, slot, random) + "1122334455667788")
        happen(c)
        first, second = c.send(command), c.send(command)
        c.status("9000", rule=rule, at=first)
        c.status("6984", rule=rule, shows="forbidden", at=second)
        yield c.case()


def a_challenge_ends(context: Context) -> Iterator[Case]:
    """Look at what ends a challenge without use."""
    rule = "card/state/challenge-ends"
    slot = key_of(context, "UKSSSE")
    ways: dict[str, Callable[[CaseBuilder], object]] = {
        "SELECT of another DF": lambda c: select(c, "DF01"),
        "SELECT of another DF and back": lambda c: (select(c, "DF01"), select(c, "SSSE")),
        "a reset": lambda c: (c.reset(), select(c, "SSSE")),
    }
    for number, (what, happen) in enumerate(ways.items(), 1):
        c = CaseBuilder(
            f"{rule}/{number:02d}", f"A challenge does not survive {what}.", context, effect="restores"
        )
        random = challenge(c)
        command = external_command(slot, proof(c, slot, random) + "1122334455667788")
        happen(c)
        lost = c.send(command)
        authenticate(c, slot)
        c.status("6984", rule=rule, shows="forbidden", at=lost)
        c.status("9000", rule=rule)
        yield c.case()
