"""What a case knows at one point: answers so far, and values that follow from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from onecard.conformance.recheck.refusal import UnknownValueError
from onecard.conformance.recheck.templates import Values

__all__ = ["Answer", "Frame", "Record", "Seen", "answer_of", "is_like"]

Frame: TypeAlias = tuple[str, str]


class Record(NamedTuple):
    """One line of the history."""

    case: str
    step: str
    frames: list[Frame]
    end: str
    note: str
    events: list[str]
    cuts: list[int]


class Answer(NamedTuple):
    """What a step was answered: data and status word; both empty is silence."""

    data: bytes
    word: bytes

    @property
    def silent(self) -> bool:
        """Whether nothing came."""
        return not (self.data or self.word)


@dataclass(slots=True)
class Seen:
    """A case up to one of its steps."""

    values: Values
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    records: dict[str, list[Record]] = field(default_factory=dict)
    _raw: dict[str, bytes] = field(default_factory=dict)

    def take(self, step: dict[str, Any], records: list[Record]) -> None:
        """Take note of a step and its records."""
        name = step["name"]
        self.steps[name], self.records[name] = step, records
        raw = self._raw[name] = answer_of(records[-1].frames)
        if step["do"] in ("reset", "insert"):
            self.values.learn_reset(name, raw)
        else:
            self.values.learn(name, raw)

    def answer(self, name: str) -> Answer:
        """Return the answer of a step; :class:`UnknownValueError` if it was not reached."""
        raw = self._raw.get(name)
        if raw is None:
            raise UnknownValueError(f"{name} was not reached")
        if self.steps[name]["do"] in ("reset", "insert"):
            return Answer(raw, b"")
        return Answer(raw[:-2], raw[-2:])


def answer_of(frames: list[Frame]) -> bytes:
    """Return what a reader gives that fetches the rest: the data of every answer, the last status word.

    A step whose last frame was not answered gave nothing, whatever came before it.
    """
    if not frames or not frames[-1][1]:
        return b""
    last = bytes.fromhex(frames[-1][1])
    if len(frames) == 1 or not frames[0][0]:
        return last
    return bytes.fromhex("".join([response[:-4] for _, response in frames[:-1]])) + last


def is_like(word: str, patterns: list[str]) -> bool:
    """Tell whether a status word is one of these; ``x`` stands for any digit."""
    return any(pattern == word or _is_one_like(word, pattern) for pattern in patterns)


@lru_cache(maxsize=4096)
def _is_one_like(word: str, pattern: str) -> bool:
    return len(word) == len(pattern) and all(p in ("x", w) for p, w in zip(pattern, word, strict=True))
