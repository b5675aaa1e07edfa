"""What a fuzzing run hands back: counts, and the first failure with a script that shows it again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from onecard.bench.fuzz.invariants import ALLOWED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onecard.bench.fuzz.recipe import Recipe
    from onecard.bench.fuzz.subject import Operation

__all__ = ["FuzzFailure", "FuzzReport", "opensc_lines"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FuzzFailure:
    """A breach, and how to see it again."""

    seed: int
    episode: int
    index: int
    """APDU of the episode, from 0."""
    invariant: str
    clause: str
    detail: str
    recipe: Recipe
    script: tuple[Operation, ...]
    """The shortest script found; on a new card of the recipe it ends in the breach."""

    def __str__(self) -> str:
        head = (
            f"{self.invariant} ({self.clause}): {self.detail}",
            f"seed {self.seed}, episode {self.episode}, APDU {self.index}",
            f"card: {self.recipe}",
        )
        return "\n".join((*head, *opensc_lines(self.script)))


@dataclass(slots=True)
class FuzzReport:
    """What a run did."""

    apdus: int = 0
    cards: int = 0
    starts: int = 0
    tears: int = 0
    """Commands that a power failure cut short."""
    categories: Counter[str] = field(default_factory=Counter)
    """APDUs by where they come from."""
    answers: dict[str, Counter[bytes]] = field(default_factory=lambda: {name: Counter() for name in ALLOWED})
    """By environment: class, instruction (none for a command without a row) and status word."""
    seconds: float = 0.0
    """Wall time."""
    processor_seconds: float = 0.0
    """Processor time of all workers together."""
    failure: FuzzFailure | None = None

    @property
    def statuses(self) -> Counter[int]:
        """APDUs by status word."""
        found: Counter[int] = Counter()
        for counts in self.answers.values():
            for answer, count in counts.items():
                found[int.from_bytes(answer[-2:], "big")] += count
        return found

    def add(self, other: FuzzReport) -> None:
        """Take another report's counts in."""
        self.apdus += other.apdus
        self.cards += other.cards
        self.starts += other.starts
        self.tears += other.tears
        self.categories += other.categories
        for environment, counts in other.answers.items():
            self.answers[environment] += counts
        self.processor_seconds += other.processor_seconds
        self.failure = self.failure or other.failure


def opensc_lines(script: Sequence[Operation]) -> list[str]:
    """Write a script as commands for ``opensc-tool``, one per powered period; other events as comments.

    ``opensc-tool`` itself refuses to send less than four bytes.
    """
    lines: list[str] = []
    sent: list[str] = []

    def close() -> None:
        if sent:
            lines.append("opensc-tool " + " ".join(f"-s {command}" for command in sent))
            sent.clear()

    for operation in script:
        if isinstance(operation, bytes):
            sent.append(operation.hex().upper() or "''")
        else:
            close()
            lines.append(f"# {operation}")
    close()
    return lines
