"""The validation table: every margin of a population beside its target, with the target's tag and source."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from onecard.sim import facts
from onecard.sim.people.parameters import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from onecard.sim.people.population import Population
    from onecard.sim.people.table import PeopleTable

__all__ = ["Margin", "margins"]

_PARAMETER_FACTS = {
    "male_share": "population.male-share",
    "employee_share": "insurance.employee-share",
    "retired_share": "insurance.retired-share",
    "uninsured_share": "insurance.uninsured-share",
    "card_share": "card.share",
    "finance_share": "card.finance-share",
    "e_card_share": "e-card.share",
    "mislaid_share": "card.mislaid-share",
    "reported_lost_share": "card.reported-lost-share",
    "expired_share": "card.expired-share",
    "locked_share": "card.locked-share",
    "initial_pin_share": "card.initial-pin-share",
    "forgets_pin_share": "card.forgets-pin-share",
}


class Margin(NamedTuple):
    """One row of the table."""

    name: str
    target: float
    observed: float
    people: int
    """Number of people in the sample that the share is of."""
    tag: str
    """The tag of the fact, or ``"scenario"`` where the parameters differ from it."""
    source: str


def margins(population: Population, *, sample: int = 1_000_000) -> list[Margin]:
    """Compare a population with its targets.

    Args:
        population: what to look at.
        sample: number of people looked at: the first ones, which are a fair sample of all.

    Returns:
        Rows for ages, sex, cards and, for the nation, insurance and provinces.
    """
    people = population.vector(np.arange(min(sample, len(population))))
    rows = [*_ages(people), *_cards(population, people)]
    if population.region is None:
        rows += [*_insurance(population, people), *_provinces(people)]
    return rows


def _share(hits: npt.NDArray[np.bool_]) -> float:
    return float(hits.mean()) if len(hits) else 0.0


def _ages(people: PeopleTable) -> Iterator[Margin]:
    for name, low, high in (("0-15", 0, 15), ("16-59", 16, 59), ("60-plus", 60, 200), ("65-plus", 65, 200)):
        row = facts.fact(f"population.age-share.{name}")
        observed = _share((people.age >= low) & (people.age <= high))
        yield Margin(f"age {name}", facts.value(row.id), observed, len(people), row.tag, row.source)


def _cards(population: Population, people: PeopleTable) -> Iterator[Margin]:
    card = people.has_card
    yield _parameter(population, "male_share", people.male)
    yield _parameter(population, "card_share", card)
    for number, version in enumerate(VERSIONS, start=1):
        row = facts.fact(f"card.generation-share.{version.replace('.', '-')}")
        target = population.parameters.generation_mix[version]
        holders = people.card_generation[card] == number
        yield _row(f"card version {version}", target, holders, row)
    status = people.card_status
    of_cards = {
        "finance_share": people.has_finance,
        "e_card_share": people.e_card > 0,
        "mislaid_share": people.card_mislaid,
        "reported_lost_share": (status == b"2") | (status == b"4"),
        "expired_share": people.expired,
        "locked_share": status == b"3",
        "initial_pin_share": people.pin == str(facts.fact("card.initial-pin").value).encode(),
        "forgets_pin_share": people.forgets_pin,
    }
    for field, hits in of_cards.items():
        yield _parameter(population, field, hits[card])


def _insurance(population: Population, people: PeopleTable) -> Iterator[Margin]:
    schemes = {"employee_share": b"employee", "retired_share": b"retired", "uninsured_share": b"none"}
    for field, scheme in schemes.items():
        yield _parameter(population, field, people.insurance == scheme)


def _provinces(people: PeopleTable) -> Iterator[Margin]:
    whole = sum(row.population_10k for row in facts.provinces())
    for row in facts.provinces():
        observed = _share(people.province_code == (row.code + "0000").encode())
        target = row.population_10k / whole
        yield Margin(row.name, target, observed, len(people), "public-recalled", "world.md §2.1")


def _parameter(population: Population, field: str, hits: npt.NDArray[np.bool_]) -> Margin:
    target: float = getattr(population.parameters, field)
    return _row(field, target, hits, facts.fact(_PARAMETER_FACTS[field]))


def _row(name: str, target: float, hits: npt.NDArray[np.bool_], row: facts.Fact) -> Margin:
    known = target == row.value
    return Margin(
        name,
        target,
        _share(hits),
        len(hits),
        row.tag if known else "scenario",
        row.source if known else "scenario parameter",
    )
