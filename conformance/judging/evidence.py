"""What the history says about one case: the records by step, and every value that was known at each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from onecard.conformance.model.steps import Insert, Let, Reset
from onecard.conformance.values.functions import compute
from onecard.conformance.values.templates import Known, NotKnownError

if TYPE_CHECKING:
    from onecard.conformance.model.history import StepRecord
    from onecard.conformance.model.plan import KeyMaterial
    from onecard.conformance.model.steps import Step

__all__ = ["Evidence"]


@dataclass(slots=True)
class Evidence:
    """A case while it runs, or as the history tells it."""

    keys: KeyMaterial
    known: Known = field(default_factory=Known)
    steps: dict[str, Step] = field(default_factory=dict)
    records: dict[str, tuple[StepRecord, ...]] = field(default_factory=dict)
    """By step; one record but for walks. A step that was not reached has none."""
    _answers: dict[str, bytes] = field(default_factory=dict)

    def compute(self, step: Let) -> None:
        """Carry out a ``let``; :class:`NotKnownError` if it cannot be."""
        self.steps[step.name] = step
        self.known.data[step.name] = compute(step, self.known, self.keys)

    def take(self, step: Step, records: tuple[StepRecord, ...]) -> None:
        """Take note of what a step came to."""
        self.steps[step.name] = step
        self.records[step.name] = records
        response = joined(records[-1]) if records else b""
        if records:
            self._answers[step.name] = response
        if isinstance(step, Reset | Insert):
            self.known.answered(step.name, response, reset=True)
        elif len(response) >= 2:
            self.known.answered(step.name, response)

    def is_reset(self, step: str) -> bool:
        """Tell whether a step's answer is an answer to reset, which has no status word."""
        return isinstance(self.steps.get(step), Reset | Insert)

    def answer(self, step: str) -> bytes:
        """Return the whole answer of a step, with status word; :class:`NotKnownError`: not reached."""
        answer = self._answers.get(step)
        if answer is None:
            raise NotKnownError(f"{step} was not reached")
        return answer


def joined(record: StepRecord) -> bytes:
    """Return what a reader gives that follows ``61xx`` and ``6Cxx``: all data, the last status word."""
    frames = record.frames
    if not frames or not frames[-1][1]:
        return b""
    if len(frames) == 1 or not frames[0][0]:
        return bytes.fromhex(frames[-1][1])
    responses = [bytes.fromhex(response) for _, response in frames]
    return b"".join([response[:-2] for response in responses]) + responses[-1][-2:]
