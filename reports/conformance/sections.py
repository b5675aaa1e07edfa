"""The tables of a conformance report, each a pure function of the run."""

from __future__ import annotations

from typing import NamedTuple

from onecard.conformance.model.clause import CERTAINTIES, Clause
from onecard.conformance.model.verdict import WORST_FIRST, Verdict
from onecard.conformance.reporting.coverage import CoverageRow, coverage_of
from onecard.conformance.reporting.declared import KINDS
from onecard.conformance.reporting.view import CaseView, View
from onecard.reports.conformance.words import CERTAINTY_TEXTS, KIND_TEXTS, VERDICT_TEXTS, name, reason
from onecard.reports.labels import number, same
from onecard.reports.provenance import Fact
from onecard.reports.texts import Words, counted, join_words, text

__all__ = [
    "Area", "ClauseRow", "CoverageTable", "Mark", "NotRun", "areas", "claims", "clause_rows",
    "coverage_tables", "evidence", "marks", "not_run",
]  # fmt: skip

SHOWN_VERDICTS = tuple(verdict for verdict in VERDICT_TEXTS if verdict != "expected failures")
_BINDING = ("S", "S-d", "M")


class Area(NamedTuple):
    """Cases of one area by verdict."""

    area: str
    counts: tuple[int, ...]
    """In the order of :data:`SHOWN_VERDICTS`."""


class NotRun(NamedTuple):
    """Cases that were not run for one reason."""

    reason: Words
    cases: tuple[CaseView, ...]


class ClauseRow(NamedTuple):
    """One clause with what became of it."""

    clause: Clause
    verdict: str
    """The worst that a check of it came to; empty: no case that judges it was run."""
    cases: tuple[tuple[str, str], ...]
    """Id and verdict of every case that judges it."""


class CoverageTable(NamedTuple):
    """What was seen of one kind."""

    title: Words
    declared: int
    declared_seen: int
    seen: tuple[CoverageRow, ...]
    unseen: tuple[CoverageRow, ...]


class Mark(NamedTuple):
    """One mark of certainty, explained."""

    mark: str
    meaning: Words
    effect: Words


def claims(view: View) -> list[Fact]:
    """List what the statement claims."""
    statement = view.bundle.plan.statement
    card, facts = statement.card, statement.card.facts
    keys = (
        text("conf.keys_published")
        if statement.keys.source == "published"
        else text("conf.keys_given", n=len(statement.keys.values))
    )
    return [
        Fact(text("conf.vendor"), same(statement.vendor)),
        Fact(text("conf.product"), same(statement.product)),
        Fact(text("conf.version"), same(statement.version)),
        Fact(text("conf.specification"), same(card.specification)),
        Fact(text("conf.algorithm"), same(card.algorithm)),
        Fact(text("conf.faces"), _names(card.faces)),
        Fact(text("conf.options"), _names(card.options)),
        Fact(text("conf.personality"), same(card.personality), code=True),
        Fact(text("conf.issuing_area"), same(facts.issuing_area)),
        Fact(text("conf.pin_tries"), number(facts.pin_tries)),
        Fact(text("conf.key_tries"), number(facts.key_tries)),
        Fact(text("conf.keys"), keys),
        Fact(text("conf.destructive"), *_patterns(statement.destructive)),
    ]


def _names(identifiers: tuple[str, ...]) -> Words:
    return join_words([name(each) for each in identifiers]) if identifiers else text("conf.nothing")


def _patterns(patterns: tuple[str, ...]) -> tuple[Words, bool]:
    return (same(" ".join(patterns)), True) if patterns else (text("conf.nothing"), False)


def areas(view: View) -> list[Area]:
    """Count cases by area, ``"card/select"``."""
    found: dict[str, list[int]] = {}
    for case in view.cases:
        area = "/".join(case.case.id.split("/")[:2])
        counts = found.setdefault(area, [0] * len(SHOWN_VERDICTS))
        counts[SHOWN_VERDICTS.index(case.verdict)] += 1
    return [Area(area, tuple(counts)) for area, counts in found.items()]


def not_run(view: View) -> list[NotRun]:
    """Group the cases that were not run by their reason."""
    found: dict[str, list[CaseView]] = {}
    for case in view.told(Verdict.NOT_APPLICABLE.value):
        found.setdefault(case.told.reason, []).append(case)
    return [NotRun(reason(why), tuple(cases)) for why, cases in found.items()]


def clause_rows(view: View) -> list[ClauseRow]:
    """List the clauses with what became of each."""
    judging: dict[str, list[CaseView]] = {clause: [] for clause in view.clauses}
    for case in view.cases:
        for rule in case.case.rules:
            judging[rule].append(case)
    return [_clause_row(clause, judging[clause.id]) for clause in view.bundle.plan.clauses]


def _clause_row(clause: Clause, cases: list[CaseView]) -> ClauseRow:
    verdicts = {each.told.verdict for case in cases for each in case.checks if each.check.rule == clause.id}
    worst = next((verdict.value for verdict in WORST_FIRST if verdict.value in verdicts), "")
    return ClauseRow(clause, worst, tuple((case.case.id, case.verdict) for case in cases))


def coverage_tables(view: View) -> tuple[list[CoverageTable], int]:
    """Return what was seen by kind, and the number of frames."""
    coverage = coverage_of(view.bundle.plan, view.bundle.records)
    tables = []
    for kind in KINDS:
        rows = coverage.of(kind)
        seen = tuple(row for row in rows if row.seen)
        declared = [row for row in rows if row.declared]
        tables.append(
            CoverageTable(
                title=text(KIND_TEXTS[kind]),
                declared=len(declared),
                declared_seen=sum(1 for row in declared if row.seen),
                seen=seen,
                unseen=tuple(row for row in declared if not row.seen),
            )
        )
    return tables, coverage.frames


def evidence(view: View, bundle_sha256: str) -> list[Fact]:
    """List where the report comes from: versions, seed, hashes, signature."""
    manifest, signature = view.bundle.manifest, view.bundle.signature
    facts = [
        Fact(text("conf.suite"), text("conf.suite_value", suite=manifest.suite, version=manifest.version)),
        Fact(text("conf.seed"), same(manifest.seed)),
        Fact(text("conf.strict"), text("conf.strict_yes" if manifest.strict else "conf.strict_no")),
    ]
    if bundle_sha256:
        facts.append(Fact(text("conf.bundle_hash"), same(bundle_sha256), code=True))
    facts += [
        Fact(text("conf.transcript_hash"), same(manifest.transcript_sha256), code=True),
        Fact(text("conf.chain"), same(manifest.history_head), code=True),
    ]
    facts += [
        Fact(text("conf.file_hash", name=file), same(value), code=True)
        for file, value in sorted(manifest.files.items())
    ]
    signed = "conf.signed_given" if signature.key == "given" else "conf.signed_published"
    return [
        *facts,
        Fact(text("conf.signed_by"), text(signed)),
        Fact(text("conf.public_key"), same(signature.public_key), code=True),
        Fact(text("conf.signature"), same(signature.signature), code=True),
    ]


def marks() -> list[Mark]:
    """Explain the marks of certainty."""
    return [
        Mark(
            mark,
            text(CERTAINTY_TEXTS[mark]),
            text("conf.binds" if mark in _BINDING else "conf.advises"),
        )
        for mark in CERTAINTIES
    ]


def cases_counted(count: int) -> Words:
    """Name a number of cases."""
    return counted("conf_case", count)
