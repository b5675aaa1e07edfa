"""The population has the margins of the tagged facts, in the nation, in a city and in a handful of people."""

import math

import numpy as np
import pytest

from onecard.sim.people import Population, PopulationParameters
from onecard.sim.people.margins import Margin, margins
from onecard.sim.people.pyramid import OLDEST, SCALE, pyramid, weights, years_before


@pytest.fixture(scope="module")
def nation() -> list[Margin]:
    return margins(Population(1_395_380_000, 7), sample=400_000)


def test_every_margin_of_the_nation_is_within_sampling_error(nation: list[Margin]) -> None:
    assert len(nation) == 51
    for row in nation:
        deviation = math.sqrt(row.target * (1.0 - row.target) / row.people)
        assert abs(row.observed - row.target) < 4.5 * deviation, row


def test_ages_and_provinces_are_closer_than_sampling_would_be(nation: list[Margin]) -> None:
    systematic = [row for row in nation if row.name.startswith("age") or row.source == "world.md §2.1"]
    assert len(systematic) == 35
    for row in systematic:
        assert abs(row.observed - row.target) < 2e-4, row


def test_every_margin_has_the_tag_and_source_of_its_fact(nation: list[Margin]) -> None:
    tags = {row.name: row.tag for row in nation}
    assert tags["card_share"] == "seed"
    assert tags["finance_share"] == "public-read"
    assert tags["age 65-plus"] == "public-recalled"
    assert tags["initial_pin_share"] == "assumption"
    assert all(row.source for row in nation)


def test_a_changed_share_is_marked_as_the_scenarios_and_met() -> None:
    parameters = PopulationParameters(card_share=0.5, locked_share=0.25)
    rows = {row.name: row for row in margins(Population(100_000, 7, region="460100", parameters=parameters))}
    assert (rows["card_share"].tag, rows["locked_share"].tag) == ("scenario", "scenario")
    assert rows["card_share"].observed == pytest.approx(0.5, abs=0.008)
    assert rows["locked_share"].observed == pytest.approx(0.25, abs=0.01)
    assert rows["male_share"].tag == "public-recalled"
    assert "employee_share" not in rows


def test_a_city_has_the_ages_of_the_nation_to_the_person() -> None:
    people = Population(10_000, 7, region="460100").vector(np.arange(10_000))
    for low, high, share in ((0, 15, 0.178), (16, 59, 0.643), (60, 100, 0.179), (65, 100, 0.119)):
        count = int(((people.age >= low) & (people.age <= high)).sum())
        assert abs(count - 10_000 * share) <= 4, (low, high)  # less than one person per county


def test_few_people_are_not_all_of_middle_age() -> None:
    ages = Population(300, 3).vector(np.arange(300)).age
    assert abs(int((ages <= 15).sum()) - 53) < 13
    assert abs(int((ages >= 60).sum()) - 54) < 13


def test_any_run_of_indices_is_a_fair_sample() -> None:
    population = Population(1_395_380_000, 7)
    for start in (0, 700_000_000, 1_395_370_000):
        people = population.vector(np.arange(start, start + 10_000))
        assert float((people.age >= 60).mean()) == pytest.approx(0.179, abs=0.01)
        assert float(people.male.mean()) == pytest.approx(0.511, abs=0.02)
        assert float(people.has_card.mean()) == pytest.approx(0.902, abs=0.013)


def test_the_rich_east_has_more_employees() -> None:
    def share(region: str) -> float:
        people = Population(50_000, 7, region=region).vector(np.arange(50_000))
        return float((people.insurance == b"employee").mean())

    assert share("31") > 1.5 * share("13") > 1.5 * share("54")


def test_the_pyramid_is_complete_and_falls_at_the_end() -> None:
    parts = weights()
    assert (len(parts), sum(parts), min(parts) > 0) == (OLDEST + 1, SCALE, True)
    assert (sum(parts[:16]), sum(parts[16:60]), sum(parts[60:]), sum(parts[65:])) == (
        17_800_000, 64_300_000, 17_900_000, 11_900_000,
    )  # fmt: skip


@pytest.mark.parametrize("day", ["2019-04-30", "2020-02-29", "2019-02-28", "2024-03-01", "2000-01-01"])
def test_every_day_of_the_last_101_years_is_a_day_of_birth(day: str) -> None:
    as_of = np.datetime64(day).item()
    ages = pyramid(as_of)
    assert ages.dates[0] == int(day.replace("-", ""))
    assert ages.date_list[-1] > (as_of.year - 101) * 10_000 + as_of.month * 100
    assert len(set(ages.date_list)) == len(ages.date_list) == ages.first_days[-1]
    assert (as_of - years_before(as_of, 18)).days == ages.first_days[18]
    assert ages.share(0) == 1.0
