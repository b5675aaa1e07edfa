"""The scenario file: a city's day with a name, a seed and demand profiles."""

from __future__ import annotations

from typing import Any

import msgspec

from onecard.sim.engine.model import CityDay
from onecard.sim.services import Label

__all__ = ["Scenario", "json_schema"]


class Scenario(CityDay, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scenario after its overlays (profile, ``--set``) have been merged."""

    name: str
    title: Label
    description: Label
    seed: int
    profile: str
    """The demand profile that was chosen."""
    profiles: dict[str, dict[str, Any]]
    """Overlays by name: any part of the scenario, given again with other values."""


def json_schema() -> dict[str, object]:
    """Return the published JSON Schema (draft 2020-12) of scenario files."""
    return msgspec.json.schema(Scenario)
