"""Colours of the figures: Paul Tol's colour-blind-safe schemes, dark text on white."""

from __future__ import annotations

from matplotlib.colors import to_hex, to_rgb

__all__ = [
    "BAR",
    "BAR_STRONG",
    "EDGE",
    "GRID",
    "INK",
    "LIGHT",
    "MUTED",
    "PAPER",
    "STOPS",
    "stop_colours",
    "tints",
]

INK = "#1b2733"
MUTED = "#4d5d6c"
GRID = "#e4eaf0"
EDGE = "#aab7c4"
PAPER = "#ffffff"
BAR = "#5b9bc8"
BAR_STRONG = "#1f5f8b"

STOPS = ("#88ccee", "#cc6677", "#ddcc77", "#117733", "#332288", "#aa4499", "#44aa99", "#999933", "#882255")
"""Tol's "muted" scheme: nine hues that stay apart, in an order that sets neighbours apart."""

LIGHT = ("#77aadd", "#ee8866", "#eedd88", "#ffaabb", "#99ddff", "#44bb99", "#bbcc33", "#aaaa00", "#dddddd")
"""Tol's "light" scheme: backgrounds that carry dark text."""


def stop_colours(stops: list[str]) -> dict[str, str]:
    """Give each stop its colour, in order; a tenth stop starts again."""
    return {stop: STOPS[index % len(STOPS)] for index, stop in enumerate(stops)}


_LIGHTER, _DARKER, _LARGEST_STEP = 0.68, 0.6, 0.45


def tints(colour: str, count: int) -> list[str]:
    """Spread a colour into shades: itself first, then evenly towards white, or black if it is light."""
    red, green, blue = to_rgb(colour)
    light = 0.299 * red + 0.587 * green + 0.114 * blue > 0.6
    end, farthest = (0.0, _DARKER) if light else (1.0, _LIGHTER)
    step = min(_LARGEST_STEP, farthest / max(count - 1, 1))
    weights = [step * index for index in range(count)]
    mixes = [[part + (end - part) * weight for part in (red, green, blue)] for weight in weights]
    return [to_hex((red, green, blue)) for red, green, blue in mixes]
