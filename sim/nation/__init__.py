"""A nation of cities for the settlement network: people, institutions, tiers, who is insured where."""

from onecard.sim.nation.build import Nation, build_nation
from onecard.sim.nation.model import CityModel, NationModel
from onecard.sim.nation.registry import PopulationRegistry
from onecard.sim.nation.special import TYPICAL, SpecialShares

__all__ = [
    "TYPICAL",
    "CityModel",
    "Nation",
    "NationModel",
    "PopulationRegistry",
    "SpecialShares",
    "build_nation",
]
