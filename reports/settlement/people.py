"""Who paid, by filing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.reports.figures.model import Drawn, Table, empty
from onecard.reports.figures.money import SPLIT_PARTS, draw_split
from onecard.reports.labels import Labels, number, percent, yuan
from onecard.reports.texts import Words, text

if TYPE_CHECKING:
    from onecard.sim.recording.settlement_summary import FilingFigures, SettlementSummary

__all__ = ["filings"]

ORDER = ("local", "long-term", "transferred", "temporary", "emergency", "unfiled")


def _parts_fen(figures: FilingFigures) -> list[int]:
    paid = [figures.fund_pay_sumamt_fen, figures.acct_pay_fen, figures.psn_cash_pay_fen]
    return [*paid, max(figures.medfee_sumamt_fen - sum(paid), 0)]


def filings(summary: SettlementSummary, labels: Labels) -> Drawn:
    """Draw how fees were split, by filing."""
    found = [name for name in ORDER if name in summary.filings]
    head = [
        text("fig.net-filings.y"),
        text("tile.settlements"),
        text("fig.settlement.fee"),
        *(text(f"fig.settlement.{part}") for part in SPLIT_PARTS),
    ]
    if not found:
        return empty("net-filings", head, wide=True)
    rows = [(labels(name, "filing"), summary.filings[name]) for name in found]
    canvas = draw_split(
        [(label, figures.medfee_sumamt_fen, _parts_fen(figures)) for label, figures in rows],
        shown=3,
        y_title=text("fig.net-filings.y"),
    )
    return Drawn(
        identifier="net-filings",
        title=text("fig.net-filings.title"),
        caption=_caption(summary, labels, found),
        svg=canvas.svg(identifier="fig-net-filings", label=text("fig.net-filings.title")),
        table=Table(
            head=head,
            rows=[
                [
                    label,
                    number(figures.settlements),
                    yuan(figures.medfee_sumamt_fen),
                    *map(yuan, _parts_fen(figures)),
                ]
                for label, figures in rows
            ],
        ),
        wide=True,
    )


def _caption(summary: SettlementSummary, labels: Labels, found: list[str]) -> Words:
    """Compare the funds' share of the first and the last category."""

    def share(name: str) -> Words:
        figures = summary.filings[name]
        return percent(figures.fund_pay_sumamt_fen, figures.medfee_sumamt_fen)

    first, last = found[0], found[-1]
    return text(
        "fig.net-filings.caption",
        first=labels(first, "filing"),
        first_share=share(first),
        last=labels(last, "filing"),
        last_share=share(last),
    )
