"""People: every attribute of everybody is a pure function of (seed, index)."""

from onecard.sim.people.parameters import PopulationParameters
from onecard.sim.people.person import Person
from onecard.sim.people.population import Population
from onecard.sim.people.table import PeopleTable

__all__ = ["PeopleTable", "Person", "Population", "PopulationParameters"]
