"""What became of uncertain results, and how treatments ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.reports.figures.matrix import draw_matrix
from onecard.reports.figures.model import Drawn, Table, empty, ranked
from onecard.reports.labels import Labels, duration, number
from onecard.reports.texts import Words, counted, text

if TYPE_CHECKING:
    from onecard.sim.recording.settlement_summary import SettlementSummary

__all__ = ["fates", "outcomes"]

FATES = ("done", "refused", "reversed", "without-effect", "unresolved")
SCOPES = ("city", "province", "nation")


def _transaction(infno: str, labels: Labels) -> Words:
    name = labels(infno, "transaction")
    return Words(f"{infno} {name.en.lower()}", f"{infno} {name.zh}")


def fates(summary: SettlementSummary, labels: Labels) -> Drawn:
    """Draw what became of the uncertain results of each transaction."""
    found = [fate for fate in FATES if any(fate in each for each in summary.fates.values())]
    head = [text("fig.net-fates.y"), *(labels(fate, "fate") for fate in found), text("ui.total")]
    if not found:
        return empty("net-fates", head, wide=True)
    kinds = sorted(summary.fates)
    cells = [[summary.fates[kind].get(fate, 0) for fate in found] for kind in kinds]
    canvas = draw_matrix(
        cells,
        rows=[_transaction(kind, labels) for kind in kinds],
        columns=[labels(fate, "fate") for fate in found],
        shown=number,
        x_title=text("fig.net-fates.x"),
        y_title=text("fig.net-fates.y"),
        note=text("fig.net-fates.scale"),
    )
    times = summary.certain_after
    caption = text(
        "fig.net-fates.caption",
        total=counted("uncertain_result", summary.uncertain),
        p50=duration(times.p50_s),
        max=duration(times.max_s),
        unresolved=number(sum(each.get("unresolved", 0) for each in summary.fates.values())),
    )
    rows = [
        [_transaction(kind, labels), *map(number, row), number(sum(row))]
        for kind, row in zip(kinds, cells, strict=True)
    ]
    return Drawn(
        identifier="net-fates",
        title=text("fig.net-fates.title"),
        caption=caption,
        svg=canvas.svg(identifier="fig-net-fates", label=text("fig.net-fates.title")),
        table=Table(head=head, rows=rows),
        wide=True,
    )


def outcomes(summary: SettlementSummary, labels: Labels) -> Drawn:
    """Draw how treatments ended, by where people were treated."""
    scopes = [scope for scope in SCOPES if scope in summary.outcomes_by_scope]
    head = [text("fig.net-outcomes.y"), *(labels(scope, "scope") for scope in scopes), text("ui.total")]
    if not scopes:
        return empty("net-outcomes", head, wide=True)
    names = [name for name, _ in ranked(summary.outcomes)]
    cells = [[summary.outcomes_by_scope[scope].get(name, 0) for scope in scopes] for name in names]
    canvas = draw_matrix(
        cells,
        rows=[labels(name, "outcome") for name in names],
        columns=[labels(scope, "scope") for scope in scopes],
        shown=number,
        x_title=text("fig.net-outcomes.x"),
        y_title=text("fig.net-outcomes.y"),
        note=text("fig.net-outcomes.scale"),
    )
    caption = text(
        "fig.net-outcomes.caption",
        total=counted("treatment", summary.treatments),
        settled=number(summary.settlements),
        paid=number(summary.outcomes.get("unreachable", 0)),
    )
    rows = [
        [labels(name, "outcome"), *map(number, row), number(sum(row))]
        for name, row in zip(names, cells, strict=True)
    ]
    return Drawn(
        identifier="net-outcomes",
        title=text("fig.net-outcomes.title"),
        caption=caption,
        svg=canvas.svg(identifier="fig-net-outcomes", label=text("fig.net-outcomes.title")),
        table=Table(head=head, rows=rows),
        wide=True,
    )
