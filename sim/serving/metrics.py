"""What an operator watches, as Prometheus text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from onecard.sim.settlement.store.rows_money import PrepaymentAlarmRow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from onecard.sim.settlement.store import Change

__all__ = ["CONTENT_TYPE", "Metrics"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LATENCY_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)
ROWS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
PROVINCES = "province/"
KNOWN_LABELS = 2_000
"""More combinations of labels than that are counted as ``other``: a client chooses the transaction number."""


class Metrics:
    """Counters of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._messages = Counter(
            "onecard_messages", "Messages answered.", ("tier", "infno", "result"), registry=self.registry
        )
        self._latency = Histogram(
            "onecard_message_seconds",
            "From the whole request to the answer.",
            ("tier",),
            buckets=LATENCY_S,
            registry=self.registry,
        )
        self._batch_messages = Histogram(
            "onecard_commit_messages", "Answers per commit.", buckets=ROWS, registry=self.registry
        )
        self._batch_rows = Histogram(
            "onecard_commit_rows", "Rows per commit.", buckets=ROWS, registry=self.registry
        )
        self._commit = Histogram(
            "onecard_commit_seconds", "How long a commit takes.", buckets=LATENCY_S, registry=self.registry
        )
        self._failures = Counter(
            "onecard_reloads", "How often the tiers were discarded and loaded again.", registry=self.registry
        )
        self._pending = Gauge(
            "onecard_pending_messages", "Messages that wait for their answer.", registry=self.registry
        )
        self._connections = Gauge("onecard_connections", "Open connections.", registry=self.registry)
        self._alarms = Counter(
            "onecard_prepayment_alarms",
            "Prepayments of which too much is used (settlement.md §9 C-31).",
            ("tier", "insured", "level"),
            registry=self.registry,
        )
        self._known: dict[tuple[str, str, str], Callable[[], None]] = {}
        self._known_latency: dict[str, Callable[[float], None]] = {}

    def watch(self, *, pending: Callable[[], int], connections: Callable[[], int]) -> None:
        """Say where the gauges are read."""
        self._pending.set_function(pending)
        self._connections.set_function(connections)

    def answered(self, tier: str, infno: str, result: str, seconds: float) -> None:
        """Count an answer; ``result`` is ``"ok"``, the word of a reason or ``"refused"``."""
        labels = (tier, infno, result)
        count = self._known.get(labels)
        if count is None:
            if len(self._known) >= KNOWN_LABELS:
                labels = (tier, "other", "other")
            count = self._known[labels] = self._messages.labels(*labels).inc
        count()
        observe = self._known_latency.get(tier)
        if observe is None:
            observe = self._known_latency[tier] = self._latency.labels(tier).observe
        observe(seconds)

    def committed(self, answers: int, rows: int, seconds: float) -> None:
        """Count a commit."""
        self._batch_messages.observe(answers)
        self._batch_rows.observe(rows)
        self._commit.observe(seconds)

    def failed(self) -> None:
        """Count that the tiers were discarded."""
        self._failures.inc()

    def watch_prepayments(self, changes: Mapping[str, Sequence[Change]]) -> None:
        """Count the alarms among what tiers have put."""
        for tier, put in changes.items():
            if tier.startswith(PROVINCES):
                for change in put:
                    if isinstance(change.row, PrepaymentAlarmRow):
                        self._alarms.labels(tier, change.row.insured, change.row.level).inc()

    def text(self) -> bytes:
        """Return all of it for a scraper."""
        return generate_latest(self.registry)
