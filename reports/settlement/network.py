"""The four tiers as a map: who sent how many messages to whom, and how many of them were not answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from matplotlib.patches import FancyBboxPatch, Rectangle

from onecard.reports.canvas import Canvas
from onecard.reports.figures.model import FULL, Drawn, Table, empty
from onecard.reports.labels import Labels, number, percent
from onecard.reports.lettering import clip_words, text_width
from onecard.reports.palette import EDGE, INK, LIGHT, MUTED, PAPER
from onecard.reports.texts import Words, counted, text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from onecard.sim.recording.settlement_summary import LinkFigures, SettlementSummary

__all__ = ["tiers"]

MOST_CITIES = 9
"""Cities that have room beside each other; the busiest are shown."""
_MINISTRY, _AUTHORITIES = "ministry", "authorities"
_BAD = "#a61b1b"
_BOX_HEIGHT = 46.0
_LEVELS = {"authority": 40.0, "ministry": 150.0, "province": 275.0, "city": 400.0, "institutions": 525.0}
"""Middle of each level, in pixels from the top."""
_COLOURS = {
    "authority": LIGHT[8],
    "ministry": LIGHT[2],
    "province": LIGHT[4],
    "city": LIGHT[0],
    "institutions": LIGHT[6],
}
_HEIGHT = 572.0


class _Box(NamedTuple):
    """A tier on the map."""

    kind: str
    x: float
    width: float
    label: Words

    @property
    def y(self) -> float:
        return _LEVELS[self.kind]


class _Flow(NamedTuple):
    """Messages between two boxes: up and down the chain, and how many were not answered."""

    lower: str
    upper: str
    up: int
    down: int
    unanswered: int


def tiers(summary: SettlementSummary, labels: Labels) -> Drawn:
    """Draw the map."""
    head = [
        text("fig.net-map.y"),
        text("fig.net-map.to"),
        text("fig.net-map.x"),
        text("fig.net-map.unanswered"),
    ]
    if not summary.links:
        return empty("net-map", head, wide=True)
    cities = _shown_cities(summary)
    boxes = _boxes(summary, labels, cities)
    flows = [flow for flow in _flows(summary.links) if flow.lower in boxes and flow.upper in boxes]
    canvas = Canvas(FULL, _HEIGHT)
    axes = canvas.axes(left=0, top=0, right=FULL, bottom=_HEIGHT)
    axes.set_xlim(0, FULL)
    axes.set_ylim(_HEIGHT, 0)
    most = max((flow.up + flow.down for flow in flows), default=1)
    for flow in flows:
        _draw_flow(canvas, axes, flow, boxes, most)
    for box in boxes.values():
        _draw_box(canvas, axes, box)
    _draw_levels(canvas)
    return Drawn(
        identifier="net-map",
        title=text("fig.net-map.title"),
        caption=_caption(summary, len(cities)),
        svg=canvas.svg(identifier="fig-net-map", label=text("fig.net-map.title")),
        table=Table(head=head, rows=_rows(summary, labels), text_columns=2),
        wide=True,
    )


def _caption(summary: SettlementSummary, shown: int) -> Words:
    caption = text(
        "fig.net-map.caption",
        messages=counted("message", summary.messages),
        unanswered=number(summary.unanswered),
        share=percent(summary.unanswered, summary.messages),
        rows=counted("landed_row", summary.rows_landed),
    )
    if shown == len(summary.cities):
        return caption
    left_out = text("fig.net-map.left_out", n=len(summary.cities) - shown)
    return Words(f"{caption.en} {left_out.en}", caption.zh + left_out.zh)


def _rows(summary: SettlementSummary, labels: Labels) -> list[list[Words]]:
    return [
        [
            labels(link.sender, "tier"),
            labels(link.recipient, "tier"),
            number(link.messages),
            number(link.unanswered),
        ]
        for link in summary.links
    ]


def _shown_cities(summary: SettlementSummary) -> list[str]:
    """Choose the busiest cities, in the order of their codes, so that a province's stand together."""
    busiest = sorted(summary.cities, key=lambda city: (-city.treated_here - city.insured_treated, city.city))
    return sorted(city.city for city in busiest[:MOST_CITIES])


def _boxes(summary: SettlementSummary, labels: Labels, cities: list[str]) -> dict[str, _Box]:
    column = (FULL - 100) / len(cities)
    centre = {city: 90 + (index + 0.5) * column for index, city in enumerate(cities)}
    treated = {city.city: city.treated_here for city in summary.cities}
    boxes: dict[str, _Box] = {}
    for city in cities:
        boxes[f"city/{city}"] = _Box("city", centre[city], column - 12, labels(f"city/{city}", "tier"))
        count = text("fig.net-map.treated", n=f"{treated[city]:,}")
        boxes[f"institutions/{city}"] = _Box("institutions", centre[city], column - 12, count)
    for province in sorted({city[:2] for city in cities}):
        inside = [centre[city] for city in cities if city[:2] == province]
        width = inside[-1] - inside[0] + column - 12
        label = labels(province, "province")
        boxes[f"province/{province}"] = _Box("province", (inside[0] + inside[-1]) / 2, width, label)
    middle = (FULL + 80) / 2
    boxes[_MINISTRY] = _Box("ministry", middle, 280.0, labels(_MINISTRY, "tier"))
    boxes[_AUTHORITIES] = _Box("authority", middle, 280.0, text("fig.net-map.authorities"))
    return boxes


def _flows(links: list[LinkFigures]) -> list[_Flow]:
    """Join both directions of each link; the card authorities are one box."""
    rank = {kind: index for index, kind in enumerate(reversed(_LEVELS))}
    sums: dict[tuple[str, str], list[int]] = {}
    for link in links:
        sender, recipient = map(_box_of, (link.sender, link.recipient))
        upwards = rank[_kind_of(sender)] < rank[_kind_of(recipient)]
        pair = (sender, recipient) if upwards else (recipient, sender)
        found = sums.setdefault(pair, [0, 0, 0])
        found[0 if upwards else 1] += link.messages
        found[2] += link.unanswered
    return [_Flow(*pair, *counts) for pair, counts in sorted(sums.items())]


def _box_of(address: str) -> str:
    return _AUTHORITIES if address.startswith("authority/") else address


def _kind_of(box: str) -> str:
    return "authority" if box == _AUTHORITIES else box.partition("/")[0]


def _draw_flow(canvas: Canvas, axes: Axes, flow: _Flow, boxes: dict[str, _Box], most: int) -> None:
    """Draw a line whose thickness grows with the messages, and write the numbers beside it."""
    lower, upper = boxes[flow.lower], boxes[flow.upper]
    at = min(max(lower.x, upper.x - upper.width / 2 + 20), upper.x + upper.width / 2 - 20)
    start, end = lower.y - _BOX_HEIGHT / 2, upper.y + _BOX_HEIGHT / 2
    width = 1.5 + 10 * ((flow.up + flow.down) / most) ** 0.5
    axes.plot([lower.x, at], [start, end], color=EDGE, linewidth=width, solid_capstyle="butt", zorder=1)
    shown = [f"↑ {flow.up:,}" if flow.up else "", f"↓ {flow.down:,}" if flow.down else ""]
    lines = [line for line in shown if line]
    if flow.unanswered:
        lines.append(f"✗ {flow.unanswered:,}")
    x, y = lower.x + 0.22 * (at - lower.x), start + 0.22 * (end - start)
    room = max(text_width(line, 11.5) for line in lines) + 4
    ground = Rectangle((x + width / 2 + 3, y - 13 * len(lines) + 6), room, 13 * len(lines) + 1)
    ground.set(facecolor=PAPER, alpha=0.8, linewidth=0, zorder=1.5)
    axes.add_patch(ground)
    for index, line in enumerate(reversed(lines)):
        colour = _BAD if line.startswith("✗") else INK
        canvas.write(
            x + width / 2 + 5, y - 13 * index, Words(line, line), size=11.5, colour=colour, role="value"
        )


def _draw_box(canvas: Canvas, axes: Axes, box: _Box) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (box.x - box.width / 2, box.y - _BOX_HEIGHT / 2),
            box.width,
            _BOX_HEIGHT,
            boxstyle="round,pad=0,rounding_size=9",
            facecolor=_COLOURS[box.kind],
            edgecolor=EDGE,
            linewidth=1,
            zorder=2,
        )
    )
    shown = clip_words(box.label, 12.0, box.width - 8)
    canvas.write(box.x, box.y, shown, size=12.0, anchor="middle", role="tick")


def _draw_levels(canvas: Canvas) -> None:
    for kind, y in _LEVELS.items():
        words = text(f"fig.net-map.level.{kind}")
        canvas.write_lines(
            6, y - 7, words, width=74, max_lines=3, size=11.5, anchor="start", role="axis-title"
        )
    canvas.write(
        FULL - 8, _HEIGHT - 10, text("fig.net-map.key"), size=11.5, anchor="end", colour=MUTED, role="note"
    )
