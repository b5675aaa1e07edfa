"""How wide a line of text will be, and where to break or shorten it, without knowing the browser's font.

Widths are estimates on the safe side: a Chinese character is one em, Latin letters are three classes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from onecard.reports.texts import Words

__all__ = ["LABEL_SIZE", "SMALL_SIZE", "clip_words", "text_width", "widest", "wrap"]

LABEL_SIZE = 12.5
SMALL_SIZE = 11.0
_NARROW = frozenset("iIljtfr.,:;!|'()[] ·-")
_CLOSING = frozenset("，。、；：！？）》」』】”’…")
_OPENING = frozenset("（《「『【“‘")
_WIDE = frozenset("mwMW@%")


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def _char_width(char: str) -> float:
    if _is_wide(char):
        return 1.0
    if char in _NARROW:
        return 0.38
    if char in _WIDE:
        return 0.92
    return 0.71 if char.isupper() else 0.62


@lru_cache(maxsize=8192)
def text_width(shown: str, size: float) -> float:
    """Estimate the width of a line in pixels, for a font size in pixels; a little too wide on purpose."""
    return size * sum(map(_char_width, shown))


def widest(words: Sequence[Words], size: float) -> float:
    """Return the width in pixels of the widest of the texts, in either language."""
    return max((text_width(line, size) for pair in words for line in pair), default=0.0)


def clip_text(shown: str, size: float, width: float) -> str:
    """Shorten a line to a width in pixels, with an ellipsis."""
    if text_width(shown, size) <= width:
        return shown
    kept, room = "", width - size
    for char in shown:
        room -= size * _char_width(char)
        if room < 0:
            break
        kept += char
    return kept.rstrip() + "…"


def clip_words(words: Words, size: float, width: float) -> Words:
    """Shorten both languages to a width in pixels."""
    return Words(clip_text(words.en, size, width), clip_text(words.zh, size, width))


def _sticks(before: str, char: str) -> bool:
    """Say whether no line may break between two characters."""
    if char in _CLOSING or before in _OPENING:
        return True
    return before != " " and not _is_wide(before) and not _is_wide(char)


def _pieces(shown: str) -> list[str]:
    """Split where a line may break: after spaces, around Chinese characters, not before punctuation."""
    pieces: list[str] = []
    for char in shown:
        if pieces and _sticks(pieces[-1][-1], char):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def wrap(shown: str, size: float, width: float, max_lines: int) -> list[str]:
    """Break a text into at most ``max_lines`` lines of like length; what is too wide is clipped."""
    lines = _break(shown, size, width, max_lines)
    for narrower in range(int(width), int(width / 3), -4):
        tried = _break(shown, size, narrower, max_lines)
        if len(tried) > len(lines) or any(line.endswith("…") for line in tried):
            return lines
        lines = tried
    return lines


def _break(shown: str, size: float, width: float, max_lines: int) -> list[str]:
    lines = [""]
    for piece in _pieces(shown):
        fits = text_width((lines[-1] + piece).rstrip(), size) <= width
        if not fits and lines[-1] and len(lines) < max_lines:
            lines.append("")
        lines[-1] += piece
    return [clip_text(line.strip(), size, width) for line in lines]
