"""The check of walks: every sequence of events answers as its model says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.judging.bytes_checks import found, is_word
from onecard.conformance.judging.outcome import Finding, Outcome
from onecard.conformance.model.steps import Walk

if TYPE_CHECKING:
    from onecard.conformance.judging.evidence import Evidence
    from onecard.conformance.model import checks
    from onecard.conformance.model.history import StepRecord
    from onecard.conformance.model.steps import Model

__all__ = ["departure", "follows_model"]


def departure(model: Model, record: StepRecord) -> tuple[str, str] | None:
    """Return what the model expected and what came, where a walk first departs from it; ``None``: nowhere."""
    rows = {(row.state, row.event): row for row in model.rows}
    state, at = model.initial, record.cuts[0]
    for event, count in zip(record.events, record.cuts[1:], strict=True):
        at += count
        row = rows[state, event]
        last = record.frames[at - 1][1] if count else ""
        is_reset = not record.frames[at - 1][0] if count else False
        given = ("ATR" if last else "") if is_reset else last[-4:]
        if not is_word(row.status, given):
            return f"{row.status} to {event!r} in state {state!r}", given or "no answer"
        state = row.after
    return None


def follows_model(check: checks.FollowsModel, evidence: Evidence) -> Finding:
    """Hold every walk against the model; the shortest that departs is shown."""
    step = evidence.steps[check.step]
    assert isinstance(step, Walk)  # noqa: S101 - planning refuses other steps
    records = evidence.records[check.step]
    wrong = [
        (len(record.events), record, told) for record in records if (told := departure(step.model, record))
    ]
    if not wrong:
        return Finding(Outcome.HOLDS, "every walk answers as the model says", f"{len(records)} walks")
    _, record, (expected, got) = min(wrong, key=lambda each: each[0])
    return found(False, expected, f"{got}, after {', '.join(record.events)}")
