"""The commands that a step would have sent, computed again and held against the frames of the history.

What a card answered cannot be computed. What it was asked can: from the plan, and from its own answers
before. A history with another command in it is of another run.
"""

from __future__ import annotations

from typing import Any

from onecard.conformance.recheck.looks import Frame, Record
from onecard.conformance.recheck.refusal import RefusedError, shown
from onecard.conformance.recheck.templates import Values, fill

__all__ = ["ABRUPT", "check_step", "sent"]

ABRUPT = ("gone", "broken")
"""Ends before a step is over."""

_MOST_FOLLOWED = 4
_HOLE = "{#}"


def check_step(step: dict[str, Any], record: Record, values: Values) -> None:
    """Hold a step's record against what the step must have sent.

    Args:
        step: any but a ``let`` and a walk.
        record: its record.
        values: what was known when it was carried out.

    Raises:
        UnknownValueError: a template cannot be filled, so nothing was sent at all.
        RefusedError: the record is not of this step.
    """
    where = f"case {shown(record.case)}, step {shown(record.step)}"
    try:
        at, over = sent(step, record.frames, 0, values)
    except RefusedError as error:
        raise RefusedError(f"{where}: {error}") from None
    if at != len(record.frames) or record.events or record.cuts:
        raise RefusedError(f"{where}: more was recorded than the step does")
    silent = bool(record.frames) and not record.frames[-1][1]
    may_end = {("mute" if silent else "")} if over else set(ABRUPT)
    if step["do"] == "remove":
        may_end |= set(ABRUPT)
    if record.end not in may_end or bool(record.note) > (record.end in ABRUPT):
        raise RefusedError(f"{where}: it cannot have ended {record.end!r} with these frames")


def sent(step: dict[str, Any], frames: list[Frame], at: int, values: Values) -> tuple[int, bool]:
    """Hold frames from ``at`` on against a step; return where it ends, and whether it is over there."""
    kind = step["do"]
    if kind == "remove":
        return at, True
    if kind in ("reset", "insert"):
        return _one(frames, at, "")
    if kind == "sweep":
        return _sweep(step, frames, at, values)
    command = fill(step["command"], values)
    if kind == "tear" or step["raw"]:
        return _one(frames, at, command.hex().upper())
    return _followed(command, frames, at)


def _one(frames: list[Frame], at: int, command: str) -> tuple[int, bool]:
    if at == len(frames):
        return at, False
    if frames[at][0] != command:
        raise RefusedError(f"the command {shown(frames[at][0])} is recorded, {shown(command)} was due")
    return at + 1, True


def _followed(command: bytes, frames: list[Frame], at: int) -> tuple[int, bool]:
    """Follow as a reader does: fetch behind 61xx, repeat after 6Cxx, give up after some frames."""
    due, first = command, at
    while True:
        at, over = _one(frames, at, due.hex().upper())
        word = bytes.fromhex(frames[at - 1][1][-4:]) if over else b""
        if len(word) < 2 or at - first == _MOST_FOLLOWED:
            return at, over
        kind, number = word
        if kind == 0x61:
            due = bytes((0x00, 0xC0, 0x00, 0x00, number))
        elif kind == 0x6C and at - first == 1:
            due = _with_length(command, number)
        else:
            return at, True


def _with_length(command: bytes, expected: int) -> bytes:
    """Put another Le into a short command: it is the fifth byte, or follows the data, or is not there yet."""
    has_le = len(command) == 5 or (len(command) > 5 and len(command) == 5 + command[4] + 1)
    return (command[:-1] if has_le else command) + bytes([expected])


def _sweep(step: dict[str, Any], frames: list[Frame], at: int, values: Values) -> tuple[int, bool]:
    head, _, tail = step["command"].partition(_HOLE)
    before, after = fill(head, values).hex().upper(), fill(tail, values).hex().upper()
    swept = step["values"]
    for position in range(0, len(swept), 2):
        at, over = _one(frames, at, before + swept[position : position + 2] + after)
        if not over:
            return at, False
        if not frames[at - 1][1]:
            break
    return at, True
