"""Widths, line breaks and ticks: layout that cannot ask the browser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onecard.reports.canvas import nice_ticks
from onecard.reports.lettering import clip_text, text_width, wrap
from onecard.reports.palette import INK, LIGHT, STOPS

LINES = st.text(st.sampled_from("abc def，图书馆、MW。（）"), min_size=1, max_size=40)


@given(LINES, st.integers(2, 4))
def test_wrapped_lines_fit_and_lose_nothing_unless_clipped(shown: str, lines: int) -> None:
    wrapped = wrap(shown, 12.0, 90.0, lines)
    assert 1 <= len(wrapped) <= lines
    assert all(text_width(line, 12.0) <= 90.0 for line in wrapped)
    if not any(line.endswith("…") for line in wrapped):
        assert "".join(wrapped).replace(" ", "") == shown.replace(" ", "")


def test_chinese_punctuation_never_begins_a_line() -> None:
    for width in range(40, 120, 4):
        for line in wrap("图书馆、博物馆、文化馆", 12.0, width, 4):
            assert line[0] not in "、，。"


def test_lines_are_of_like_length() -> None:
    assert wrap("Medicine purchase with insurance settlement", 11.0, 220.0, 2) == [
        "Medicine purchase with",
        "insurance settlement",
    ]


def test_a_text_that_fits_is_left_alone() -> None:
    assert clip_text("Bus ride", 12.0, 100.0) == "Bus ride"
    assert clip_text("Bus ride to the far end of the city", 12.0, 100.0).endswith("…")


@pytest.mark.parametrize("top", [0, 1, 2, 3, 7, 10, 99, 1_000, 4_866, 141_204, 10**9], ids=str)
def test_ticks_are_whole_and_reach_the_top(top: int) -> None:
    ticks = nice_ticks(top)
    assert ticks[0] == 0
    assert ticks[-1] >= max(top, 1)
    assert 2 <= len(ticks) <= 8
    assert ticks == sorted(set(ticks))


def _luminance(colour: str) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colour", LIGHT)
def test_dark_text_is_readable_on_the_light_colours(colour: str) -> None:
    assert (_luminance(colour) + 0.05) / (_luminance(INK) + 0.05) >= 4.5


def test_nine_stops_have_nine_colours() -> None:
    assert len(set(STOPS)) == 9
