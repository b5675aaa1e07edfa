"""Scenario models, loader and the built-in scenarios."""

from onecard.scenarios.files import built_in_names
from onecard.scenarios.loader import LoadedScenario, load_scenario
from onecard.scenarios.model import AnyScenario, Scenario, SettlementScenario

__all__ = [
    "AnyScenario",
    "LoadedScenario",
    "Scenario",
    "SettlementScenario",
    "built_in_names",
    "load_scenario",
]
