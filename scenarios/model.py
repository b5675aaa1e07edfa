"""The scenario: a city's day with a name and a seed."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from onecard.sim.engine.model import CityDay
from onecard.sim.quantities import Name
from onecard.sim.services import Label

__all__ = ["SEED_LIMIT", "Scenario"]

SEED_LIMIT = 1 << 63


class Scenario(CityDay, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scenario after its overlays (base files, profile, ``--set``) have been merged.

    Stops come in the order of their hours, all other tables in the order of their names: two files that say
    the same run the same.
    """

    name: Name
    title: Label
    description: Label
    seed: Annotated[int, Meta(ge=0, le=SEED_LIMIT - 1)]
    profile: Name = "none"
    """The demand profile that was chosen."""
