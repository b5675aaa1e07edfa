"""What every figure of the report consists of: a drawing, one sentence, and the table behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from onecard.reports.canvas import Canvas
from onecard.reports.palette import EDGE, MUTED
from onecard.reports.texts import Words, text

__all__ = ["FULL", "HALF", "Drawn", "Table", "empty", "ranked"]

FULL = 960
"""Width in pixels of a figure that takes the whole column."""
HALF = 470
"""Width in pixels of a figure that shares the column with another."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """The numbers behind a figure; the first ``text_columns`` columns are words, the others numbers."""

    head: Sequence[Words]
    rows: Sequence[Sequence[Words]]
    text_columns: int = 1


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """One figure of the report.

    Attributes:
        identifier: The name after ``fig-``.
        caption: One sentence that says what one sees, computed from the numbers.
        wide: Takes the whole column on a wide screen.
        tall: Stands beside two others on a wide screen.
    """

    identifier: str
    title: Words
    caption: Words
    svg: Markup
    table: Table
    wide: bool = False
    tall: bool = False


def ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Sort by count, largest first, then by name."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def empty(identifier: str, head: Sequence[Words], *, wide: bool = False, **values: int) -> Drawn:
    """Draw an honest "none" with the axes that the figure would have.

    Args:
        identifier: The name after ``fig-``, and the table of its texts (``title``, ``x``, ``y``, ``empty``).
        head: The head of the table, which has no rows.
        wide: Takes the whole column on a wide screen.
        values: What the title of the vertical axis needs.
    """
    width = FULL if wide else HALF
    canvas = Canvas(width, 176)
    axes = canvas.axes(left=10, top=26, right=width - 12, bottom=126)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.plot([0, 0, 1], [1, 0, 0], color=EDGE, linewidth=1, clip_on=False)
    canvas.write(width / 2, 76, text("ui.none"), size=18, anchor="middle", colour=MUTED, role="none")
    canvas.x_scale(axes, [], text(f"fig.{identifier}.x"))
    canvas.write(4, 10, text(f"fig.{identifier}.y", **values), role="axis-title")
    return Drawn(
        identifier=identifier,
        title=text(f"fig.{identifier}.title"),
        caption=text(f"fig.{identifier}.empty"),
        svg=canvas.svg(identifier=f"fig-{identifier}", label=text(f"fig.{identifier}.title")),
        table=Table(head=head, rows=[]),
        wide=wide,
    )
