"""Steps: what a case does to the implementation, as data.

Bytes are templates: hexadecimal text in which spaces mean nothing and ``{…}`` are holes:

====================  ==============================================================================
``{name}``            response data (without status word) of the step of that name, or a ``let``
``{name.sw}``         its status word, 2 bytes
``{name[2:10]}``      bytes 2 to 9 of it; either bound may be left out
``{atr}``             the last answer to reset; ``{historical}`` its T1…TD, ``{factor}`` the last 8 of them
====================  ==============================================================================
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

__all__ = [
    "Event",
    "Insert",
    "Let",
    "Model",
    "Remove",
    "Reset",
    "Row",
    "Send",
    "Step",
    "Sweep",
    "Tear",
    "Walk",
]


class _Step(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True, tag_field="do"
):
    name: str
    """Unique in the case; later templates and the checks refer to it."""


class Reset(_Step, frozen=True, tag="reset"):
    """Cold reset; the answer to reset is its data, without a status word."""


class Send(_Step, frozen=True, tag="send"):
    """One command; as a reader does, ``61xx`` is followed by GET RESPONSE and ``6Cxx`` by a repetition."""

    command: str
    """Template."""
    raw: bool = False
    """Do not follow ``61xx`` and ``6Cxx``: the case looks at them."""


class Tear(_Step, frozen=True, tag="tear"):
    """One command during which the power fails."""

    command: str
    """Template."""
    after_bytes: int
    """How many bytes the card may still write to its memory."""


class Sweep(_Step, frozen=True, tag="sweep"):
    """Many commands that differ in one byte, answers looked at together; raw."""

    command: str
    """Template in which ``{#}`` is the byte that changes."""
    values: str
    """Hexadecimal: the byte's values, in order."""


class Let(_Step, frozen=True, tag="let"):
    """A value that a terminal or a host would compute (see ``values.functions``)."""

    function: str
    key: str = ""
    """Name and version of a key of the card, ``"RKSSSE/1"``; empty: the function takes none."""
    arguments: tuple[str, ...] = ()
    """Templates."""


class Remove(_Step, frozen=True, tag="remove"):
    """The card leaves the reader."""


class Insert(_Step, frozen=True, tag="insert"):
    """The card comes back and is powered; the answer to reset is the step's data."""


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Something that can be done in a walk: the last step's status word is what the model speaks of."""

    name: str
    steps: tuple[Reset | Send | Let, ...]


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What one event does in one state."""

    state: str
    event: str
    status: str
    """``"9000"``, ``x`` for any digit; ``"ATR"``: an answer to reset."""
    after: str


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A closed table: every event in every state."""

    initial: str
    home: tuple[Reset | Send | Let, ...]
    """Steps that bring the implementation into the initial state; each must answer ``9000``."""
    events: tuple[Event, ...]
    rows: tuple[Row, ...]


class Walk(_Step, frozen=True, tag="walk"):
    """Random sequences of events beside a model; a sequence that differs is made as short as possible."""

    model: Model
    walks: int
    """How many sequences."""
    longest: int
    """Most events in one."""


Step: TypeAlias = Reset | Send | Tear | Sweep | Let | Remove | Insert | Walk
