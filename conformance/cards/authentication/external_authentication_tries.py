"""Retry counters of keys: counting, filling, locking (facts: card.md §9.1, §10, §11, §21 Q12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import CaseBuilder
from onecard.conformance.cards.security_steps import (
    ORIGINAL,
    authenticate,
    challenge,
    external_command,
    external_keys,
    key_number,
    key_of,
    proof,
    select,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case, Effect
    from onecard.virtual_cards.layouts.layout import DedicatedFile, KeySlot

__all__ = ["cases"]

_LOOK, _WRITE_BACK = "00B2022C00", "00DC022C03{look}"
_BEYOND = 2
"""Wrong proofs beyond the limit of other keys, for keys that are never locked."""


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield the_limit_is_the_one_stated(context)
    yield a_failure_costs_one_try(context)
    yield a_right_proof_fills_the_counter(context)
    yield the_counter_outlives_a_reset(context)
    yield counters_are_apart(context)
    yield a_refused_proof_costs_nothing(context)
    yield a_failure_ends_the_right(context)
    yield the_try_is_spent_first(context)
    for application, slot in _to_lock(context):
        yield no_try_left_locks(context, application, slot)
    yield a_lock_outlives_a_reset(context)
    for application, slot in external_keys(context):
        if not slot.tries:
            yield a_blocking_key_is_never_locked(context, application, slot)


def _to_lock(context: Context) -> Iterator[tuple[DedicatedFile, KeySlot]]:
    """Give the first key of each application that can be locked, and the PIN's unblocking key."""
    seen: set[str] = set()
    for application, slot in external_keys(context):
        if slot.tries and (application.name not in seen or slot.name == "PUK"):
            seen.add(application.name)
            yield application, slot


def _case(context: Context, rule: str, number: int, purpose: str, effect: Effect = "restores") -> CaseBuilder:
    return CaseBuilder(f"card/external/{rule}/{number:02}", purpose, context, effect=effect)


def _full(c: CaseBuilder, slot: KeySlot) -> None:
    """Fill the counter, as a precondition."""
    authenticate(c, slot)
    c.status("9000")


def the_limit_is_the_one_stated(context: Context) -> Case:
    """Fail once and look how many tries are left."""
    c = _case(context, "limit", 1, "The first failure leaves one try fewer than the statement says.")
    slot, limit = key_of(context, "UKSSSE"), context.statement.card.facts.key_tries
    authenticate(c, slot)
    c.status("9000", rule="card/external/limit")
    c.status("9000")
    authenticate(c, slot, wrong=True)
    c.status(f"63C{limit - 1:X}", rule="card/external/limit", shows="forbidden")
    _full(c, slot)
    return c.case()


def a_failure_costs_one_try(context: Context) -> Case:
    """Fail as often as one may without a lock."""
    c = _case(context, "counts-down", 1, "Each failure costs one try, and the last try may still succeed.")
    slot, limit = key_of(context, "UKSSSE"), context.statement.card.facts.key_tries
    _full(c, slot)
    authenticate(c, slot, wrong=True)
    c.status("63Cx", rule="card/external/counts-down", shows="forbidden")
    for _ in range(limit - 2):
        earlier = c.last
        authenticate(c, slot, wrong=True)
        c.counter(earlier, -1, rule="card/external/counts-down", shows="forbidden")
    authenticate(c, slot)
    c.status("9000", rule="card/external/counts-down")
    return c.case()


def a_right_proof_fills_the_counter(context: Context) -> Case:
    """Fail, succeed, fail."""
    c = _case(context, "fills", 1, "A right proof gives all tries back.")
    slot = key_of(context, "UKSSSE")
    _full(c, slot)
    first = authenticate(c, slot, wrong=True)
    c.status("63Cx")
    authenticate(c, slot)
    c.status("9000", rule="card/external/fills")
    authenticate(c, slot, wrong=True)
    c.counter(first, 0, rule="card/external/fills")
    _full(c, slot)
    return c.case()


def the_counter_outlives_a_reset(context: Context) -> Case:
    """Fail, reset, fail."""
    c = _case(context, "outlives-reset", 1, "A reset gives no tries back.")
    slot = key_of(context, "UKSSSE")
    _full(c, slot)
    first = authenticate(c, slot, wrong=True)
    c.status("63Cx")
    c.reset()
    c.alive()
    authenticate(c, slot, wrong=True)
    c.counter(first, -1, rule="card/external/outlives-reset", shows="forbidden")
    authenticate(c, slot)
    c.status("9000", rule="card/external/outlives-reset")
    return c.case()


def counters_are_apart(context: Context) -> Case:
    """Fail once with one key, then once with another."""
    c = _case(context, "counters-apart", 1, "A failure of one key costs no try of another.")
    one, other = key_of(context, "UKSSSE"), key_of(context, "PUK")
    _full(c, one)
    _full(c, other)
    reference = authenticate(c, other, wrong=True)
    c.status("63Cx")
    _full(c, other)
    authenticate(c, one, wrong=True)
    c.status("63Cx")
    authenticate(c, other, wrong=True)
    c.counter(reference, 0, rule="card/external/counters-apart", shows="forbidden")
    authenticate(c, other)
    c.status("9000", rule="card/external/counters-apart")
    _full(c, one)
    return c.case()


def a_refused_proof_costs_nothing(context: Context) -> Case:
    """Send proofs without a challenge, of a wrong length, of an unknown version."""
    c = _case(context, "refusal-is-free", 1, "A command that is refused before the proof costs no try.")
    slot = key_of(context, "UKSSSE")
    _full(c, slot)
    reference = authenticate(c, slot, wrong=True)
    c.status("63Cx")
    _full(c, slot)
    for command in (
        external_command(slot, "11" * 16),
        f"008200{slot.key_id:02X}0F{'11' * 15}",
        external_command(slot, "11" * 16, told=9),
    ):
        c.send(command)
        c.status("6984", "6700", "6A88", rule="card/external/refusal-is-free", shows="forbidden")
        authenticate(c, slot, wrong=True)
        c.counter(reference, 0, rule="card/external/refusal-is-free")
        _full(c, slot)
    return c.case()


def a_failure_ends_the_right(context: Context) -> Case:
    """Fail while the key's right is held."""
    c = _case(context, "failure-ends-right", 1, "A failure takes away the right that the key had given.")
    slot = key_of(context, "UKSSSE")
    c.must(_LOOK, name="look")
    c.length(3)
    _full(c, slot)
    c.send(_WRITE_BACK)
    c.status("9000", rule="card/external/failure-ends-right")
    authenticate(c, slot, wrong=True)
    c.status("63Cx")
    c.send(_WRITE_BACK)
    c.status("6982", rule="card/external/failure-ends-right", shows="forbidden")
    _full(c, slot)
    return c.case()


def the_try_is_spent_first(context: Context) -> Case:
    """Take the power away at the first byte written; a card that compares first has answered by then."""
    c = _case(context, "spent-first", 1, "A try is written off before the proof is compared.")
    slot = key_of(context, "UKSSSE")
    _full(c, slot)
    given = proof(c, slot, challenge(c))
    c.tear(external_command(slot, given + ORIGINAL), 0)
    c.silent(rule="card/external/spent-first", shows="forbidden")
    c.reset()
    c.alive()
    authenticate(c, slot)
    c.status("9000", rule="card/external/spent-first")
    return c.case()


def no_try_left_locks(context: Context, application: DedicatedFile, slot: KeySlot) -> Case:
    """Spend every try of a key."""
    number = key_number(slot.name)
    c = _case(
        context, "locks", number, f"With no try left {slot.name} is locked, to a right proof too.", "destroys"
    )
    limit = context.statement.card.facts.key_tries
    if application.name != "SSSE":
        select(c, application.name)
    authenticate(c, slot)
    c.status("9000", rule="card/external/locks")
    c.status("9000")
    for left in range(limit - 1, -1, -1):
        authenticate(c, slot, wrong=True)
        c.status(f"63C{left:X}", rule="card/external/locks", shows="forbidden")
    authenticate(c, slot)
    c.status("6983", rule="card/external/locks", shows="forbidden")
    authenticate(c, slot, wrong=True)
    c.status("6983", rule="card/external/locks", shows="forbidden")
    return c.case()


def a_lock_outlives_a_reset(context: Context) -> Case:
    """Lock a key and reset."""
    c = _case(context, "lock-stays", 1, "A reset unlocks no key, and locks no other.", "destroys")
    slot = key_of(context, "UKSSSE")
    _full(c, slot)
    for _ in range(context.statement.card.facts.key_tries):
        authenticate(c, slot, wrong=True)
        c.status("63Cx")
    c.reset()
    c.alive()
    authenticate(c, slot)
    c.status("6983", rule="card/external/lock-stays", shows="forbidden")
    authenticate(c, key_of(context, "PUK"))
    c.status("9000", rule="card/external/lock-stays")
    return c.case()


def a_blocking_key_is_never_locked(context: Context, application: DedicatedFile, slot: KeySlot) -> Case:
    """Fail more often than any other key allows; a card that does lock it is none the better for it."""
    c = _case(
        context,
        "blocking-keys",
        key_number(slot.name),
        f"{slot.name} is not locked by failures.",
        "destroys",
    )
    if application.name != "SSSE":
        select(c, application.name)
    authenticate(c, slot)
    c.status("9000", rule="card/external/blocking-keys")
    c.status("9000")
    for _ in range(context.statement.card.facts.key_tries + _BEYOND):
        authenticate(c, slot, wrong=True)
        c.status("63Cx", rule="card/external/blocking-keys", shows="forbidden")
    authenticate(c, slot)
    c.status("9000", rule="card/external/blocking-keys")
    return c.case()
