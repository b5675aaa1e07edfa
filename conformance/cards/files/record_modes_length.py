"""READ RECORD with Le 00, too long, too short, over both faces (facts: card.md §10, §21 Q15–16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import CaseBuilder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["length_cases"]


def length_cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    for topic, le, told, what in (
        ("zero", 0x00, context.habits.zero_le_gets_6c, "00"),
        ("longer", 0x20, context.habits.long_le_gets_6c, "longer than the record"),
        ("shorter", 0x02, context.habits.short_le_gets_6c, "shorter than the record"),
    ):
        yield unfit_length(context, topic, le, told, what)


def unfit_length(context: Context, topic: str, le: int, told: bool, what: str) -> Case:
    """Read record 3, six bytes, with another Le: the card tells the length, or gives the record."""
    face = "" if context.face == "contact" or topic == "shorter" else "-contactless"
    rule = f"card/records/le-{topic}{face}"
    outcome = "tells the right length" if told else "gives the whole record"
    c = CaseBuilder(f"card/records/le-{topic}/01", f"READ RECORD with Le {what} {outcome}.", context)
    c.send(f"00B2032C{le:02X}", raw=True)
    if told:
        c.status("6C06", rule=rule, shows="forbidden")
        c.length(0, rule=rule, shows="forbidden")
        c.send("00B2032C06", raw=True)
    c.status("9000", rule=rule)
    c.matches("0304*", rule=rule)
    c.length(6, rule=rule)
    return c.case()
