"""What commands print: JSON for machines, a short readable page for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from onecard.sim.recording.run_folder import REPORT, Manifest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from onecard.sim.recording.summary import Summary

__all__ = ["print_json", "print_run"]


def print_json(value: object) -> None:
    """Print one JSON document, indented, keys in the order given."""
    typer.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def print_run(target: Path, manifest: Manifest, summary: Summary, performance: Mapping[str, Any]) -> None:
    """Print the key figures of a run and where its report is."""
    console = Console(highlight=False)
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in _key_figures(summary).items():
        table.add_row(name, value)
    console.print(
        f"{summary.scenario} · {summary.profile} · {summary.date} · seed {manifest.seed}", style="bold"
    )
    console.print(table)
    console.print(
        f"engine {performance['engine_s']} s, {performance['apdus_per_s']:,} APDUs/s,"
        f" {performance['events_per_s']:,} events/s; in all {performance['wall_s']} s,"
        f" peak memory {performance['peak_memory_mib']:,} MiB"
    )
    console.print(f"results_sha256 {manifest.results_sha256}", soft_wrap=True)
    console.print(f"report {target / REPORT}", soft_wrap=True, style="bold")


def _key_figures(summary: Summary) -> dict[str, str]:
    def labelled(table: str, counts: Mapping[str, int]) -> str:
        shown = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return ", ".join(f"{summary.labels[f'{table}/{name}'][0]} {count:,}" for name, count in shown)

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
