"""No two people share a number: shown for a million, and exactly for small populations."""

import math

import numpy as np
import numpy.typing as npt
import pytest

from onecard.sim.people import PeopleTable, Population, PopulationParameters
from onecard.sim.people.arrangement import LARGEST
from onecard.sim.people.numbers import card_serial, card_serials, mobile

MILLION = 1_000_000
EVERYBODY_HAS_A_CARD = PopulationParameters(
    card_share=1.0, generation_mix={"1.00": 0.1, "2.00": 0.5, "3.00": 0.4}, finance_share=0.9
)


def distinct(texts: npt.NDArray[np.bytes_]) -> int:
    """Count distinct byte strings by sorting them as numbers, which is faster than as texts."""
    words = -(-texts.dtype.itemsize // 8)
    padded = texts.astype(f"S{8 * words}").view(np.uint64).reshape(-1, words)
    order = padded[np.lexsort(padded.T)]
    return int((order[1:] != order[:-1]).any(axis=1).sum()) + 1


@pytest.fixture(
    scope="module", params=[(1_259_000_000, None), (MILLION, "310000")], ids=["nation", "whole-city"]
)
def people(request: pytest.FixtureRequest) -> PeopleTable:
    size, region = request.param
    return Population(size, 7, region=region, parameters=EVERYBODY_HAS_A_CARD).vector(np.arange(MILLION))


@pytest.mark.parametrize("column", ["identity_number", "card_number", "mobile", "psn_no"])
def test_a_million_people_have_a_million_numbers(people: PeopleTable, column: str) -> None:
    texts = getattr(people, column)
    assert distinct(texts[texts != b""]) == int((texts != b"").sum())


def test_accounts_of_a_million_people_are_distinct(people: PeopleTable) -> None:
    accounts = people.bank_account[people.has_finance]
    assert distinct(accounts) == len(accounts) > 850_000


def test_serials_are_distinct_inside_a_city(people: PeopleTable) -> None:
    cities = people.city_code.astype(np.int64) << 32
    assert len(np.unique(cities + people.card_serial)) == MILLION


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 10, 97, 1000, 1024, 2851, 5040])
def test_every_person_of_a_small_nation_is_there_once(size: int) -> None:
    table = Population(size, 3).vector(np.arange(size))
    assert len(set(table.identity_number.tolist())) == size
    assert len(set(table.mobile.tolist())) == size


def test_the_last_people_of_the_largest_population_are_distinct_too() -> None:
    table = Population(LARGEST, 3).vector(np.arange(LARGEST - 100_000, LARGEST))
    for column in ("identity_number", "mobile"):
        assert distinct(getattr(table, column)) == 100_000


@pytest.mark.parametrize("size", [7, 10_000, 1_259_000_000, LARGEST])
def test_the_step_from_index_to_rank_reaches_everybody(size: int) -> None:
    population = Population(size, 7)
    first, second = population._arrangement.place(0).rank, population._arrangement.place(1).rank
    assert math.gcd(second - first, size) == 1


def test_a_city_of_more_cards_than_three_bytes_counts_on_in_the_first() -> None:
    assert card_serial(2**24 - 1, 2) == b"\x00\xff\xff\xff"
    assert card_serial(2**24, 2) == b"\x01\x00\x00\x00"
    assert card_serial(5, 3) == b"\xc0\x00\x00\x05"
    nation = Population(1_259_000_000, 7)
    chongqing = nation.vector(np.arange(200_000))
    chongqing_serials = chongqing.card_serial[
        (chongqing.city_code == b"500000") & (chongqing.card_generation == 2)
    ]
    assert int(chongqing_serials.max()) > 2**24


def test_serials_of_both_forms_agree_at_the_edges() -> None:
    positions = np.array([0, 2**24 - 1, 2**24, 31_000_000])
    for generation in (1, 2, 3):
        column = card_serials(positions, np.full(4, generation)).tolist()
        assert [n.to_bytes(4, "big") for n in column] == [
            card_serial(p, generation) for p in positions.tolist()
        ]


def test_telephones_are_distinct_across_the_change_of_prefix() -> None:
    edge = 10**9
    assert len({mobile(rank) for rank in [*range(1000), *range(edge - 1000, edge + 1000)]}) == 3000
