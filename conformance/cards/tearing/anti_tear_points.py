"""Where power fails, and what may be seen afterwards (facts: card.md §11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from onecard.conformance.cards.builder import CaseBuilder
    from onecard.conformance.model.checks import Shows

__all__ = ["POINTS", "Point", "power_fails"]

Seen = TypeVar("Seen")

_LIVES = "card/tear/lives"
_LONGEST_ATR = 33


class Point(NamedTuple):
    """One point at which power fails."""

    number: int
    """Last part of the case's id."""
    when: str
    after_bytes: int
    before: bool
    """The state before may be seen afterwards."""
    after: bool
    """The state after may be seen."""

    @property
    def shows(self) -> Shows:
        """A command that finishes is what is allowed; one that does not is what is tried."""
        return "forbidden" if self.before else "conforming"

    def allowed(self, before: Seen, after: Seen) -> tuple[Seen, ...]:
        """Return what may be seen."""
        return (before,) * self.before + (after,) * self.after


POINTS = (
    Point(1, "before the first byte", 0, True, False),
    Point(2, "after the first bytes", 20, True, True),
    Point(3, "after many bytes", 150, True, True),
    Point(4, "after the last byte", 1_000_000, False, True),
)


def power_fails(c: CaseBuilder, command: str, point: Point) -> str:
    """Send a command during which power fails, power the card again and select the SSSE; it must live."""
    torn = c.tear(command, point.after_bytes)
    c.reset()
    c.length(1, _LONGEST_ATR, rule=_LIVES, shows=point.shows)
    return torn
