"""The day by service: one panel per stop, in the order of the day, with the stop's services stacked.

All panels share the clock, so that the eye walks down the day; each has its own vertical scale, so that a
hundred uses of a service hall are as readable as four thousand of the metro. A service is a shade of its
stop's colour, and its name stands beside the panel, in the order of the stack.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes

from onecard.reports.canvas import Canvas, nice_ticks
from onecard.reports.figures.curve import stops_in_order
from onecard.reports.figures.model import FULL, Drawn, Table, empty
from onecard.reports.labels import Labels, clock_of_minute, number, same
from onecard.reports.lettering import clip_words, widest
from onecard.reports.palette import EDGE, GRID, INK, MUTED, stop_colours, tints
from onecard.reports.texts import Words, counted, text
from onecard.sim.recording.summary import Summary

__all__ = ["by_service"]

_SIZE = 12.0
_LEFT, _TOP, _BOTTOM = 84.0, 6.0, 52.0
_HEAD, _PLOT, _GAP = 24.0, 64.0, 14.0
_TITLE = 170.0
"""Length of the title of the vertical axis, for which the plots need room together."""
_LINE = 17.0
_SWATCH = 12.0
_MOST_NAME = 230.0


class _Service(NamedTuple):
    """A layer of a panel: a service, its uses per bin, and its colour."""

    name: Words
    bins: Sequence[int]
    colour: str


class _Panel(NamedTuple):
    """A stop and its services, the commonest first, which is the lowest of the stack."""

    head: Words
    colour: str
    services: Sequence[_Service]
    least_plot: float

    @property
    def height(self) -> float:
        return _HEAD + max(self.least_plot, _LINE * len(self.services)) + _GAP

    @property
    def totals(self) -> list[int]:
        """Uses of all services, bin by bin."""
        return [sum(column) for column in zip(*(service.bins for service in self.services), strict=True)]


def _head(summary: Summary, labels: Labels, stop: str) -> Words:
    """Name a stop with its hour in the model day, if it has one."""
    if not stop:
        return text("fig.day-services.elsewhere")
    name, hour = labels(stop, "stop"), summary.stop_hours.get(stop)
    return Words(f"{hour} {name.en}", f"{hour} {name.zh}") if hour else name


def _panels(summary: Summary, labels: Labels) -> list[_Panel]:
    """Sort the used services into the stops that offer them; those of no stop come last."""
    uses = {name: bins for name, bins in summary.curve.uses_by_service.items() if any(bins)}
    length = max((len(bins) for bins in uses.values()), default=0)
    order = stops_in_order(summary)
    colours = stop_colours(order) | {"": EDGE}
    by_stop: dict[str, list[str]] = {}
    for name in sorted(uses, key=lambda name: (-sum(uses[name]), name)):
        stop = summary.stop_by_service.get(name, "")
        by_stop.setdefault(stop if stop in colours else "", []).append(name)
    panels = []
    for stop in [*order, ""]:
        names = by_stop.get(stop, [])
        layers = [
            _Service(labels(name, "service"), [*uses[name], *[0] * (length - len(uses[name]))], tint)
            for name, tint in zip(names, tints(colours[stop], len(names)), strict=True)
        ]
        if layers:
            panels.append(
                _Panel(_head(summary, labels, stop), colours[stop], layers, max(_PLOT, _TITLE / len(by_stop)))
            )
    return panels


def _hours(panels: Sequence[_Panel], minutes: int) -> tuple[int, int]:
    """Return the whole hours, in minutes, between which anything was used."""
    used = [index for panel in panels for index, uses in enumerate(panel.totals) if uses]
    return min(used) * minutes // 60 * 60, -(-(max(used) + 1) * minutes // 60) * 60


def by_service(summary: Summary, labels: Labels) -> Drawn:
    """Draw the day's uses by service, a panel per stop."""
    minutes = summary.curve.bin_minutes
    panels = _panels(summary, labels)
    services = [service for panel in panels for service in panel.services]
    head = [text("fig.day.col_time"), *(service.name for service in services)]
    if not services:
        return empty("day-services", head, wide=True, minutes=minutes)
    title = text("fig.day-services.title")
    return Drawn(
        identifier="day-services",
        title=title,
        caption=_caption(services, minutes),
        svg=_draw(panels, minutes).svg(identifier="fig-day-services", label=title),
        table=Table(head=head, rows=_rows(services, minutes)),
        wide=True,
    )


def _draw(panels: Sequence[_Panel], minutes: int) -> Canvas:
    height = sum(panel.height for panel in panels)
    canvas = Canvas(FULL, _TOP + height + _BOTTOM)
    first, last = _hours(panels, minutes)
    right = FULL - _key_room(panels)
    step = 60 if (right - _LEFT) * 60 >= 42 * (last - first) else 120
    hours = list(range(-(-first // step) * step, last + 1, step))
    top = _TOP
    for panel in panels:
        bottom = top + panel.height - _GAP
        axes = canvas.axes(left=_LEFT, top=top + _HEAD, right=right, bottom=bottom)
        axes.set_xlim(first, last)
        _draw_panel(canvas, axes, panel, minutes=minutes, hours=hours)
        _write_head(canvas, panel, y=top + _HEAD / 2)
        _write_key(canvas, panel, left=right + 22, middle=(top + _HEAD + bottom) / 2)
        top += panel.height
    for hour in hours:
        x = canvas.pixel(axes, hour, 0)[0]
        shown = same(clock_of_minute(hour))
        canvas.write(x, bottom + 14, shown, size=_SIZE, anchor="middle", colour=MUTED, role="tick")
    x, y = (_LEFT + right) / 2, bottom + 36
    canvas.write(x, y, text("fig.day-services.x"), anchor="middle", role="axis-title")
    y_title = text("fig.day-services.y", minutes=minutes)
    canvas.write(12, _TOP + height / 2, y_title, anchor="middle", upright=True, role="axis-title")
    return canvas


def _draw_panel(canvas: Canvas, axes: Axes, panel: _Panel, *, minutes: int, hours: Sequence[int]) -> None:
    """Stack the services of one stop over the clock."""
    ticks = nice_ticks(max(panel.totals), count=2)
    axes.set_ylim(0, ticks[-1])
    first, last = axes.get_xlim()
    axes.vlines(hours, 0, ticks[-1], colors=GRID, linewidth=1, zorder=0)
    axes.hlines(ticks, first, last, colors=GRID, linewidth=1, zorder=0)
    for tick in ticks:
        y = canvas.pixel(axes, first, tick)[1]
        canvas.write(_LEFT - 8, y, number(tick), size=11, anchor="end", colour=MUTED, role="tick")
    used = [index for index, uses in enumerate(panel.totals) if uses]
    bins = range(used[0], used[-1] + 1)
    edges = [index * minutes for index in range(bins.start, bins.stop + 1)]
    floor = [0] * len(edges)
    for service in panel.services:
        uses = [service.bins[index] for index in bins]
        roof = [low + count for low, count in zip(floor, [*uses, uses[-1]], strict=True)]
        axes.fill_between(
            edges,
            floor,
            roof,
            step="post",
            color=service.colour,
            linewidth=0.4,
            edgecolor="#ffffff",
            zorder=2,
        )
        floor = roof
    axes.hlines(0, first, last, colors=EDGE, linewidth=1.2, zorder=3, clip_on=False)


def _write_head(canvas: Canvas, panel: _Panel, *, y: float) -> None:
    """Write the stop's name above its panel, behind the mark that it has in the day's curve."""
    board = _board(canvas, y)
    board.barh(0, _SWATCH, left=_LEFT, height=_SWATCH, color=panel.colour)
    shown = clip_words(panel.head, 12.5, FULL / 2)
    canvas.write(_LEFT + _SWATCH + 6, y, shown, bold=True, role="head")


def _uses(service: _Service) -> Words:
    return number(sum(service.bins))


def _name(service: _Service) -> Words:
    return clip_words(service.name, _SIZE, _MOST_NAME)


def _key_room(panels: Sequence[_Panel]) -> float:
    """Return the width of the names at the right: mark, name, number of uses."""
    services = [service for panel in panels for service in panel.services]
    return 22 + _SWATCH + 6 + widest(list(map(_name, services)), _SIZE) + _numbers_room(services) + 4


def _numbers_room(services: Sequence[_Service]) -> float:
    return 14 + widest(list(map(_uses, services)), _SIZE)


def _write_key(canvas: Canvas, panel: _Panel, *, left: float, middle: float) -> None:
    """Name the services beside their panel, from the top of the stack to its foot."""
    y = middle - (len(panel.services) - 1) / 2 * _LINE
    for service in reversed(panel.services):
        board = _board(canvas, y)
        board.barh(
            0, _SWATCH, left=left, height=_SWATCH, color=service.colour, edgecolor=MUTED, linewidth=0.4
        )
        canvas.write(left + _SWATCH + 6, y, _name(service), size=_SIZE, role="key")
        canvas.write(FULL - 4, y, _uses(service), size=_SIZE, anchor="end", colour=INK, role="value")
        y += _LINE


def _board(canvas: Canvas, y: float) -> Axes:
    """Return axes in pixels across the figure, with 0 at height ``y``."""
    board = canvas.axes(left=0, top=y - 10, right=canvas.width, bottom=y + 10)
    board.set_xlim(0, canvas.width)
    board.set_ylim(-10, 10)
    return board


def _caption(services: Sequence[_Service], minutes: int) -> Words:
    """Name the service with the busiest bin of the day, the first of several."""
    busiest = max(services, key=lambda service: max(service.bins))
    uses = max(busiest.bins)
    return text(
        "fig.day-services.caption",
        service=busiest.name,
        uses=counted("use", uses),
        time=clock_of_minute(busiest.bins.index(uses) * minutes),
        minutes=minutes,
    )


def _rows(services: Sequence[_Service], minutes: int) -> list[list[Words]]:
    """List the bins in which something was used."""
    columns = zip(*(service.bins for service in services), strict=True)
    return [
        [same(clock_of_minute(index * minutes)), *map(number, uses)]
        for index, uses in enumerate(columns)
        if any(uses)
    ]
