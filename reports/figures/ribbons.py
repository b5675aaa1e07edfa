"""Flows from sources through purposes to targets, as ribbons between three columns.

Sources and targets are bars with labels outside; purposes are boxes with the label inside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from onecard.reports.canvas import Anchor, Canvas
from onecard.reports.figures.model import FULL
from onecard.reports.figures.ribbon_layout import OTHERS, TOP, Flow, Layout, Node, fold
from onecard.reports.labels import Labels, yuan_short
from onecard.reports.lettering import widest
from onecard.reports.palette import EDGE, LIGHT, MUTED
from onecard.reports.texts import Words, text

__all__ = ["draw_ribbons"]

_BAR_WIDTH = 12.0
_SOURCE_X, _PURPOSE_X, _TARGET_X = 178.0, (336.0, 624.0), 770.0


def _ribbon(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], *, thickness: float, colour: str
) -> None:
    """Draw a ribbon between two upper corners."""
    (x0, y0), (x1, y1) = start, end
    bend = (x0 + x1) / 2
    there = [(x0, y0), (bend, y0), (bend, y1), (x1, y1)]
    back = [(x, y + thickness) for x, y in reversed(there)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    path = Path([*there, *back, (x0, y0)], codes)
    axes.add_patch(PathPatch(path, facecolor=colour, edgecolor="none", alpha=0.75, zorder=1))


def _ribbons(axes: Axes, layout: Layout) -> None:
    colours = {source: LIGHT[rank % len(LIGHT)] for source, rank in layout.rank.items()}
    for link in layout.left:
        thickness = layout.thickness(link.amount_fen)
        start = layout.sources[link.start].take_right(thickness)
        end = layout.purposes[link.end].take_left(thickness)
        here, there = (_SOURCE_X + _BAR_WIDTH, start), (_PURPOSE_X[0], end)
        _ribbon(axes, here, there, thickness=thickness, colour=colours[link.source])
    ends = {
        link: layout.targets[link.end].take_left(layout.thickness(link.amount_fen))
        for link in layout.right_by_target()
    }
    for link in layout.right:
        thickness = layout.thickness(link.amount_fen)
        start = layout.purposes[link.start].take_right(thickness)
        here, there = (_PURPOSE_X[1], start), (_TARGET_X, ends[link])
        _ribbon(axes, here, there, thickness=thickness, colour=colours[link.source])


def _outer_nodes(canvas: Canvas, axes: Axes, nodes: dict[str, Node], labels: Labels, *, left: bool) -> None:
    for identifier, node in nodes.items():
        x = _SOURCE_X if left else _TARGET_X
        axes.bar(
            x,
            node.ribbons_height,
            bottom=node.ribbons_top,
            width=_BAR_WIDTH,
            align="edge",
            color=MUTED,
            zorder=2,
        )
        room = _SOURCE_X - 12 if left else FULL - _TARGET_X - _BAR_WIDTH - 12
        anchor: Anchor = "end" if left else "start"
        at = x - 8 if left else x + _BAR_WIDTH + 8
        y = node.top + node.height / 2
        canvas.write_label(at, y - 10, labels(identifier, "account"), room=room, anchor=anchor)
        canvas.write(
            at, y + 12, yuan_short(node.amount_fen), size=12, anchor=anchor, colour=MUTED, role="value"
        )


def _purposes(canvas: Canvas, axes: Axes, nodes: dict[str, Node], shown: Callable[[str], Words]) -> None:
    start, end = _PURPOSE_X
    for identifier, node in nodes.items():
        axes.bar(
            start,
            node.height,
            bottom=node.top,
            width=end - start,
            align="edge",
            color="#f7f9fb",
            edgecolor=EDGE,
            linewidth=1,
            zorder=2,
        )
        y = node.top + node.height / 2
        amount = yuan_short(node.amount_fen)
        canvas.write(end - 10, y, amount, size=12, anchor="end", colour=MUTED, role="value")
        room = end - start - 34 - widest([amount], 12)
        canvas.write_label(start + 10, y, shown(identifier), room=room, anchor="start")


def draw_ribbons(
    flows: Sequence[Flow], *, labels: Labels, heads: tuple[Words, Words, Words], title: Words
) -> Canvas:
    """Draw flows as ribbons.

    Args:
        flows: At least one, with positive amounts.
        labels: Names an identifier in both languages.
        heads: Heads of the three columns.
        title: What the columns and amounts mean, below the drawing.
    """
    folded, hidden = fold(flows)
    layout = Layout(folded)
    canvas = Canvas(FULL, TOP + layout.height + 44)
    axes = canvas.axes(left=0, top=0, right=canvas.width, bottom=canvas.height)
    axes.set_xlim(0, canvas.width)
    axes.set_ylim(canvas.height, 0)
    _ribbons(axes, layout)

    def shown(identifier: str) -> Words:
        return text("ui.others", n=hidden) if identifier == OTHERS else labels(identifier, "purpose")

    _outer_nodes(canvas, axes, layout.sources, labels, left=True)
    _purposes(canvas, axes, layout.purposes, shown)
    _outer_nodes(canvas, axes, layout.targets, labels, left=False)
    canvas.write(_SOURCE_X + _BAR_WIDTH, 16, heads[0], bold=True, anchor="end", role="head")
    canvas.write(sum(_PURPOSE_X) / 2, 16, heads[1], bold=True, anchor="middle", role="head")
    canvas.write(_TARGET_X, 16, heads[2], bold=True, role="head")
    canvas.write(FULL / 2, canvas.height - 16, title, anchor="middle", role="axis-title")
    return canvas
