"""The null battery: things that are no card, against the whole suite; not one case may pass."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from onecard.conformance.adapters.nulls import NULLS
from onecard.conformance.adapters.opening import open_card
from onecard.conformance.model.verdict import Verdict
from onecard.conformance.running.run import run_plan

if TYPE_CHECKING:
    from onecard.conformance.model.plan import Plan

__all__ = ["NullResult", "null_battery", "null_names"]


class NullResult(NamedTuple):
    """What one null implementation came to."""

    name: str
    counts: dict[str, int]
    """Verdict → number of cases."""
    passed: tuple[str, ...]
    """Cases that passed: there must be none."""


def null_names() -> tuple[str, ...]:
    """Return the battery's names."""
    return tuple(NULLS)


def null_battery(name: str, plan: Plan) -> NullResult:
    """Run a plan on one null implementation.

    Args:
        name: of :func:`null_names`.
        plan: the whole plan of a reference card.
    """
    port = open_card(f"null:{name}", seed=plan.seed)
    try:
        judged = run_plan(plan, port).judged
    finally:
        port.close()
    counts = Counter(each.verdict.value for each in judged)
    passed = tuple(each.case for each in judged if each.verdict in (Verdict.PASS, Verdict.WARN))
    return NullResult(name, {verdict.value: counts[verdict.value] for verdict in Verdict}, passed)
