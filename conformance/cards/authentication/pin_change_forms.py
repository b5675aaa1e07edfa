"""CHANGE PIN: digits, fillers, separator, empty parts (facts: card.md §10, §21 Q13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.authentication.pin_change_steps import change, change_back, change_case
from onecard.conformance.cards.builder import CaseBuilder
from onecard.conformance.cards.security_steps import ASK_TRIES, pin_right, tries_left, verify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_DIGITS = "704815926370"
_FORBIDDEN_PINS = ("70", "704F", "7048159263704F", "70481592637048", "7A48", "7F48", "70F8", "FF", "7048FF")
"""Too few digits and too many, no digits, a filler in the middle, a filler of two."""


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    for number, count in enumerate(range(4, 13), 1):
        yield of_so_many_digits(context, number, count)
    yield odd_digits_are_filled(context)
    for number, pin in enumerate(_FORBIDDEN_PINS, 1):
        yield not_of_the_form(context, number, pin)
    yield a_bad_form_costs_nothing(context)
    yield without_a_separator(context)
    yield other_lengths_are_refused(context)
    yield an_empty_new_pin_unsets_it(context)
    yield an_empty_old_pin_is_no_pin(context)
    yield an_empty_old_pin_sets_one(context)
    yield an_old_pin_where_there_is_none(context)


def of_so_many_digits(context: Context, number: int, count: int) -> Case:
    """Set a PIN of so many digits and verify it."""
    c = change_case(context, "digits", number, f"A PIN of {count} digits can be set and verified.")
    new = _DIGITS[:count] + "F" * (count % 2)
    change(c, context.pin, new)
    c.status("9000", rule="card/pin-change/digits")
    c.status("9000")  # else the PIN is still the old one, and tries would be lost
    verify(c, new)
    c.status("9000", rule="card/pin-change/digits")
    verify(c, new[:-1] + ("0" if new[-1] != "0" else "1"))
    c.status("63Cx", rule="card/pin-change/digits", shows="forbidden")
    change_back(c, new)
    return c.case()


def odd_digits_are_filled(context: Context) -> Case:
    """Verify an odd number of digits filled otherwise."""
    c = change_case(context, "odd-digits", 1, "Five digits stand in three bytes, the last half byte F.")
    new = _DIGITS[:5] + "F"
    tries_left(c, 1)
    change(c, context.pin, new)
    c.status("9000", rule="card/pin-change/odd-digits")
    c.status("9000")
    verify(c, "0" + _DIGITS[:5])
    c.status("63Cx", rule="card/pin-change/odd-digits", shows="forbidden")
    verify(c, new)
    c.status("9000", rule="card/pin-change/odd-digits")
    change_back(c, new)
    return c.case()


def not_of_the_form(context: Context, number: int, pin: str) -> Case:
    """Set what is no PIN."""
    c = change_case(context, "form", number, f"A new PIN {pin} is not of the form, and nothing changes.")
    change(c, context.pin, pin)
    c.status("6A80", rule="card/pin-change/form", shows="forbidden")
    verify(c, context.pin)
    c.status("9000", rule="card/pin-change/form")
    return c.case()


def a_bad_form_costs_nothing(context: Context) -> Case:
    """Send what is not of the form with a wrong old PIN."""
    c = change_case(context, "form-first", 1, "Data that are not of the form cost no try.")
    verify(c, context.pin)
    c.status("9000")
    full = tries_left(c, 2)
    change(c, context.wrong_pin, "7A48")
    c.status("6A80", rule="card/pin-change/form-first", shows="forbidden")
    c.send(ASK_TRIES)
    c.counter(full, 0, rule="card/pin-change/form-first")
    verify(c, context.pin)
    c.status("9000", rule="card/pin-change/form-first")
    return c.case()


def without_a_separator(context: Context) -> Case:
    """Old and new PIN with nothing between."""
    c = change_case(context, "separator", 1, "Without FF between old and new PIN the data are refused.")
    for between in ("", "00", "FE"):
        data = context.pin + between + context.wrong_pin
        c.send(f"805E0100{len(data) // 2:02X}{data}")
        c.status("6A80", rule="card/pin-change/separator", shows="forbidden")
        verify(c, context.pin)
        c.status("9000")
    change(c, context.pin, context.pin)
    c.status("9000", rule="card/pin-change/separator")
    return c.case()


def other_lengths_are_refused(context: Context) -> Case:
    """Fewer than three bytes, and more than seventeen."""
    c = change_case(context, "length", 1, "Data of fewer than 3 bytes or more than 17 are refused.")
    for data in ("FF", "12FF", "12" * 9 + "FF" + "12" * 8, "12" * 24):
        c.send(f"805E0100{len(data) // 2:02X}{data}")
        c.status("6700", rule="card/pin-change/length", shows="forbidden")
        verify(c, context.pin)
        c.status("9000")
    change(c, context.pin, context.pin)
    c.status("9000", rule="card/pin-change/length")
    return c.case()


def an_empty_new_pin_unsets_it(context: Context) -> Case:
    """Take the PIN away and set it again."""
    c = change_case(context, "empty-new", 1, "An empty new PIN leaves the card without a PIN.")
    change(c, context.pin, "")
    c.status("9000", rule="card/pin-change/empty-new")
    c.status("9000")
    c.send(ASK_TRIES)
    c.status("9000", rule="card/pin-change/empty-new")
    pin_right(c)
    c.status("9000", rule="card/pin-change/empty-new")
    change_back(c, "")
    verify(c, context.wrong_pin)
    c.status("63Cx", rule="card/pin-change/empty-new", shows="forbidden")
    verify(c, context.pin)
    c.status("9000", rule="card/pin-change/empty-new")
    return c.case()


def an_empty_old_pin_is_no_pin(context: Context) -> Case:
    """Leave the old PIN out though one is set."""
    c = change_case(context, "empty-old", 1, "An empty old PIN is a wrong one where a PIN is set.")
    tries_left(c, 2)
    change(c, "", context.wrong_pin)
    c.status("63Cx", rule="card/pin-change/empty-old", shows="forbidden")
    verify(c, context.wrong_pin)
    c.status("63Cx", rule="card/pin-change/empty-old", shows="forbidden")
    verify(c, context.pin)
    c.status("9000", rule="card/pin-change/empty-old")
    return c.case()


def an_empty_old_pin_sets_one(context: Context) -> Case:
    """Set a PIN on a card that has none."""
    c = CaseBuilder(
        "card/pin-change/empty-old/02",
        "An empty old PIN is the right one where none is set.",
        context,
        personality="no PIN",
        effect="restores",
    )
    change(c, "", "7048")
    c.status("9000", rule="card/pin-change/empty-old")
    verify(c, "7049")
    c.status("63Cx", rule="card/pin-change/empty-old", shows="forbidden")
    verify(c, "7048")
    c.status("9000", rule="card/pin-change/empty-old")
    change(c, "7048", "")
    c.status("9000")
    return c.case()


def an_old_pin_where_there_is_none(context: Context) -> Case:
    """Give an old PIN to a card that has none."""
    c = CaseBuilder(
        "card/pin-change/old-of-none/01",
        "An old PIN is refused where none is set.",
        context,
        personality="no PIN",
        effect="restores",
    )
    change(c, "123456", "7048")
    c.status("6A80", rule="card/pin-change/old-of-none", shows="forbidden")
    c.send(ASK_TRIES)
    c.status("9000", rule="card/pin-change/old-of-none")
    return c.case()
