"""Steps of CHANGE PIN (facts: card.md §10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import CaseBuilder

if TYPE_CHECKING:
    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Effect

__all__ = ["change", "change_back", "change_case"]


def change_case(
    context: Context, rule: str, number: int, purpose: str, effect: Effect = "restores"
) -> CaseBuilder:
    """Begin a case whose id follows its rule."""
    return CaseBuilder(f"card/pin-change/{rule}/{number:02}", purpose, context, effect=effect)


def change(c: CaseBuilder, old: str, new: str) -> str:
    """Send CHANGE PIN with two packed PINs, either of which may be empty."""
    data = f"{old}FF{new}"
    return c.send(f"805E0100{len(data) // 2:02X}{data}")


def change_back(c: CaseBuilder, new: str) -> None:
    """Set the statement's PIN again, which must succeed."""
    change(c, new, c.context.pin)
    c.status("9000")
