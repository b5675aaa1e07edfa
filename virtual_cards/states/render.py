"""A region as a table in Markdown: events down, states across."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onecard.virtual_cards.states.document import Region, Transition

__all__ = ["render"]

_FORBIDDEN = "✗ "


def render(region: Region) -> str:
    """Return a region's states with their meaning, and its table.

    A cell reads ``9000``, ``9000 → verified`` when the state changes, ``✗ 6983`` when the state forbids it.
    """
    meanings = (f"* **{name}**: {meaning}" for name, meaning in region.states.items())
    heading = ["event", *region.states]
    lines = [_line(heading), _line("---" for _ in heading)]
    for event in region.alphabet:
        cells = ("; ".join(_cell(row) for row in region.at(state, event.name)) for state in region.states)
        lines.append(_line((event.name, *cells)))
    return "\n".join((*meanings, "", *lines)) + "\n"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(row: Transition) -> str:
    text = (_FORBIDDEN if row.forbidden else "") + row.status
    if row.after != row.state:
        text += f" → {row.after}"
    return f"{text} ({row.when})" if row.when else text
