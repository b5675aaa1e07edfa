"""What happened when at each tier: a strip of time for each, darker where more happened, outages outlined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.reports.canvas import Canvas
from onecard.reports.figures.matrix import shade
from onecard.reports.figures.model import FULL, Drawn, Table, empty
from onecard.reports.labels import Labels, clock_of_minute, number, same
from onecard.reports.lettering import widest
from onecard.reports.palette import EDGE, MUTED
from onecard.reports.texts import Words, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    from onecard.sim.recording.settlement_summary import OutageFigures, SettlementSummary

__all__ = ["settled", "unanswered"]

MOST_ROWS = 24
MOST_COLUMNS = 144
"""Columns that are told apart; finer bins are added up."""
DAY_MINUTES = 24 * 60
_ROW = 22.0
_GREEN = ("#e8f3ea", "#2c8a57")
_RED = ("#fde6e3", "#b3261e")
_ORDER = ("ministry", "province", "city", "authority")


def settled(summary: SettlementSummary, labels: Labels) -> Drawn:
    """Draw when settlements landed at each tier."""
    rows = {tier: summary.curve.settled[tier] for tier in _in_order(summary.curve.settled)}
    named = [(labels(tier, "tier"), bins) for tier, bins in rows.items()]
    return _strips("net-settled", summary, labels, named, _GREEN)


def unanswered(summary: SettlementSummary, labels: Labels) -> Drawn:
    """Draw when questions to each tier were not answered in time, and institutions left in doubt."""
    rows = {tier: summary.curve.unanswered[tier] for tier in _in_order(summary.curve.unanswered)}
    named = [(labels(tier, "tier"), bins) for tier, bins in rows.items()]
    if any(summary.curve.uncertain):
        named.insert(0, (text("fig.net-lost.uncertain"), summary.curve.uncertain))
    return _strips("net-lost", summary, labels, named, _RED)


def _in_order(tiers: Mapping[str, Sequence[int]]) -> list[str]:
    found = [tier for tier in tiers if any(tiers[tier]) and tier.partition("/")[0] in _ORDER]
    return sorted(found, key=lambda tier: (_ORDER.index(tier.partition("/")[0]), tier))[:MOST_ROWS]


def _strips(
    identifier: str,
    summary: SettlementSummary,
    labels: Labels,
    rows: list[tuple[Words, list[int]]],
    ends: tuple[str, str],
) -> Drawn:
    head = [
        text(f"fig.{identifier}.y"),
        text("ui.total"),
        text("fig.net-settled.peak"),
        text("fig.net-settled.peak_at"),
    ]
    if not rows:
        return empty(identifier, head, wide=True)
    factor = -(-len(rows[0][1]) // MOST_COLUMNS)
    minutes = summary.curve.bin_minutes * factor
    joined = [(label, _joined(bins, factor)) for label, bins in rows]
    label, bins = max(joined, key=lambda row: max(row[1]))
    caption = text(
        f"fig.{identifier}.caption",
        tier=label,
        n=number(max(bins)),
        minutes=minutes,
        time=_clock(bins.index(max(bins)) * minutes),
        total=number(max(sum(row) for _, row in joined)),
    )
    canvas = _draw(identifier, summary, labels, joined, minutes, ends)
    return Drawn(
        identifier=identifier,
        title=text(f"fig.{identifier}.title"),
        caption=caption,
        svg=canvas.svg(identifier=f"fig-{identifier}", label=text(f"fig.{identifier}.title")),
        table=Table(head=head, rows=[_row(label, bins, minutes) for label, bins in joined]),
        wide=True,
    )


def _row(label: Words, bins: list[int], minutes: int) -> list[Words]:
    peak = max(bins)
    return [label, number(sum(bins)), number(peak), same(_clock(bins.index(peak) * minutes))]


def _clock(minute: int) -> str:
    """Show a time of the first day as a clock, later ones with the day's number before it."""
    if minute <= DAY_MINUTES:
        return clock_of_minute(minute)
    day, rest = divmod(minute, DAY_MINUTES)
    return f"{day + 1} · {clock_of_minute(rest)}"


def _joined(bins: list[int], factor: int) -> list[int]:
    return [sum(bins[at : at + factor]) for at in range(0, len(bins), factor)]


def _draw(
    identifier: str,
    summary: SettlementSummary,
    labels: Labels,
    rows: list[tuple[Words, list[int]]],
    minutes: int,
    ends: tuple[str, str],
) -> Canvas:
    outages = [outage for outage in summary.outages if outage.what != "skew"]
    top = 26.0 + 17.0 * len(outages)
    left = 16 + min(widest([label for label, _ in rows], 12.5), 230.0)
    right, bottom = FULL - 66.0, top + len(rows) * _ROW
    canvas = Canvas(FULL, bottom + 54)
    axes = canvas.axes(left=left, top=top, right=right, bottom=bottom)
    last = len(rows[0][1]) * minutes
    axes.set_xlim(0, last)
    axes.set_ylim(len(rows), 0)
    for index, (label, bins) in enumerate(rows):
        highest = max(bins) or 1
        found = [(at, count) for at, count in enumerate(bins) if count]
        axes.bar(
            [at * minutes for at, _ in found],
            0.86,
            bottom=index + 0.07,
            width=minutes,
            align="edge",
            color=[shade(count / highest, ends) for _, count in found],
            linewidth=0,
        )
        y = top + (index + 0.5) * _ROW
        canvas.write_label(left - 10, y, label, room=left - 14)
        canvas.write(FULL - 12, y, number(sum(bins)), anchor="end", role="value")
    axes.hlines(range(1, len(rows)), 0, last, colors="#eef2f6", linewidth=1, zorder=0)
    _draw_outages(canvas, axes, outages, labels, rows=len(rows), top=top)
    step = _tick_step(last)
    ticks = [(float(at), same(_clock(at))) for at in range(0, last + 1, step)]
    canvas.x_scale(axes, ticks, text(f"fig.{identifier}.x"))
    canvas.write(FULL - 12, top - 14, text("ui.total"), size=11.5, anchor="end", role="head")
    return canvas


def _tick_step(minutes: int) -> int:
    return next(step for step in (120, 240, 720, 1440, 7200, 14400) if minutes / step <= 13)


def _draw_outages(
    canvas: Canvas, axes: Axes, outages: list[OutageFigures], labels: Labels, *, rows: int, top: float
) -> None:
    """Mark the time of each outage over all strips, its name above."""
    for index, outage in enumerate(sorted(outages, key=lambda each: -each.begins_minute)):
        axes.axvspan(outage.begins_minute, outage.ends_minute, color=EDGE, alpha=0.22, linewidth=0, zorder=0)
        x, _ = canvas.pixel(axes, outage.begins_minute, rows)
        y = top - 12 - 17.0 * index
        board = canvas.axes(left=x, top=y, right=x + 1.2, bottom=top)
        board.set_xlim(0, 1)
        board.set_ylim(0, 1)
        board.axvspan(0, 1, color=MUTED, alpha=0.5, linewidth=0)
        canvas.write(x + 5, y, _name(outage, labels), size=11.0, colour=MUTED, role="flag")


def _name(outage: OutageFigures, labels: Labels) -> Words:
    what, place = labels(outage.what, "outage"), labels(outage.place, "tier")
    if not outage.peer:
        return Words(f"{place.en}: {what.en.lower()}", f"{place.zh}：{what.zh}")
    peer = labels(outage.peer, "tier")
    return Words(f"{place.en} – {peer.en.lower()}: {what.en.lower()}", f"{place.zh}–{peer.zh}：{what.zh}")
