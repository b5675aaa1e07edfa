"""Shorten a failing script by delta debugging: ddmin (Zeller and Hildebrandt, 2002).

What a terminal computes over a challenge is right for that challenge only, so leaving out one GET CHALLENGE
would spoil all proofs after it. Operations that draw a random number therefore get a word before them that
says which one it is; the pair is kept or left out together, and in the end words that nobody needs go, too.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from onecard.bench.fuzz.subject import Subject, new_counts, run_script

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from onecard.bench.fuzz.recipe import Recipe
    from onecard.bench.fuzz.subject import Operation

    Step = tuple[Operation, ...]
    Fails = Callable[[Sequence[Step]], int]

__all__ = ["shrink"]


def shrink(recipe: Recipe, script: Sequence[Operation], invariant: str) -> list[Operation]:
    """Return a shortest script, as far as leaving out goes, that breaks the same invariant on a new card.

    Args:
        recipe: the card.
        script: what was done to it; returned as it is if it breaks nothing.
        invariant: name of the invariant.
    """

    def fails(steps: Sequence[Step]) -> int:
        """Return how many steps it takes to fail, 0 if they do not."""
        operations = list(chain.from_iterable(steps))
        found = run_script(recipe, operations)
        if found is None or found[1].invariant.name != invariant:
            return 0
        done = 0
        for number, step in enumerate(steps, start=1):
            done += len(step)
            if done > found[0]:
                return number
        return len(steps)

    until = fails([(operation,) for operation in script])
    if not until:
        return list(script)
    steps = _minimised(_with_challenges(recipe, script[:until]), fails)
    for at, step in enumerate(steps):
        bare = [*steps[:at], step[-1:], *steps[at + 1 :]]
        if len(step) > 1 and fails(bare):
            steps = bare
    return list(chain.from_iterable(steps))


def _with_challenges(recipe: Recipe, script: Sequence[Operation]) -> list[Step]:
    """Say before each operation that draws a random number which one it is."""
    subject = Subject(recipe, new_counts())
    steps: list[Step] = []
    for operation in script[:-1]:
        before = subject.challenges.at
        subject.apply(operation)
        drawn = subject.challenges.at != before
        steps.append((f"challenge {before}", operation) if drawn else (operation,))
    return [*steps, (script[-1],)]


def _minimised(steps: list[Step], fails: Fails) -> list[Step]:
    parts = 2
    while len(steps) >= 2:
        size = -(-len(steps) // parts)
        for start in range(0, len(steps), size):
            candidate = steps[:start] + steps[start + size :]
            until = fails(candidate)
            if until:
                steps, parts = candidate[:until], max(parts - 1, 2)
                break
        else:
            if size == 1:
                break
            parts = min(parts * 2, len(steps))
    return steps
