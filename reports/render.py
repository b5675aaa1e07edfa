"""Renders the report of a run: one HTML file that needs nothing else.

Theory of operation. The report is a pure function of ``summary.json`` and ``manifest.json``. Both languages
are in the file; each text is a pair of ``<span lang>`` (in figures a pair of ``<text>``), and one attribute
on the root element decides which is shown. Style and script are inline and allowed by their hash in the
page's own content security policy, so nothing else can run, whatever a label of a scenario says; everything
that comes from the run is escaped by the template engine. Nothing is loaded from the network.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256

import jinja2
from markupsafe import Markup

from onecard.reports.canvas import drawing_settings
from onecard.reports.figures import sections
from onecard.reports.labels import Labels, calendar_date, yuan
from onecard.reports.provenance import (
    command_line,
    complete_command_line,
    facts,
    parameters,
    settlement_facts,
)
from onecard.reports.settlement import settlement_sections
from onecard.reports.settlement.story import alert, settlement_story, settlement_tiles, subline
from onecard.reports.story import story, tiles
from onecard.reports.texts import Words, counted, glossary, text
from onecard.sim.recording.settlement_summary import SettlementSummary
from onecard.sim.recording.summary import Summary

__all__ = ["render_report"]


def _both(words: Words) -> Markup:
    """Write a pair as two spans of which the style sheet shows one; once if both read the same."""
    if words.en == words.zh:
        return Markup("{}").format(words.en)
    return Markup('<span class="en" lang="en">{}</span><span class="zh" lang="zh-CN">{}</span>').format(
        *words
    )


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("onecard.reports", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["both"] = _both
    environment.globals["text"] = text
    return environment


def _asset(name: str) -> Markup:
    """Read our own style sheet or script, which the template includes as it is."""
    loader = _environment().loader
    if loader is None:  # pragma: no cover - the environment above always has one
        raise RuntimeError("the template environment has no loader")
    return Markup(loader.get_source(_environment(), name)[0])  # noqa: S704 - a file of this package, not of the run


def _hash(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode('ascii')}'"


page_environment, page_asset, page_hash = _environment, _asset, _hash  # for the pages of other reports


def render_report(summary: Summary | SettlementSummary, manifest: Mapping[str, object]) -> str:
    """Render the report of a run as self-contained HTML, English and Chinese in one file.

    Args:
        summary: The figures of the run: of a city's day, or of a settlement network.
        manifest: ``scenario``, ``scenario_sha256``, ``seed``, ``engine``, ``version``, ``parameters``
            (a tree of the scenario's parameters), ``results_sha256``.

    Raises:
        ValueError: The summary's date is not a calendar date.
    """
    labels = Labels(summary.labels)
    style, script = _asset("report.css"), _asset("report.js")
    with drawing_settings():
        own = (
            _settlement_parts(summary, manifest, labels)
            if isinstance(summary, SettlementSummary)
            else _day_parts(summary, manifest, labels)
        )
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            style=style,
            script=script,
            style_hash=_hash(style),
            script_hash=_hash(script),
            page_title=text("ui.page_title", scenario=labels(summary.scenario)),
            scenario=labels(summary.scenario),
            parameters=parameters(manifest),
            command=command_line(manifest),
            complete_command=complete_command_line(manifest),
            **own,
        )
    )


def _day_parts(summary: Summary, manifest: Mapping[str, object], labels: Labels) -> dict[str, object]:
    """Make what only the report of a city's day has."""
    return {
        "subline": text(
            "ui.subline",
            city=labels(summary.city),
            date=calendar_date(summary.date),
            people=counted("person", summary.people),
        ),
        "story": story(summary, labels),
        "tiles": tiles(summary),
        "alert": text("ui.ledger_alert", amount=yuan(summary.ledger_sum_fen))
        if summary.ledger_sum_fen
        else None,
        "sections": sections(summary, labels),
        "facts": facts(summary, manifest, labels),
        "glossary": glossary(),
    }


def _settlement_parts(
    summary: SettlementSummary, manifest: Mapping[str, object], labels: Labels
) -> dict[str, object]:
    """Make what only the report of a settlement network has."""
    return {
        "subline": subline(summary),
        "story": settlement_story(summary),
        "tiles": settlement_tiles(summary),
        "alert": alert(summary),
        "sections": settlement_sections(summary, labels),
        "facts": settlement_facts(summary, manifest, labels),
        "glossary": glossary("settlement_glossary"),
    }
