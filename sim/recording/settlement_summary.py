"""The figures of a settlement network's run: what ``summary.json`` holds and what the report draws.

Every value is a count, an amount in fen or a time rounded to the millisecond, as in
:class:`~onecard.sim.recording.summary.Summary`. Tiers are named by their addresses, provinces and cities by
their codes; ``labels`` has their English and Chinese names.
"""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = [
    "BoundaryFigures",
    "CityFigures",
    "Claim",
    "FilingFigures",
    "LinkFigures",
    "NetworkCurve",
    "OutageFigures",
    "SettlementSummary",
    "TierFigures",
    "Times",
]


class CityFigures(msgspec.Struct, frozen=True, kw_only=True):
    """An insured city."""

    city: str
    province: str
    people: int
    treated_here: int
    insured_treated: int


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """How long something took, in seconds of simulated time."""

    count: int
    p50_s: float
    p95_s: float
    max_s: float


class TierFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What a tier did."""

    tier: str
    kind: str
    served: int
    longest: int
    """Longest queue."""
    utilisation: float
    """Busy share of its servers over the days, 0 to 1."""
    busiest_hour: float
    """Computing share of its servers in its busiest hour; above 1 is not possible."""
    waits: Times


class LinkFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Messages from one tier, or from all institutions of a city, to a tier."""

    sender: str
    recipient: str
    messages: int
    unanswered: int


class NetworkCurve(msgspec.Struct, frozen=True, kw_only=True):
    """Counts over the days, one list of equal bins per tier."""

    bin_minutes: int
    settled: dict[str, list[int]]
    """Settlements by the tiers at which they landed."""
    unanswered: dict[str, list[int]]
    """Messages that were not answered in time, by the tier that was asked."""
    uncertain: list[int]
    """Results that institutions did not know, by the time at which they had sent the message."""


class FilingFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Settlements of one filing category, sums in fen."""

    settlements: int
    medfee_sumamt_fen: int
    fund_pay_sumamt_fen: int
    acct_pay_fen: int
    psn_cash_pay_fen: int


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What an insured province owes a province of treatment for the days: rows landed at the ministry."""

    insured: str
    treatment: str
    rows: int
    owed_fen: int


class SideFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What one side of a boundary has."""

    side: str
    rows: int
    medfee_sumamt_fen: int
    fund_pay_sumamt_fen: int
    acct_pay_fen: int


class BoundaryFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A reconciliation at one boundary."""

    run: str
    """``"evening"`` before the night's reconciliation, ``"night"`` after it, ``"final"``."""
    day: str
    boundary: str
    sides: list[SideFigures]
    differences: int
    equal: bool


class OutageFigures(msgspec.Struct, frozen=True, kw_only=True):
    """An outage of the scenario."""

    name: str
    what: str
    place: str
    peer: str
    begins_minute: int
    ends_minute: int


class SettlementSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of ``summary.json`` of a settlement network."""

    kind: Literal["settlement"]
    scenario: str
    profile: str
    date: str
    days: int
    people: int
    events: int
    """Rows of all event tables."""
    messages: int
    treatments: int
    outcomes: dict[str, int]
    """``settled``, ``taken-back``, ``unreachable``, ``unresolved``, or the platform's reason."""
    outcomes_by_scope: dict[str, dict[str, int]]
    """``city``, ``province``, ``nation``: where people were treated, seen from their insured city."""
    settlements: int
    """Treatments that ended settled."""
    rows_landed: int
    """Settlements, cancellations and reversals that the insured cities have written."""
    unanswered: int
    uncertain: int
    fates: dict[str, dict[str, int]]
    """Transaction → what became of its uncertain results: ``done``, ``refused``, ``reversed``,
    ``without-effect``, ``unresolved``."""
    certain_after: Times
    """From sending a message whose result was uncertain to certainty."""
    settling: dict[str, Times]
    """By scope: from an institution's settlement message to its answer, where there was one."""
    postings: int
    ledger_sum_fen: int
    findings: list[str]
    """Where the books of two tiers do not agree in the end; empty when all is well."""
    cities: list[CityFigures]
    tiers: list[TierFigures]
    links: list[LinkFigures]
    curve: NetworkCurve
    filings: dict[str, FilingFigures]
    claims: list[Claim]
    reconciliation: list[BoundaryFigures]
    outages: list[OutageFigures]
    labels: dict[str, tuple[str, str]]

    @property
    def differences(self) -> int:
        """Differences that the last reconciliation found."""
        return sum(each.differences for each in self.reconciliation if each.run == "final")
