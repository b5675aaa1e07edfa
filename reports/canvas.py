"""A drawing surface of known size in pixels, on matplotlib, whose texts speak two languages.

Theory of operation. The browser, not matplotlib, sets the type: a Chinese text has no font at render time. So
every text on a figure is placed by us, one line at a time, at a pixel position with an anchor (start, middle,
end) that does not depend on the width of the text. Matplotlib draws a placeholder with a group id, and
:mod:`onecard.reports.svg` puts the words of both languages in its place. Layout that needs widths (margins,
wrapping, flags that must not collide) uses the estimates of :mod:`onecard.reports.lettering`.

No pyplot, hence no global figure list; a fixed ``svg.hashsalt`` and no date, hence the same bytes every time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from typing import Any, Literal

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from onecard.reports.lettering import LABEL_SIZE, SMALL_SIZE, text_width, widest, wrap
from onecard.reports.palette import GRID, INK, MUTED
from onecard.reports.svg import TextNode, embed
from onecard.reports.texts import Words

__all__ = ["Anchor", "Canvas", "drawing_settings", "nice_ticks"]

Anchor = Literal["start", "middle", "end"]
_ALIGNMENT: dict[Anchor, Literal["left", "center", "right"]] = {
    "start": "left",
    "middle": "center",
    "end": "right",
}
_SETTINGS: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": "onecard", "path.simplify": False}
_HOST_SETTINGS = (
    "backend",
    "interactive",
    "toolbar",
    "timezone",
    "webagg",
    "tk.",
    "savefig.directory",
    "datapath",
)


@contextmanager
def drawing_settings() -> Iterator[None]:
    """Draw with matplotlib's defaults and ours, whatever the user's own matplotlibrc says."""
    settings: dict[Any, Any] = {
        name: value for name, value in mpl.rcParamsDefault.items() if not name.startswith(_HOST_SETTINGS)
    }
    with mpl.rc_context(settings | _SETTINGS):
        yield


def nice_ticks(top: float, *, count: int = 5) -> list[int]:
    """Choose round whole ticks from 0 to at least ``top``."""
    locator = MaxNLocator(nbins=count, integer=True, steps=[1, 2, 2.5, 5, 10])
    ticks = [round(float(tick)) for tick in locator.tick_values(0, max(top, 1.0))]
    return sorted({tick for tick in ticks if tick >= 0})


class Canvas:
    """One figure: axes at pixel positions, texts in two languages, written as inline SVG.

    Args:
        width: Width in pixels.
        height: Height in pixels.
    """

    def __init__(self, width: float, height: float) -> None:
        self.width = float(width)
        self.height = float(height)
        self._texts: dict[str, TextNode] = {}
        self._figure = Figure(figsize=(self.width / 72, self.height / 72), dpi=72, facecolor="none")

    def axes(self, *, left: float, top: float, right: float, bottom: float) -> Axes:
        """Add bare axes between pixel positions measured from the top left corner."""
        box = (
            left / self.width,
            1 - bottom / self.height,
            (right - left) / self.width,
            (bottom - top) / self.height,
        )
        axes = self._figure.add_axes(box, facecolor="none")
        axes.set_axis_off()
        return axes

    def pixel(self, axes: Axes, x: float, y: float) -> tuple[float, float]:
        """Turn data coordinates of axes, whose limits are set, into pixels from the top left corner."""
        across, up = axes.transData.transform((x, y))
        return float(across), self.height - float(up)

    def write(
        self,
        x: float,
        y: float,
        words: Words,
        *,
        size: float = 12.5,
        anchor: Anchor = "start",
        colour: str = INK,
        bold: bool = False,
        upright: bool = False,
        role: str = "",
    ) -> None:
        """Write one line whose middle is at height ``y``.

        Args:
            x: Pixels from the left, where the anchor is.
            y: Pixels from the top, to the middle of small letters.
            words: The text in both languages.
            size: Font size in pixels.
            anchor: Which part of the line is at ``x``.
            colour: Fill of the letters.
            bold: Bold letters.
            upright: Turned by 90 degrees, reading upwards.
            role: CSS class of the text, such as ``axis-title`` or ``tick``.
        """
        identifier = f"t{len(self._texts)}"
        self._texts[identifier] = TextNode(words=words, role=role)
        shift = 0.36 * size
        text_x, text_y = (x + shift, y) if upright else (x, y + shift)
        self._figure.text(
            text_x / self.width,
            1 - text_y / self.height,
            "x",
            fontsize=size,
            ha=_ALIGNMENT[anchor],
            va="baseline",
            color=colour,
            weight="bold" if bold else "normal",
            rotation=90 if upright else 0,
            rotation_mode="anchor",
            parse_math=False,
            gid=identifier,
        )

    def write_lines(
        self,
        x: float,
        y: float,
        words: Words,
        *,
        width: float,
        max_lines: int = 2,
        size: float = 12.5,
        anchor: Anchor = "middle",
        from_bottom: bool = False,
        role: str = "tick",
    ) -> None:
        """Write a text in wrapped lines, each language by itself, the first (or last) line at ``y``."""
        for language, shown in enumerate(words):
            lines = wrap(shown, size, width, max_lines)
            start = y - (len(lines) - 1) * size * 1.25 if from_bottom else y
            for index, line in enumerate(lines):
                pair = Words(line, "") if language == 0 else Words("", line)
                self.write(x, start + index * size * 1.25, pair, size=size, anchor=anchor, role=role)

    def write_label(self, x: float, y: float, words: Words, *, room: float, anchor: Anchor = "end") -> None:
        """Name a row: one line if it fits into ``room`` pixels, else two smaller lines, in each language."""
        if widest([words], LABEL_SIZE) <= room:
            self.write(x, y, words, size=LABEL_SIZE, anchor=anchor, role="tick")
            return
        for language, shown in enumerate(words):
            size = LABEL_SIZE if text_width(shown, LABEL_SIZE) <= room else SMALL_SIZE
            lines = [shown] if size == LABEL_SIZE else wrap(shown, size, room, 2)
            for index, line in enumerate(lines):
                pair = Words(line, "") if language == 0 else Words("", line)
                down = (index - (len(lines) - 1) / 2) * size * 1.25
                self.write(x, y + down, pair, size=size, anchor=anchor, role="tick")

    def x_scale(
        self, axes: Axes, ticks: Sequence[tuple[float, Words]], title: Words, *, size: float = 12.0
    ) -> None:
        """Draw grid lines, tick labels and the title of a horizontal axis."""
        low, high = axes.get_ylim()
        axes.vlines([at for at, _ in ticks], low, high, colors=GRID, linewidth=1, zorder=0)
        bottom = max(self.pixel(axes, 0, low)[1], self.pixel(axes, 0, high)[1])
        for at, shown in ticks:
            x, _ = self.pixel(axes, at, low)
            self.write(x, bottom + 14, shown, size=size, anchor="middle", colour=MUTED, role="tick")
        left, right = (self.pixel(axes, at, low)[0] for at in axes.get_xlim())
        self.write((left + right) / 2, bottom + 36, title, anchor="middle", role="axis-title")

    def y_scale(
        self, axes: Axes, ticks: Sequence[tuple[float, Words]], title: Words, *, size: float = 12.0
    ) -> None:
        """Draw grid lines, tick labels and the title (along the axis) of a vertical axis."""
        low, high = axes.get_xlim()
        axes.hlines([at for at, _ in ticks], low, high, colors=GRID, linewidth=1, zorder=0)
        left = self.pixel(axes, low, 0)[0]
        for at, shown in ticks:
            self.write(
                left - 8,
                self.pixel(axes, low, at)[1],
                shown,
                size=size,
                anchor="end",
                colour=MUTED,
                role="tick",
            )
        bottom, top = (self.pixel(axes, low, at)[1] for at in axes.get_ylim())
        self.write(12, (bottom + top) / 2, title, anchor="middle", upright=True, role="axis-title")

    def svg(self, *, identifier: str, label: Words) -> Markup:
        """Write the figure as an inline SVG element, within :func:`drawing_settings`.

        Args:
            identifier: Prefix of all ids in it, unique on the page.
            label: What a screen reader says.
        """
        out = StringIO()
        self._figure.savefig(out, format="svg", metadata={"Date": None})
        return embed(
            out.getvalue(), prefix=identifier, texts=self._texts, label=label, size=(self.width, self.height)
        )
