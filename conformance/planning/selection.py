"""A plan cut down to some cases, for a replay: it says that it is partial, and so does its bundle."""

from __future__ import annotations

from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import msgspec

from onecard.sim.errors import InputError

if TYPE_CHECKING:
    from onecard.conformance.model.plan import Plan

__all__ = ["cut_to", "only_cases"]

_SHOWN = 4


def only_cases(plan: Plan, patterns: tuple[str, ...]) -> Plan:
    """Return the plan with the cases alone whose id fits one of the patterns.

    Raises:
        InputError: a pattern fits no case.
    """
    ids = [planned.case.id for planned in plan.cases]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in ids):
            raise InputError("no such case", where="--case", value=pattern, allowed=_nearest(pattern, ids))
    kept = frozenset(name for name in ids if any(fnmatchcase(name, pattern) for pattern in patterns))
    return cut_to(plan, kept, why=f"only {', '.join(patterns)}")


def cut_to(plan: Plan, ids: frozenset[str], *, why: str) -> Plan:
    """Return the plan with these cases and the clauses that they judge alone; it says why."""
    kept = tuple(planned for planned in plan.cases if planned.case.id in ids)
    rules = {rule for planned in kept for rule in planned.case.rules}
    return msgspec.structs.replace(
        plan,
        cases=kept,
        clauses=tuple(clause for clause in plan.clauses if clause.id in rules),
        partial=why,
    )


def _nearest(pattern: str, ids: list[str]) -> str:
    near = get_close_matches(pattern, ids, n=_SHOWN, cutoff=0.5)
    listed = f"one of {len(ids)}, as onecard conformance cases lists them"
    return f"{listed}; perhaps {', '.join(near)}" if near else listed
