"""The PIN's counter: counting, filling, locking (facts: card.md §10, §11, §21 Q12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import CaseBuilder
from onecard.conformance.cards.security_steps import (
    ASK_TRIES,
    pin_right,
    tries_left,
    verify,
    verify_command,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_LIMITS = ((6, "PIN of 6 tries"), (10, "PIN of 10 tries"))


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield the_limit_is_the_one_stated(context, 1, context.statement.card.facts.pin_tries, "standard")
    for number, (limit, personality) in enumerate(_LIMITS, 2):
        yield the_limit_is_the_one_stated(context, number, limit, personality)
    yield a_failure_costs_one_try(context)
    yield the_last_try_may_succeed(context)
    yield a_right_pin_fills_the_counter(context)
    yield the_counter_outlives_a_reset(context)
    yield a_failure_ends_the_right(context)
    yield the_try_is_spent_first(context)
    yield no_try_left_locks(context, 1, context.statement.card.facts.pin_tries, "standard")
    for number, (limit, personality) in enumerate(_LIMITS, 2):
        yield no_try_left_locks(context, number, limit, personality)
    yield a_locked_pin_opens_nothing(context)
    yield a_lock_outlives_a_reset(context)


def the_limit_is_the_one_stated(context: Context, number: int, limit: int, personality: str) -> Case:
    """Fill the counter and ask."""
    c = CaseBuilder(
        f"card/verify/limit/{number:02}",
        f"A full counter has {limit} tries.",
        context,
        personality=personality,
        effect="restores",
    )
    verify(c, context.pin)
    c.status("9000")
    c.send(ASK_TRIES)
    c.status(f"63C{limit:X}", rule="card/verify/limit")
    verify(c, context.wrong_pin)
    c.status(f"63C{limit - 1:X}", rule="card/verify/limit", shows="forbidden")
    verify(c, context.pin)
    c.status("9000")
    return c.case()


def a_failure_costs_one_try(context: Context) -> Case:
    """Compare the tries before and after."""
    c = CaseBuilder("card/verify/counts-down/01", "Each wrong PIN costs one try.", context, effect="restores")
    verify(c, context.pin)
    c.status("9000", rule="card/verify/counts-down")
    earlier = tries_left(c, 2)
    for _ in range(2):
        verify(c, context.wrong_pin)
        c.counter(earlier, -1, rule="card/verify/counts-down", shows="forbidden")
        earlier = c.last
    verify(c, context.pin)
    c.status("9000", rule="card/verify/counts-down")
    return c.case()


def the_last_try_may_succeed(context: Context) -> Case:
    """Fail as often as one may, then verify."""
    c = CaseBuilder("card/verify/counts-down/02", "The last try may succeed.", context, effect="restores")
    verify(c, context.pin)
    c.status("9000")
    limit = context.statement.card.facts.pin_tries
    c.must(ASK_TRIES, f"63C{limit:X}")
    for left in range(limit - 1, 0, -1):
        c.must(verify_command(context.wrong_pin), f"63C{left:X}")
    verify(c, context.pin)
    c.status("9000", rule="card/verify/counts-down")
    pin_right(c)
    c.status("9000", rule="card/verify/counts-down")
    return c.case()


def a_right_pin_fills_the_counter(context: Context) -> Case:
    """Fail, verify, ask."""
    c = CaseBuilder("card/verify/fills/01", "The right PIN gives all tries back.", context, effect="restores")
    verify(c, context.pin)
    c.status("9000")
    full = tries_left(c, 2)
    for _ in range(2):
        verify(c, context.wrong_pin)
        c.status("63Cx")
    verify(c, context.pin)
    c.status("9000", rule="card/verify/fills")
    c.send(ASK_TRIES)
    c.counter(full, 0, rule="card/verify/fills")
    return c.case()


def the_counter_outlives_a_reset(context: Context) -> Case:
    """Fail, reset, ask."""
    c = CaseBuilder(
        "card/verify/outlives-reset/01", "A reset gives no tries back.", context, effect="restores"
    )
    full = tries_left(c, 1)
    verify(c, context.wrong_pin)
    c.status("63Cx")
    c.reset()
    c.alive()
    c.send(ASK_TRIES)
    c.counter(full, -1, rule="card/verify/outlives-reset", shows="forbidden")
    verify(c, context.pin)
    c.status("9000", rule="card/verify/outlives-reset")
    return c.case()


def a_failure_ends_the_right(context: Context) -> Case:
    """Verify, fail, read."""
    c = CaseBuilder(
        "card/verify/failure-ends-right/01",
        "A wrong PIN takes away the right that the right one had given.",
        context,
        effect="restores",
    )
    verify(c, context.pin)
    c.status("9000")
    pin_right(c)
    c.status("9000", rule="card/verify/failure-ends-right")
    verify(c, context.wrong_pin)
    c.status("63Cx")
    pin_right(c)
    c.status("6982", rule="card/verify/failure-ends-right", shows="forbidden")
    verify(c, context.pin)
    c.status("9000")
    return c.case()


def the_try_is_spent_first(context: Context) -> Case:
    """Take the power away at the first byte written; a card that compares first has answered by then."""
    c = CaseBuilder(
        "card/verify/spent-first/01",
        "A try is written off before the PIN is compared.",
        context,
        effect="restores",
    )
    verify(c, context.pin)
    c.status("9000")
    tries_left(c, 2)
    for pin in (context.pin, context.wrong_pin):
        c.tear(verify_command(pin), 0)
        c.silent(rule="card/verify/spent-first", shows="forbidden")
        c.reset()
        c.alive()
    verify(c, context.pin)
    c.status("9000", rule="card/verify/spent-first")
    return c.case()


def no_try_left_locks(context: Context, number: int, limit: int, personality: str) -> Case:
    """Spend every try."""
    c = CaseBuilder(
        f"card/verify/locks/{number:02}",
        f"After {limit} wrong PINs every VERIFY is refused, the right PIN and the question too.",
        context,
        personality=personality,
        effect="destroys",
    )
    verify(c, context.pin)
    c.status("9000", rule="card/verify/locks")
    for left in range(limit - 1, -1, -1):
        verify(c, context.wrong_pin)
        c.status(f"63C{left:X}", rule="card/verify/locks", shows="forbidden")
    for command in (verify_command(context.pin), ASK_TRIES, verify_command(context.wrong_pin)):
        c.send(command)
        c.status("6983", rule="card/verify/locks", shows="forbidden")
    return c.case()


def _lock(c: CaseBuilder) -> None:
    """Spend every try."""
    verify(c, c.context.pin)
    c.status("9000")
    for _ in range(c.context.statement.card.facts.pin_tries):
        verify(c, c.context.wrong_pin)
        c.status("63Cx")


def a_locked_pin_opens_nothing(context: Context) -> Case:
    """Read what the PIN opens after it has been locked."""
    c = CaseBuilder(
        "card/verify/locked-opens-nothing/01",
        "A locked PIN opens nothing, what is free stays free.",
        context,
        effect="destroys",
    )
    _lock(c)
    c.send("00B2012C00")
    c.status("9000", rule="card/verify/locked-opens-nothing")
    verify(c, context.pin)
    pin_right(c)
    c.status("6982", rule="card/verify/locked-opens-nothing", shows="forbidden")
    return c.case()


def a_lock_outlives_a_reset(context: Context) -> Case:
    """Lock, reset, verify."""
    c = CaseBuilder("card/verify/lock-stays/01", "A reset unlocks no PIN.", context, effect="destroys")
    _lock(c)
    c.reset()
    c.alive()
    verify(c, context.pin)
    c.status("6983", rule="card/verify/lock-stays", shows="forbidden")
    c.send(ASK_TRIES)
    c.status("6983", rule="card/verify/lock-stays", shows="forbidden")
    c.send("00B2012C00")
    c.status("9000", rule="card/verify/lock-stays")
    return c.case()
