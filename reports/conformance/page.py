"""Renders the report of a conformance run: one HTML file that needs nothing else.

The look, the switch of languages and the content security policy are those of the other reports (see
``onecard.reports.render``); everything on the page comes from the bundle and is escaped by the template
engine.
"""

from __future__ import annotations

from onecard.conformance.bundle.read import Bundle
from onecard.conformance.model.clause import Clause
from onecard.conformance.model.verdict import Verdict
from onecard.conformance.reporting.view import View, view_of
from onecard.reports.conformance import sections
from onecard.reports.conformance.findings import findings
from onecard.reports.conformance.words import END_TEXTS, LEVEL_TEXTS, VERDICT_TEXTS, certainty
from onecard.reports.labels import number, same
from onecard.reports.render import page_asset, page_environment, page_hash
from onecard.reports.story import Tile
from onecard.reports.texts import Words, counted, text

__all__ = ["render_conformance_report"]

_BAD = ("fail", "error")


def render_conformance_report(bundle: Bundle, *, bundle_sha256: str = "") -> str:
    """Render the report of a run as self-contained HTML, English and Chinese in one file.

    Args:
        bundle: the evidence, found intact.
        bundle_sha256: of the bundle's file, hexadecimal; empty: not shown.
    """
    view = view_of(bundle)
    style = page_asset("report.css") + page_asset("conformance/conformance.css")
    script = page_asset("report.js")
    statement = bundle.plan.statement
    whole, brief = findings(view)
    coverage, frames = sections.coverage_tables(view)
    return (
        page_environment()
        .get_template("conformance/page.html.j2")
        .render(
            style=style,
            script=script,
            style_hash=page_hash(style),
            script_hash=page_hash(script),
            page_title=text("conf.page_title", product=statement.product),
            product=same(statement.product),
            subline=_subline(view),
            verdict=view.total.verdict.value,
            verdict_words=verdict_words,
            clause_words=clause_words,
            level_words=lambda level: text(LEVEL_TEXTS[level]),
            end_words=lambda end: text(END_TEXTS[end]),
            certainty_words=certainty,
            complaints=[text("conf.complaint", why=each) for each in view.total.complaints],
            partial=text("conf.partial", why=bundle.manifest.partial) if bundle.manifest.partial else None,
            story=_story(view),
            tiles=_tiles(view),
            findings=whole,
            brief=brief,
            claims=sections.claims(view),
            shown_verdicts=sections.SHOWN_VERDICTS,
            areas=sections.areas(view),
            not_run=sections.not_run(view),
            cases_counted=sections.cases_counted,
            clauses=sections.clause_rows(view),
            coverage=coverage,
            frames=text("conf.frames_counted", n=number(frames)),
            evidence=sections.evidence(view, bundle_sha256),
            marks=sections.marks(),
            verdict_texts=VERDICT_TEXTS,
        )
    )


def verdict_words(verdict: str) -> Words:
    """Name a verdict; an empty one stands for "not run"."""
    return text(VERDICT_TEXTS[verdict][0]) if verdict else text("conf.not_run")


def clause_words(clause: Clause) -> Words:
    """Give a clause's text in both languages."""
    return Words(clause.text, clause.chinese)


def _subline(view: View) -> Words:
    statement = view.bundle.plan.statement
    return text(
        "conf.subline",
        vendor=statement.vendor,
        version=statement.version,
        specification=statement.card.specification,
        iut=view.bundle.manifest.iut,
    )


def _story(view: View) -> Words:
    counts = view.total.counts
    left = counts[Verdict.NOT_APPLICABLE.value]
    unclear = sum(counts[each.value] for each in (Verdict.INCONCLUSIVE, Verdict.REVIEW, Verdict.ERROR))
    told = text(
        "conf.story",
        cases=counted("conf_case", len(view.cases)),
        run=number(len(view.cases) - left),
        passed=number(counts[Verdict.PASS.value]),
        warned=number(counts[Verdict.WARN.value]),
        failed=number(counts[Verdict.FAIL.value]),
        unclear=number(unclear),
        left=number(left),
        clauses=counted("conf_clause", len(view.clauses)),
    )
    expected = len(view.total.expected)
    if not expected:
        return told
    more = text("conf.story_expected", n=number(expected))
    return Words(f"{told.en} {more.en}", f"{told.zh}{more.zh}")


def _tiles(view: View) -> list[Tile]:
    return [
        Tile(
            name=verdict.replace(" ", "-"),
            value=number(view.total.counts[verdict]),
            title=text(title),
            note=text(about),
            state=_state(verdict, view),
        )
        for verdict, (title, about) in VERDICT_TEXTS.items()
    ]


def _state(verdict: str, view: View) -> str:
    if not view.total.counts[verdict]:
        return "zero"
    if verdict in _BAD:
        return "bad"
    return "good" if verdict == Verdict.PASS.value else ""
