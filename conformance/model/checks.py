"""Checks: the closed vocabulary in which cases say what must be seen.

A check names a step, and is evaluated from the history alone. With a rule it judges; without one it is a
precondition: if it does not hold, the rest of the case is not sent and its judging checks are inconclusive.
Templates are those of ``steps``.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

__all__ = [
    "AtrHas",
    "Check",
    "CounterMoves",
    "DataDiffers",
    "DataIs",
    "DataIsOneOf",
    "DataLength",
    "DataMatches",
    "FollowsModel",
    "NoAnswer",
    "Question",
    "RecordIs",
    "RecordsAre",
    "Shows",
    "StatusIs",
    "SweepStatus",
    "TlvHas",
    "ValueIn",
]

Shows: TypeAlias = Literal["conforming", "forbidden"]
"""``conforming``: what is allowed is done and succeeds; ``forbidden``: what is not is tried and fails."""

Content: TypeAlias = Literal["cn", "an", "b", "B-TLV", "date", "card number", "identity number"]
"""Form of a value: packed BCD filled with ``F``; text filled with ``00``; any bytes; records in it; packed
``CCYYMMDD`` or all ``F``; 9 characters, the last a check; 18 characters, the last a check."""

Aspect: TypeAlias = Literal[
    "form",
    "T=0 only",
    "direct convention",
    "13 historical bytes",
    "no TCK",
    "pseudo-ATR",
    "format byte",
    "no TA1",
    "TB1 zero",
    "clock stop and class",
]


class _Check(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True, tag_field="is"
):
    step: str
    rule: str = ""
    """Clause; empty: a precondition."""
    shows: Shows = "conforming"


class StatusIs(_Check, frozen=True, tag="status"):
    """The status word is one of these; one that refuses (64xx to 6Fxx) has no data beside it."""

    words: tuple[str, ...]
    """Four hexadecimal digits each; ``x`` stands for any."""


class DataIs(_Check, frozen=True, tag="data"):
    """The response data are these bytes."""

    value: str
    """Template."""


class DataDiffers(_Check, frozen=True, tag="data differs"):
    """The response data are not these bytes."""

    value: str
    """Template."""


class DataIsOneOf(_Check, frozen=True, tag="data one of"):
    """The response data are one of these."""

    values: tuple[str, ...]
    """Templates."""


class DataMatches(_Check, frozen=True, tag="data matches"):
    """The response data have this form."""

    pattern: str
    """Template; ``..`` is any byte, ``*`` at the end anything or nothing."""


class DataLength(_Check, frozen=True, tag="data length"):
    """The response data have this many bytes."""

    least: int
    most: int


class ValueIn(_Check, frozen=True, tag="value in"):
    """Some bytes of the response data are one of a list."""

    start: int
    end: int
    values: tuple[str, ...]
    """Templates."""
    of: str = ""
    """Template of what is looked at, ``"{historical}"``; empty: the response data."""


class RecordIs(_Check, frozen=True, tag="record"):
    """The response data are one record: tag, length, value of a form."""

    tag: str
    length: int
    content: Content = "b"


class RecordsAre(_Check, frozen=True, tag="records"):
    """The response data are these records one after the other."""

    records: tuple[tuple[str, int], ...]
    """Tag and length of each."""


class TlvHas(_Check, frozen=True, tag="tlv"):
    """A BER-TLV object is there, in the templates that lead to it."""

    path: tuple[str, ...]
    """Tags from the outside in: ``("6F", "A5", "9F0C")``."""
    value: str = ""
    """Template; empty: any value."""
    absent: bool = False
    """It must not be there."""


class AtrHas(_Check, frozen=True, tag="atr"):
    """The answer to reset has this property."""

    aspect: Aspect


class CounterMoves(_Check, frozen=True, tag="counter"):
    """The tries in ``63Cx`` of a step are those of an earlier one and this many more."""

    since: str
    """Name of the earlier step."""
    by: int
    """``-1``: one fewer; ``0``: the same."""


class NoAnswer(_Check, frozen=True, tag="no answer"):
    """The card gave no answer."""


class SweepStatus(_Check, frozen=True, tag="sweep status"):
    """Every answer of a sweep has no data and one of these status words."""

    words: tuple[str, ...]
    """For every value without words of its own."""
    others: dict[str, tuple[str, ...]] = {}
    """Value (two hexadecimal digits) → its words; no words: anything that is an answer."""


class FollowsModel(_Check, frozen=True, tag="follows model"):
    """Every walk answers as the model of the step says."""


class Question(_Check, frozen=True, tag="question"):
    """Nobody but a person can tell: the verdict is review, and carries the question."""

    text: str
    chinese: str


Check: TypeAlias = (
    StatusIs
    | DataIs
    | DataDiffers
    | DataIsOneOf
    | DataMatches
    | DataLength
    | ValueIn
    | RecordIs
    | RecordsAre
    | TlvHas
    | AtrHas
    | CounterMoves
    | NoAnswer
    | SweepStatus
    | FollowsModel
    | Question
)
