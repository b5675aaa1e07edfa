"""What commands print: JSON for machines, a short readable page for people."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from onecard.sim.recording.canonical import pretty
from onecard.sim.recording.run_folder import REPORT
from onecard.sim.recording.settlement_summary import SettlementSummary

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from onecard.sim.recording.manifest import Manifest
    from onecard.sim.recording.summary import Summary

__all__ = ["print_json", "print_run", "say", "tell"]


def say(text: str) -> None:
    """Print a line, whatever its length: terminals wrap, and pipes want lines whole."""
    print(text)  # noqa: T201 - the one place that prints


def tell(text: str) -> None:
    """Print a line for people where standard output holds one document for machines."""
    print(text, file=sys.stderr)  # noqa: T201 - beside the document


def print_json(value: object) -> None:
    """Print one JSON document, indented, keys in the order given, in the output's encoding."""
    text = pretty(value).decode().rstrip("\n")
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(json.loads(text), indent=2)  # escapes everything but ASCII
    say(text)


def print_run(
    target: Path,
    manifest: Manifest,
    summary: Summary | SettlementSummary,
    performance: Mapping[str, Any],
) -> None:
    """Print the key figures of a run and where its report is."""
    say(f"{summary.scenario} · {summary.profile} · {summary.date} · seed {manifest.seed}")
    figures = _network_figures(summary) if isinstance(summary, SettlementSummary) else _key_figures(summary)
    width = max(map(len, figures))
    for name, value in figures.items():
        say(f"{name:<{width}}  {value}")
    rates = {"apdus_per_s": "APDUs/s", "messages_per_s": "messages/s", "events_per_s": "events/s"}
    shown = ", ".join(f"{performance[key]:,} {unit}" for key, unit in rates.items() if key in performance)
    say(
        f"engine {performance['engine_s']} s, {shown}; in all {performance['wall_s']} s,"
        f" peak memory {performance['peak_memory_mib']:,} MiB"
    )
    say(f"results_sha256 {manifest.results_sha256}")
    say(f"report {target / REPORT!s}")


def _labelled(labels: Mapping[str, tuple[str, str]], table: str, counts: Mapping[str, int]) -> str:
    """Name and count, the commonest first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{labels[f'{table}/{name}'][0]} {count:,}" for name, count in ordered)


def _network_figures(summary: SettlementSummary) -> dict[str, str]:
    fates: dict[str, int] = {}
    for kinds in summary.fates.values():
        for fate, count in kinds.items():
            fates[fate] = fates.get(fate, 0) + count
    final = [each for each in summary.reconciliation if each.run == "final"]
    return {
        "people": f"{summary.people:,} in {len(summary.cities)} cities",
        "treatments": f"{summary.treatments:,}",
        "ended": _labelled(summary.labels, "outcome", summary.outcomes),
        "messages": f"{summary.messages:,}, {summary.unanswered:,} not answered in time",
        "uncertain": f"{summary.uncertain:,}"
        + ("; " + _labelled(summary.labels, "fate", fates) if fates else ""),
        "reconciliation": f"{sum(each.equal for each in final)} of {len(final)} boundaries equal,"
        f" {summary.differences} differences",
        "books": f"sum {summary.ledger_sum_fen} fen, {len(summary.findings)} findings",
    }


def _key_figures(summary: Summary) -> dict[str, str]:
    return {
        "people": f"{summary.people:,}",
        "card uses": f"{summary.card_uses:,} ({summary.card_uses / summary.people:.2f} a person)",
        "by stop": _labelled(summary.labels, "stop", summary.uses_by_stop),
        "APDUs": f"{summary.apdus:,}",
        "messages": f"{summary.messages:,}",
        "settlements": f"{summary.settlements:,}",
        "refusals": _labelled(summary.labels, "reason", summary.refusals) or "none",
        "ledger": f"sum {summary.ledger_sum_fen} fen",
    }
