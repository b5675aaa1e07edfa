"""Making a failing seed small: injections and visits are switched off while it still fails.

Delta debugging (Zeller, Hildebrandt 2002): halves, quarters, eighths of what is left are taken away, and what
is not needed stays away. Every draw is keyed by what it is for, so taking one away leaves the others as they
are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from onecard.sim.explore.run import SeedOptions, SeedResult, run_seed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Shrunk", "shrink"]

_RUNS = 400
"""How often a seed is run again at most."""
Item = TypeVar("Item")


class Shrunk(msgspec.Struct, frozen=True, kw_only=True):
    """A failing seed made small.

    Attributes:
        seed: the seed.
        findings: what it found before.
        visits: numbers of the visits that are needed.
        injections: keys of the injections that are needed.
        result: of the small form, with its timeline.
        runs: how often the seed was run for it.
    """

    seed: int
    findings: tuple[str, ...]
    visits: tuple[int, ...]
    injections: tuple[str, ...]
    result: SeedResult
    runs: int


class _Search:
    """Runs of one seed with parts of its plan."""

    def __init__(self, seed: int, options: SeedOptions) -> None:
        self.seed = seed
        self.options = options
        self.runs = 0

    def fails(self, visits: Sequence[int], keys: Sequence[str]) -> bool:
        """Run the seed with these visits and injections; not at all once the limit is reached."""
        if self.runs >= _RUNS:
            return False
        self.runs += 1
        return run_seed(self.seed, self.chosen(visits, keys)).failed

    def chosen(self, visits: Sequence[int], keys: Sequence[str], *, tracing: bool = False) -> SeedOptions:
        """Return the options of such a run."""
        return msgspec.structs.replace(
            self.options, only_visits=tuple(visits), only_faults=frozenset(keys), tracing=tracing
        )


def shrink(failed: SeedResult, options: SeedOptions) -> Shrunk:
    """Make a failing seed small.

    Args:
        failed: its result.
        options: with what it was run.
    """
    search = _Search(failed.seed, options)
    visits: Sequence[int] = range(options.settlements) if options.only_visits is None else options.only_visits
    keys: Sequence[str] = tuple(dict.fromkeys(failed.keys))
    visits = _minimal(visits, lambda some: search.fails(some, keys))
    keys = _minimal(keys, lambda some: search.fails(visits, some))
    visits = _minimal(visits, lambda some: search.fails(some, keys))
    return Shrunk(
        seed=failed.seed,
        findings=failed.findings,
        visits=tuple(visits),
        injections=tuple(keys),
        result=run_seed(failed.seed, search.chosen(visits, keys, tracing=True)),
        runs=search.runs,
    )


def _minimal(items: Sequence[Item], fails: Callable[[Sequence[Item]], bool]) -> Sequence[Item]:
    """Return a part of the items that fails and of which no single one can be left out."""
    if items and fails(()):
        return ()
    pieces = 2
    while len(items) > 1:
        size = -(-len(items) // pieces)
        for begin in range(0, len(items), size):
            rest = (*items[:begin], *items[begin + size :])
            if fails(rest):
                items, pieces = rest, max(2, pieces - 1)
                break
        else:
            if size == 1:
                break
            pieces = min(len(items), 2 * pieces)
    return items
