"""A nation of cities for the settlement network: people, institutions, tiers, who is insured where."""

from onecard.sim.nation.build import Nation, build_nation
from onecard.sim.nation.model import CityModel, NationModel
from onecard.sim.nation.registry import PopulationRegistry

__all__ = ["CityModel", "Nation", "NationModel", "PopulationRegistry", "build_nation"]
