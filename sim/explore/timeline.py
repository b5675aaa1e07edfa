"""A failing seed as people read it: one line per thing that happened, and the command that shows it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.explore.faults import FAULTS
from onecard.sim.explore.run import SeedOptions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onecard.sim.explore.monitor import Event

__all__ = ["replay_command", "timeline"]


def timeline(events: Iterable[Event]) -> list[str]:
    """Write a timeline: seconds, where, what."""
    rows = list(events)
    width = max((len(where) for _, where, _ in rows), default=0)
    return [f"{time_us / 1e6:11.4f} s  {where:<{width}}  {what}" for time_us, where, what in rows]


def replay_command(seed: int, options: SeedOptions) -> str:
    """Return the command line that runs a seed alone, makes it small and prints its timeline."""
    words = ["onecard", "explore", "--replay", str(seed), "--settlements", str(options.settlements)]
    if options.faults != tuple(FAULTS):
        words += ["--faults", ",".join(options.faults)]
    if options.defect:
        words += ["--defect", options.defect]
    return " ".join(words)
