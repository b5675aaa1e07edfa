"""Who was refused and why, and what people did about it."""

from __future__ import annotations

from onecard.reports.figures.bars import Bar, count_scale, draw_bars
from onecard.reports.figures.curve import stops_in_order
from onecard.reports.figures.matrix import draw_matrix
from onecard.reports.figures.model import FULL, Drawn, Table, empty, ranked
from onecard.reports.labels import Labels, number, percent
from onecard.reports.texts import Words, counted, text
from onecard.sim.recording.summary import Summary

__all__ = ["heatmap", "remedies"]


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
    canvas = draw_matrix(
        cells,
        rows=[labels(reason, "reason") for reason in rows],
        columns=[labels(stop, "stop") for stop in stops],
        shown=number,
        x_title=text("fig.refusals.x"),
        y_title=text("fig.refusals.y"),
        note=text("fig.refusals.scale"),
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
