"""The headline of a report: the story of the day in a few sentences, and the tiles of key figures."""

from __future__ import annotations

from typing import NamedTuple

from onecard.reports.figures.cards import is_success
from onecard.reports.figures.curve import peak, stops_in_order, where
from onecard.reports.figures.model import ranked
from onecard.reports.figures.people import users
from onecard.reports.labels import (
    Labels,
    calendar_date,
    clock_of_minute,
    number,
    per_mean,
    percent,
    yuan,
    yuan_short,
)
from onecard.reports.texts import Words, counted, text
from onecard.sim.recording.summary import Summary

__all__ = ["Tile", "story", "tiles"]


class Tile(NamedTuple):
    """One key figure: what, how many, a note, and its state: ``""``, ``good`` or ``bad``."""

    name: str
    value: Words
    title: Words
    note: Words
    state: str = ""


def _day(summary: Summary, labels: Labels) -> list[Words]:
    date, city, people = calendar_date(summary.date), labels(summary.city), counted("person", summary.people)
    busiest = peak(summary)
    if busiest is None or not any(summary.uses_by_service.values()):
        return [text("story.nothing", date=date, city=city, people=people)]
    used = [stop for stop in stops_in_order(summary) if summary.uses_by_stop.get(stop)]
    day = text(
        "story.day" if len(used) > 1 else "story.day_one",
        date=date,
        city=city,
        people=people,
        uses=counted("card_use", summary.card_uses),
        stops=counted("stop", len(used)),
        first=labels(used[0], "stop") if used else text("ui.none"),
        last=labels(used[-1], "stop") if used else text("ui.none"),
    )
    busy = text(
        "story.busiest",
        time=clock_of_minute(busiest.minute),
        minutes=summary.curve.bin_minutes,
        uses=counted("use", busiest.uses),
        where=where(busiest, labels),
        services=_commonest(summary, labels),
    )
    return [day, busy]


def _commonest(summary: Summary, labels: Labels) -> Words:
    """Name the commonest service, or say how many share the first place."""
    service, uses = ranked(summary.uses_by_service)[0]
    tied = sum(1 for count in summary.uses_by_service.values() if count == uses)
    if tied > 1:
        return text("story.tied", n=tied, uses=counted("use", uses))
    share = percent(uses, sum(summary.uses_by_service.values()))
    return text("story.commonest", service=labels(service, "service"), share=share)


def _cards(summary: Summary, labels: Labels) -> list[Words]:
    answers = sum(summary.status_words.values()) + summary.pin_status_queries
    if not answers:
        return []
    success = sum(count for code, count in summary.status_words.items() if is_success(code))
    success += summary.pin_status_queries  # the card told what it was asked
    apdus = counted("apdu", summary.apdus)
    return [text("story.cards", apdus=apdus, ok=percent(success, answers), refused=_refused(summary, labels))]


def _refused(summary: Summary, labels: Labels) -> Words:
    total = sum(summary.refusals.values())
    if not total:
        return text("story.unrefused")
    reason, count = ranked(summary.refusals)[0]
    return text(
        "story.refused", refusals=counted("refusal", total), reason=labels(reason, "reason"), n=number(count)
    )


def _money(summary: Summary) -> Words:
    totals = list(summary.settlement_totals.values())
    fees = sum(total.medfee_sumamt_fen for total in totals)
    balance = text("story.balanced")
    if summary.ledger_sum_fen:
        balance = text("story.unbalanced", amount=yuan(summary.ledger_sum_fen))
    if not summary.settlements or not fees:
        return text("story.unsettled", balance=balance)
    return text(
        "story.settled",
        settlements=counted("settlement", summary.settlements),
        total=yuan_short(fees),
        fund=percent(sum(total.fund_pay_sumamt_fen for total in totals), fees),
        account=percent(sum(total.acct_pay_fen for total in totals), fees),
        own=percent(sum(total.psn_cash_pay_fen for total in totals), fees),
        balance=balance,
    )


def story(summary: Summary, labels: Labels) -> Words:
    """Tell the day in at most four sentences with numbers."""
    sentences = [*_day(summary, labels), *_cards(summary, labels), _money(summary)]
    return Words(
        " ".join(sentence.en for sentence in sentences), "".join(sentence.zh for sentence in sentences)
    )


def tiles(summary: Summary) -> list[Tile]:
    """Return the key figures of the run."""
    fees = sum(total.medfee_sumamt_fen for total in summary.settlement_totals.values())
    refusals = sum(summary.refusals.values())
    state = "good" if summary.ledger_sum_fen == 0 else "bad"

    def tile(name: str, value: Words, note: Words, state: str = "") -> Tile:
        return Tile(name, value, text(f"tile.{name}"), note, state)

    return [
        tile(
            "people",
            number(summary.people),
            text("tile.people_note", users=counted("person", users(summary))),
        ),
        tile(
            "uses",
            number(summary.card_uses),
            text("tile.uses_note", mean=per_mean(summary.card_uses, summary.people)),
        ),
        tile(
            "apdus",
            number(summary.apdus),
            text("tile.apdus_note", mean=per_mean(summary.apdus, summary.card_uses)),
        ),
        tile(
            "settlements", number(summary.settlements), text("tile.settlements_note", amount=yuan_short(fees))
        ),
        tile(
            "refusals",
            number(refusals),
            text("tile.refusals_note", share=percent(refusals, summary.card_uses)),
        ),
        tile(
            "ledger",
            yuan(summary.ledger_sum_fen),
            text("tile.ledger_ok" if state == "good" else "tile.ledger_bad"),
            state,
        ),
    ]
