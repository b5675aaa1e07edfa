"""How long people waited and how busy counters and readers were, by kind of place."""

from __future__ import annotations

from math import log10

from onecard.reports.figures.bars import Bar, Dots, Scale, count_scale, draw_bars, draw_dots, percent_scale
from onecard.reports.figures.model import FULL, Drawn, Table, empty, ranked
from onecard.reports.labels import Labels, duration, number, percent, same
from onecard.reports.texts import text
from onecard.sim.recording.summary import Summary

__all__ = ["time_scale", "utilisation", "visits", "waits"]

_TICKS_S = (0.0, 1.0, 10.0, 60.0, 600.0, 3600.0, 14400.0)


def _place(seconds: float) -> float:
    """Place a waiting time: linear up to one second, logarithmic above."""
    return 0.4 * seconds if seconds <= 1 else 0.4 + log10(seconds)


def time_scale(longest_s: float) -> Scale:
    """Scale waiting times up to the longest, ten seconds at least."""
    top_s = max(longest_s, 10.0)
    ticks = [(_place(tick), duration(tick)) for tick in _TICKS_S if tick <= top_s]
    return Scale(place=_place, top=_place(top_s), ticks=ticks)


def waits(summary: Summary, labels: Labels) -> Drawn:
    """Draw median, 95th percentile and longest wait per kind of place, longest 95th percentile first."""
    heads = [text("fig.waits.p50"), text("fig.waits.p95"), text("fig.waits.max")]
    head = [text("fig.waits.y"), *heads, text("fig.visits.x")]
    p50, p95, longest = summary.wait_s_p50, summary.wait_s_p95, summary.wait_s_max
    kinds = sorted(
        {*p50, *p95, *longest}, key=lambda kind: (-p95.get(kind, 0.0), -longest.get(kind, 0.0), kind)
    )
    if not kinds:
        return empty("waits", head, wide=True)
    times = {kind: [values.get(kind, 0.0) for values in (p50, p95, longest)] for kind in kinds}
    rows = [
        Dots(
            label=labels(kind, "place"),
            values=times[kind],
            columns=[duration(value) for value in times[kind]],
        )
        for kind in kinds
    ]
    canvas = draw_dots(
        rows,
        time_scale(max(max(values) for values in times.values())),
        x_title=text("fig.waits.x"),
        y_title=text("fig.waits.y"),
        heads=heads,
        width=FULL,
    )
    longest_kind = max(kinds, key=lambda kind: times[kind][2])
    caption = text(
        "fig.waits.caption" if times[longest_kind][2] > 0 else "fig.waits.caption_none",
        max=duration(times[longest_kind][2]),
        max_place=labels(longest_kind, "place"),
        p95=duration(times[kinds[0]][1]),
        p95_place=labels(kinds[0], "place"),
        calm=sum(1 for values in times.values() if values[0] == 0),
        kinds=len(kinds),
    )
    table = [
        [row.label, *row.columns, number(summary.visits_by_place_kind.get(kind, 0))]
        for kind, row in zip(kinds, rows, strict=True)
    ]
    return Drawn(
        identifier="waits",
        title=text("fig.waits.title"),
        caption=caption,
        svg=canvas.svg(identifier="fig-waits", label=text("fig.waits.title")),
        table=Table(head=head, rows=table),
        wide=True,
    )


def utilisation(summary: Summary, labels: Labels) -> Drawn:
    """Draw the busy share of opening hours per kind of place, busiest first."""
    head = [text("fig.utilisation.y"), text("fig.utilisation.x"), text("fig.visits.x")]
    shares = sorted(summary.utilisation.items(), key=lambda item: (-item[1], item[0]))
    if not shares:
        return empty("utilisation", head)
    busy = [(kind, share) for kind, share in shares if share > 0] or shares[:1]
    bars = [Bar(label=labels(kind, "place"), value=share, shown=percent(share, 1)) for kind, share in busy]
    canvas = draw_bars(
        bars, percent_scale(busy[0][1]), x_title=text("fig.utilisation.x"), y_title=text("fig.utilisation.y")
    )
    caption = text(
        "fig.utilisation.caption",
        top=bars[0].label,
        share=bars[0].shown,
        idle=sum(1 for _, share in shares if share < 0.1),
        kinds=len(shares),
    )
    rows = [
        [labels(kind, "place"), percent(share, 1), number(summary.visits_by_place_kind.get(kind, 0))]
        for kind, share in shares
    ]
    return Drawn(
        identifier="utilisation",
        title=text("fig.utilisation.title"),
        caption=caption,
        svg=canvas.svg(identifier="fig-utilisation", label=text("fig.utilisation.title")),
        table=Table(head=head, rows=rows),
    )


def visits(summary: Summary, labels: Labels) -> Drawn:
    """Draw the visits per kind of place, commonest first."""
    head = [text("fig.visits.y"), text("fig.visits.x"), same("%")]
    rows = [(labels(kind, "place"), count) for kind, count in ranked(summary.visits_by_place_kind) if count]
    if not rows:
        return empty("visits", head)
    total = sum(count for _, count in rows)
    canvas = draw_bars(
        [Bar(label=label, value=count, shown=number(count)) for label, count in rows],
        count_scale(rows[0][1], count=4),
        x_title=text("fig.visits.x"),
        y_title=text("fig.visits.y"),
    )
    tied = sum(1 for _, count in rows if count == rows[0][1])
    caption = text(
        "fig.visits.caption_tied" if tied > 1 else "fig.visits.caption",
        count=tied,
        top=rows[0][0],
        n=number(rows[0][1]),
        total=number(total),
        share=percent(rows[0][1], total),
    )
    return Drawn(
        identifier="visits",
        title=text("fig.visits.title"),
        caption=caption,
        svg=canvas.svg(identifier="fig-visits", label=text("fig.visits.title")),
        table=Table(head=head, rows=[[label, number(count), percent(count, total)] for label, count in rows]),
    )
