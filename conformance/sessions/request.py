"""What somebody asks for when they ask for a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Request"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One run of a suite on one implementation."""

    iut: str
    """``"virtual:3.00"``, ``"pcsc:NAME"``, ``"tcp:HOST:PORT"``, ``"cmd:COMMAND"``."""
    statement: Path | None = None
    """The implementation's statement; ``None``: the reference's own, for ``virtual:`` only."""
    seed: int = 1
    destructive: bool = False
    through: str = "in-process"
    """Transport of a virtual card: ``"in-process"``, ``"tcp"``, ``"pcsc"``."""
    workers: int = 1
    cases: tuple[str, ...] = ()
    """Patterns of the only cases to run; empty: the whole plan. Then the plan says that it is partial."""
    shuffle: int | None = None
    """Seed of another order than the plan's."""
    expected: Path | None = None
    """Overlay of expected failures."""
    today: str = ""
    """``"2026-11-23"``: what their expiry is held against."""
    sign_key: Path | None = None
    strict: bool | None = None
    """Every clause binds; ``None``: for our own references only."""
