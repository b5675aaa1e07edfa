"""What commands print: JSON for machines, a short readable page for people."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from onecard.sim.recording.canonical import pretty
from onecard.sim.recording.run_folder import REPORT

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


def print_run(target: Path, manifest: Manifest, summary: Summary, performance: Mapping[str, Any]) -> None:
    """Print the key figures of a run and where its report is."""
    say(f"{summary.scenario} · {summary.profile} · {summary.date} · seed {manifest.seed}")
    figures = _key_figures(summary)
    width = max(map(len, figures))
    for name, value in figures.items():
        say(f"{name:<{width}}  {value}")
    say(
        f"engine {performance['engine_s']} s, {performance['apdus_per_s']:,} APDUs/s,"
        f" {performance['events_per_s']:,} events/s; in all {performance['wall_s']} s,"
        f" peak memory {performance['peak_memory_mib']:,} MiB"
    )
    say(f"results_sha256 {manifest.results_sha256}")
    say(f"report {target / REPORT!s}")


def _key_figures(summary: Summary) -> dict[str, str]:
    def labelled(table: str, counts: Mapping[str, int]) -> str:
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return ", ".join(f"{summary.labels[f'{table}/{name}'][0]} {count:,}" for name, count in ordered)

    return {
        "people": f"{summary.people:,}",
        "card uses": f"{summary.card_uses:,} ({summary.card_uses / summary.people:.2f} a person)",
        "by stop": labelled("stop", summary.uses_by_stop),
        "APDUs": f"{summary.apdus:,}",
        "messages": f"{summary.messages:,}",
        "settlements": f"{summary.settlements:,}",
        "refusals": labelled("reason", summary.refusals) or "none",
        "ledger": f"sum {summary.ledger_sum_fen} fen",
    }
