"""Names and addresses by Faker (zh_CN), as functions of (seed, index).

They are built only when somebody asks for them. Faker's word lists may change between its releases, so names
must not reach a digest that is compared between installations.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from onecard.sim.draws import Stream
from onecard.sim.people.counties import by_code

if TYPE_CHECKING:
    from typing import Protocol

    class WordSource(Protocol):
        """The part of a Faker generator for zh_CN that we use."""

        def seed_instance(self, seed: int) -> object: ...
        def last_name(self) -> str: ...
        def first_name_male(self) -> str: ...
        def first_name_female(self) -> str: ...
        def street_name(self) -> str: ...


__all__ = ["address", "full_name"]

_HOUSES = 300


@cache
def _generator() -> WordSource:
    """One generator for all, seeded anew for each person."""
    from faker import Faker  # noqa: PLC0415 - importing it takes a quarter of a second

    source: WordSource = Faker("zh_CN").factories[0]
    return source


@lru_cache(maxsize=16)
def _streams(seed: int) -> tuple[Stream, Stream]:
    return Stream(seed, "people/name"), Stream(seed, "people/address")


def full_name(seed: int, index: int, sex: str) -> str:
    """Return a Chinese name.

    Args:
        seed: of the population.
        index: of the person.
        sex: ``"1"`` male, ``"2"`` female.
    """
    generator = _generator()
    generator.seed_instance(_streams(seed)[0].bits(index))
    given = generator.first_name_male() if sex == "1" else generator.first_name_female()
    return f"{generator.last_name()}{given}"


def address(seed: int, index: int, county_code: str) -> str:
    """Return an address in the county: its real name, an invented street and house."""
    stream = _streams(seed)[1]
    generator = _generator()
    generator.seed_instance(stream.bits(index))
    house = stream.below(_HOUSES, index, 1) + 1
    return f"{by_code()[county_code].full_name}{generator.street_name()}{house}号"
