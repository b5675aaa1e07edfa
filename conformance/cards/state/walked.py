"""A case of nothing but walks beside one model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import CaseBuilder

if TYPE_CHECKING:
    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case, Effect
    from onecard.conformance.model.steps import Model

__all__ = ["RESET", "walked"]

WALKS, LONGEST = 20, 16

RESET = {"reset": "9000"}
"""A reset that goes on to SELECT ends with that command's status word."""


def walked(
    context: Context,
    rule: str,
    purpose: str,
    model: Model,
    *,
    number: int = 1,
    effect: Effect = "none",
    option: str = "",
    personality: str = "standard",
) -> Case:
    """Make the case: walks beside a model judge its clause both ways.

    Args:
        context: card and face.
        rule: clause; the case's id is made of it.
        purpose: one sentence.
        model: what the walks go beside.
        number: of the case among those of its clause.
        effect: what the walks leave behind.
        option: that the statement must claim; empty: none.
        personality: which card must be in the slot.
    """
    c = CaseBuilder(
        f"{rule}/{number:02d}", purpose, context, effect=effect, option=option, personality=personality
    )
    c.walk(model, walks=WALKS, longest=LONGEST)
    c.follows_model(rule=rule)
    c.follows_model(rule=rule, shows="forbidden")
    c.reset()
    return c.case()
