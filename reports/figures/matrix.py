"""A matrix of numbers as shaded cells, with sums at the margins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt

from matplotlib.colors import to_hex, to_rgb

from onecard.reports.canvas import Canvas
from onecard.reports.figures.model import FULL
from onecard.reports.lettering import text_width, widest, wrap
from onecard.reports.palette import INK, MUTED
from onecard.reports.texts import Words, text

__all__ = ["draw_matrix", "head_size", "shade"]

_ORANGE = ("#fdf3e7", "#ee9a4d")
_CELL = 32.0
_LARGEST, _SMALLEST = 11.5, 9.0
_HEAD_LINES = 4
_NOTHING = Words("·", "·")


def shade(share: float, ends: tuple[str, str] = _ORANGE) -> str:
    """Mix a cell's colour; the root keeps small numbers apart. Dark text stays readable on all of them."""
    low, high = map(to_rgb, ends)
    weight = sqrt(share)
    red, green, blue = (start + (end - start) * weight for start, end in zip(low, high, strict=True))
    return to_hex((red, green, blue))


def head_size(heads: Sequence[Words], cell: float) -> float:
    """Choose a font size at which the longest word fits above its column, within readable limits."""
    words = [word for head in heads for word in head.en.split()]
    longest = max(text_width(word, 1.0) for word in words) if words else 1.0
    return min(_LARGEST, max(_SMALLEST, int(10 * cell / longest) / 10))


def draw_matrix(
    cells: Sequence[Sequence[int]],
    *,
    rows: Sequence[Words],
    columns: Sequence[Words],
    shown: Callable[[int], Words],
    x_title: Words,
    y_title: Words,
    note: Words,
) -> Canvas:
    """Draw numbers of 0 or more as shaded cells.

    Args:
        cells: row by row.
        rows: labels of the rows.
        columns: labels of the columns.
        shown: writes a number.
        x_title: title below the columns.
        y_title: title above the labels of the rows.
        note: what the shade means.
    """
    right_margin = 20 + max(66.0, widest([shown(sum(row)) for row in cells], 12.5))
    left = 14 + min(max(widest(rows, 12.5), widest([y_title], 12.5)), 220.0)
    right = FULL - right_margin
    cell = (right - left) / len(columns)
    size = head_size(columns, cell)
    lines = max(len(wrap(line, size, cell, _HEAD_LINES)) for head in columns for line in head)
    top = 18 + size * 1.25 * lines
    bottom = top + len(cells) * _CELL
    canvas = Canvas(FULL, bottom + _CELL + 48)
    _draw_cells(canvas, cells, left=left, right=right, top=top, bottom=bottom)
    for index, (label, row) in enumerate(zip(rows, cells, strict=True)):
        y = top + (index + 0.5) * _CELL
        canvas.write_label(left - 10, y, label, room=left - 14)
        canvas.write(FULL - 12, y, shown(sum(row)), anchor="end", bold=True, role="value")
        for column, value in enumerate(row):
            words, colour = (shown(value), INK) if value else (_NOTHING, "#9aa8b5")
            x = left + (column + 0.5) * cell
            canvas.write(x, y, words, anchor="middle", colour=colour, role="value")
    sums = [sum(column) for column in zip(*cells, strict=True)]
    for column, head in enumerate(columns):
        x = left + (column + 0.5) * cell
        canvas.write_lines(x, top - 14, head, width=cell, max_lines=_HEAD_LINES, size=size, from_bottom=True)
        canvas.write(x, bottom + _CELL / 2, shown(sums[column]), anchor="middle", bold=True, role="value")
    _margins(
        canvas, shown(sum(sums)), left=left, right=right, top=top, bottom=bottom, titles=(x_title, y_title)
    )
    canvas.write(FULL - 12, bottom + _CELL + 34, note, size=11.5, anchor="end", colour=MUTED, role="note")
    return canvas


def _draw_cells(
    canvas: Canvas, cells: Sequence[Sequence[int]], *, left: float, right: float, top: float, bottom: float
) -> None:
    axes = canvas.axes(left=left, top=top, right=right, bottom=bottom)
    axes.set_xlim(0, len(cells[0]))
    axes.set_ylim(len(cells), 0)
    highest = max(max(row) for row in cells) or 1
    for index, row in enumerate(cells):
        axes.bar(
            range(len(row)),
            1,
            bottom=index,
            width=1,
            align="edge",
            color=[shade(value / highest) if value else "#fafbfc" for value in row],
            edgecolor="#ffffff",
            linewidth=2,
        )


def _margins(
    canvas: Canvas,
    total: Words,
    *,
    left: float,
    right: float,
    top: float,
    bottom: float,
    titles: tuple[Words, Words],
) -> None:
    """Write the sums' heads and the titles of both axes."""
    x_title, y_title = titles
    canvas.write(left - 10, bottom + _CELL / 2, text("ui.total"), anchor="end", bold=True, role="tick")
    canvas.write(FULL - 12, bottom + _CELL / 2, total, anchor="end", bold=True, role="value")
    canvas.write(FULL - 12, top - 14, text("ui.total"), anchor="end", bold=True, role="tick")
    canvas.write(left - 10, top - 14, y_title, anchor="end", role="axis-title")
    canvas.write((left + right) / 2, bottom + _CELL + 16, x_title, anchor="middle", role="axis-title")
