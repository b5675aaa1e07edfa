"""The history: every frame at every boundary, in the order in which it happened.

A line of ``history.jsonl`` is one :class:`StepRecord` in canonical JSON, with the chain's hash at the end.
Times are not recorded: they differ from run to run, and no rule of today looks at them.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

__all__ = ["End", "Frame", "StepRecord"]

Frame: TypeAlias = tuple[str, str]
"""Command and response in upper-case hexadecimal; a reset's command is empty."""

End: TypeAlias = Literal["", "mute", "gone", "broken"]
"""How a step ended: answered; no answer though the card is there; the card is gone; the adapter broke."""


class StepRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What one step came to."""

    case: str
    step: str
    frames: tuple[Frame, ...] = ()
    end: End = ""
    note: str = ""
    """For ``broken``: what the adapter did, in one line that is the same on every machine."""
    events: tuple[str, ...] = ()
    """For one walk: what happened, in order; a walk is one record for each sequence."""
    cuts: tuple[int, ...] = ()
    """For one walk: how many frames belong to the way home, then to each event."""

    @property
    def response(self) -> bytes:
        """The last answer, empty if there is none."""
        return bytes.fromhex(self.frames[-1][1]) if self.frames else b""
