"""Access conditions: the text of the layout tables, understood (facts: card.md §5.1).

A condition is a choice of requirements: ``"PIN or RK1DF01"`` is two alternatives of one right each,
``"PIN and RK1DF04"`` one alternative of two. ``"(PIN and RK3DF03) or UK4DF03"`` nests no deeper: it is
written ``"PIN and RK3DF03 or UK4DF03"``, ``and`` binds tighter. ``"free"`` asks for nothing; ``"never"``
has no alternative and cannot be met by any command.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

__all__ = ["PIN", "Access", "parse_access"]

PIN = "PIN"
"""Name of the right that VERIFY gives; every other right has its key's name."""


@dataclass(frozen=True, slots=True)
class Access:
    """An access condition: met when one alternative's rights are all held."""

    text: str
    alternatives: tuple[frozenset[str], ...]

    def allows(self, rights: AbstractSet[str]) -> bool:
        """Tell whether these rights (``"PIN"`` and key names) meet the condition."""
        return any(needed <= rights for needed in self.alternatives)

    @property
    def rights(self) -> frozenset[str]:
        """Every right that the condition mentions."""
        return frozenset().union(*self.alternatives)


def parse_access(text: str) -> Access:
    """Understand a condition's text.

    Args:
        text: ``"free"``, ``"never"``, or names of rights joined by ``and`` and ``or``.

    Raises:
        ValueError: the text does not follow that form.
    """
    if text == "never":
        return Access(text, ())
    if text == "free":
        return Access(text, (frozenset(),))
    alternatives = tuple(_conjunction(text, part) for part in text.split(" or "))
    return Access(text, alternatives)


def _conjunction(text: str, part: str) -> frozenset[str]:
    names = part.split(" and ")
    for name in names:
        if not name.isalnum() or not name.isascii() or name in ("free", "never", "and", "or"):
            raise ValueError(f"access condition {text!r}: {name!r} is not the name of a right")
    return frozenset(names)
