"""From the event tables of a settlement network to the run's summary: a pure function of the record."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from onecard.sim.recording.settlement_summary import (
    BoundaryFigures,
    CityFigures,
    Claim,
    FilingFigures,
    LinkFigures,
    NetworkCurve,
    OutageFigures,
    SettlementSummary,
    SideFigures,
    TierFigures,
    Times,
)
from onecard.sim.recording.settlement_tables import SETTLEMENT_SCHEMAS
from onecard.sim.recording.summarise import by_text, counts_by, counts_by_pair, integers, percentile, seconds
from onecard.sim.units.time import HOUR, MINUTE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy.typing as npt

__all__ = ["BIN_MINUTES", "summarise_settlement"]

BIN_MINUTES = 10
DAY_MINUTES = 24 * 60
SETTLING = ("2102", "2207", "2304")
"""Transactions that settle."""
NO_ANSWER = "no-answer"
MINISTRY = "ministry"


def summarise_settlement(events: Path, *, facts: Mapping[str, Any]) -> SettlementSummary:
    """Compute the summary of a run.

    Args:
        events: folder of the event tables.
        facts: what does not stand in the tables: the fields ``scenario``, ``profile``, ``date``, ``days``,
            ``labels`` of :class:`SettlementSummary`.
    """
    tables = {name: pq.read_table(events / f"{name}.parquet") for name in SETTLEMENT_SCHEMAS}
    treatments, messages, uncertain = tables["treatments"], tables["messages"], tables["uncertain"]
    outcomes = counts_by(treatments, "outcome")
    bins = facts["days"] * DAY_MINUTES // BIN_MINUTES
    return SettlementSummary(
        **facts,
        kind="settlement",
        people=int(integers(tables["cities"], "people").sum()),
        events=sum(table.num_rows for table in tables.values()),
        messages=messages.num_rows,
        treatments=treatments.num_rows,
        outcomes=outcomes,
        outcomes_by_scope=counts_by_pair(treatments, "scope", "outcome"),
        settlements=outcomes.get("settled", 0),
        rows_landed=len(pc.unique(tables["landed"]["setl_id"])),
        unanswered=int(pc.sum(pc.equal(messages["result"], NO_ANSWER)).as_py() or 0),
        uncertain=uncertain.num_rows,
        fates=counts_by_pair(uncertain, "kind", "fate"),
        certain_after=_times(integers(uncertain, "resolved_us") - integers(uncertain, "sent_us")),
        settling=_settling(messages, treatments),
        postings=len(np.unique(integers(tables["postings"], "posting"))),
        ledger_sum_fen=int(pc.sum(tables["postings"]["amount_fen"]).as_py() or 0),
        findings=_findings(tables["findings"]),
        cities=_cities(tables["cities"], treatments),
        tiers=_tiers(tables["stations"], tables["served"]),
        links=_links(messages, treatments),
        curve=_curve(tables["landed"], messages, uncertain, bins),
        filings=_filings(treatments),
        claims=_claims(tables["landed"]),
        reconciliation=_reconciliation(tables["reconciliation"]),
        outages=_outages(tables["outages"]),
    )


def _times(durations_us: npt.NDArray[np.int64]) -> Times:
    if not len(durations_us):
        return Times(count=0, p50_s=0.0, p95_s=0.0, max_s=0.0)
    p50, p95, longest = (seconds(percentile(durations_us, percent)) for percent in (50, 95, 100))
    return Times(count=len(durations_us), p50_s=p50, p95_s=p95, max_s=longest)


def _findings(findings: pa.Table) -> list[str]:
    final = findings.filter(pc.equal(findings["run"], "final"))
    return list(final["finding"].to_pylist())


def _settling(messages: pa.Table, treatments: pa.Table) -> dict[str, Times]:
    """Time the answered settlement messages of institutions, by where the people were treated."""
    scope_of = dict(zip(treatments["visit"].to_pylist(), treatments["scope"].to_pylist(), strict=True))
    institutions = set(pc.unique(treatments["institution"]).to_pylist())
    durations: dict[str, list[int]] = defaultdict(list)
    answered = messages.filter(
        pc.and_(pc.is_in(messages["kind"], pa.array(SETTLING)), pc.not_equal(messages["result"], NO_ANSWER))
    )
    for row in answered.select(["visit", "sender", "elapsed_us"]).to_pylist():
        if row["sender"] in institutions:
            durations[scope_of[row["visit"]]].append(row["elapsed_us"])
    return {scope: _times(np.asarray(durations[scope])) for scope in sorted(durations)}


def _cities(cities: pa.Table, treatments: pa.Table) -> list[CityFigures]:
    here, insured = counts_by(treatments, "treated"), counts_by(treatments, "city")
    return [
        CityFigures(
            city=row["city"],
            province=row["province"],
            people=row["people"],
            treated_here=here.get(row["city"], 0),
            insured_treated=insured.get(row["city"], 0),
        )
        for row in cities.to_pylist()
    ]


def _tiers(stations: pa.Table, served: pa.Table) -> list[TierFigures]:
    by_tier = by_text(served, "tier")
    found = []
    for row in stations.to_pylist():
        part = by_tier.get(row["tier"])
        hours = np.zeros(1, dtype=np.int64)
        waits: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        if part is not None:
            waits = integers(part, "waited_us")
            at = integers(part, "arrived_us") // HOUR
            hours = np.bincount(at, weights=integers(part, "computed_us")).astype(np.int64)
        offered_us = row["servers"] * row["open_us"]
        found.append(
            TierFigures(
                tier=row["tier"],
                kind=row["kind"],
                served=0 if part is None else part.num_rows,
                longest=row["longest"],
                utilisation=round(row["busy_us"] / offered_us, 4) if offered_us else 0.0,
                busiest_hour=min(1.0, round(int(hours.max()) / (row["servers"] * HOUR), 4)),
                waits=_times(waits),
            )
        )
    return found


def _links(messages: pa.Table, treatments: pa.Table) -> list[LinkFigures]:
    """Count the messages on every link; institutions count as their city's. Jobs to oneself are left out."""
    city_of = {
        row["institution"]: f"institutions/{row['treated']}"
        for row in treatments.select(["institution", "treated"]).to_pylist()
    }
    counts: Counter[tuple[str, str]] = Counter()
    unanswered: Counter[tuple[str, str]] = Counter()
    grouped = messages.group_by(["sender", "recipient", "result"]).aggregate([([], "count_all")])
    for row in grouped.to_pylist():
        link = city_of.get(row["sender"], row["sender"]), row["recipient"]
        if link[0] != link[1]:
            counts[link] += row["count_all"]
            unanswered[link] += row["count_all"] if row["result"] == NO_ANSWER else 0
    return [
        LinkFigures(
            sender=sender, recipient=recipient, messages=sent, unanswered=unanswered[sender, recipient]
        )
        for (sender, recipient), sent in sorted(counts.items())
    ]


def _bins(times_us: npt.NDArray[np.int64], bins: int) -> list[int]:
    """Count by the bin of a time; what comes after the last day counts in the last bin."""
    at = np.clip(times_us // (BIN_MINUTES * MINUTE), 0, bins - 1)
    counts: list[int] = np.bincount(at, minlength=bins).tolist()
    return counts


def _curve(landed: pa.Table, messages: pa.Table, uncertain: pa.Table, bins: int) -> NetworkCurve:
    settled = landed.filter(pc.equal(landed["init_setl_id"], ""))
    lost = messages.filter(pc.equal(messages["result"], NO_ANSWER))
    return NetworkCurve(
        bin_minutes=BIN_MINUTES,
        settled={
            tier: _bins(integers(part, "settled_us"), bins) for tier, part in by_text(settled, "tier").items()
        },
        unanswered={
            tier: _bins(integers(part, "time_us"), bins) for tier, part in by_text(lost, "recipient").items()
        },
        uncertain=_bins(integers(uncertain, "sent_us"), bins),
    )


def _filings(treatments: pa.Table) -> dict[str, FilingFigures]:
    settled = treatments.filter(pc.equal(treatments["outcome"], "settled"))
    amounts = ("medfee_sumamt_fen", "fund_pay_sumamt_fen", "acct_pay_fen", "psn_cash_pay_fen")
    return {
        filing: FilingFigures(
            settlements=part.num_rows, **{name: int(integers(part, name).sum()) for name in amounts}
        )
        for filing, part in by_text(settled, "filing").items()
    }


def _claims(landed: pa.Table) -> list[Claim]:
    """Add up what the rows at the ministry make one province owe another; taken back ones take it off."""
    sums: dict[tuple[str, str], list[int]] = {}
    national = landed.filter(pc.equal(landed["tier"], MINISTRY))
    for row in national.to_pylist():
        pair = sums.setdefault((row["insured"][:2], row["treatment"][:2]), [0, 0])
        pair[0] += 1
        pair[1] += row["fund_pay_sumamt_fen"] + row["acct_pay_fen"] + row["acct_mulaid_pay_fen"]
    return [
        Claim(insured=insured, treatment=treatment, rows=rows, owed_fen=owed_fen)
        for (insured, treatment), (rows, owed_fen) in sorted(sums.items())
    ]


def _reconciliation(reconciliation: pa.Table) -> list[BoundaryFigures]:
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in reconciliation.to_pylist():
        groups.setdefault((row["run"], row["day"], row["boundary"]), []).append(row)
    found = []
    for (run, day, boundary), rows in groups.items():
        sides = [
            SideFigures(
                side=row["side"],
                rows=row["rows"],
                medfee_sumamt_fen=row["medfee_sumamt_fen"],
                fund_pay_sumamt_fen=row["fund_pay_sumamt_fen"],
                acct_pay_fen=row["acct_pay_fen"],
            )
            for row in rows
        ]
        differences = rows[0]["differences"]
        sums = {
            (side.rows, side.medfee_sumamt_fen, side.fund_pay_sumamt_fen, side.acct_pay_fen) for side in sides
        }
        found.append(
            BoundaryFigures(
                run=run,
                day=day,
                boundary=boundary,
                sides=sides,
                differences=differences,
                equal=not differences and len(sums) == 1,
            )
        )
    return found


def _outages(outages: pa.Table) -> list[OutageFigures]:
    return [
        OutageFigures(
            name=row["name"],
            what=row["what"],
            place=row["place"],
            peer=row["peer"],
            begins_minute=row["begins_us"] // MINUTE,
            ends_minute=row["ends_us"] // MINUTE,
        )
        for row in outages.to_pylist()
    ]
