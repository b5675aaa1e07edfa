"""An explanation: a tree that says what some bytes are, what they hold and what that means.

Every decoder of this room is a function from bytes to such a tree. None of them raises, whatever the bytes:
what does not follow its form is marked malformed and shown as it is, and the rest is explained all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Explanation", "hexadecimal", "malformed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What some bytes mean."""

    english: str
    """What they are: ``"sex"``."""
    chinese: str = ""
    raw: bytes = b""
    value: str = ""
    """What they hold, readable: ``"1"``; empty when ``raw`` says it all."""
    meaning: tuple[str, str] = ("", "")
    """What the value stands for, English and Chinese: ``("male", "男")``."""
    malformed: str = ""
    """Why the bytes do not follow their form; empty when they do."""
    parts: tuple[Explanation, ...] = ()

    @property
    def title(self) -> str:
        """Both names: ``"sex 性别"``."""
        return f"{self.english} {self.chinese}".strip()

    def line(self) -> str:
        """Return the node in one line, without its parts."""
        shown = self.value or ("" if self.parts else hexadecimal(self.raw))
        text = f"{self.title}: {shown}" if shown else self.title
        english, chinese = self.meaning
        meaning = f"{english} {chinese}".strip() if english != chinese else english
        if meaning:
            text += f" ({meaning})" if shown else f": {meaning}"
        return _printable(f"{text} [malformed 格式错误: {self.malformed}]" if self.malformed else text)

    def lines(self, depth: int = 0) -> Iterator[tuple[int, str]]:
        """Yield depth and line of this node and everything below it."""
        yield depth, self.line()
        for part in self.parts:
            yield from part.lines(depth + 1)

    def tree(self) -> dict[str, Any]:
        """Return the node for JSON; what is empty is left out."""
        told: dict[str, Any] = {
            "english": self.english,
            "chinese": self.chinese,
            "hex": self.raw.hex().upper(),
        }
        told |= {"value": self.value, "meaning_english": self.meaning[0], "meaning_chinese": self.meaning[1]}
        told |= {"malformed": self.malformed, "parts": [part.tree() for part in self.parts]}
        return {name: value for name, value in told.items() if value}


def _printable(text: str) -> str:
    """Escape what could move a terminal's cursor; the wide space of Chinese text stays."""
    return "".join(
        character
        if character.isprintable() or character == "\u3000"
        else character.encode("unicode_escape").decode()
        for character in text
    )


def hexadecimal(raw: bytes) -> str:
    """Write bytes as capitals without spaces, as the standard's texts do."""
    return raw.hex().upper()


def malformed(english: str, chinese: str, raw: bytes, why: str) -> Explanation:
    """Show bytes that do not follow their form."""
    return Explanation(english=english, chinese=chinese, raw=raw, value=hexadecimal(raw), malformed=why)
