"""Who was refused and why, and what people did about it."""

from __future__ import annotations

from math import sqrt

from matplotlib.colors import to_hex, to_rgb

from onecard.reports.canvas import Canvas
from onecard.reports.figures.bars import Bar, count_scale, draw_bars
from onecard.reports.figures.curve import stops_in_order
from onecard.reports.figures.model import FULL, Drawn, Table, empty, ranked
from onecard.reports.labels import Labels, number, percent
from onecard.reports.lettering import text_width, widest, wrap
from onecard.reports.palette import INK, MUTED
from onecard.reports.texts import Words, counted, text
from onecard.sim.recording.summary import Summary

__all__ = ["heatmap", "remedies"]

_LOW, _HIGH = "#fdf3e7", "#ee9a4d"
_CELL = 32.0
_LARGEST, _SMALLEST = 11.5, 9.0
_HEAD_LINES = 4


def _shade(share: float) -> str:
    """Mix a cell's colour; the root keeps small counts apart. Dark text stays readable on all of them."""
    low, high = to_rgb(_LOW), to_rgb(_HIGH)
    weight = sqrt(share)
    red, green, blue = (start + (end - start) * weight for start, end in zip(low, high, strict=True))
    return to_hex((red, green, blue))


def heatmap(summary: Summary, labels: Labels) -> Drawn:
    """Draw the refusals by reason (rows) and stop (columns), with sums at the margins."""
    counts = summary.refusals_by_stop
    by_reason: dict[str, int] = {}
    for reasons in counts.values():
        for reason, count in reasons.items():
            by_reason[reason] = by_reason.get(reason, 0) + count
    rows = [reason for reason, count in ranked(by_reason) if count]
    stops = stops_in_order(summary)
    head = [text("fig.refusals.y"), *(labels(stop, "stop") for stop in stops), text("ui.total")]
    if not rows:
        return empty("refusals", head, wide=True)
    cells = [[counts.get(stop, {}).get(reason, 0) for stop in stops] for reason in rows]
    by_stop = [sum(column) for column in zip(*cells, strict=True)]
    canvas = _draw(
        cells,
        by_stop,
        [labels(reason, "reason") for reason in rows],
        [labels(stop, "stop") for stop in stops],
    )
    caption = text(
        "fig.refusals.caption",
        total=counted("refusal", sum(by_stop)),
        reason=labels(rows[0], "reason"),
        n=number(by_reason[rows[0]]),
        stop=labels(stops[by_stop.index(max(by_stop))], "stop"),
        m=number(max(by_stop)),
    )
    table = [
        [labels(reason, "reason"), *map(number, row), number(sum(row))]
        for reason, row in zip(rows, cells, strict=True)
    ]
    table.append([text("ui.total"), *map(number, by_stop), number(sum(by_stop))])
    return Drawn(
        identifier="refusals",
        title=text("fig.refusals.title"),
        caption=caption,
        svg=canvas.svg(identifier="fig-refusals", label=text("fig.refusals.title")),
        table=Table(head=head, rows=table),
        wide=True,
    )


def _head_size(stops: list[Words], cell: float) -> float:
    """Choose a font size at which the longest word fits above its column, within readable limits."""
    words = [word for stop in stops for word in stop.en.split()]
    longest = max(text_width(word, 1.0) for word in words) if words else 1.0
    return min(_LARGEST, max(_SMALLEST, int(10 * cell / longest) / 10))


def _draw(cells: list[list[int]], by_stop: list[int], reasons: list[Words], stops: list[Words]) -> Canvas:
    rows, columns = len(reasons), len(stops)
    left = 14 + min(widest(reasons, 12.5), 200.0)
    right = FULL - 66.0
    cell = (right - left) / columns
    size = _head_size(stops, cell)
    top = 18 + size * 1.25 * max(
        len(wrap(shown, size, cell, _HEAD_LINES)) for stop in stops for shown in stop
    )
    bottom = top + rows * _CELL
    canvas = Canvas(FULL, bottom + _CELL + 48)
    axes = canvas.axes(left=left, top=top, right=right, bottom=bottom)
    axes.set_xlim(0, columns)
    axes.set_ylim(rows, 0)
    highest = max(max(row) for row in cells)
    for index, row in enumerate(cells):
        axes.bar(
            range(columns),
            1,
            bottom=index,
            width=1,
            align="edge",
            color=[_shade(count / highest) if count else "#fafbfc" for count in row],
            edgecolor="#ffffff",
            linewidth=2,
        )
    for index, (reason, row) in enumerate(zip(reasons, cells, strict=True)):
        y = top + (index + 0.5) * _CELL
        canvas.write_label(left - 10, y, reason, room=left - 14)
        canvas.write(FULL - 12, y, number(sum(row)), anchor="end", bold=True, role="value")
        for column, count in enumerate(row):
            _write_count(canvas, left + (column + 0.5) * cell, y, count)
    for column, stop in enumerate(stops):
        x = left + (column + 0.5) * cell
        canvas.write_lines(x, top - 14, stop, width=cell, max_lines=_HEAD_LINES, size=size, from_bottom=True)
        canvas.write(x, bottom + _CELL / 2, number(by_stop[column]), anchor="middle", bold=True, role="value")
    canvas.write(left - 10, bottom + _CELL / 2, text("ui.total"), anchor="end", bold=True, role="tick")
    canvas.write(FULL - 12, bottom + _CELL / 2, number(sum(by_stop)), anchor="end", bold=True, role="value")
    canvas.write(FULL - 12, top - 14, text("ui.total"), anchor="end", bold=True, role="tick")
    canvas.write(left - 10, top - 14, text("fig.refusals.y"), anchor="end", role="axis-title")
    canvas.write(
        (left + right) / 2, bottom + _CELL + 16, text("fig.refusals.x"), anchor="middle", role="axis-title"
    )
    canvas.write(
        FULL - 12,
        bottom + _CELL + 34,
        text("fig.refusals.scale"),
        size=11.5,
        anchor="end",
        colour=MUTED,
        role="note",
    )
    return canvas


def _write_count(canvas: Canvas, x: float, y: float, count: int) -> None:
    shown = number(count) if count else Words("·", "·")
    canvas.write(x, y, shown, anchor="middle", colour=INK if count else "#9aa8b5", role="value")


def remedies(summary: Summary, labels: Labels) -> Drawn:
    """Draw what people did after a refusal, commonest first."""
    head = [text("fig.remedies.y"), text("fig.remedies.x"), Words("%", "%")]
    rows = [(labels(name, "remedy"), count) for name, count in ranked(summary.remedies) if count]
    if not rows:
        return empty("remedies", head, wide=True)
    total = sum(count for _, count in rows)
    canvas = draw_bars(
        [Bar(label=label, value=count, shown=number(count)) for label, count in rows],
        count_scale(rows[0][1]),
        x_title=text("fig.remedies.x"),
        y_title=text("fig.remedies.y"),
        width=FULL,
    )
    return Drawn(
        identifier="remedies",
        title=text("fig.remedies.title"),
        caption=text("fig.remedies.caption", top=rows[0][0], n=number(rows[0][1]), total=number(total)),
        svg=canvas.svg(identifier="fig-remedies", label=text("fig.remedies.title")),
        table=Table(head=head, rows=[[label, number(count), percent(count, total)] for label, count in rows]),
        wide=True,
    )
