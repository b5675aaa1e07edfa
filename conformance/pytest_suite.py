"""The plan's cases as pytest items; see ``pytest_plugin``."""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from onecard.conformance.bundle.write import make_bundle, write_bundle
from onecard.conformance.judging.total import total_of
from onecard.conformance.model.verdict import Verdict
from onecard.conformance.planning.selection import cut_to
from onecard.conformance.pytest_plugin import path_option
from onecard.conformance.reporting.console import failure_text
from onecard.conformance.running.one_case import run_case
from onecard.conformance.running.run import gathered
from onecard.conformance.running.secrets import SecretGuard
from onecard.conformance.sessions.conduct import iut_name, opened
from onecard.conformance.sessions.request import Request
from onecard.sim.errors import OneCardError
from onecard.virtual_cards.pcsc_stack.errors import PcscError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from onecard.conformance.model.plan import Plan, PlannedCase
    from onecard.conformance.running.one_case import CaseRun

__all__ = ["CaseItem", "Suite", "suite_of"]

NOT_PASSED = 1
LARGEST_SEED = 1 << 63
_LONGEST_SEED = 19
"""Digits."""


class CaseNotPassed(Exception):  # noqa: N818 - the case did not pass; the text says all
    """A case whose verdict is not pass."""


def suite_of(config: pytest.Config) -> Suite:
    """Open what the options name; wrong ones are pytest's usage errors."""
    _refuse_no_place(path_option(config, "--onecard-bundle"))
    request = Request(
        iut=config.getoption("--onecard-iut"),
        statement=path_option(config, "--onecard-statement"),
        seed=_seed(config.getoption("--onecard-seed")),
        destructive=config.getoption("--onecard-destructive"),
        through=config.getoption("--onecard-through"),
        expected=path_option(config, "--onecard-expected"),
        today=_day(config.getoption("--onecard-today")),
    )
    stack = ExitStack()
    try:
        return Suite(config, request, stack)
    except (OneCardError, PcscError) as error:
        stack.close()
        raise pytest.UsageError(str(error)) from None


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_SEED and int(text) < LARGEST_SEED):
        raise pytest.UsageError(f"--onecard-seed: got {text!r}; allowed: a whole number from 0 to 2**63 - 1")
    return int(text)


def _day(text: str | None) -> str:
    if text is None:
        return datetime.now(tz=UTC).date().isoformat()
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise pytest.UsageError(f"--onecard-today: no day; got {text!r}; allowed: YYYY-MM-DD") from None


def _refuse_no_place(bundle: Path | None) -> None:
    """Refuse, before anything runs, a file that could not be written afterwards."""
    if bundle is not None and (bundle.is_dir() or not os.access(bundle.parent, os.W_OK | os.X_OK)):
        raise pytest.UsageError(f"--onecard-bundle: got {bundle}; allowed: a file in a writable folder")


class Suite:
    """A plan in a pytest session.

    Args:
        config: pytest's.
        request: what is asked for.
        stack: closes the implementation.
    """

    def __init__(self, config: pytest.Config, request: Request, stack: ExitStack) -> None:
        self._config, self._request, self._stack = config, request, stack
        self.port, self.plan, self._statement = stack.enter_context(opened(request))
        self._clauses = {clause.id: clause for clause in self.plan.clauses}
        self._guard = SecretGuard(fresh=self.port.traits.fresh)
        self._runs: dict[int, CaseRun] = {}
        self._held: dict[int, str] = {}
        self._lines: list[str] = []
        self._selected: frozenset[str] = frozenset()

    def items(self, session: pytest.Session) -> Iterator[pytest.Item]:
        """Give an item for each case."""
        parent = SuiteNode.from_parent(
            session, name=self._request.iut, nodeid=f"onecard[{self._request.iut}]"
        )
        for position, planned in enumerate(self.plan.cases):
            yield CaseItem.from_parent(
                parent, name=planned.case.id, suite=self, position=position, planned=planned
            )

    def select(self, items: Iterable[pytest.Item]) -> None:
        """Take note of what pytest's own options left of the items."""
        self._selected = frozenset(item.name for item in items if isinstance(item, CaseItem))

    def run(self, position: int) -> CaseRun:
        """Run one case.

        Raises:
            CaseNotPassed: it is held back, so that no secret of the card is blocked.
        """
        case = self.plan.cases[position].case
        reason = self._guard.held_back(case)
        if reason:
            self._held[position] = reason
            raise CaseNotPassed(f"inconclusive  {case.id}\n  {reason}")
        run = self._runs[position] = run_case(case, self.port, self.plan, self._clauses)
        self._guard.note(case, run.records)
        return run

    def finish(self, exit_status: int) -> int:
        """Judge the whole, write the evidence; returns pytest's status, or 1 if the total is not pass."""
        if not self._selected:
            self._lines = [f"{self._request.iut}: no case was selected, so nothing is judged"]
            return exit_status
        if self._config.option.collectonly:
            self._lines = [f"{self._request.iut}: {len(self._selected)} cases, none of them run"]
            return exit_status
        plan = self._whole_or_selected()
        known = {planned.case.id: at for at, planned in enumerate(plan.cases)}
        runs = {known[self.plan.cases[at].case.id]: run for at, run in self._runs.items()}
        held = {known[self.plan.cases[at].case.id]: why for at, why in self._held.items()}
        result = gathered(plan, runs, held)
        total = total_of(plan, result.judged)
        counts = ", ".join(f"{name} {count}" for name, count in total.counts.items() if count)
        self._lines = [f"{self._request.iut}: {total.verdict.value} ({counts})", *total.complaints]
        target = path_option(self._config, "--onecard-bundle")
        if target is not None:
            bundle = make_bundle(
                plan=plan,
                result=result,
                total=total,
                statement_bytes=self._statement,
                iut=iut_name(self._request),
            )
            try:
                write_bundle(target, bundle)
            except OneCardError as error:
                self._lines.append(str(error))
                return exit_status or NOT_PASSED
            self._lines.append(f"evidence: {target}")
        return exit_status or (NOT_PASSED if total.verdict is not Verdict.PASS else 0)

    def _whole_or_selected(self) -> Plan:
        if len(self._selected) == len(self.plan.cases):
            return self.plan
        return cut_to(self.plan, self._selected, why="only what pytest selected")

    @property
    def iut(self) -> str:
        """The string by which the implementation was opened."""
        return self._request.iut

    def summary(self) -> list[str]:
        """Return the lines for the terminal."""
        return self._lines

    def close(self) -> None:
        """Close the implementation."""
        self._stack.close()


class SuiteNode(pytest.Collector):
    """What the items hang under."""

    def collect(self) -> list[pytest.Item]:
        """Collect nothing more: the suite makes the items."""
        return []


class CaseItem(pytest.Item):
    """One case."""

    def __init__(self, *, suite: Suite, position: int, planned: PlannedCase, **rest: Any) -> None:
        super().__init__(**rest)
        self._suite, self._position, self._planned = suite, position, planned

    def runtest(self) -> None:
        """Run it; skips what is excluded or needs a person, fails what did not pass."""
        reason = self._planned.excluded or self._planned.withheld
        if reason:
            pytest.skip(reason)
        run = self._suite.run(self._position)
        verdict = run.judged.verdict
        self.user_properties.append(("onecard_verdict", verdict.value))
        if verdict is Verdict.REVIEW:
            questions = [
                each.finding.expected for each in run.judged.checks if each.verdict is Verdict.REVIEW
            ]
            pytest.skip(f"needs a person: {' '.join(questions)}")
        if verdict not in (Verdict.PASS, Verdict.WARN):
            case, iut = self._planned.case, self._suite.iut
            raise CaseNotPassed(failure_text(self._suite.plan, case, run.records, run.judged, iut=iut))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show a verdict as its text, anything else as pytest does."""
        if isinstance(excinfo.value, CaseNotPassed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[str, int | None, str]:
        """Name it in reports."""
        return "onecard", None, self.name
