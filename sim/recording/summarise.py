"""From the event tables of a run to its summary: a pure function of what was recorded.

The engine keeps no counters of its own, so the figures cannot disagree with the record, and anybody can
recompute them from the Parquet files.
"""

from __future__ import annotations

import itertools
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from onecard.sim.recording.summary import DayCurve, MoneyFlow, Percentiles, SettlementTotals, Summary
from onecard.sim.recording.tables import SCHEMAS
from onecard.sim.units.time import MINUTE, SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy.typing as npt

__all__ = [
    "BIN_MINUTES",
    "COMMAND_NAMES",
    "by_text",
    "counts_by",
    "counts_by_pair",
    "integers",
    "percentile",
    "seconds",
    "summarise",
]

BIN_MINUTES = 15
BINS = 24 * 60 // BIN_MINUTES
VERIFY_PIN = 0x00200000

COMMAND_NAMES: dict[int, str] = {
    0x00A4: "SELECT",
    0x00B2: "READ RECORD",
    0x00DC: "UPDATE RECORD",
    0x00B0: "READ BINARY",
    0x00D6: "UPDATE BINARY",
    0x0020: "VERIFY",
    0x0084: "GET CHALLENGE",
    0x0082: "EXTERNAL AUTHENTICATE",
    0x0088: "INTERNAL AUTHENTICATE",
    0x00C0: "GET RESPONSE",
    0xBFDE: "DELIVERY SESSION KEY",
    0xBFEC: "INITIALIZE ENVIRONMENT",
    0x80FA: "CIPHER DATA",
}
"""CLA INS → command, user card and PSAM (card.md §10, §14)."""


def summarise(events: Path, *, facts: Mapping[str, Any]) -> Summary:
    """Compute the summary of a run.

    Args:
        events: folder of the event tables.
        facts: what does not stand in the tables: the fields ``scenario``, ``profile``, ``date``, ``city``,
            ``labels``, ``stop_hours``, ``stop_by_service`` of :class:`Summary`.
    """
    tables = {name: pq.read_table(events / f"{name}.parquet") for name in SCHEMAS}
    people, stages, refusals = tables["people"], tables["stages"], tables["refusals"]
    shows = tables["shows"]
    uses = shows.filter(pc.equal(shows["reason"], ""))
    stops = list(facts["stop_hours"])
    waits = _waits(stages)
    return Summary(
        **facts,
        people=people.num_rows,
        card_uses=uses.num_rows,
        apdus=tables["apdus"].num_rows,
        events=sum(table.num_rows for table in tables.values()),
        messages=tables["messages"].num_rows,
        settlements=tables["settlements"].num_rows,
        refusals=counts_by(refusals, "reason"),
        remedies={name: count for name, count in counts_by(refusals, "remedy").items() if name},
        ledger_sum_fen=int(pc.sum(tables["postings"]["amount_fen"]).as_py() or 0),
        uses_by_stop=dict.fromkeys(stops, 0) | counts_by(uses, "stop"),
        uses_by_service=counts_by(uses, "service"),
        uses_by_credential=_uses_by_credential(uses),
        uses_per_person=_uses_per_person(people, uses),
        visits_by_place_kind=counts_by(tables["visits"], "place_kind"),
        wait_s_p50={kind: seconds(percentile(wait, 50)) for kind, wait in waits.items()},
        wait_s_p95={kind: seconds(percentile(wait, 95)) for kind, wait in waits.items()},
        wait_s_max={kind: seconds(percentile(wait, 100)) for kind, wait in waits.items()},
        utilisation=_utilisation(tables["stations"]),
        curve=_curve(uses, stops),
        refusals_by_stop=counts_by_pair(refusals, "stop", "reason"),
        apdus_by_command=_apdus_by_command(tables["apdus"]),
        status_words=_status_words(tables["apdus"]),
        pin_status_queries=int(_is_pin_query(tables["apdus"]).sum()),
        dialogues=_dialogues(uses),
        cards_by_version=counts_by(people, "version"),
        money=_money(tables["postings"]),
        settlement_totals=_settlement_totals(tables["settlements"]),
    )


def percentile(values: npt.NDArray[np.int64], percent: int) -> int:
    """Return the nearest-rank percentile of integers: an observed value, the same on every machine."""
    ordered = np.sort(values)
    rank = max(1, -(-percent * len(ordered) // 100))
    return int(ordered[rank - 1])


def seconds(time_us: int) -> float:
    """Return microseconds in seconds, rounded to the millisecond."""
    return round(time_us / SECOND, 3)


def counts_by(table: pa.Table, column: str) -> dict[str, int]:
    """Count the rows by a text column, in the order of the text."""
    counts = table.group_by(column).aggregate([([], "count_all")]).to_pylist()
    return {row[column]: row["count_all"] for row in sorted(counts, key=lambda row: row[column])}


def counts_by_pair(table: pa.Table, outer: str, inner: str) -> dict[str, dict[str, int]]:
    """Count the rows by two text columns, in the order of the texts."""
    result: dict[str, dict[str, int]] = {}
    counts = table.group_by([outer, inner]).aggregate([([], "count_all")]).to_pylist()
    for row in sorted(counts, key=lambda row: (row[outer], row[inner])):
        result.setdefault(row[outer], {})[row[inner]] = row["count_all"]
    return result


def integers(table: pa.Table, column: str) -> npt.NDArray[np.int64]:
    """Return an integer column."""
    values: npt.NDArray[np.int64] = table[column].to_numpy()
    return values


def by_text(table: pa.Table, column: str) -> dict[str, pa.Table]:
    """Split a table by a text column, in the order of the text."""
    names = sorted(pc.unique(table[column]).to_pylist())
    return {name: table.filter(pc.equal(table[column], name)) for name in names}


def _waits(stages: pa.Table) -> dict[str, npt.NDArray[np.int64]]:
    return {
        kind: integers(part, "start_us") - integers(part, "arrive_us")
        for kind, part in by_text(stages, "place_kind").items()
    }


def _uses_by_credential(uses: pa.Table) -> dict[str, int]:
    """Count contact, contactless and e-card uses (an e-card use has no face)."""
    return {("e-card" if face == "" else face): count for face, count in counts_by(uses, "face").items()}


def _uses_per_person(people: pa.Table, uses: pa.Table) -> dict[str, int]:
    counts = np.bincount(integers(uses, "person"), minlength=people.num_rows)
    numbers, persons = np.unique(np.minimum(counts, 10), return_counts=True)
    return {
        ("10+" if number == 10 else str(number)): int(count)
        for number, count in zip(numbers, persons, strict=True)
    }


def _utilisation(stations: pa.Table) -> dict[str, float]:
    result = {}
    for kind, part in by_text(stations, "place_kind").items():
        offered_us = int((integers(part, "servers") * integers(part, "open_us")).sum())
        result[kind] = round(int(integers(part, "busy_us").sum()) / offered_us, 4) if offered_us else 0.0
    return result


def _curve(uses: pa.Table, stops: list[str]) -> DayCurve:
    by_stop = {stop: _bins(part) for stop, part in by_text(uses, "stop").items()}
    return DayCurve(
        bin_minutes=BIN_MINUTES,
        uses_by_stop={stop: by_stop.get(stop, [0] * BINS) for stop in stops},
        uses_by_service={service: _bins(part) for service, part in by_text(uses, "service").items()},
    )


def _bins(uses: pa.Table) -> list[int]:
    """Count uses by the bin in which they began; what happens after midnight counts in the last bin."""
    at = np.minimum(integers(uses, "time_us") // (BIN_MINUTES * MINUTE), BINS - 1)
    counts: list[int] = np.bincount(at, minlength=BINS).tolist()
    return counts


def _apdus_by_command(apdus: pa.Table) -> dict[str, int]:
    instructions, counts = np.unique(integers(apdus, "header") >> 16, return_counts=True)
    named = {
        COMMAND_NAMES.get(int(code), f"{code:04X}"): int(count)
        for code, count in zip(instructions, counts, strict=True)
    }
    return dict(sorted(named.items()))


def _is_pin_query(apdus: pa.Table) -> npt.NDArray[np.bool_]:
    """Mark the VERIFY commands without data that were answered with the tries left (card.md §10)."""
    asks = (integers(apdus, "header") == VERIFY_PIN) & (integers(apdus, "lc") == 0)
    mask: npt.NDArray[np.bool_] = asks & (integers(apdus, "sw") >> 4 == 0x63C)
    return mask


def _status_words(apdus: pa.Table) -> dict[str, int]:
    words, counts = np.unique(integers(apdus, "sw")[~_is_pin_query(apdus)], return_counts=True)
    return {f"{word:04X}": int(count) for word, count in zip(words, counts, strict=True)}


def _dialogues(uses: pa.Table) -> dict[str, Percentiles]:
    by_card = uses.filter(pc.not_equal(uses["face"], ""))
    result = {}
    for face, of_face in by_text(by_card, "face").items():
        for dialogue, part in by_text(of_face, "dialogue").items():
            times, apdus = integers(part, "card_us"), integers(part, "apdus")
            result[f"{face} {dialogue}"] = Percentiles(
                count=part.num_rows,
                p50_s=seconds(percentile(times, 50)),
                p95_s=seconds(percentile(times, 95)),
                mean_apdus=round(int(apdus.sum()) / part.num_rows, 2),
            )
    return result


def _money(postings: pa.Table) -> list[MoneyFlow]:
    """Sum the postings by (kind paid from, kind paid to, purpose)."""
    flows: dict[tuple[str, str, str], list[int]] = {}
    rows = zip(
        integers(postings, "posting").tolist(),
        postings["purpose"].to_pylist(),
        postings["kind"].to_pylist(),
        integers(postings, "amount_fen").tolist(),
        strict=True,
    )
    for _posting, group in itertools.groupby(rows, key=itemgetter(0)):
        entries = list(group)
        payers = [(kind, -fen) for _, _, kind, fen in entries if fen < 0]
        payees = [(kind, fen) for _, _, kind, fen in entries if fen > 0]
        for source, target, amount_fen in match_entries(payers, payees):
            flow = flows.setdefault((source, target, entries[0][1]), [0, 0])
            flow[0] += amount_fen
            flow[1] += 1
    return [
        MoneyFlow(source=source, target=target, purpose=purpose, amount_fen=fen, postings=count)
        for (source, target, purpose), (fen, count) in sorted(flows.items())
    ]


def match_entries(payers: list[tuple[str, int]], payees: list[tuple[str, int]]) -> list[tuple[str, str, int]]:
    """Pair the debits and credits of one posting in their order: (from kind, to kind, fen)."""
    result = []
    left, right = list(payers), list(payees)
    while left and right:
        (source, owed), (target, due) = left[0], right[0]
        amount = min(owed, due)
        result.append((source, target, amount))
        left[:1] = [(source, owed - amount)] if owed > amount else []
        right[:1] = [(target, due - amount)] if due > amount else []
    return result


def _settlement_totals(settlements: pa.Table) -> dict[str, SettlementTotals]:
    amounts = ("medfee_sumamt_fen", "fund_pay_sumamt_fen", "acct_pay_fen", "psn_cash_pay_fen")
    return {
        kind: SettlementTotals(
            settlements=part.num_rows, **{name: int(integers(part, name).sum()) for name in amounts}
        )
        for kind, part in by_text(settlements, "kind").items()
    }
