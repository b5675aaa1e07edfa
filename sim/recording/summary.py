"""The figures of a run: what ``summary.json`` holds and what the report draws, nothing else.

The report needs this file and the manifest only, so that a figure can always be recomputed and compared.
Every value is a count, an amount in fen or a time rounded to the millisecond: the summary of the same
version, scenario and seed is the same text everywhere.
"""

from __future__ import annotations

import msgspec

__all__ = ["DayCurve", "MoneyFlow", "Percentiles", "SettlementTotals", "Summary"]


class DayCurve(msgspec.Struct, frozen=True, kw_only=True):
    """Card uses over the day, one list of equal bins per stop and per service."""

    bin_minutes: int
    uses_by_stop: dict[str, list[int]]
    uses_by_service: dict[str, list[int]]
    """Services that were used at all."""


class MoneyFlow(msgspec.Struct, frozen=True, kw_only=True):
    """All postings from one kind of account to another for one purpose."""

    source: str
    target: str
    purpose: str
    amount_fen: int
    postings: int


class Percentiles(msgspec.Struct, frozen=True, kw_only=True):
    """How long card dialogues took at the reader, in seconds of simulated time."""

    count: int
    p50_s: float
    p95_s: float
    mean_apdus: float


class SettlementTotals(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over the insured settlements of one kind of visit, in fen (settlement.md §4)."""

    settlements: int
    medfee_sumamt_fen: int
    fund_pay_sumamt_fen: int
    acct_pay_fen: int
    psn_cash_pay_fen: int


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of ``summary.json``.

    Dictionaries are keyed by the identifiers of the scenario's tables (stops, services, place kinds,
    refusal reasons); ``labels`` has their English and Chinese names.
    """

    scenario: str
    profile: str
    date: str
    city: str
    people: int
    card_uses: int
    apdus: int
    """Command APDUs executed, by user cards and PSAMs."""
    events: int
    """Rows of all event tables."""
    messages: int
    settlements: int
    refusals: dict[str, int]
    remedies: dict[str, int]
    ledger_sum_fen: int
    uses_by_stop: dict[str, int]
    uses_by_service: dict[str, int]
    stop_by_service: dict[str, str]
    """Service → the stop at which the scenario offers it."""
    uses_by_credential: dict[str, int]
    """``contact``, ``contactless``, ``e-card``."""
    uses_per_person: dict[str, int]
    """Number of people by their number of card uses: ``"0"``, ``"1"``, … ``"10+"``."""
    visits_by_place_kind: dict[str, int]
    wait_s_p50: dict[str, float]
    wait_s_p95: dict[str, float]
    wait_s_max: dict[str, float]
    utilisation: dict[str, float]
    """Busy share of the counters and readers during opening hours, by place kind, 0 to 1."""
    curve: DayCurve
    refusals_by_stop: dict[str, dict[str, int]]
    apdus_by_command: dict[str, int]
    status_words: dict[str, int]
    """Answers by status word, those to :attr:`pin_status_queries` left out."""
    pin_status_queries: int
    """VERIFY commands without data: they ask how many tries are left, and ``63Cx`` is the answer."""
    dialogues: dict[str, Percentiles]
    """By face and dialogue: ``"contactless identity-tap"``."""
    cards_by_version: dict[str, int]
    """People of the population by card: ``none``, ``1.00``, ``2.00``, ``3.00``."""
    money: list[MoneyFlow]
    settlement_totals: dict[str, SettlementTotals]
    labels: dict[str, tuple[str, str]]
    """Table and identifier → (English, Chinese): ``"place/park"``, ``"reason/pin-locked"``. Tables are
    stop, service, place, reason, remedy, account, purpose, visit, dialogue and card; the names of scenario,
    profile, city, faces and fallbacks stand without one."""
    stop_hours: dict[str, str]
    """Stop → its hour on the seed's slide, ``"07:00"``."""
