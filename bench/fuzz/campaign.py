"""A fuzzing run: episodes, each a pure function of seed and number, over any number of processes.

An episode draws a card and talks to it: productions of the grammar, and between their commands, by chance,
random bytes, mutations of what was sent before, resets and power failures. A blocked card is replaced after a
few more APDUs, and so is every card now and then. The first breach ends the run; its script is shortened.
"""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from random import Random
from typing import TYPE_CHECKING

from onecard.bench.fuzz.grammar import PRODUCTIONS
from onecard.bench.fuzz.invariants import Breach
from onecard.bench.fuzz.mutation import mutated, random_bytes
from onecard.bench.fuzz.recipe import draw_recipe
from onecard.bench.fuzz.report import FuzzFailure, FuzzReport
from onecard.bench.fuzz.shrink import shrink
from onecard.bench.fuzz.speaker import Speaker
from onecard.bench.fuzz.subject import Subject, new_counts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.bench.fuzz.recipe import Recipe
    from onecard.bench.fuzz.subject import Operation

__all__ = ["EPISODE", "RANDOM", "run_episode", "run_fuzz"]

EPISODE = 2000
"""APDUs of an episode."""
RANDOM, MUTATED, FETCHED = "random bytes", "mutation", "get response"

_CARD_LIFE = 700
_AFTER_BLOCK = 12
_REMEMBERED = 64
_RANDOM_SHARE, _MUTATION_SHARE, _EVENT_SHARE = 0.14, 0.26, 0.005
_FETCH_SHARE, _ABANDON_SHARE = 0.6, 0.03
_LONGEST_TEAR = 500


def run_fuzz(*, apdus: int, seed: int, workers: int = 1) -> FuzzReport:
    """Fuzz cards.

    Args:
        apdus: how many APDUs at least; whole episodes of :data:`EPISODE` are run.
        seed: the same seed gives the same APDUs, whatever the number of workers.
        workers: processes.

    Returns:
        Counts, and the first failure, if there is one.
    """
    started = time.perf_counter()
    episodes = -(-apdus // EPISODE)
    if workers == 1:
        report = _run_share(seed, 0, episodes, 1)
    else:
        report = FuzzReport()
        # A fresh process each: forking one that has threads may hang.
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            shares = [pool.submit(_run_share, seed, first, episodes, workers) for first in range(workers)]
            for share in shares:
                report.add(share.result())
    report.seconds = time.perf_counter() - started
    return report


def _run_share(seed: int, first: int, episodes: int, step: int) -> FuzzReport:
    report = FuzzReport()
    started = time.process_time()
    for episode in range(first, episodes, step):
        run_episode(seed, episode, report)
        if report.failure is not None:
            break
    report.processor_seconds = time.process_time() - started
    return report


def run_episode(seed: int, episode: int, report: FuzzReport) -> None:
    """Run one episode and count it into a report."""
    _Episode(seed, episode, report).run()


class _Episode:
    def __init__(self, seed: int, episode: int, report: FuzzReport) -> None:
        self.seed, self.episode, self.report = seed, episode, report
        self.rng = Random(f"{seed} {episode}")  # noqa: S311 - a test's draws
        self.counts = new_counts()
        self.left = EPISODE
        self.script: list[Operation] = []
        self.names = [name for name, (weight, _) in PRODUCTIONS.items() for _ in range(weight)]
        self.sent: list[bytes] = [b"\x00\xa4\x00\x00"]

    def run(self) -> None:
        while self.left and self.report.failure is None:
            recipe = draw_recipe(self.rng)
            self.script = []
            try:
                self._use(Subject(recipe, self.counts))
            except Breach as breach:
                self._fail(recipe, breach)
        self.report.apdus += EPISODE - self.left
        for environment, counts in self.counts.items():
            self.report.answers[environment].update(counts)

    def _fail(self, recipe: Recipe, breach: Breach) -> None:
        self.report.failure = FuzzFailure(
            seed=self.seed,
            episode=self.episode,
            index=EPISODE - self.left - 1,
            invariant=breach.invariant.name,
            clause=breach.invariant.clause,
            detail=breach.detail,
            recipe=recipe,
            script=tuple(shrink(recipe, self.script, breach.invariant.name)),
        )

    def _use(self, subject: Subject) -> None:
        """Use one card until it has lived long enough, or is blocked."""
        self.subject = subject
        self.report.cards += 1
        speaker = Speaker(subject, self.rng)
        end = max(self.left - _CARD_LIFE, 0)
        after_block = _AFTER_BLOCK
        while self.left > end and after_block:
            name = self.names[int(self.rng.random() * len(self.names))]
            self._speak(name, PRODUCTIONS[name][1](speaker), end)
            after_block -= subject.memory.card_blocked
        subject.check_depth()

    def _speak(self, name: str, production: Iterator[bytes], end: int) -> None:
        random, rng = self.rng.random, self.rng
        for command in production:
            draw = random()
            while draw < _RANDOM_SHARE + _MUTATION_SHARE and self.left > end:
                if draw < _EVENT_SHARE:
                    self._happen()
                elif draw < _RANDOM_SHARE:
                    self._send(RANDOM, random_bytes(rng))
                else:
                    self._send(MUTATED, mutated(rng, self.sent[int(random() * len(self.sent))]))
                draw = random()
            if self.left <= end or draw > 1 - _ABANDON_SHARE:
                return
            self._remember(command)
            response = self._send(name, command)
            if response[-2:-1] == b"\x61" and self.left > end and random() < _FETCH_SHARE:
                wanted = response[-1] if random() < 0.9 else int(random() * 256)
                self._send(FETCHED, bytes((0, 0xC0, 0, 0, wanted)))

    def _send(self, category: str, command: bytes) -> bytes:
        self.left -= 1
        self.script.append(command)
        self.report.categories[category] += 1
        response = self.subject.send(command)
        if not response:
            self.report.tears += 1
            self._apply(f"reset {self.subject.recipe.face}")
        return response

    def _remember(self, command: bytes) -> None:
        if len(self.sent) < _REMEMBERED:
            self.sent.append(command)
        else:
            self.sent[int(self.rng.random() * _REMEMBERED)] = command

    def _happen(self) -> None:
        """Let something happen to the card."""
        draw = self.rng.random()
        if draw < 0.4:
            self._apply(f"reset {self.subject.recipe.face}")
        elif draw < 0.8:
            self._apply(f"tear {int(self.rng.random() ** 2 * _LONGEST_TEAR)}")
        else:
            self._apply("worn" if draw < 0.9 else "steady")

    def _apply(self, operation: str) -> None:
        self.script.append(operation)
        self.report.starts += operation.startswith("reset")
        self.subject.apply(operation)
