"""The day's curve: card uses over the clock, stacked by stop, with the hours of the model day as flags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes

from onecard.reports.canvas import Canvas, nice_ticks
from onecard.reports.figures.model import FULL, Drawn, Table, empty
from onecard.reports.labels import Labels, clock_of_minute, number, same
from onecard.reports.lettering import clip_words, widest
from onecard.reports.palette import EDGE, MUTED, stop_colours
from onecard.reports.texts import Words, counted, text
from onecard.sim.recording.summary import Summary

__all__ = ["Peak", "day", "peak", "stops_in_order", "where"]

_SIZE = 12.0
_TIER = 21.0
_WIDEST_FLAG = 280.0
_SWATCH = 12.0
_LEFT = 76.0
_DAY = 24 * 60
_PLOT_HEIGHT = 270.0


class Peak(NamedTuple):
    """The bin with most uses: its beginning, its uses, the stop with most of them, and how many."""

    minute: int
    uses: int
    stop: str
    uses_at_stop: int


def stops_in_order(summary: Summary) -> list[str]:
    """List the stops by their hour in the model day; stops without an hour come last, by name."""
    known = {
        *summary.curve.uses_by_stop,
        *summary.uses_by_stop,
        *summary.stop_hours,
        *summary.refusals_by_stop,
    }
    return sorted(known, key=lambda stop: (summary.stop_hours.get(stop, "99:99"), stop))


def _bins(summary: Summary) -> list[int]:
    """Add the stops up, bin by bin."""
    length = max((len(uses) for uses in summary.curve.uses_by_stop.values()), default=0)
    return [
        sum(uses[index] for uses in summary.curve.uses_by_stop.values() if index < len(uses))
        for index in range(length)
    ]


def peak(summary: Summary) -> Peak | None:
    """Find the busiest bin of the day, the first if several; ``None`` if nothing was used."""
    bins = _bins(summary)
    if not any(bins):
        return None
    at = bins.index(max(bins))
    by_stop = {stop: uses[at] for stop, uses in summary.curve.uses_by_stop.items() if at < len(uses)}
    stop = max(sorted(by_stop), key=lambda name: by_stop[name])
    return Peak(at * summary.curve.bin_minutes, bins[at], stop, by_stop[stop])


def where(busiest: Peak, labels: Labels) -> Words:
    """Say at which stop the uses of the busiest bin were: all of them, or more than at any other."""
    share = "only" if busiest.uses_at_stop == busiest.uses else "chiefly"
    return text(f"story.{share}", stop=labels(busiest.stop, "stop"))


def _half_time(bins: Sequence[int], minutes: int) -> int:
    """Return the end in minutes of the bin in which half of all uses had happened."""
    done = 0
    for index, uses in enumerate(bins):
        done += uses
        if 2 * done >= sum(bins):
            return (index + 1) * minutes
    return len(bins) * minutes


def _minute(hour: str) -> int:
    return int(hour[:2]) * 60 + int(hour[3:])


class _Flag(NamedTuple):
    """A stop's hour: a line at ``start`` down to the axis, and its name on a tier above, up to ``end``."""

    stop: str
    label: Words
    start: float
    end: float
    tier: int


class _Frame(NamedTuple):
    """The hours that are shown, in minutes, and the pixel at which the plot ends."""

    first: int
    last: int
    right: float

    def pixel(self, minute: float) -> float:
        return _LEFT + (minute - self.first) / (self.last - self.first) * (self.right - _LEFT)


def _flag_label(summary: Summary, labels: Labels, stop: str) -> Words:
    hour, name = summary.stop_hours[stop], labels(stop, "stop")
    return clip_words(Words(f"{hour} {name.en}", f"{hour} {name.zh}"), _SIZE, _WIDEST_FLAG)


def _flag_width(label: Words) -> float:
    return _SWATCH + 14 + widest([label], _SIZE)


def _frame(summary: Summary, labels: Labels, bins: Sequence[int]) -> _Frame:
    """Show all uses and all flags in whole hours; longer, then narrower, until each flag's name has room."""
    minutes = summary.curve.bin_minutes
    used = [index for index, uses in enumerate(bins) if uses]
    flags = [
        (_minute(hour), _flag_width(_flag_label(summary, labels, stop)))
        for stop, hour in summary.stop_hours.items()
    ]
    first = min([used[0] * minutes, *(minute for minute, _ in flags)]) // 60 * 60
    last = max([(used[-1] + 1) * minutes, *(minute + 60 for minute, _ in flags)])
    frame = _Frame(first, -(-last // 60) * 60, FULL - 22.0)
    while frame.last < _DAY and any(frame.pixel(minute) + width > FULL for minute, width in flags):
        frame = frame._replace(last=frame.last + 60)
    while any(frame.pixel(minute) + width > FULL for minute, width in flags):
        frame = frame._replace(right=frame.right - 10)
    return frame


def _flags(summary: Summary, labels: Labels, frame: _Frame) -> list[_Flag]:
    """Put each flag above the later ones that begin under its name, so that no line runs through a name."""
    flags: list[_Flag] = []
    for stop in reversed(stops_in_order(summary)):
        if stop in summary.stop_hours:
            label = _flag_label(summary, labels, stop)
            start = frame.pixel(_minute(summary.stop_hours[stop]))
            end = start + _flag_width(label)
            tier = 1 + max((flag.tier for flag in flags if flag.start < end), default=-1)
            flags.append(_Flag(stop, label, start, end, tier))
    return flags


def _stack(axes: Axes, summary: Summary, bins: Sequence[int], colours: dict[str, str]) -> None:
    minutes = summary.curve.bin_minutes
    edges = [index * minutes for index in range(len(bins) + 1)]
    floor = [0] * len(edges)
    for stop in stops_in_order(summary):
        uses = summary.curve.uses_by_stop.get(stop, [])
        if not any(uses):
            continue
        padded = [*uses, *[0] * (len(edges) - len(uses))]
        roof = [low + count for low, count in zip(floor, padded, strict=True)]
        axes.fill_between(
            edges, floor, roof, step="post", color=colours[stop], linewidth=0.5, edgecolor="#ffffff", zorder=2
        )
        floor = roof


def _draw_flags(canvas: Canvas, flags: Sequence[_Flag], colours: dict[str, str], *, top: float) -> None:
    board = canvas.axes(left=0, top=0, right=canvas.width, bottom=canvas.height)
    board.set_xlim(0, canvas.width)
    board.set_ylim(canvas.height, 0)
    for flag in flags:
        y = top - 16 - flag.tier * _TIER
        line = [y, top + _PLOT_HEIGHT]
        board.plot([flag.start] * 2, line, color=MUTED, linewidth=1, linestyle=(0, (1, 3)), zorder=4)
        board.barh(y, _SWATCH, left=flag.start, height=_SWATCH, color=colours[flag.stop], zorder=5)
        canvas.write(flag.start + _SWATCH + 5, y, flag.label, size=_SIZE, role="flag")


def _draw_legend(
    canvas: Canvas, stops: Sequence[str], labels: Labels, colours: dict[str, str], *, y: float
) -> None:
    """Name the stops that have no hour in the model day."""
    board = canvas.axes(left=0, top=y - 10, right=canvas.width, bottom=y + 10)
    board.set_xlim(0, canvas.width)
    board.set_ylim(-10, 10)
    x = _LEFT
    for stop in stops:
        board.barh(0, 12, left=x, height=12, color=colours[stop])
        canvas.write(x + 17, y, labels(stop, "stop"), size=_SIZE, role="flag")
        x += 40 + widest([labels(stop, "stop")], _SIZE)


def day(summary: Summary, labels: Labels) -> Drawn:
    """Draw the day's curve."""
    bins = _bins(summary)
    stops = stops_in_order(summary)
    head = [text("fig.day.col_time"), *(labels(stop, "stop") for stop in stops)]
    busiest = peak(summary)
    if busiest is None:
        return empty("day", head, wide=True, minutes=summary.curve.bin_minutes)
    frame = _frame(summary, labels, bins)
    first, last, right = frame
    flags = _flags(summary, labels, frame)
    unmarked = [stop for stop in stops if stop not in summary.stop_hours]
    top = 26 + _TIER * (1 + max((flag.tier for flag in flags), default=-1))
    canvas = Canvas(FULL, top + _PLOT_HEIGHT + 52 + (26 if unmarked else 0))
    axes = canvas.axes(left=_LEFT, top=top, right=right, bottom=top + _PLOT_HEIGHT)
    ticks = nice_ticks(busiest.uses)
    axes.set_xlim(first, last)
    axes.set_ylim(0, ticks[-1])
    step = 60 if frame.pixel(60) - frame.pixel(0) >= 42 else 120
    canvas.x_scale(
        axes,
        [(at, same(clock_of_minute(at))) for at in range(-(-first // step) * step, last + 1, step)],
        text("fig.day.x"),
    )
    canvas.y_scale(
        axes, [(tick, number(tick)) for tick in ticks], text("fig.day.y", minutes=summary.curve.bin_minutes)
    )
    colours = stop_colours(stops)
    _stack(axes, summary, bins, colours)
    axes.hlines(0, first, last, colors=EDGE, linewidth=1.2, zorder=3, clip_on=False)
    _draw_flags(canvas, flags, colours, top=top)
    _draw_legend(canvas, unmarked, labels, colours, y=top + _PLOT_HEIGHT + 64)
    half = clock_of_minute(_half_time(bins, summary.curve.bin_minutes))
    caption = text(
        "fig.day.caption",
        time=clock_of_minute(busiest.minute),
        uses=counted("use", busiest.uses),
        where=where(busiest, labels),
        half=half,
        total=counted("use", sum(bins)),
    )
    return Drawn(
        identifier="day",
        title=text("fig.day.title"),
        caption=caption,
        svg=canvas.svg(identifier="fig-day", label=text("fig.day.title")),
        table=Table(head=head, rows=_rows(summary, bins, stops)),
        wide=True,
    )


def _rows(summary: Summary, bins: Sequence[int], stops: Sequence[str]) -> list[list[Words]]:
    """List the bins in which something was used."""
    curve = summary.curve
    rows: list[list[Words]] = []
    for index, total in enumerate(bins):
        if total:
            uses = [curve.uses_by_stop.get(stop, []) for stop in stops]
            counts = [row[index] if index < len(row) else 0 for row in uses]
            rows.append([same(clock_of_minute(index * curve.bin_minutes)), *map(number, counts)])
    return rows
