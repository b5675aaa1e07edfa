"""VERIFY and its counter (facts: card.md §10, §11, §12.1, §21 Q12–14). Tries and locks: ``verify_tries``.

The PIN's right is seen by reading DF01 EF05.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.authentication import verify_tries
from onecard.conformance.cards.builder import CaseBuilder
from onecard.conformance.cards.context import option_of
from onecard.conformance.cards.security_steps import (
    ASK_TRIES,
    pin_right,
    select,
    tries_left,
    verify,
    verify_command,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_LENGTHS = range(2, 9)
_WRONG_LENGTHS = (1, 9, 10, 16)
_INITIAL_PIN = "123456"


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield the_right_pin_opens(context)
    yield a_wrong_pin_opens_nothing(context)
    yield the_pin_is_compared_as_a_whole(context)
    yield lengths_are_allowed(context)
    yield other_lengths_are_refused(context)
    yield no_data_ask_for_the_tries(context)
    yield the_question_changes_nothing(context)
    yield the_question_verifies_nothing(context)
    for application in context.layout.applications[1:]:
        yield one_pin_for_all(context, application.fid & 0xFF, application.name)
    yield under_the_master_file_there_is_none(context)
    if context.statement.card.facts.pin == _INITIAL_PIN:
        yield the_initial_pin_is_a_pin(context)
    yield no_pin_is_told(context)
    yield no_pin_gives_its_right(context)
    yield no_pin_has_nothing_to_compare(context)
    yield from verify_tries.cases(context)


def the_right_pin_opens(context: Context) -> Case:
    """Read before and after."""
    c = CaseBuilder("card/verify/right/01", "The right PIN is accepted and opens what it guards.", context)
    pin_right(c)
    c.status("6982", rule="card/verify/right", shows="forbidden")
    verify(c, context.pin)
    c.status("9000", rule="card/verify/right")
    c.length(0, rule="card/verify/right")  # a command without Le is answered by its status word alone
    pin_right(c)
    c.status("9000", rule="card/verify/right")
    return c.case()


def a_wrong_pin_opens_nothing(context: Context) -> Case:
    """Try a wrong PIN, then the right one."""
    c = CaseBuilder(
        "card/verify/wrong/01", "A wrong PIN is refused and opens nothing.", context, effect="restores"
    )
    tries_left(c, 1)
    verify(c, context.wrong_pin)
    c.status("63Cx", rule="card/verify/wrong", shows="forbidden")
    pin_right(c)
    c.status("6982", rule="card/verify/wrong", shows="forbidden")
    verify(c, context.pin)
    c.status("9000", rule="card/verify/wrong")
    return c.case()


def the_pin_is_compared_as_a_whole(context: Context) -> Case:
    """Try a beginning of the PIN, and the PIN with something behind it."""
    c = CaseBuilder(
        "card/verify/whole/01",
        "Neither a beginning of the PIN nor the PIN with more behind it is the PIN.",
        context,
        effect="restores",
    )
    for other in (context.pin[:-2], context.pin + "00", context.pin + "FF", context.pin[:-1] + "F"):
        if len(other) < 4 or other == context.pin:
            continue
        tries_left(c, 1)
        verify(c, other)
        c.status("63Cx", rule="card/verify/whole", shows="forbidden")
        verify(c, context.pin)
        c.status("9000", rule="card/verify/whole")
    return c.case()


def lengths_are_allowed(context: Context) -> Case:
    """Wrong PINs of every length that the command has."""
    c = CaseBuilder(
        "card/verify/length/01",
        "Data of 2 to 8 bytes are taken as a PIN.",
        context,
        effect="restores",
    )
    for size in _LENGTHS:
        tries_left(c, 1)
        # 98… is no beginning of any other value sent here, and not the PIN by its last byte.
        verify(c, context.wrong_pin[:2] + "98" * (size - 1))
        c.status("63Cx", rule="card/verify/length")
        verify(c, context.pin)
        c.status("9000")
    return c.case()


def other_lengths_are_refused(context: Context) -> Case:
    """Send data too short and too long."""
    c = CaseBuilder(
        "card/verify/length/02",
        "Data of other lengths are refused and cost no try.",
        context,
        effect="restores",
    )
    verify(c, context.pin)
    c.status("9000")
    full = tries_left(c)
    for size in _WRONG_LENGTHS:
        verify(c, "12" * size)
        c.status("6700", rule="card/verify/length", shows="forbidden")
        c.send(ASK_TRIES)
        c.counter(full, 0, rule="card/verify/length")
        verify(c, context.pin)
        c.status("9000", rule="card/verify/length")
    return c.case()


def no_data_ask_for_the_tries(context: Context) -> Case:
    """Ask before and after a failure."""
    c = CaseBuilder(
        "card/verify/question/01",
        "VERIFY without data tells how many tries are left.",
        context,
        effect="restores",
    )
    before = tries_left(c, 1)
    c.status("63Cx", rule="card/verify/question")
    wrong = verify(c, context.wrong_pin)
    c.status("63Cx")
    c.send(ASK_TRIES)
    c.counter(wrong, 0, rule="card/verify/question")
    c.counter(before, -1, rule="card/verify/question", shows="forbidden")
    verify(c, context.pin)
    c.status("9000")
    return c.case()


def the_question_changes_nothing(context: Context) -> Case:
    """Ask more often than there are tries."""
    c = CaseBuilder(
        "card/verify/question-is-free/01", "Asking costs no try and gives none, however often.", context
    )
    for _ in range(context.statement.card.facts.pin_tries):
        full = tries_left(c, 1)
        c.send(ASK_TRIES)
        c.counter(full, 0, rule="card/verify/question-is-free")
        verify(c, context.pin)  # a card that does count is not to be locked
        c.status("9000", rule="card/verify/question-is-free")
    return c.case()


def the_question_verifies_nothing(context: Context) -> Case:
    """Ask, then read what the PIN opens; verify, ask, read again."""
    c = CaseBuilder(
        "card/verify/question-gives-nothing/01", "Asking opens nothing, and closes nothing.", context
    )
    tries_left(c)
    pin_right(c)
    c.status("6982", rule="card/verify/question-gives-nothing", shows="forbidden")
    verify(c, context.pin)
    c.status("9000")
    c.send(ASK_TRIES)
    pin_right(c)
    c.status("9000", rule="card/verify/question-gives-nothing")
    return c.case()


def one_pin_for_all(context: Context, number: int, name: str) -> Case:
    """Fail and verify inside an application; look from the SSSE."""
    c = CaseBuilder(
        f"card/verify/one-pin/{number:02}",
        f"The PIN and its counter inside {name} are those of the whole card.",
        context,
        option=option_of(name),
        effect="restores",
    )
    full = tries_left(c, 1)
    select(c, name)
    verify(c, context.wrong_pin)
    c.counter(full, -1, rule="card/verify/one-pin", shows="forbidden")
    c.alive()
    c.send(ASK_TRIES)
    c.counter(full, -1, rule="card/verify/one-pin", shows="forbidden")
    select(c, name)
    verify(c, context.pin)
    c.status("9000", rule="card/verify/one-pin")
    pin_right(c)
    c.status("9000", rule="card/verify/one-pin")
    return c.case()


def under_the_master_file_there_is_none(context: Context) -> Case:
    """VERIFY before anything but the MF has been selected."""
    c = CaseBuilder("card/verify/master-file/01", "Under the MF there is no PIN.", context)
    c.must("00A4000000")
    verify(c, context.pin)
    c.status("6A88", rule="card/verify/master-file", shows="forbidden")
    c.send(ASK_TRIES)
    c.status("6A88", rule="card/verify/master-file", shows="forbidden")
    c.alive()
    verify(c, context.pin)
    c.status("9000", rule="card/verify/master-file")
    return c.case()


def the_initial_pin_is_a_pin(context: Context) -> Case:
    """Verify the PIN that every card is issued with."""
    c = CaseBuilder(
        "card/verify/initial-pin/01", "The unchanged initial PIN is a PIN like any other.", context
    )
    c.send(ASK_TRIES)
    c.status("63Cx", rule="card/verify/initial-pin", shows="forbidden")
    pin_right(c)
    c.status("6982", rule="card/verify/initial-pin", shows="forbidden")
    c.send(verify_command(_INITIAL_PIN))
    c.status("9000", rule="card/verify/initial-pin")
    return c.case()


def no_pin_is_told(context: Context) -> Case:
    """Ask a card whose PIN is not set."""
    c = CaseBuilder(
        "card/verify/not-set/01",
        "A card whose PIN is not set answers the question with 9000, until one is set.",
        context,
        personality="no PIN",
        effect="restores",
    )
    c.send(ASK_TRIES)
    c.status("9000", rule="card/verify/not-set")
    c.must("805E010004FF123456")
    c.send(ASK_TRIES)
    c.status("63Cx", rule="card/verify/not-set", shows="forbidden")
    c.must("805E010004123456FF")
    c.send(ASK_TRIES)
    c.status("9000", rule="card/verify/not-set")
    return c.case()


def no_pin_gives_its_right(context: Context) -> Case:
    """Read what a PIN would guard; set one, and read again."""
    c = CaseBuilder(
        "card/verify/not-set-right/01",
        "Where no PIN is set its right is held; where one has been set it has to be verified.",
        context,
        personality="no PIN",
        effect="restores",
    )
    pin_right(c)
    c.status("9000", rule="card/verify/not-set-right")
    c.must("805E010004FF123456")
    pin_right(c)
    c.status("6982", rule="card/verify/not-set-right", shows="forbidden")
    c.must("805E010004123456FF")
    pin_right(c)
    c.status("9000", rule="card/verify/not-set-right")
    return c.case()


def no_pin_has_nothing_to_compare(context: Context) -> Case:
    """Send a PIN to a card that has none."""
    c = CaseBuilder(
        "card/verify/not-set-compare/01",
        "A card whose PIN is not set compares none.",
        context,
        personality="no PIN",
        effect="restores",
    )
    verify(c, "123456")
    c.status("6984", rule="card/verify/not-set-compare", shows="forbidden")
    c.must("805E010004FF123456")
    verify(c, "123456")
    c.status("9000", rule="card/verify/not-set-compare")
    c.must("805E010004123456FF")
    return c.case()
