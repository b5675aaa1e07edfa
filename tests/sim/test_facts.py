"""Every figure has a unit, a year, a tag and a source, and agrees with the figures it is derived from."""

import math

import pytest

from onecard.sim import facts
from onecard.sim.errors import InputError
from onecard.sim.facts.register import parse

ROW = {"id": "a.b", "value": 1, "unit": "share", "year": 2019, "tag": "seed", "source": "somewhere"}
CURVES = ["registration", "outpatient-settlement", "discharge-settlement", "pharmacy", "transit", "bank",
          "government", "e-card"]  # fmt: skip
DERIVED = {
    "card.generation-share.1-00": lambda v: 1.0 - v("card.finance-share"),
    "card.generation-share.2-00": lambda v: (
        1.0 - v("card.generation-share.1-00") - v("card.generation-share.3-00")
    ),
    "card.generation-share.3-00": lambda _: 30.76 / 1301,
    "card.reported-lost-share": lambda v: v("card.loss-per-year") * v("card.replacement-days") / 365,
    "card.mislaid-share": lambda v: v("card.loss-per-year") / 365,
    "e-card.share": lambda v: v("e-card.issued-sum") / v("card.holders"),
    "insurance.employee-share": lambda v: (
        (v("insurance.employees-2018") - v("insurance.retired-2018")) / v("population.total-2018")
    ),
    "insurance.retired-share": lambda v: v("insurance.retired-2018") / v("population.total-2018"),
    "insurance.uninsured-share": lambda v: 1.0 - v("insurance.insured-2018") / v("population.total-2018"),
}


@pytest.mark.parametrize("field", sorted(ROW))
def test_a_row_without_a_field_is_refused(field: str) -> None:
    row = {name: value for name, value in ROW.items() if name != field}
    with pytest.raises(InputError, match=f"missing field '{field}'"):
        parse({"fact": [row]}, where="test.toml")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tag", "certain"),
        ("tag", ""),
        ("source", ""),
        ("unit", ""),
        ("id", "No Dots"),
        ("year", 19),
        ("value", None),
    ],
    ids=["unknown-tag", "empty-tag", "empty-source", "empty-unit", "bad-id", "short-year", "no-value"],
)
def test_a_row_with_a_bad_field_is_refused_and_named(field: str, value: object) -> None:
    with pytest.raises(InputError) as refusal:
        parse({"fact": [ROW | {field: value}]}, where="test.toml")
    assert f".{field}: " in str(refusal.value)
    assert "test.toml" in str(refusal.value)


def test_an_identifier_may_appear_once() -> None:
    with pytest.raises(InputError, match="appears twice"):
        parse({"fact": [ROW, ROW]}, where="test.toml")


def test_every_fact_in_use_is_tagged_and_sourced() -> None:
    rows = facts.all_facts()
    assert len(rows) > 100
    for row in rows.values():
        assert row.tag in {"seed", "public-read", "public-recalled", "derived", "assumption"}, row.id
        assert row.source.strip(), row.id
        numbers = row.value if isinstance(row.value, list) else [row.value]
        assert all(isinstance(n, str) or math.isfinite(n) for n in numbers), row.id


def test_an_unknown_fact_is_refused_with_its_neighbours() -> None:
    with pytest.raises(InputError, match=r"card\.share"):
        facts.value("card.shar")


@pytest.mark.parametrize("read", [facts.value, facts.values], ids=["number", "series"])
def test_a_date_is_neither_a_number_nor_a_series(read: object) -> None:
    with pytest.raises(InputError, match=r"card\.issue-start\.1-00"):
        read("card.issue-start.1-00")  # type: ignore[operator]


@pytest.mark.parametrize("identifier", sorted(DERIVED))
def test_a_derived_share_is_what_its_formula_gives(identifier: str) -> None:
    assert facts.fact(identifier).tag == "derived"
    assert facts.value(identifier) == pytest.approx(DERIVED[identifier](facts.value), rel=0.03)


def test_all_derived_shares_of_people_and_cards_are_checked() -> None:
    derived = {row.id for row in facts.all_facts().values() if row.tag == "derived"}
    assert {name for name in derived if not name.startswith("visit.share.")} == set(DERIVED)


@pytest.mark.parametrize("curve", CURVES)
def test_an_hour_curve_has_a_share_for_each_bin_and_sums_to_100(curve: str) -> None:
    edges = facts.values("day.curve.edges")
    shares = facts.values(f"day.curve.{curve}")
    assert list(edges) == sorted(edges)
    assert (edges[0], edges[-1]) == (0, 24)
    assert len(shares) == len(edges) - 1
    assert sum(shares) == pytest.approx(100.0)


def test_age_groups_make_up_everybody() -> None:
    young, middle, old = (facts.value(f"population.age-share.{g}") for g in ("0-15", "16-59", "60-plus"))
    assert young + middle + old == pytest.approx(1.0)
    assert facts.value("population.age-share.65-plus") < old


def test_shares_of_visits_sum_to_1001_per_mille_as_printed() -> None:
    kinds = ("level-3", "level-2", "level-1", "ungraded", "primary", "other")
    assert sum(facts.value(f"visit.share.{kind}") for kind in kinds) == pytest.approx(1.001)


def test_there_are_31_provinces_with_the_recorded_sum_of_people() -> None:
    provinces = facts.provinces()
    assert len({row.code for row in provinces}) == 31
    assert [row.code for row in provinces] == sorted(row.code for row in provinces)
    assert sum(row.population_10k for row in provinces) == 139_653


def test_ethnic_shares_leave_room_for_han() -> None:
    for province in facts.provinces():
        assert all(0 < share < 1 for share in province.ethnic_shares.values()), province.name
        assert "01" not in province.ethnic_shares
        assert sum(province.ethnic_shares.values()) < 0.95, province.name


def test_the_national_share_of_han_is_near_the_census() -> None:
    people = sum(row.population_10k for row in facts.provinces())
    han = (
        sum(row.population_10k * (1 - sum(row.ethnic_shares.values())) for row in facts.provinces()) / people
    )
    assert han == pytest.approx(0.915, abs=0.006)  # census of 2010: 91.5 %
