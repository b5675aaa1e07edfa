"""The kinds of scenario, as a table: what each is made of, what lies below it, what it must satisfy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from onecard.scenarios.checks import check_scenario
from onecard.scenarios.files import Tree, read_resource
from onecard.scenarios.model import Scenario, SettlementScenario
from onecard.scenarios.settlement_checks import check_settlement
from onecard.sim.errors import InputError
from onecard.sim.people import PopulationParameters
from onecard.sim.recording.canonical import tree_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import msgspec

__all__ = ["CITY_DAY", "KINDS", "SETTLEMENT", "Kind", "kind_of_layers"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of scenario.

    Attributes:
        name: the word in the file.
        structure: the type of a whole scenario.
        lowest: gives what every scenario of the kind has without saying it.
        dated: puts the scenario's date where else it is needed.
        check: refuses what its types allow but what cannot be.
        named_tables: tables whose keys are names, and what a key names.
        base: the built-in scenario to extend.
    """

    name: str
    structure: type[msgspec.Struct]
    lowest: Callable[[], Tree]
    dated: Callable[[Tree], Tree]
    check: Callable[[Any], None]
    named_tables: dict[str, str]
    base: str


def _city_day_lowest() -> Tree:
    """Return catalogue, places, people of April 2019."""
    people: Tree = tree_of(PopulationParameters())
    del people["as_of"]
    return {
        "services": read_resource("onecard.sim.services", "catalogue.toml"),
        "places": read_resource("onecard.sim.places", "places.toml"),
        "population": people,
    }


def _date_the_people(tree: Tree) -> Tree:
    """Put the scenario's date into the population: people are as old as on the day that is simulated."""
    date, population = tree["date"], tree["population"]
    if not isinstance(date, str) or not isinstance(population, dict):
        return tree  # the types of the fields say what is wrong
    as_of = population.get("as_of", date)
    if as_of != date:
        raise InputError(
            "people are as old as on the scenario's date", where="population.as_of", value=as_of, allowed=date
        )
    return {**tree, "population": {**population, "as_of": date}}


CITY_DAY = Kind(
    name="city-day",
    structure=Scenario,
    lowest=_city_day_lowest,
    dated=_date_the_people,
    check=check_scenario,
    named_tables={"stops": "stop", "services": "service", "places": "place"},
    base="daily-card-usage",
)
SETTLEMENT = Kind(
    name="settlement",
    structure=SettlementScenario,
    lowest=dict,
    dated=lambda tree: tree,
    check=check_settlement,
    named_tables={"cities": "city", "outages": "outage"},
    base="cross-province-settlement",
)
KINDS = {kind.name: kind for kind in (CITY_DAY, SETTLEMENT)}


def kind_of_layers(layers: Sequence[Tree]) -> Kind:
    """Return the kind of a file and of what it extends, the topmost first.

    Raises:
        InputError: an unknown kind, or a file that says another one than what it extends.
    """
    own = layers[-1].get("kind", CITY_DAY.name)
    for layer in layers:
        said = layer.get("kind", own)
        if not isinstance(said, str) or said not in KINDS:
            raise InputError("unknown kind of scenario", where="kind", value=said, allowed=", ".join(KINDS))
        if said != own:
            raise InputError(f"extends a scenario of kind {own}", where="kind", value=said, allowed=own)
    return KINDS[own]
