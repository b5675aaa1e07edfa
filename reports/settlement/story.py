"""The headline of the report of a settlement network: its story in a few sentences, and its key figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.reports.labels import calendar_date, duration, number, percent, yuan, yuan_short
from onecard.reports.story import Tile
from onecard.reports.texts import Words, counted, text

if TYPE_CHECKING:
    from onecard.sim.recording.settlement_summary import SettlementSummary

__all__ = ["alert", "settlement_story", "settlement_tiles", "subline"]


def _away(summary: SettlementSummary) -> int:
    """Count the treatments in another city."""
    return sum(sum(ends.values()) for scope, ends in summary.outcomes_by_scope.items() if scope != "city")


def _unresolved(summary: SettlementSummary) -> int:
    return sum(fates.get("unresolved", 0) for fates in summary.fates.values())


def _agrees(summary: SettlementSummary) -> bool:
    return not summary.differences and not summary.findings and not summary.ledger_sum_fen


def subline(summary: SettlementSummary) -> Words:
    """Say where, when, and how many people."""
    return text(
        "net.subline",
        cities=counted("city", len(summary.cities)),
        date=calendar_date(summary.date),
        people=counted("person", summary.people),
    )


def alert(summary: SettlementSummary) -> Words | None:
    """Warn of a run whose books do not agree; None if all is well."""
    if _agrees(summary):
        return None
    if summary.findings:
        finding = Words(f"{summary.findings[0]}.", f"{summary.findings[0]}。")
    else:
        finding = text("net.alert_differences", n=summary.differences)
    return text("net.alert", finding=finding)


def settlement_story(summary: SettlementSummary) -> Words:
    """Tell the days in four sentences with numbers."""
    sentences = [
        text(
            "net.story",
            date=calendar_date(summary.date),
            people=counted("person", summary.people),
            cities=counted("city", len(summary.cities)),
            provinces=counted("province", len({city.province for city in summary.cities})),
            treatments=counted("treatment", summary.treatments),
            away=percent(_away(summary), summary.treatments),
            settled=number(summary.settlements),
        ),
        text(
            "net.messages",
            messages=counted("message", summary.messages),
            unanswered=number(summary.unanswered),
        ),
        _doubt(summary),
        _agreement(summary),
    ]
    return Words(
        " ".join(sentence.en for sentence in sentences), "".join(sentence.zh for sentence in sentences)
    )


def _doubt(summary: SettlementSummary) -> Words:
    if not summary.uncertain:
        return text("net.certain")
    return text(
        "net.uncertain",
        uncertain=counted("uncertain_result", summary.uncertain),
        p50=duration(summary.certain_after.p50_s),
        max=duration(summary.certain_after.max_s),
        unresolved=number(_unresolved(summary)),
    )


def _agreement(summary: SettlementSummary) -> Words:
    if _agrees(summary):
        return text("net.agree", rows=counted("landed_row", summary.rows_landed))
    return text(
        "net.disagree", differences=number(summary.differences), findings=number(len(summary.findings))
    )


def settlement_tiles(summary: SettlementSummary) -> list[Tile]:
    """Return the key figures of the run."""
    fees = sum(figures.medfee_sumamt_fen for figures in summary.filings.values())

    def tile(name: str, value: Words, note: Words, state: str = "") -> Tile:
        return Tile(name, value, text(f"tile.{name}"), note, state)

    same_rows = "good" if not summary.differences else "bad"
    books = "good" if not summary.ledger_sum_fen and not summary.findings else "bad"
    return [
        tile(
            "treatments",
            number(summary.treatments),
            text("tile.treatments_note", share=percent(_away(summary), summary.treatments)),
        ),
        tile("settled", number(summary.settlements), text("tile.settled_note", amount=yuan_short(fees))),
        tile(
            "messages",
            number(summary.messages),
            text("tile.messages_note", unanswered=number(summary.unanswered)),
        ),
        tile(
            "uncertain",
            number(summary.uncertain),
            text("tile.uncertain_note", unresolved=number(_unresolved(summary))),
        ),
        tile(
            "differences",
            number(summary.differences),
            text("tile.differences_ok" if same_rows == "good" else "tile.differences_bad"),
            same_rows,
        ),
        tile(
            "books",
            yuan(summary.ledger_sum_fen),
            text("tile.books_ok" if books == "good" else "tile.books_bad"),
            books,
        ),
    ]
