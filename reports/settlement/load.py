"""How long messages waited at each tier, how busy its servers were, and how long a settlement took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.reports.figures.bars import Bar, Dots, draw_bars, draw_dots, percent_scale
from onecard.reports.figures.model import FULL, Drawn, Table, empty
from onecard.reports.figures.waiting import time_scale
from onecard.reports.labels import Labels, duration, number, percent
from onecard.reports.texts import Words, text

if TYPE_CHECKING:
    from onecard.sim.recording.settlement_summary import SettlementSummary, TierFigures, Times

__all__ = ["busiest", "settling", "waits"]

MOST_TIERS = 16


def _dots(label: Words, times: Times) -> Dots:
    values = [times.p50_s, times.p95_s, times.max_s]
    return Dots(label=label, values=values, columns=[*map(duration, values), number(times.count)])


def _draw_times(identifier: str, rows: list[Dots], caption: Words) -> Drawn:
    heads = [text(f"fig.{identifier}.{key}") for key in ("p50", "p95", "max", "count")]
    canvas = draw_dots(
        rows,
        time_scale(max(max(row.values) for row in rows)),
        x_title=text(f"fig.{identifier}.x"),
        y_title=text(f"fig.{identifier}.y"),
        heads=heads,
        width=FULL,
    )
    return Drawn(
        identifier=identifier,
        title=text(f"fig.{identifier}.title"),
        caption=caption,
        svg=canvas.svg(identifier=f"fig-{identifier}", label=text(f"fig.{identifier}.title")),
        table=Table(
            head=[text(f"fig.{identifier}.y"), *heads], rows=[[row.label, *row.columns] for row in rows]
        ),
        wide=True,
    )


def settling(summary: SettlementSummary, labels: Labels) -> Drawn:
    """Draw the time from an institution's settlement message to its answer, by route."""
    order = [scope for scope in ("city", "province", "nation") if scope in summary.settling]
    if not order:
        return empty("net-settling", [text("fig.net-settling.y")], wide=True)
    rows = [_dots(labels(scope, "scope"), summary.settling[scope]) for scope in order]
    caption = text(
        "fig.net-settling.caption",
        near=duration(summary.settling[order[0]].p50_s),
        near_route=rows[0].label,
        far=duration(summary.settling[order[-1]].p50_s),
        far_route=rows[-1].label,
        p95=duration(summary.settling[order[-1]].p95_s),
    )
    return _draw_times("net-settling", rows, caption)


def waits(summary: SettlementSummary, labels: Labels) -> Drawn:
    """Draw how long messages queued at each tier, longest 95th percentile first."""
    found = sorted(
        (tier for tier in summary.tiers if tier.served),
        key=lambda tier: (-tier.waits.p95_s, -tier.waits.max_s, tier.tier),
    )
    if not found:
        return empty("net-waits", [text("fig.net-waits.y")], wide=True)
    rows = [_dots(labels(tier.tier, "tier"), tier.waits) for tier in found[:MOST_TIERS]]
    longest = max(found, key=lambda tier: tier.waits.max_s)
    caption = text(
        "fig.net-waits.caption",
        tier=labels(longest.tier, "tier"),
        max=duration(longest.waits.max_s),
        queue=number(max(tier.longest for tier in found)),
    )
    return _draw_times("net-waits", rows, caption)


def busiest(summary: SettlementSummary, labels: Labels) -> Drawn:
    """Draw the busy share of each tier's servers in its busiest hour, busiest first."""
    head = [
        text("fig.net-busy.y"),
        text("fig.net-busy.x"),
        text("fig.net-busy.mean"),
        text("fig.net-waits.count"),
    ]
    found = sorted(
        (tier for tier in summary.tiers if tier.served), key=lambda tier: (-tier.busiest_hour, tier.tier)
    )
    if not found:
        return empty("net-busy", head, wide=True)
    shown = found[:MOST_TIERS]
    canvas = draw_bars(
        [_bar(tier, labels) for tier in shown],
        percent_scale(shown[0].busiest_hour),
        x_title=text("fig.net-busy.x"),
        y_title=text("fig.net-busy.y"),
        width=FULL,
    )
    top = shown[0]
    return Drawn(
        identifier="net-busy",
        title=text("fig.net-busy.title"),
        caption=text(
            "fig.net-busy.caption",
            tier=labels(top.tier, "tier"),
            share=percent(top.busiest_hour, 1),
            mean=percent(top.utilisation, 1),
        ),
        svg=canvas.svg(identifier="fig-net-busy", label=text("fig.net-busy.title")),
        table=Table(head=head, rows=[_busy_row(tier, labels) for tier in found]),
        wide=True,
    )


def _bar(tier: TierFigures, labels: Labels) -> Bar:
    return Bar(label=labels(tier.tier, "tier"), value=tier.busiest_hour, shown=percent(tier.busiest_hour, 1))


def _busy_row(tier: TierFigures, labels: Labels) -> list[Words]:
    return [
        labels(tier.tier, "tier"),
        percent(tier.busiest_hour, 1),
        percent(tier.utilisation, 1),
        number(tier.served),
    ]
