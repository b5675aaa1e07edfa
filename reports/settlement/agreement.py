"""Who owes whom, and whether all tiers have the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.reports.canvas import Canvas
from onecard.reports.figures.matrix import draw_matrix
from onecard.reports.figures.model import FULL, Drawn, Table, empty
from onecard.reports.labels import Labels, number, same, yuan, yuan_short
from onecard.reports.lettering import clip_words
from onecard.reports.palette import GRID, MUTED
from onecard.reports.texts import Words, counted, text

if TYPE_CHECKING:
    from onecard.sim.recording.settlement_summary import BoundaryFigures, SettlementSummary

__all__ = ["boundaries", "claims"]

MOST_PROVINCES = 9
MOST_BOUNDARIES = 60
RUNS = ("evening", "night", "final")
"""Reconciliations, in the order of a day."""
_GOOD, _BAD = "#16693f", "#a61b1b"
_ROW = 23.0
_COLUMNS = ((FULL - 400.0, "end"), (FULL - 250.0, "end"), (FULL - 105.0, "end"), (FULL - 30.0, "end"))


def claims(summary: SettlementSummary, labels: Labels) -> Drawn:
    """Draw what insured provinces owe provinces of treatment."""
    head = [
        text("fig.net-claims.y"),
        text("fig.net-claims.to"),
        text("fig.net-claims.rows"),
        text("fig.net-claims.x"),
    ]
    owed = {(claim.insured, claim.treatment): claim.owed_fen for claim in summary.claims if claim.owed_fen}
    if not owed:
        return empty("net-claims", head, wide=True)
    weight: dict[str, int] = {}
    for pair, amount in owed.items():
        for province in pair:
            weight[province] = weight.get(province, 0) + amount
    shown = sorted(sorted(weight, key=lambda province: (-weight[province], province))[:MOST_PROVINCES])
    names = [labels(province, "province") for province in shown]
    canvas = draw_matrix(
        [[owed.get((insured, treatment), 0) for treatment in shown] for insured in shown],
        rows=names,
        columns=names,
        shown=yuan_short,
        x_title=text("fig.net-claims.columns"),
        y_title=text("fig.net-claims.y"),
        note=text("fig.net-claims.scale"),
    )
    (insured, treatment), most = max(owed.items(), key=lambda item: (item[1], item[0]))
    caption = text(
        "fig.net-claims.caption",
        total=yuan(sum(owed.values())),
        insured=labels(insured, "province"),
        treatment=labels(treatment, "province"),
        amount=yuan(most),
    )
    rows = [
        [
            labels(claim.insured, "province"),
            labels(claim.treatment, "province"),
            number(claim.rows),
            yuan(claim.owed_fen),
        ]
        for claim in summary.claims
    ]
    return Drawn(
        identifier="net-claims",
        title=text("fig.net-claims.title"),
        caption=caption,
        svg=canvas.svg(identifier="fig-net-claims", label=text("fig.net-claims.title")),
        table=Table(head=head, rows=rows, text_columns=2),
        wide=True,
    )


def boundaries(summary: SettlementSummary, labels: Labels) -> Drawn:
    """Draw the last reconciliation, boundary by boundary."""
    head = [
        text("fig.net-equal.run"),
        text("fig.net-equal.day"),
        text("fig.net-equal.y"),
        text("fig.net-equal.rows"),
        text("fig.net-equal.fees"),
        text("fig.net-equal.insurance"),
        text("fig.net-equal.differences"),
    ]
    final = [each for each in summary.reconciliation if each.run == "final"]
    if not final:
        return empty("net-equal", head, wide=True)
    equal = sum(each.equal for each in final)
    caption = text(
        "fig.net-equal.caption" if equal == len(final) else "fig.net-equal.caption_bad",
        boundaries=counted("boundary", len(final)),
        equal=number(equal),
        differences=number(summary.differences),
        evening=number(sum(each.differences for each in summary.reconciliation if each.run == "evening")),
    )
    canvas = _draw(_summed(final), labels)
    return Drawn(
        identifier="net-equal",
        title=text("fig.net-equal.title"),
        caption=caption,
        svg=canvas.svg(identifier="fig-net-equal", label=text("fig.net-equal.title")),
        table=Table(
            head=head,
            rows=[_row(each, labels) for run in RUNS for each in summary.reconciliation if each.run == run],
            text_columns=3,
        ),
        wide=True,
    )


def _name(boundary: str, labels: Labels) -> Words:
    sides = [
        labels(side, "tier") if "/" in side or side == "ministry" else text("fig.net-equal.institutions")
        for side in boundary.split(" | ")
    ]
    return Words(" = ".join(side.en for side in sides), " = ".join(side.zh for side in sides))


def _row(each: BoundaryFigures, labels: Labels) -> list[Words]:
    def both(values: list[Words]) -> Words:
        return (
            values[0]
            if len({value.en for value in values}) == 1
            else Words(" | ".join(value.en for value in values), " | ".join(value.zh for value in values))
        )

    return [
        text(f"fig.net-equal.runs.{each.run}"),
        same(each.day or "–"),
        _name(each.boundary, labels),
        both([number(side.rows) for side in each.sides]),
        both([yuan(side.medfee_sumamt_fen) for side in each.sides]),
        both([yuan(side.fund_pay_sumamt_fen + side.acct_pay_fen) for side in each.sides]),
        number(each.differences),
    ]


_Line = tuple[str, list[int], list[int], int, bool]
"""Boundary, rows of the first and fees of the first side, differences, equal."""


def _summed(final: list[BoundaryFigures]) -> list[_Line]:
    """Add the days of each boundary up."""
    sums: dict[str, _Line] = {}
    for each in final:
        rows = [side.rows for side in each.sides]
        fees = [side.medfee_sumamt_fen for side in each.sides]
        known = sums.get(each.boundary)
        if known is not None:
            rows = [one + other for one, other in zip(rows, known[1], strict=True)]
            fees = [one + other for one, other in zip(fees, known[2], strict=True)]
        sums[each.boundary] = (
            each.boundary,
            rows,
            fees,
            each.differences + (known[3] if known else 0),
            each.equal and (known is None or known[4]),
        )
    unequal_first = sorted(sums.values(), key=lambda line: (line[4], -len(line[1]), line[0]))
    return unequal_first[:MOST_BOUNDARIES]


def _draw(lines: list[_Line], labels: Labels) -> Canvas:
    top = 34.0
    canvas = Canvas(FULL, top + len(lines) * _ROW + 30)
    axes = canvas.axes(left=0, top=top, right=FULL, bottom=top + len(lines) * _ROW)
    axes.set_xlim(0, FULL)
    axes.set_ylim(len(lines), 0)
    axes.hlines(range(len(lines) + 1), 8, FULL - 8, colors=GRID, linewidth=1)
    heads = ("rows", "fees", "differences")
    canvas.write(12, top - 14, text("fig.net-equal.y"), role="axis-title")
    for head, (x, _) in zip(heads, _COLUMNS, strict=False):
        canvas.write(x, top - 14, text(f"fig.net-equal.{head}"), size=11.5, anchor="end", role="head")
    for index, (boundary, rows, fees, differences, equal) in enumerate(lines):
        y = top + (index + 0.5) * _ROW
        name = clip_words(_name(boundary, labels), 12.5, _COLUMNS[0][0] - 110)
        canvas.write(12, y, name, role="tick")
        values = (_sides(rows), yuan_short(fees[0]), number(differences))
        for words, (x, _) in zip(values, _COLUMNS, strict=False):
            canvas.write(x, y, words, anchor="end", role="value")
        mark, colour = ("✓", _GOOD) if equal else ("✗", _BAD)
        canvas.write(
            _COLUMNS[3][0], y, same(mark), size=14, anchor="end", colour=colour, bold=True, role="value"
        )
    canvas.write(
        FULL - 12,
        canvas.height - 12,
        text("fig.net-equal.x"),
        size=11.5,
        anchor="end",
        colour=MUTED,
        role="note",
    )
    return canvas


def _sides(values: list[int]) -> Words:
    return (
        same(" = ".join(f"{value:,}" for value in values))
        if len(set(values)) == 1
        else same(" ≠ ".join(f"{value:,}" for value in values))
    )
