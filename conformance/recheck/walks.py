"""Walks: the commands of each, computed again, and the model beside it.

A walk is one record: the way home, then events one after the other up to the first answer that is not the
model's. Which events were drawn is the runner's; what follows from them is held against the history here.
"""

from __future__ import annotations

from typing import Any

from onecard.conformance.recheck.frames import ABRUPT, sent
from onecard.conformance.recheck.functions import value_of
from onecard.conformance.recheck.looks import Frame, Record, answer_of, is_like
from onecard.conformance.recheck.refusal import RefusedError, UnknownValueError, shown
from onecard.conformance.recheck.templates import Values

__all__ = ["check_walks", "follows"]

_AT_HOME = ("90", "61", "AT")
_CUT_OFF = "cut off"
_REFUSING = frozenset(f"{first:02X}" for first in range(0x64, 0x70))


def check_walks(step: dict[str, Any], records: list[Record], values: Values, keys: dict[str, Any]) -> None:
    """Hold every record of a walk's step against its model; :class:`RefusedError` if one does not fit."""
    if not 1 <= len(records) <= step["walks"] + 1:
        raise RefusedError(f"step {shown(step['name'])}: {len(records)} walks, {step['walks']} were planned")
    model = step["model"]
    rows = {(row["state"], row["event"]): row for row in model["rows"]}
    events = {event["name"]: event["steps"] for event in model["events"]}
    for number, record in enumerate(records):
        where = f"case {shown(record.case)}, step {shown(record.step)}, walk {number + 1}"
        if len(record.events) > step["longest"] or (record.end in ABRUPT and number + 1 < len(records)):
            raise RefusedError(f"{where}: it is not one of this step")
        try:
            _Walk(model, rows, events, record, values.copy(), keys).check()
        except RefusedError as error:
            raise RefusedError(f"{where}: {error}") from None


class _Walk:
    """One walk, gone along again."""

    def __init__(
        self,
        model: dict[str, Any],
        rows: dict[tuple[str, str], dict[str, str]],
        events: dict[str, list[dict[str, Any]]],
        record: Record,
        values: Values,
        keys: dict[str, Any],
    ) -> None:
        self.model, self.rows, self.events = model, rows, events
        self.record, self.values, self.keys = record, values, keys
        self.at = 0
        self.due_end = ""
        """How the record must have ended, by its frames."""

    def check(self) -> None:
        """Go along."""
        finished = all(self._do(step)[:2] in _AT_HOME for step in self.model["home"])
        if self.record.cuts or (finished and not self.is_cut_off()):
            self._check_events(finished)
        elif self.record.events:
            raise RefusedError("events without a way home")
        self._check_end()

    def _check_events(self, finished: bool) -> None:
        cuts, events = self.record.cuts, self.record.events
        if not finished or len(cuts) != len(events) + 1 or cuts[0] != self.at or not events:
            raise RefusedError("its frames are not divided as the model's way home and events are")
        state, departed = self.model["initial"], False
        for name, count in zip(events, cuts[1:], strict=True):
            row = self.rows.get((state, name))
            if row is None or departed or self.is_cut_off():
                raise RefusedError(f"event {shown(name)} cannot follow here")
            before = self.at
            given = self._event(name)
            if count != (0 if self.is_cut_off() else self.at - before):
                raise RefusedError(f"event {shown(name)} has {self.at - before} frames, not {count}")
            departed = not is_like(given, [row["status"]])
            if departed and not given and not self.is_cut_off():
                self.due_end = "mute"
            state = row["after"]

    def _event(self, name: str) -> str:
        given = ""
        for step in self.events[name]:
            given = self._do(step)
            if not given:
                break
        return given

    def _do(self, step: dict[str, Any]) -> str:
        """Go along one step; return its status word, ``ATR``, ``9000`` for a value; nothing: no answer."""
        self.values.work.spend(256)
        if self.is_cut_off():
            return ""
        before = self.at
        try:
            if step["do"] == "let":
                self.values.data[step["name"]] = value_of(step, self.values, self.keys)
                return "9000"
            self.at, over = sent(step, self.record.frames, self.at, self.values)
        except UnknownValueError:
            return ""
        if not over:
            self.due_end = _CUT_OFF
            return ""
        frames = self.record.frames[before : self.at]
        if step["do"] == "reset":
            self.values.learn_reset(step["name"], answer_of(frames))
        else:
            self.values.learn(step["name"], answer_of(frames))
        return given_by(frames)

    def is_cut_off(self) -> bool:
        """Tell whether a step was begun and not ended: card or adapter were gone."""
        return self.due_end == _CUT_OFF

    def _check_end(self) -> None:
        end = _CUT_OFF if self.record.end in ABRUPT else self.record.end
        if self.at != len(self.record.frames) or end != self.due_end:
            raise RefusedError(f"it cannot have ended {self.record.end!r} with these frames")


def given_by(frames: list[Frame]) -> str:
    """Return what frames came to in a model's words; nothing: no answer.

    A refusal with data beside it (ISO/IEC 7816-4:2005 §5.1.3: there are none) is in no model's words.
    """
    if not frames:
        return ""
    command, response = frames[-1]
    if response and not command:
        return "ATR"
    return response if response[-4:-2] in _REFUSING else response[-4:]


def follows(model: dict[str, Any], records: list[Record]) -> bool:
    """Tell whether every walk answers as the model says.

    Raises:
        UnknownValueError: none departs, but one did not reach the initial state and says nothing.
    """
    rows = {(row["state"], row["event"]): row for row in model["rows"]}
    astray = False
    for record in records:
        if not _came_home(record):
            astray = True
        elif _departs(model["initial"], rows, record):
            return False
    if astray:
        raise UnknownValueError("a walk did not reach the initial state")
    return True


def _came_home(record: Record) -> bool:
    if not record.cuts:
        return False
    home = record.frames[: record.cuts[0]]
    for number, frame in enumerate(home, 1):
        given = given_by([frame])
        fetched = number < len(home) and given[:2] in ("61", "6C")
        if given not in ("9000", "ATR") and not fetched:
            return False
    return True


def _departs(state: str, rows: dict[tuple[str, str], dict[str, str]], record: Record) -> bool:
    at = record.cuts[0]
    for event, count in zip(record.events, record.cuts[1:], strict=True):
        row = rows[state, event]
        if not is_like(given_by(record.frames[at : at + count]), [row["status"]]):
            return True
        at, state = at + count, row["after"]
    return False
