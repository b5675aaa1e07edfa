"""A bundle's plan held against the one that this version of the suite computes from the same statement.

The second evaluator judges by the plan that stands in the bundle. Whoever signs anew could have taken a check
out of it; only the suite knows that there was one. So this is no part of ``recheck``: it needs the suite.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from onecard import __version__
from onecard.conformance.adapters.port import Traits
from onecard.conformance.planning.plan import make_plan
from onecard.sim.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.model.plan import Plan, PlannedCase

__all__ = ["Replanned", "replanned"]

_FACES = frozenset(("contact", "contactless"))
_EVERYTHING = Traits(fresh=True, faces=_FACES, tears=True, hot_plug=True)
_LESSER = (
    Traits(fresh=False, faces=_FACES, tears=True, hot_plug=True),
    Traits(fresh=True, faces=frozenset(), tears=True, hot_plug=True),
    Traits(fresh=True, faces=_FACES, tears=False, hot_plug=True),
    Traits(fresh=True, faces=_FACES, tears=True, hot_plug=False),
)
"""Adapters that lack one thing each: what they exclude may be excluded for an adapter's sake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replanned:
    """What the comparison came to."""

    differences: tuple[str, ...]
    """What in the plan does not follow from the statement, one line each; none: it is the suite's plan."""
    for_the_adapter: int
    """Cases that the statement asks for and the adapter could not run."""
    withheld: int
    """Destructive cases that were not asked for."""
    left_out: int
    """Cases of the suite that a partial plan leaves out."""


def replanned(plan: Plan) -> Replanned:
    """Compute a plan again from its statement, and compare.

    Args:
        plan: of a bundle.

    Raises:
        InputError: another version made it, whose suite is not here.
    """
    if plan.version != __version__:
        raise InputError(
            "the plan can be computed again only by the version that made it",
            where="--replan",
            value=plan.version,
            allowed=__version__,
        )
    whole = _planned(plan, _EVERYTHING)
    ids = {planned.case.id for planned in plan.cases}
    return Replanned(
        differences=tuple(_differences(plan, whole)),
        for_the_adapter=sum(1 for each in _excluded(plan) if each not in set(_excluded(whole))),
        withheld=sum(1 for planned in plan.cases if planned.withheld),
        left_out=sum(1 for planned in whole.cases if planned.case.id not in ids),
    )


def _planned(plan: Plan, traits: Traits, *, destructive: bool = True) -> Plan:
    return make_plan(plan.statement, traits, seed=plan.seed, destructive=destructive, strict=plan.strict)


def _excluded(plan: Plan) -> Iterator[str]:
    return (planned.case.id for planned in plan.cases if planned.excluded)


def _differences(plan: Plan, whole: Plan) -> Iterator[str]:
    ours = {planned.case.id: planned for planned in whole.cases}
    ids = [planned.case.id for planned in plan.cases]
    reasons = _adapters_reasons(plan)
    for planned in plan.cases:
        yield from _of_case(planned, ours.get(planned.case.id), reasons.get(planned.case.id, frozenset()))
    missing = [name for name in ours if name not in set(ids)]
    if missing and not plan.partial:
        yield f"{len(missing)} cases of the suite are not in the plan: {missing[0]} and so on"
    if [name for name in ours if name in set(ids)] != [name for name in ids if name in ours]:
        yield "the cases are not in the suite's order"
    clauses = {clause.id: clause for clause in whole.clauses}
    yield from (
        f"clause {clause.id} is not as the registry has it"
        for clause in plan.clauses
        if clauses.get(clause.id) != clause
    )
    if plan.keys != whole.keys:
        yield "the keys are not those of the statement"


def _of_case(planned: PlannedCase, ours: PlannedCase | None, reasons: frozenset[str]) -> Iterator[str]:
    name = planned.case.id
    if ours is None:
        yield f"case {name} is not in the suite"
        return
    if planned.case != ours.case:
        parts = ("steps", "checks", "purpose", "personality", "option", "effect", "face")
        changed = [part for part in parts if getattr(planned.case, part) != getattr(ours.case, part)]
        yield f"case {name} has other {', '.join(changed)} than in the suite"
    if ours.excluded and not planned.excluded:
        yield f"case {name} is in the plan though {ours.excluded}"
    elif planned.excluded not in {ours.excluded, *reasons} or (
        planned.withheld and not ours.case.destructive
    ):
        yield f"case {name} is left out without a reason that the suite knows: {planned.excluded}"


def _adapters_reasons(plan: Plan) -> dict[str, frozenset[str]]:
    """Return for each case the reasons for which some adapter cannot run it."""
    found: dict[str, frozenset[str]] = {}
    for traits in _LESSER:
        for planned in _planned(plan, traits).cases:
            found[planned.case.id] = found.get(planned.case.id, frozenset()) | {planned.excluded}
    return found
