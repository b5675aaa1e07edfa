"""What survives between a right and the command that it serves (facts: card.md §3.4, §11, §21 Q29).

Each case gains something, lets something happen, and looks. What happens between is the table ``BETWEEN``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import CaseBuilder
from onecard.conformance.cards.security_steps import (
    authenticate,
    challenge,
    key_of,
    observed_by,
    pin_right,
    select,
    tries_left,
    verify,
)
from onecard.conformance.cards.state import survival_challenge, survival_selection
from onecard.conformance.cards.state.survival_challenge import BETWEEN, read_elsewhere

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case, Effect

__all__ = ["cases"]


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield from the_pin_survives(context)
    yield from the_pin_ends_with_the_power(context)
    yield a_failed_verify_takes_the_right(context)
    for number, key in enumerate(("UKSSSE", "UK1DF01"), 1):
        yield from a_keys_right_is_kept(context, key, number)
        yield a_keys_right_ends_elsewhere(context, key, number)
        yield a_keys_right_ends_with_the_power(context, key, number)
        yield a_failed_proof_takes_the_right(context, key, number)
    yield a_right_serves_more_than_once(context)
    yield two_keys_at_once(context)
    yield the_environment_again_between_proof_and_command(context)
    yield from survival_challenge.cases(context)
    yield from survival_selection.cases(context)


def the_pin_survives(context: Context) -> Iterator[Case]:
    """SELECT of this and that between VERIFY and reading."""
    between: dict[str, Callable[[CaseBuilder], object]] = {
        "SELECT of another DF": lambda c: _to(c, "DF02"),
        "SELECT of SSSE": lambda c: _to(c, "SSSE"),
        "SELECT of the MF": lambda c: _to(c, ""),
        **BETWEEN,
        "reading": read_elsewhere,
        "EXTERNAL AUTHENTICATE": lambda c: _gain(c, "UKSSSE"),
    }
    for number, (what, happen) in enumerate(between.items(), 1):
        c = CaseBuilder(
            f"card/state/pin-survives/{number:02d}",
            f"The PIN's right, held from VERIFY under SSSE, survives {what}.",
            context,
        )
        tries_left(c)
        pin_right(c)
        c.status("6982", rule="card/state/pin-survives", shows="forbidden")
        select(c, "SSSE")
        verify(c, context.pin)
        c.status("9000")
        happen(c)
        pin_right(c)
        c.status("9000", rule="card/state/pin-survives")
        yield c.case()


def _to(c: CaseBuilder, name: str) -> None:
    if name:
        select(c, name)
    else:
        c.must("00A40000023F0000")


def _gain(c: CaseBuilder, key: str) -> None:
    authenticate(c, key_of(c.context, key))
    c.status("9000")


def the_pin_ends_with_the_power(context: Context) -> Iterator[Case]:
    """Reset, and removal."""
    for number, what in enumerate(("reset", "removal"), 1):
        c = CaseBuilder(f"card/state/pin-ends/{number:02d}", f"The PIN's right ends with {what}.", context)
        tries_left(c)
        verify(c, context.pin)
        c.status("9000")
        pin_right(c)
        c.status("9000", rule="card/state/pin-ends")
        _without_power(c, what)
        select(c, "SSSE")
        pin_right(c)
        c.status("6982", rule="card/state/pin-ends", shows="forbidden")
        yield c.case()


def _without_power(c: CaseBuilder, what: str) -> None:
    if what == "removal":
        c.remove()
        c.insert()
    else:
        c.reset()


def a_failed_verify_takes_the_right(context: Context) -> Case:
    """Look at a wrong PIN after a right one."""
    c = _restoring("card/state/pin-failure/01", "A wrong PIN ends the right that the PIN gave.", context)
    tries_left(c, 1)
    verify(c, context.pin)
    c.status("9000")
    pin_right(c)
    c.status("9000", rule="card/state/pin-failure")
    verify(c, context.wrong_pin)
    read = c.send("00B2012C00")
    verify(c, context.pin)
    c.status("9000")
    c.status("6982", rule="card/state/pin-failure", shows="forbidden", at=read)
    return c.case()


def _restoring(id: str, purpose: str, context: Context, effect: Effect = "restores") -> CaseBuilder:  # noqa: A002
    return CaseBuilder(id, purpose, context, effect=effect)


class _UnderKey:
    """A case about a key's right: in the key's application, with what the key opens known."""

    def __init__(self, c: CaseBuilder, key: str) -> None:
        self.c, self.slot = c, key_of(c.context, key)
        application = c.context.layout.by_name[self.slot.scope]
        opened = observed_by(application, self.slot)
        assert opened is not None  # noqa: S101 - keys of the cases here open files of every layout
        self.opened = opened
        tries_left(c)
        if opened.needs | opened.look_needs:
            verify(c, c.context.pin)
            c.status("9000")
        self.enter()
        if opened.look:
            c.must(opened.look, name="look")

    def enter(self) -> None:
        """SELECT the key's application."""
        select(self.c, self.slot.scope)

    def gain(self, *, wrong: bool = False) -> str:
        """Send EXTERNAL AUTHENTICATE."""
        sent = authenticate(self.c, self.slot, wrong=wrong)
        self.c.status("63Cx" if wrong else "9000")
        return sent

    def use(self) -> str:
        """Send what the right opens; what is written was read before."""
        return self.c.send(self.opened.command)


def a_keys_right_is_kept(context: Context, key: str, number: int) -> Iterator[Case]:
    """Look at what does not end a key's right."""
    rule = "card/state/key-kept"
    scope = key_of(context, key).scope
    happenings: dict[str, Callable[[CaseBuilder], object]] = {
        "SELECT of the same application": lambda c: select(c, scope),
        **BETWEEN,
        "GET CHALLENGE": challenge,
    }
    for count, (what, happen) in enumerate(happenings.items()):
        c = _restoring(
            f"{rule}/{(number - 1) * len(happenings) + count + 1:02d}",
            f"The right of {key} is not held before EXTERNAL AUTHENTICATE, and then survives {what}.",
            context,
        )
        under = _UnderKey(c, key)
        early = under.use()
        under.gain()
        happen(c)
        under.use()
        c.status("6982", rule=rule, shows="forbidden", at=early)
        c.status("9000", rule=rule)
        yield c.case()


def a_keys_right_ends_elsewhere(context: Context, key: str, number: int) -> Case:
    """Another application and back."""
    other = "DF02" if key_of(context, key).scope == "SSSE" else "SSSE"
    c = _restoring(
        f"card/state/key-ends/{number:02d}",
        f"The right of {key} ends when {other} is selected, also for the way back.",
        context,
    )
    under = _UnderKey(c, key)
    under.gain()
    held = under.use()
    select(c, other)
    under.enter()
    under.use()
    c.status("9000", rule="card/state/key-ends", at=held)
    c.status("6982", rule="card/state/key-ends", shows="forbidden")
    return c.case()


def a_keys_right_ends_with_the_power(context: Context, key: str, number: int) -> Case:
    """Reset."""
    c = _restoring(f"card/state/key-power/{number:02d}", f"The right of {key} ends with a reset.", context)
    under = _UnderKey(c, key)
    under.gain()
    held = under.use()
    c.reset()
    if under.opened.needs:
        select(c, "SSSE")
        verify(c, context.pin)
        c.status("9000")
    under.enter()  # where it can be without the SSSE between, whose selection ends the right as well
    under.use()
    c.status("9000", rule="card/state/key-power", at=held)
    c.status("6982", rule="card/state/key-power", shows="forbidden")
    return c.case()


def a_failed_proof_takes_the_right(context: Context, key: str, number: int) -> Case:
    """Look at a wrong proof after a right one, then a right one: all tries are back."""
    c = _restoring(
        f"card/state/key-failure/{number:02d}", f"A wrong proof ends the right that {key} gave.", context
    )
    under = _UnderKey(c, key)
    under.gain()
    held = under.use()
    under.gain(wrong=True)
    lost = under.use()
    under.gain()
    c.status("9000", rule="card/state/key-failure", at=held)
    c.status("6982", rule="card/state/key-failure", shows="forbidden", at=lost)
    return c.case()


def a_right_serves_more_than_once(context: Context) -> Case:
    """Two commands under one authentication."""
    rule = "card/state/key-lasts"
    c = _restoring(f"{rule}/01", "One EXTERNAL AUTHENTICATE serves as many commands as come.", context)
    under = _UnderKey(c, "UKSSSE")
    early = under.use()
    under.gain()
    uses = [under.use() for _ in range(3)]
    c.status("6982", rule=rule, shows="forbidden", at=early)
    for use in uses:
        c.status("9000", rule=rule, at=use)
    return c.case()


def two_keys_at_once(context: Context) -> Case:
    """Look at the right of one key beside another's."""
    rule = "card/state/rights-beside"
    c = _restoring(f"{rule}/01", "EXTERNAL AUTHENTICATE of one key leaves the right of another.", context)
    under = _UnderKey(c, "UKSSSE")
    authenticate(c, key_of(context, "PUK"))
    c.status("9000")
    early = under.use()
    under.gain()
    authenticate(c, key_of(context, "PUK"))
    c.status("9000")
    under.use()
    c.status("6982", rule=rule, shows="forbidden", at=early)
    c.status("9000", rule=rule)
    return c.case()


def the_environment_again_between_proof_and_command(context: Context) -> Case:
    """Look at the flow of PIN maintenance: proof, SELECT SSSE, challenge, command with MAC."""
    rule = "card/state/environment-again"
    c = _restoring(
        f"{rule}/01", "SELECT of SSSE between proof and PIN UNBLOCK keeps the PUK's right.", context, "alters"
    )
    early = _unblock(c)
    authenticate(c, key_of(context, "PUK"))
    c.status("9000")
    c.alive()
    late = _unblock(c)
    c.status("6982", rule=rule, shows="forbidden", at=early)
    c.status("9000", rule=rule, at=late)
    return c.case()


def _unblock(c: CaseBuilder) -> str:
    code = c.let("mac", challenge(c), "8424000004", key=f"{c.context.layout.pin_maintenance_key}/1")
    return c.send(f"8424000004{code}")
