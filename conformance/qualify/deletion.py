"""Deletion: whatever rule is taken out of the reference, a case turns red for that rule.

A seeded defect breaks one rule; a rule that no killed defect breaks could be missing unnoticed: it is silent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.clauses.registry import clauses_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onecard.conformance.qualify.kill import Kill

__all__ = ["silent_rules"]


def silent_rules(kills: Iterable[Kill], *, kind: str = "card") -> tuple[str, ...]:
    """Return the tested rules whose absence no case would tell, sorted."""
    heard = {kill.defect.rule for kill in kills if kill.killed}
    return tuple(clause.id for clause in clauses_of(kind) if clause.tested and clause.id not in heard)
