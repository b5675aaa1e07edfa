"""Colours of the figures: Paul Tol's colour-blind-safe schemes, dark text on white."""

from __future__ import annotations

from colorsys import hls_to_rgb, rgb_to_hls

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


_DARKEST, _LIGHTEST = 0.26, 0.86


def tints(colour: str, count: int) -> list[str]:
    """Spread a colour into shades of its own hue: itself first, then evenly to the far end of lightness."""
    hue, lightness, saturation = rgb_to_hls(*to_rgb(colour))
    end = _DARKEST if lightness > (_DARKEST + _LIGHTEST) / 2 else _LIGHTEST
    steps = [(end - lightness) * index / max(count - 1, 1) for index in range(count)]
    return [to_hex(hls_to_rgb(hue, lightness + step, saturation)) for step in steps]
