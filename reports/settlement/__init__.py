"""The report of a settlement network's run: its figures in the page's order, its story, its facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from onecard.reports.figures import Section
from onecard.reports.settlement import agreement, load, network, people, recovery, strips

if TYPE_CHECKING:
    from onecard.reports.figures.model import Drawn
    from onecard.reports.labels import Labels
    from onecard.sim.recording.settlement_summary import SettlementSummary

__all__ = ["settlement_sections"]

_ORDER: tuple[tuple[str, tuple[Callable[[SettlementSummary, Labels], Drawn], ...]], ...] = (
    ("tiers", (network.tiers, strips.settled, load.settling)),
    ("outage", (strips.unanswered, recovery.fates, recovery.outcomes)),
    ("load", (load.waits, load.busiest)),
    ("between", (agreement.claims, people.filings)),
    ("agreement", (agreement.boundaries,)),
)


def settlement_sections(summary: SettlementSummary, labels: Labels) -> list[Section]:
    """Draw all figures of a run."""
    return [Section(key, [draw(summary, labels) for draw in draws]) for key, draws in _ORDER]
