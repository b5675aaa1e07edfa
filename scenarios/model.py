"""Scenarios: a city's day, or a settlement network's days, with a name and a seed.

``kind`` in a file says which of the two it is; a file that does not say it is what it extends, at last a
city's day.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from onecard.sim.engine.model import CityDay
from onecard.sim.engine.settlement.model import SettlementNetwork
from onecard.sim.quantities import Name
from onecard.sim.services import Label

__all__ = ["SEED_LIMIT", "AnyScenario", "Scenario", "SettlementScenario"]

SEED_LIMIT = 1 << 63
Seed = Annotated[int, Meta(ge=0, le=SEED_LIMIT - 1)]


class Scenario(CityDay, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A city's day after its overlays (base files, profile, ``--set``) have been merged.

    Stops come in the order of their hours, all other tables in the order of their names: two files that say
    the same run the same.
    """

    kind: Literal["city-day"] = "city-day"
    name: Name
    title: Label
    description: Label
    seed: Seed
    profile: Name = "none"
    """The demand profile that was chosen."""


class SettlementScenario(SettlementNetwork, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A settlement network's days after its overlays have been merged; tables in the order of their names."""

    kind: Literal["settlement"]
    name: Name
    title: Label
    description: Label
    seed: Seed
    profile: Name = "none"
    """The profile that was chosen."""


AnyScenario = Scenario | SettlementScenario
