"""What a kind of place is; the world makes as many places of it as its population needs."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from onecard.sim.quantities import Count, Density, Name
from onecard.sim.services.model import Label

__all__ = ["PaidAccount", "PlaceKind", "Station"]

PaidAccount = Literal["merchant", "transit-operator", "institution", "bank-vault", "city-fiscal"]


class Station(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of equal servers behind one queue: counters, readers, gates."""

    title: Label
    servers: Count
    face: Literal["auto", "contact", "contactless"] = "auto"
    """Which face of the card the station's reader takes: ``contact``, ``contactless`` or ``auto``."""


class PlaceKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of place in the city."""

    title: Label
    per_100k: Density
    """Places for each 100 000 people."""
    opens: str
    closes: str
    stations: dict[Name, Station]
    level: Annotated[int, Meta(ge=0, le=3)] = 0
    """Level of a medical institution, 1 to 3 (settlement.md §6); 0 for other places."""
    account: PaidAccount = "merchant"
    """Kind of the ledger account that is paid here (``sim/ledger/kinds.py``)."""
    source: str

    def count(self, people: int) -> int:
        """How many places of the kind a city of this many people has: at least one."""
        return max(1, math.floor(self.per_100k * people / 100_000 + 0.5))
