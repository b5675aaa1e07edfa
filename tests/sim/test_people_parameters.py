"""Parameters of a population are checked when they are given, each with its field and value."""

import datetime

import numpy as np
import pytest

from onecard.sim import facts
from onecard.sim.errors import InputError
from onecard.sim.people import Population, PopulationParameters
from onecard.sim.validation import convert

SHARES = [name for name in PopulationParameters.__struct_fields__ if name.endswith("_share")]
FIRST_ONLY = {"1.00": 1.0, "2.00": 0.0, "3.00": 0.0}


def test_the_defaults_are_the_figures_of_april_2019() -> None:
    parameters = PopulationParameters()
    assert parameters.as_of == datetime.date(2019, 4, 30)
    assert parameters.card_share == facts.value("card.share") == 0.902
    assert sum(parameters.generation_mix.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("value", [-0.01, 1.01, float("nan")], ids=["negative", "more-than-all", "no-number"])
@pytest.mark.parametrize("field", SHARES)
def test_a_share_outside_0_to_1_is_refused_and_named(field: str, value: float) -> None:
    with pytest.raises(InputError, match=f"^{field}: not a share; got {value}; allowed: 0 to 1$"):
        PopulationParameters(**{field: value})


@pytest.mark.parametrize(
    ("mix", "words"),
    [
        ({"1.00": 0.5, "2.00": 0.2, "3.00": 0.2}, "generation_mix: shares do not sum to 1; got 0.9"),
        ({"1.00": 0.5, "2.00": 0.5}, "generation_mix: wrong versions; got '1.00, 2.00'"),
        ({"1.00": 0.0, "2.00": 0.5, "4.00": 0.5}, "generation_mix: wrong versions"),
        ({"1.00": -0.5, "2.00": 1.0, "3.00": 0.5}, "generation_mix.1.00: not a share; got -0.5"),
    ],
    ids=["sum", "missing", "unknown", "negative"],
)
def test_a_bad_mix_is_refused(mix: dict[str, float], words: str) -> None:
    with pytest.raises(InputError) as refusal:
        PopulationParameters(generation_mix=mix)
    assert str(refusal.value).startswith(words)


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"generation_mix": FIRST_ONLY}, "finance_share"),
        ({"employee_share": 0.6, "retired_share": 0.5}, "employee_share"),
        ({"reported_lost_share": 0.6, "locked_share": 0.5}, "reported_lost_share"),
        ({"as_of": datetime.date(1999, 1, 1)}, "as_of"),
    ],
    ids=["finance-on-first-generation", "insured-twice", "states-beyond-all", "before-the-first-card"],
)
def test_shares_that_do_not_fit_together_are_refused(fields: dict[str, object], where: str) -> None:
    with pytest.raises(InputError, match=f"^{where}"):
        PopulationParameters(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "where"),
    [({"expired_share": 0.3}, "expired_share"), ({"employee_share": 0.5}, "employee_share")],
    ids=["more-expired-than-old-cards", "more-employees-than-adults"],
)
def test_shares_that_do_not_fit_the_people_are_refused_by_the_population(
    fields: dict[str, float], where: str
) -> None:
    parameters = PopulationParameters(**fields)
    with pytest.raises(InputError, match=f"^{where}: .*allowed: 0 to ") as refusal:
        Population(10, 7, parameters=parameters)
    allowed = float(str(refusal.value).split("allowed: 0 to ")[1].split(",")[0])
    Population(10, 7, parameters=PopulationParameters(**{where: allowed}))


def test_a_scenario_table_becomes_parameters() -> None:
    raw = {
        "card_share": 1,
        "as_of": datetime.date(2020, 2, 29),
        "finance_share": 0,
        "generation_mix": FIRST_ONLY,
    }
    parameters = convert(raw, PopulationParameters, where="population")
    assert (parameters.card_share, parameters.as_of.year) == (1.0, 2020)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"card_share": 2}, "population.card_share"),
        ({"card_shares": 0.5}, "population.card_shares: unknown field"),
        ({"as_of": "yesterday"}, "population.as_of"),
        (
            {"generation_mix": {"1.00": 0.1, "2.00": 0.1, "3.00": 0.1}},
            "population.generation_mix: shares do not sum to 1",
        ),
    ],
    ids=["range", "unknown", "date", "sum"],
)
def test_a_bad_scenario_table_is_refused_with_the_field(raw: dict[str, object], words: str) -> None:
    with pytest.raises(InputError) as refusal:
        convert(raw, PopulationParameters, where="population")
    assert str(refusal.value).startswith(words)


@pytest.mark.parametrize(
    ("fields", "column", "expected"),
    [
        ({"card_share": 1.0}, "card_generation", {1, 2, 3}),
        ({"card_share": 0.0, "e_card_share": 1.0}, "card_generation", {0}),
        ({"card_share": 0.0, "e_card_share": 1.0}, "e_card", {0}),
        ({"card_share": 1.0, "e_card_share": 1.0, "e_card_level_2_share": 0.0}, "e_card", {1}),
        ({"locked_share": 1.0, "reported_lost_share": 0.0, "card_share": 1.0}, "card_status", {b"3"}),
        ({"card_share": 1.0, "initial_pin_share": 1.0}, "pin", {b"123456"}),
        ({"male_share": 1.0}, "sex", {b"1"}),
        ({"male_share": 0.0}, "sex", {b"2"}),
        ({"uninsured_share": 0.0}, "insurance", {b"employee", b"retired", b"resident"}),
    ],
    ids=["all-cards", "no-cards", "no-e-card-without-card", "all-e-cards", "all-locked", "all-initial",
         "males", "females", "all-insured"],
)  # fmt: skip
def test_the_ends_of_the_scale_are_certain(
    fields: dict[str, float], column: str, expected: set[object]
) -> None:
    population = Population(20_000, 7, parameters=PopulationParameters(**fields))
    assert set(getattr(population.vector(np.arange(20_000)), column).tolist()) == expected


def test_nobody_chooses_the_initial_pin() -> None:
    parameters = PopulationParameters(initial_pin_share=0.0)
    people = Population(1_259_000_000, 7, parameters=parameters).vector(np.arange(200_000))
    assert not (people.pin == b"123456").any()


@pytest.mark.parametrize("year", [2004, 2012, 2019, 2024, 2028])
def test_expired_cards_are_those_whose_last_day_is_over(year: int) -> None:
    today = datetime.date(year, 2, 29 if year % 4 == 0 else 28)
    share = 0.0 if year < 2010 else 0.05
    parameters = PopulationParameters(as_of=today, expired_share=share)
    people = Population(1_259_000_000, 7, parameters=parameters).vector(np.arange(100_000))
    over = people.has_card & (people.valid_until < np.datetime64(today))
    assert np.array_equal(over, people.expired)
    assert float(over[people.has_card].mean()) == pytest.approx(share, abs=0.003)
    assert people.issue_date[people.has_card].max() <= np.datetime64(today)
