"""CHANGE PIN (facts: card.md §10, §11, §21 Q13).

Every case that sets another PIN sets the old one again before it ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.authentication import pin_change_forms
from onecard.conformance.cards.authentication.pin_change_steps import change, change_back, change_case
from onecard.conformance.cards.security_steps import ASK_TRIES, pin_right, tries_left, verify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield the_new_pin_holds(context)
    yield the_old_pin_is_needed(context)
    yield a_failure_costs_one_try(context)
    yield success_fills_the_counter(context)
    yield a_locked_pin_cannot_be_changed(context)
    yield failures_lock(context)
    yield the_new_pin_outlives_a_reset(context)
    yield a_change_verifies_nothing(context)
    yield under_the_master_file_it_is_not_supported(context)
    yield from pin_change_forms.cases(context)


def the_new_pin_holds(context: Context) -> Case:
    """Change, verify both, change back, verify."""
    c = change_case(context, "change", 1, "After a change the new PIN is the PIN, and the old one is not.")
    new = context.wrong_pin
    tries_left(c, 1)
    change(c, context.pin, new)
    c.status("9000", rule="card/pin-change/change")
    c.length(0, rule="card/pin-change/change")
    verify(c, context.pin)
    c.status("63Cx", rule="card/pin-change/change", shows="forbidden")
    verify(c, new)
    c.status("9000", rule="card/pin-change/change")
    pin_right(c)
    c.status("9000", rule="card/pin-change/change")
    change_back(c, new)
    verify(c, context.pin)
    c.status("9000", rule="card/pin-change/change")
    return c.case()


def the_old_pin_is_needed(context: Context) -> Case:
    """Give a wrong old PIN, also though the right one has been verified."""
    c = change_case(context, "old-pin", 1, "With a wrong old PIN nothing changes, whoever has verified.")
    verify(c, context.pin)
    c.status("9000")
    tries_left(c, 2)
    change(c, context.wrong_pin, context.wrong_pin)
    c.status("63Cx", rule="card/pin-change/old-pin", shows="forbidden")
    verify(c, context.wrong_pin)
    c.status("63Cx", rule="card/pin-change/old-pin", shows="forbidden")
    verify(c, context.pin)
    c.status("9000", rule="card/pin-change/old-pin")
    return c.case()


def a_failure_costs_one_try(context: Context) -> Case:
    """Fail here and look with VERIFY."""
    c = change_case(context, "counts-down", 1, "A wrong old PIN costs one try of VERIFY's counter.")
    verify(c, context.pin)
    c.status("9000")
    full = tries_left(c, 1)
    change(c, context.wrong_pin, context.pin)
    c.counter(full, -1, rule="card/pin-change/counts-down", shows="forbidden")
    c.send(ASK_TRIES)
    c.counter(full, -1, rule="card/pin-change/counts-down", shows="forbidden")
    verify(c, context.pin)
    c.status("9000", rule="card/pin-change/counts-down")
    return c.case()


def success_fills_the_counter(context: Context) -> Case:
    """Fail with VERIFY, change, ask."""
    c = change_case(context, "fills", 1, "A change gives all tries back.")
    verify(c, context.pin)
    c.status("9000")
    full = tries_left(c, 1)
    verify(c, context.wrong_pin)
    c.status("63Cx")
    change(c, context.pin, context.pin)
    c.status("9000", rule="card/pin-change/fills")
    c.send(ASK_TRIES)
    c.counter(full, 0, rule="card/pin-change/fills")
    verify(c, context.pin)
    c.status("9000")
    return c.case()


def a_locked_pin_cannot_be_changed(context: Context) -> Case:
    """Spend every try with VERIFY, then change."""
    c = change_case(context, "locked", 1, "A locked PIN cannot be changed.", "destroys")
    change(c, context.pin, context.pin)
    c.status("9000", rule="card/pin-change/locked")
    for _ in range(context.statement.card.facts.pin_tries):
        verify(c, context.wrong_pin)
        c.status("63Cx")
    change(c, context.pin, context.wrong_pin)
    c.status("6983", rule="card/pin-change/locked", shows="forbidden")
    verify(c, context.wrong_pin)
    c.status("6983", rule="card/pin-change/locked", shows="forbidden")
    return c.case()


def failures_lock(context: Context) -> Case:
    """Spend every try with CHANGE PIN."""
    c = change_case(context, "locked", 2, "Wrong old PINs lock the PIN.", "destroys")
    verify(c, context.pin)
    c.status("9000")
    for left in range(context.statement.card.facts.pin_tries - 1, -1, -1):
        change(c, context.wrong_pin, context.wrong_pin)
        c.status(f"63C{left:X}", rule="card/pin-change/locked", shows="forbidden")
    change(c, context.pin, context.wrong_pin)
    c.status("6983", rule="card/pin-change/locked", shows="forbidden")
    return c.case()


def the_new_pin_outlives_a_reset(context: Context) -> Case:
    """Change, reset, verify."""
    c = change_case(context, "outlives-reset", 1, "A new PIN is still the PIN after a reset.")
    new = context.wrong_pin
    tries_left(c, 1)
    change(c, context.pin, new)
    c.status("9000")
    c.reset()
    c.alive()
    verify(c, context.pin)
    c.status("63Cx", rule="card/pin-change/outlives-reset", shows="forbidden")
    verify(c, new)
    c.status("9000", rule="card/pin-change/outlives-reset")
    change_back(c, new)
    return c.case()


def a_change_verifies_nothing(context: Context) -> Case:
    """Change, then read without VERIFY."""
    c = change_case(context, "verifies-nothing", 1, "A change does not give the right that VERIFY gives.")
    change(c, context.pin, context.pin)
    c.status("9000")
    pin_right(c)
    c.status("6982", rule="card/pin-change/verifies-nothing", shows="forbidden")
    verify(c, context.pin)
    c.status("9000")
    change(c, context.pin, context.pin)
    c.status("9000")
    pin_right(c)
    c.status("9000", rule="card/pin-change/verifies-nothing")
    return c.case()


def under_the_master_file_it_is_not_supported(context: Context) -> Case:
    """CHANGE PIN under the MF."""
    c = change_case(context, "master-file", 1, "Under the MF there is no PIN to change.")
    c.must("00A4000000")
    change(c, context.pin, context.pin)
    c.status("6A81", rule="card/pin-change/master-file", shows="forbidden")
    c.alive()
    change(c, context.pin, context.pin)
    c.status("9000", rule="card/pin-change/master-file")
    return c.case()
