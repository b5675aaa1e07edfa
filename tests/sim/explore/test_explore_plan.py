"""Which faults a seed has is a function of what they happen to."""

from collections.abc import Sequence

import pytest

from onecard.sim.explore.faults import FAULTS, MESSAGE_FAULTS
from onecard.sim.explore.plan import FAULTY_US, Injection, Plan

ALL = tuple(FAULTS)
HEADS = [b'{"infno":"2207","msgid":"H31000000001%018d' % number for number in range(400)]
NODES = ("city/310000", "province/31", "ministry")
LINKS = [("city/310000", "province/31"), ("province/31", "ministry")]


def injections(
    plan: Plan, heads: Sequence[bytes] = HEADS, occurrences: tuple[int, ...] = (0, 1)
) -> dict[tuple[bytes, int, bool], Injection]:
    found = {}
    for head in heads:
        for occurrence in occurrences:
            for reply in (False, True):
                injection = plan.on_message(7, head, occurrence, reply=reply)
                if injection is not None:
                    found[head, occurrence, reply] = injection
    return found


def plans() -> list[Plan]:
    return [Plan(seed=seed, faults=ALL, messages=100) for seed in range(40)]


def test_the_order_of_messages_changes_nothing() -> None:
    for plan in plans():
        assert injections(plan) == injections(plan, HEADS[::-1], (1, 0))


def test_switching_injections_off_leaves_the_others_as_they_are() -> None:
    for plan in plans():
        found = injections(plan)
        kept = frozenset(injection.key for injection in list(found.values())[::2])
        some = injections(Plan(seed=plan.seed, faults=ALL, messages=100, only=kept))
        assert some == {where: each for where, each in found.items() if each.key in kept}


def test_every_fault_of_messages_is_drawn_where_it_belongs() -> None:
    drawn: dict[str, set[str]] = {}
    for plan in plans():
        for (_, _, reply), injection in injections(plan).items():
            drawn.setdefault(injection.fault.name, set()).add("reply" if reply else "request")
    assert drawn == {
        row.name: {"request", "reply"} if row.place == "both" else {row.place} for row in MESSAGE_FAULTS
    }


def test_durations_stay_within_their_row() -> None:
    for plan in plans():
        for injection in injections(plan).values():
            row = injection.fault
            assert row.shortest_us <= injection.duration_us <= row.longest_us


def test_every_moment_of_a_crash_is_drawn() -> None:
    drawn = [each for plan in plans() for each in injections(plan).values() if each.fault.name == "crash"]
    assert {each.moment for each in drawn} == {"on-arrival", "before-commit", "after-commit", "after-reply"}
    assert {each.later_step for each in drawn} == {True, False}


def test_node_faults_begin_while_faults_happen_and_end_with_them() -> None:
    drawn = [each for plan in plans() for each in plan.on_nodes(NODES, LINKS)]
    assert {each.fault.name for each in drawn} == {"clock-skew", "partition"}
    assert all(0 <= each.begin_us < each.end_us <= FAULTY_US for each in drawn)
    assert len({each.nodes for each in drawn}) == len(NODES) + len(LINKS)


@pytest.mark.parametrize("name", ALL)
def test_only_the_wanted_faults_take_part(name: str) -> None:
    for seed in range(10):
        plan = Plan(seed=seed, faults=(name,), messages=100)
        names = {each.fault.name for each in injections(plan).values()}
        names |= {each.fault.name for each in plan.on_nodes(NODES, LINKS)}
        assert names <= {name}


def test_crashes_are_bounded_in_a_seed_with_many_messages() -> None:
    heads = [b'{"infno":"2207","msgid":"H31000000001%018d' % number for number in range(3000)]
    for seed in range(10):
        found = injections(Plan(seed=seed, faults=("crash",), messages=3000), heads, (0,))
        assert len(found) < 40
