"""The figures of a run's report, one module per family; :func:`sections` puts them in the page's order."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from onecard.reports.figures import cards, curve, day_services, money, people, refusals, uses, waiting
from onecard.reports.figures.model import Drawn, Table
from onecard.reports.labels import Labels
from onecard.sim.recording.summary import Summary

__all__ = ["Drawn", "Section", "Table", "sections"]

Draw = Callable[[Summary, Labels], Drawn]

_ORDER: tuple[tuple[str, tuple[Draw, ...]], ...] = (
    ("day", (curve.day, day_services.by_service, uses.stops, uses.services, uses.credentials)),
    ("waiting", (waiting.waits, waiting.utilisation, waiting.visits)),
    ("cards", (cards.commands, cards.status_words, cards.dialogues)),
    ("money", (money.flows, money.settlement)),
    ("refusals", (refusals.heatmap, refusals.remedies)),
    ("people", (people.by_uses, people.by_card)),
)


class Section(NamedTuple):
    """A part of the report: the key of its texts and its figures."""

    key: str
    figures: list[Drawn]


def sections(summary: Summary, labels: Labels) -> list[Section]:
    """Draw all figures of a run."""
    return [Section(key, [draw(summary, labels) for draw in draws]) for key, draws in _ORDER]
