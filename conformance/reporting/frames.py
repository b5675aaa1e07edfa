"""The frames of a case in decoded form: what every command asked and every answer said.

A dialogue is explained from its beginning, because what bytes mean hangs on what is selected. A step of
hundreds of frames is cut to those that matter, and says how many it leaves out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from onecard.conformance.model.checks import SweepStatus
from onecard.conformance.model.steps import Sweep
from onecard.virtual_cards.decoding import Explanation, Tracer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onecard.conformance.model.history import StepRecord
    from onecard.conformance.reporting.view import CaseView

__all__ = ["ToldFrame", "ToldStep", "explained_frame", "told_steps"]

MOST_FRAMES = 12
"""Frames shown of one step."""


class ToldFrame(NamedTuple):
    """One frame, explained."""

    command: str
    """Hexadecimal; empty for a reset."""
    response: str
    """Hexadecimal; empty: no answer."""
    asked: Explanation | None
    answered: Explanation
    place: str
    """Where the dialogue stands after it: ``"SSSE/EF05"``."""


class ToldStep(NamedTuple):
    """What one step came to, explained."""

    step: str
    frames: tuple[ToldFrame, ...]
    omitted: int
    """Frames that are not shown."""
    end: str
    note: str
    events: tuple[str, ...]
    """Of a walk."""
    failing: bool
    """A check that gave the case its verdict looks at this step."""


def told_steps(case: CaseView, *, version: str, until_failing: bool = False) -> tuple[ToldStep, ...]:
    """Explain a case's frames.

    Args:
        case: the case.
        version: specification version that is claimed.
        until_failing: leave out the steps after the last failing one.
    """
    failing = {each.check.step for each in case.complaints}
    tracer = Tracer(version=version)
    told = [
        _told_step(record, tracer, _preferred(case, record), failing=record.step in failing)
        for record in _without_walks_that_fit(case.records)
    ]
    if until_failing and failing:
        last = max((at for at, step in enumerate(told) if step.failing), default=len(told) - 1)
        told = told[: last + 1]
    return tuple(told)


def _without_walks_that_fit(records: Sequence[StepRecord]) -> list[StepRecord]:
    """Keep one record of each walking step: the last is the shortest that departs from its model."""
    kept: dict[str, StepRecord] = {}
    for record in records:
        kept[record.step] = record
    return list(kept.values())


def _preferred(case: CaseView, record: StepRecord) -> set[int]:
    """Return the positions of a sweep's frames that its failing check complains of."""
    step = next((each for each in case.case.steps if each.name == record.step), None)
    found: set[int] = set()
    if not isinstance(step, Sweep):
        return found
    values = bytes.fromhex(step.values)
    for each in case.complaints:
        if each.check.step != record.step or not isinstance(each.check, SweepStatus):
            continue
        for at, (value, (_, response)) in enumerate(zip(values, record.frames, strict=False)):
            words = each.check.others.get(f"{value:02X}", each.check.words)
            if words and not any(_fits(word, response) for word in words):
                found.add(at)
    return found


def _fits(word: str, response: str) -> bool:
    return len(response) == len(word) and all(
        wanted in ("x", "X", got) for wanted, got in zip(word, response, strict=True)
    )


def _told_step(record: StepRecord, tracer: Tracer, preferred: set[int], *, failing: bool) -> ToldStep:
    frames = [explained_frame(command, response, tracer) for command, response in record.frames]
    positions = sorted(preferred) if preferred else range(len(frames))
    shown = tuple(frames[at] for at in positions[:MOST_FRAMES])
    return ToldStep(
        record.step, shown, len(frames) - len(shown), record.end, record.note, record.events, failing
    )


def explained_frame(command: str, response: str, tracer: Tracer) -> ToldFrame:
    """Explain one frame, in hexadecimal, and follow it."""
    answer = bytes.fromhex(response)
    if not command:
        explained = (
            tracer.reset(answer)
            if answer
            else Explanation(english="answer to reset", chinese="复位应答", meaning=("none", "无"))
        )
        return ToldFrame(command, response, None, explained, "")
    exchange = tracer.exchange(bytes.fromhex(command), answer)
    if exchange.response is None:  # pragma: no cover - the tracer explains an empty answer too
        raise TypeError("no response was explained")
    return ToldFrame(command, response, exchange.command, exchange.response, exchange.place)
