"""Many seeds, in order and in parallel: the same result whatever the number of processes.

Theory of operation. Seeds are run in blocks that grow; after a block in which one failed the search stops, so
a defect that shows everywhere is found at once, and which seeds were run does not depend on how many
processes there are. Of the failing seeds of the block the one with the fewest events is the one to look at;
it is made small (:mod:`onecard.sim.explore.shrink`) and run once more with its timeline.
"""

from __future__ import annotations

import signal
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TYPE_CHECKING

import msgspec

from onecard.sim.explore.run import SeedOptions, SeedResult, run_seed
from onecard.sim.explore.shrink import Shrunk, shrink

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["SearchOptions", "SearchResult", "search"]

_FIRST_BLOCK = 8
_LARGEST_BLOCK = 64


class SearchOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What is searched.

    Attributes:
        seeds: how many seeds at most.
        first: the first one.
        workers: processes; 1 runs in this one.
        seed_options: with what each seed is run.
    """

    seeds: int = 1000
    first: int = 0
    workers: int = 1
    seed_options: SeedOptions = SeedOptions()


class SearchResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a search found; sums over the seeds that were run.

    Attributes:
        seeds: seeds that were run.
        settlements: settlements that took effect.
        in_force: settlements in force in the end.
        messages: messages on links.
        events: events of the loops.
        injected: fault → how often it was injected.
        uncertain: results that an institution did not know for a time.
        reversals: reversals that institutions sent.
        crashes: nodes that died.
        refusals: final refusals by reason.
        lost_fen: missing in the end.
        doubled_fen: too much in the end.
        differences: what did not reconcile.
        slowest_healing_us: the longest time from the last fault to the end of the last visit.
        failed: the seeds that failed.
        fastest: the failing seed with the fewest events, made small; None if none failed.
    """

    seeds: int
    settlements: int
    in_force: int
    messages: int
    events: int
    injected: dict[str, int]
    uncertain: int
    reversals: int
    crashes: int
    refusals: dict[str, int]
    lost_fen: int
    doubled_fen: int
    differences: int
    slowest_healing_us: int
    failed: tuple[int, ...]
    fastest: Shrunk | None

    @property
    def clean(self) -> bool:
        """Whether no seed failed."""
        return not self.failed


_SUMS = (
    "settlements",
    "in_force",
    "messages",
    "events",
    "uncertain",
    "reversals",
    "crashes",
    "lost_fen",
    "doubled_fen",
    "differences",
)


def search(
    options: SearchOptions, progress: Callable[[float, int], None] = lambda _share, _settlements: None
) -> SearchResult:
    """Run seeds until one fails or all have been run.

    Args:
        options: what is searched.
        progress: called with the share of the seeds that were run and the settlements so far.
    """
    results: list[SeedResult] = []
    with _runner(options) as run:
        block = _FIRST_BLOCK
        settlements = 0
        while len(results) < options.seeds and not any(result.failed for result in results):
            begin = options.first + len(results)
            end = min(begin + block, options.first + options.seeds)
            for result in run(range(begin, end)):
                results.append(result)
                settlements += result.settlements
                progress(len(results) / options.seeds, settlements)
            block = min(2 * block, _LARGEST_BLOCK)
    failing = [result for result in results if result.failed]
    fastest = min(failing, key=lambda result: (result.events, result.seed)) if failing else None
    shrunk = shrink(fastest, options.seed_options) if fastest is not None else None
    return _summed(results, tuple(result.seed for result in failing), shrunk)


@contextmanager
def _runner(options: SearchOptions) -> Iterator[Callable[[range], Iterator[SeedResult]]]:
    """Give what runs a block of seeds and returns their results in the order of the seeds."""
    if options.workers == 1:
        yield lambda seeds: (_run(seed, options.seed_options) for seed in seeds)
        return
    with ProcessPoolExecutor(
        options.workers, mp_context=get_context("spawn"), initializer=_leave_interruption_to_the_parent
    ) as pool:

        def run(seeds: range) -> Iterator[SeedResult]:
            yield from pool.map(_run, seeds, [options.seed_options] * len(seeds))

        try:
            yield run
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _leave_interruption_to_the_parent() -> None:
    """Ignore Ctrl-C in a worker: the terminal sends it to every process, and the parent stops the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _run(seed: int, options: SeedOptions) -> SeedResult:
    result = run_seed(seed, options)
    return result if result.failed else msgspec.structs.replace(result, keys=())


def _summed(results: list[SeedResult], failed: tuple[int, ...], fastest: Shrunk | None) -> SearchResult:
    injected: Counter[str] = Counter()
    refusals: Counter[str] = Counter()
    for result in results:
        injected.update(result.injected)
        refusals.update(result.refusals)
    return SearchResult(
        seeds=len(results),
        injected=dict(sorted(injected.items())),
        refusals=dict(sorted(refusals.items())),
        slowest_healing_us=max((result.healed_us for result in results), default=0),
        failed=failed,
        fastest=fastest,
        **{name: sum(getattr(result, name) for result in results) for name in _SUMS},
    )
