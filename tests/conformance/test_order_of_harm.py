"""On a card that cannot be made anew, what is worse for the card comes later."""

from __future__ import annotations

from onecard.conformance.adapters.port import Traits
from onecard.conformance.model.case import Case
from onecard.conformance.planning.order import harm_of
from onecard.conformance.planning.plan import make_plan
from onecard.conformance.running.run import order_of
from onecard.conformance.statements.loader import reference_statement


def destructive_cases(shuffle: int | None = None) -> list[Case]:
    traits = Traits(fresh=False, faces=frozenset(("contact",)), tears=True, hot_plug=True)
    plan = make_plan(reference_statement("3.00"), traits, seed=5, destructive=True)
    ran = [plan.cases[at].case for at in order_of(plan, shuffle=shuffle)]
    first = next(at for at, case in enumerate(ran) if case.destructive)
    assert all(case.destructive for case in ran[first:])
    return ran[first:]


def test_traces_come_before_locks_and_locks_before_blocks() -> None:
    for shuffle in (None, 1):
        cases = destructive_cases(shuffle)
        assert [harm_of(case) for case in cases] == sorted(harm_of(case) for case in cases)
        effects = [case.effect for case in cases]
        assert effects == sorted(effects), "alters, then destroys"


def test_the_first_case_that_blocks_the_card_comes_after_every_case_that_does_not() -> None:
    names = [case.id for case in destructive_cases()]
    first = min(
        names.index(name) for name in names if name.startswith(("card/block/card/", "card/tear/card-block/"))
    )
    last = max(names.index(name) for name in names if name.startswith("card/block/application"))
    assert last < first
