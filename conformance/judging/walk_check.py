"""The check of walks: every sequence of events answers as its model says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.judging.bytes_checks import found, is_word, refuses
from onecard.conformance.judging.outcome import Finding, Outcome
from onecard.conformance.model.steps import Walk

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from onecard.conformance.judging.evidence import Evidence
    from onecard.conformance.model import checks
    from onecard.conformance.model.history import Frame, StepRecord
    from onecard.conformance.model.steps import Model, Row

__all__ = ["departure", "follows_model", "given_by", "not_home", "rows_of"]

_RESET = "ATR"


def rows_of(model: Model) -> Mapping[tuple[str, str], Row]:
    """Return a model's rows by state and event."""
    return {(row.state, row.event): row for row in model.rows}


def given_by(frames: Sequence[Frame]) -> str:
    """Return what frames came to as a model says it: a status word, ``ATR``; empty: no answer.

    What refuses and gives data all the same is no status word: it is returned as it is, and no model says it.
    """
    if not frames:
        return ""
    command, response = frames[-1]
    if not command and response:
        return _RESET
    word = response[-4:]
    return response if refuses(word) else word


def not_home(record: StepRecord) -> str:
    """Tell what kept a walk from its initial state; empty: nothing."""
    if not record.cuts:
        return record.note or "the way home was not finished"
    home = record.frames[: record.cuts[0]]
    for number, frame in enumerate(home, 1):
        given = given_by((frame,))
        followed = number < len(home) and given[:2] in ("61", "6C")
        if given not in ("9000", _RESET) and not followed:
            return f"{given or 'no answer'} on the way home"
    return ""


def departure(
    rows: Mapping[tuple[str, str], Row], initial: str, record: StepRecord
) -> tuple[str, str] | None:
    """Return what the model expected and what came, where a walk first departs from it; ``None``: nowhere."""
    state, at = initial, record.cuts[0]
    for event, count in zip(record.events, record.cuts[1:], strict=True):
        row = rows[state, event]
        given = given_by(record.frames[at : at + count])
        if not is_word(row.status, given):
            return f"{row.status} to {event!r} in state {state!r}", given or "no answer"
        state, at = row.after, at + count
    return None


def follows_model(check: checks.FollowsModel, evidence: Evidence) -> Finding:
    """Hold every walk against the model; the shortest that departs is shown.

    A walk that did not reach the initial state says nothing about the model.
    """
    step = evidence.steps[check.step]
    assert isinstance(step, Walk)  # noqa: S101 - planning refuses other steps
    rows = rows_of(step.model)
    strayed, wrong = "", []
    for record in evidence.records[check.step]:
        astray = not_home(record)
        strayed = strayed or astray
        told = None if astray else departure(rows, step.model.initial, record)
        if told:
            wrong.append((len(record.events), record, told))
    if wrong:
        _, record, (expected, got) = min(wrong, key=lambda each: each[0])
        return found(False, expected, f"{got}, after {', '.join(record.events)}")
    if strayed:
        return Finding(Outcome.UNKNOWN, "every walk begins in the initial state", strayed)
    walked = len(evidence.records[check.step])
    return Finding(Outcome.HOLDS, "every walk answers as the model says", f"{walked} walks")
