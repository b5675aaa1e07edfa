"""Progress of long work: a bar with rate and remaining time on a terminal, plain lines elsewhere.

The only place, with the timing of commands, that looks at a real clock: nothing simulated depends on it.
"""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Stopwatch", "progress_of"]

PLAIN_STEP = 0.25
"""Share of the work between two plain lines."""


class Stopwatch:
    """Wall and processor time since it was made."""

    def __init__(self) -> None:
        self._wall = time.perf_counter()
        self._processor = time.process_time()

    def wall_s(self) -> float:
        """Seconds of wall time."""
        return time.perf_counter() - self._wall

    def processor_s(self) -> float:
        """Seconds of processor time of this process."""
        return time.process_time() - self._processor


@contextmanager
def progress_of(title: str, unit: str) -> Iterator[Callable[[float, int], None]]:
    """Show progress on stderr; yields ``advance(share of the work, units so far)``.

    Args:
        title: what is being done.
        unit: what is counted, for the rate: ``"APDUs"``.
    """
    console = Console(stderr=True)
    if console.is_terminal:
        with _bar(console, unit) as bar:
            task = bar.add_task(title, total=1.0, rate="")
            watch = Stopwatch()

            def advance(share: float, units: int) -> None:
                rate = units / max(watch.wall_s(), 1e-9)
                bar.update(task, completed=share, rate=f"{rate:,.0f}")

            yield advance
        return
    yield _plain_lines(title, unit)


def _bar(console: Console, unit: str) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TextColumn("{task.fields[rate]} " + unit + "/s"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )


def _plain_lines(title: str, unit: str) -> Callable[[float, int], None]:
    watch = Stopwatch()
    said = 0.0

    def advance(share: float, units: int) -> None:
        nonlocal said
        if said == 1.0 or (share < said + PLAIN_STEP and share < 1.0):
            return
        said = share
        elapsed = watch.wall_s()
        left = elapsed / share - elapsed if share > 0 else 0.0
        rate = units / max(elapsed, 1e-9)
        line = f"{title}: {int(share * 100)} %, {units:,} {unit}, {rate:,.0f}/s, {left:.0f} s left"
        print(line, file=sys.stderr)  # noqa: T201 - plain progress

    return advance
