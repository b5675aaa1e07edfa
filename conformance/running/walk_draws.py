"""A source of Hypothesis' choices that is ours: the same for a seed, on every machine and in every process.

Hypothesis mixes constants of the modules that happen to be loaded into what it draws by itself. As an
alternative backend (``hypothesis.readthedocs.io``, "Alternative backends") it draws from a stream of the
project instead, keyed by seed, case and occurrence. Shrinking draws nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, PrimitiveProvider

from onecard.conformance.personalities.cards import case_number
from onecard.sim.draws import Stream

if TYPE_CHECKING:
    from hypothesis.internal.intervalsets import IntervalSet

__all__ = ["BACKEND", "drawn_from"]

BACKEND = "onecard-walks"
"""Name of the backend in Hypothesis' settings."""

_GOES_ON = 0.95
"""How likely a walk goes on after an event; the probability that Hypothesis proposes makes shorter ones."""

_source: ContextVar[tuple[int, str]] = ContextVar("onecard walks: seed and key")


@contextmanager
def drawn_from(seed: int, key: str) -> Iterator[None]:
    """Key the draws of everything that Hypothesis generates meanwhile.

    Args:
        seed: of the run.
        key: whose draws they are, such as a case's id.
    """
    token = _source.set((seed, key))
    try:
        yield
    finally:
        _source.reset(token)


class _Draws(PrimitiveProvider):
    """The backend; walks need numbers in a range and decisions, nothing else."""

    def __init__(self, conjecturedata: Any, /) -> None:
        super().__init__(conjecturedata)
        seed, key = _source.get()
        self._stream = Stream(seed, "conformance/walk")
        self._entity = case_number(key)
        self._occurrence = 0

    def _next(self) -> int:
        self._occurrence += 1
        return self._occurrence

    def draw_boolean(self, p: float = 0.5) -> bool:
        """Decide; except for 0 and 1 the probability is a hint that a backend need not follow."""
        if p in (0, 1):
            return bool(p)
        return self._stream.happens(_GOES_ON, self._entity, self._next())

    def draw_integer(
        self,
        min_value: int | None = None,
        max_value: int | None = None,
        *,
        weights: dict[int, float] | None = None,
        shrink_towards: int = 0,
    ) -> int:
        """Draw a number of a range."""
        if min_value is None or max_value is None or weights is not None:
            raise NotImplementedError("walks draw from ranges")
        return min_value + self._stream.below(max_value - min_value + 1, self._entity, self._next())

    def draw_float(
        self,
        *,
        min_value: float = 0.0,
        max_value: float = 0.0,
        allow_nan: bool = True,
        smallest_nonzero_magnitude: float,
    ) -> float:
        """Refuse: walks draw none."""
        raise NotImplementedError("walks draw no float")

    def draw_string(self, intervals: IntervalSet, *, min_size: int = 0, max_size: int = 0) -> str:
        """Refuse: walks draw none."""
        raise NotImplementedError("walks draw no text")

    def draw_bytes(self, min_size: int = 0, max_size: int = 0) -> bytes:
        """Refuse: walks draw none."""
        raise NotImplementedError("walks draw no bytes")


AVAILABLE_PROVIDERS[BACKEND] = _Draws
