"""Horizontal bars and dots with a label at the left and a number at the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log10
from typing import Literal

from matplotlib.axes import Axes

from onecard.reports.canvas import Canvas, nice_ticks
from onecard.reports.figures.model import HALF
from onecard.reports.labels import number, same
from onecard.reports.lettering import LABEL_SIZE, widest, wrap
from onecard.reports.palette import BAR, BAR_STRONG, EDGE, GRID, INK, MUTED, PAPER
from onecard.reports.texts import Words

__all__ = [
    "Bar",
    "Dots",
    "Scale",
    "count_scale",
    "draw_bars",
    "draw_dots",
    "log_count_scale",
    "percent_scale",
]

_ROW = 28.0
_SIZE = LABEL_SIZE
_TITLE_ROW = 26.0
_AXIS_ROOM = 52.0
_HEAD_SIZE = 11.5
_MARK_ROOM = 22.0


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar: what it stands for, how long, and the number beside it."""

    label: Words
    value: float
    shown: Words
    colour: str = BAR


@dataclass(frozen=True, kw_only=True)
class Dots:
    """One row of dots on a common line, and the numbers in the columns at the right."""

    label: Words
    values: Sequence[float]
    columns: Sequence[Words]


@dataclass(frozen=True, kw_only=True)
class Scale:
    """A horizontal scale: where a value stands, from 0 to ``top``, and its ticks."""

    place: Callable[[float], float]
    top: float
    ticks: Sequence[tuple[float, Words]]


def count_scale(top: float, *, count: int = 5) -> Scale:
    """Scale counts linearly from 0."""
    ticks = nice_ticks(top, count=count)
    return Scale(place=float, top=top, ticks=[(tick, number(tick)) for tick in ticks if tick <= top])


def percent_scale(highest: float = 1.0) -> Scale:
    """Scale a share from 0 to the quarter at or above the highest, shown in percent."""
    top = min(max(-(-highest // 0.25), 1), 4) * 25
    step = 5 if top == 25 else 10 if top == 50 else 25
    ticks = [(share / 100, same(f"{share}%")) for share in range(0, int(top) + 1, step)]
    return Scale(place=float, top=top / 100, ticks=ticks)


def log_count_scale(top: float) -> Scale:
    """Scale counts by their logarithm, so that 1 is visible beside a million."""
    highest = 0.3 + log10(max(top, 10.0))
    return Scale(
        place=lambda value: 0.3 + log10(max(value, 1.0)),
        top=highest,
        ticks=[
            (0.3 + decade, number(10**decade))
            for decade in range(int(highest) + 1)
            if 0.3 + decade <= highest
        ],
    )


def _frame(canvas: Canvas, rows: int, scale: Scale, *, left: float, right: float, top: float) -> Axes:
    axes = canvas.axes(left=left, top=top, right=right, bottom=top + rows * _ROW)
    axes.set_xlim(0, scale.top)
    axes.set_ylim(rows - 0.5, -0.5)
    return axes


def _labels(
    canvas: Canvas, axes: Axes, labels: Sequence[Words], *, left: float, top: float, y_title: Words
) -> None:
    """Name the rows, and write the title of the vertical axis above the names."""
    for row, label in enumerate(labels):
        canvas.write_label(left - 10, canvas.pixel(axes, 0, row)[1], label, room=left - 14)
    if widest([y_title], _SIZE) <= left - 14:
        canvas.write(left - 10, top - 14, y_title, size=_SIZE, anchor="end", role="axis-title")
    else:
        canvas.write(4, top - 14, y_title, size=_SIZE, role="axis-title")


def _left_margin(labels: Sequence[Words], width: float, *, share: float) -> float:
    """Give the names as much room as they need, up to a share of the width."""
    return 14 + min(widest(labels, _SIZE), share * width)


def _bar_room(bars: Sequence[Bar], scale: Scale, room: float) -> float:
    """Return the length in pixels of the scale that leaves room for the number beside every bar."""
    lengths = [room - 22]
    for bar in bars:
        share = scale.place(bar.value) / scale.top
        if share > 0:
            lengths.append((room - 10 - widest([bar.shown], _SIZE)) / share)
    return min(lengths)


def draw_bars(
    bars: Sequence[Bar], scale: Scale, *, x_title: Words, y_title: Words, width: float = HALF
) -> Canvas:
    """Draw one horizontal bar per row.

    Args:
        bars: From top to bottom.
        scale: The horizontal scale.
        x_title: Title of the horizontal axis, with its unit.
        y_title: Title of the vertical axis.
        width: Width of the figure in pixels.
    """
    rows = len(bars)
    canvas = Canvas(width, _TITLE_ROW + rows * _ROW + _AXIS_ROOM)
    left = _left_margin([bar.label for bar in bars], width, share=0.42)
    right = left + _bar_room(bars, scale, width - left)
    axes = _frame(canvas, rows, scale, left=left, right=right, top=_TITLE_ROW)
    canvas.x_scale(axes, _thinned(scale, right - left), x_title)
    for row, bar in enumerate(bars):
        axes.barh(row, scale.place(bar.value), height=0.62, color=bar.colour, zorder=2)
        x, y = canvas.pixel(axes, scale.place(bar.value), row)
        canvas.write(x + 6, y, bar.shown, size=_SIZE, role="value")
    axes.vlines(0, *axes.get_ylim(), colors=EDGE, linewidth=1.2, zorder=3, clip_on=False)
    _labels(canvas, axes, [bar.label for bar in bars], left=left, top=_TITLE_ROW, y_title=y_title)
    return canvas


def _thinned(scale: Scale, width: float) -> list[tuple[float, Words]]:
    """Take every tick, or every second, third, … until no two labels touch."""
    spans = [(at / scale.top * width, widest([shown], 12) / 2 + 4) for at, shown in scale.ticks]
    for step in range(1, len(spans) + 1):
        kept = spans[::step]
        if all(right - left >= half + other for (left, half), (right, other) in pairwise(kept)):
            return list(scale.ticks[::step])
    return list(scale.ticks[:1])


_MARKERS: tuple[tuple[Literal["o", "D", "s"], str], ...] = (("o", BAR_STRONG), ("D", BAR), ("s", PAPER))


def draw_dots(
    rows: Sequence[Dots],
    scale: Scale,
    *,
    x_title: Words,
    y_title: Words,
    heads: Sequence[Words],
    width: float,
) -> Canvas:
    """Draw dots on a common line per row, with their numbers in columns at the right.

    Args:
        rows: From top to bottom; each has as many columns as there are ``heads``, its dots' first.
        scale: The horizontal scale.
        x_title: Title of the horizontal axis, with its unit.
        y_title: Title of the vertical axis.
        heads: Heads of the columns; the first ones are the key to the dots.
        width: Width of the figure in pixels.
    """
    count = len(rows)
    top = 44.0
    canvas = Canvas(width, top + count * _ROW + _AXIS_ROOM)
    left = _left_margin([row.label for row in rows], width, share=0.27)
    column_width = max(_head_room(heads), widest([cell for row in rows for cell in row.columns], _SIZE) + 18)
    right = width - 14 - column_width * len(heads)
    axes = _frame(canvas, count, scale, left=left, right=right, top=top)
    canvas.x_scale(axes, _thinned(scale, right - left), x_title)
    for index, row in enumerate(rows):
        _rule(canvas, axes, index)
        _dot_row(
            canvas, axes, index, row, scale=scale, column=width - column_width * len(heads), step=column_width
        )
    for index, head in enumerate(heads):
        end = width - column_width * (len(heads) - 1 - index)
        canvas.write_lines(
            end - 4,
            top - 14,
            head,
            width=column_width - _MARK_ROOM,
            size=_HEAD_SIZE,
            anchor="end",
            from_bottom=True,
            role="head",
        )
    _key(canvas, len(rows[0].values), top=top - 14, width=width, column_width=column_width, heads=len(heads))
    _labels(canvas, axes, [row.label for row in rows], left=left, top=top, y_title=y_title)
    return canvas


def _head_room(heads: Sequence[Words]) -> float:
    """Return the width of a column in which every head has room in two lines, beside its mark."""
    width = 64
    while any(wrap(line, _HEAD_SIZE, width, 2)[-1].endswith("…") for head in heads for line in head):
        width += 4
    return width + _MARK_ROOM


def _rule(canvas: Canvas, axes: Axes, index: int) -> None:
    """Draw a fine line below a row, so that the eye finds the numbers at its right."""
    left, right = (axes.transData.inverted().transform((x, 0))[0] for x in (0, canvas.width))
    axes.hlines(index + 0.5, left, right, colors=GRID, linewidth=0.8, zorder=0, clip_on=False)


def _dot_row(
    canvas: Canvas, axes: Axes, index: int, row: Dots, *, scale: Scale, column: float, step: float
) -> None:
    places = [scale.place(value) for value in row.values]
    axes.hlines(index, min(places), max(places), colors=BAR, linewidth=3, alpha=0.45, zorder=2)
    for place, (marker, colour) in reversed(list(zip(places, _MARKERS, strict=False))):
        axes.plot(
            [place],
            [index],
            marker=marker,
            markersize=8,
            color=colour,
            markeredgecolor=BAR_STRONG,
            zorder=3,
            clip_on=False,
        )
    y = canvas.pixel(axes, 0, index)[1]
    for number_of_column, shown in enumerate(row.columns):
        end = column + step * (number_of_column + 1) - 4
        colour = INK if number_of_column < len(places) else MUTED
        canvas.write(end, y, shown, size=_SIZE, anchor="end", colour=colour, role="value")


def _key(canvas: Canvas, dots: int, *, top: float, width: float, column_width: float, heads: int) -> None:
    """Put each dot's mark beside the head of its column."""
    strip = canvas.axes(left=0, top=top - 6, right=width, bottom=top + 6)
    strip.set_xlim(0, width)
    strip.set_ylim(0, 1)
    for index, (marker, colour) in enumerate(_MARKERS[:dots]):
        x = width - column_width * (heads - index) + 12
        strip.plot(
            [x], [0.5], marker=marker, markersize=8, color=colour, markeredgecolor=BAR_STRONG, clip_on=False
        )
