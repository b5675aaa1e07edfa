"""What did not pass, down to the frames, and how to see it again."""

from __future__ import annotations

from typing import NamedTuple

from onecard.conformance.model.checks import Question
from onecard.conformance.model.clause import Clause
from onecard.conformance.model.verdict import Verdict
from onecard.conformance.reporting.frames import ToldStep, told_steps
from onecard.conformance.reporting.replay import Replay, own_replay, replay_of
from onecard.conformance.reporting.view import NOT_GOOD, CaseView, View
from onecard.reports.labels import same
from onecard.reports.texts import Words

__all__ = ["Brief", "Complaint", "Finding", "findings"]

MOST_WHOLE = 40
"""Findings shown down to their frames; a card with nothing right would make a page of many megabytes."""


class Complaint(NamedTuple):
    """One check that did not hold."""

    clause: Clause
    step: str
    expected: Words
    got: str
    question: bool


class Finding(NamedTuple):
    """One case that did not pass."""

    view: CaseView
    complaints: tuple[Complaint, ...]
    before: tuple[ToldStep, ...]
    """Frames up to the step that shows it."""
    shown: tuple[ToldStep, ...]
    """From the first failing step to the last."""
    replay: Replay
    own: str


class Brief(NamedTuple):
    """One more case that did not pass, in one line."""

    case: str
    verdict: str
    why: str


def findings(view: View) -> tuple[list[Finding], list[Brief]]:
    """List the cases that did not pass, the worst first: the first in full, the others in a line each."""
    cases = sorted(
        view.told(*NOT_GOOD), key=lambda case: (case.expected, NOT_GOOD.index(case.verdict))
    )  # stable: else in the plan's order
    return [_finding(view, case) for case in cases[:MOST_WHOLE]], [
        _brief(case) for case in cases[MOST_WHOLE:]
    ]


def _brief(case: CaseView) -> Brief:
    first = next(iter(case.complaints), None)
    why = case.told.reason
    if not why and first is not None:
        why = f"{first.check.rule}: expected {first.told.expected}, got {first.told.got}"
    return Brief(case.case.id, case.verdict, why)


def _finding(view: View, case: CaseView) -> Finding:
    # a question to a person is about the card, not about frames
    whole = case.verdict != Verdict.REVIEW.value
    again = whole and bool(case.records)
    version = view.bundle.plan.statement.card.specification
    steps = told_steps(case, version=version, until_failing=True) if whole else ()
    first = next((at for at, step in enumerate(steps) if step.failing), max(len(steps) - 1, 0))
    manifest = view.bundle.manifest
    return Finding(
        view=case,
        complaints=tuple(
            Complaint(
                view.clauses[each.check.rule],
                each.check.step,
                Words(each.check.text, each.check.chinese)
                if isinstance(each.check, Question)
                else same(each.told.expected),
                each.told.got,
                isinstance(each.check, Question),
            )
            for each in case.complaints
            if case.verdict != Verdict.INCONCLUSIVE.value  # its reason says all: nothing was looked at
        ),
        before=steps[:first],
        shown=steps[first:],
        replay=replay_of(case, manifest.iut) if again else Replay("", ()),
        own=own_replay(case.case, manifest.iut, manifest.seed) if again else "",
    )
