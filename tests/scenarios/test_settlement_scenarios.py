"""Scenarios of settlement networks: what they must say, and the one line that a wrong one gets."""

from pathlib import Path

import pytest

from onecard.scenarios import SettlementScenario, load_scenario
from onecard.sim.errors import InputError

CROSS, OUTAGE = "cross-province-settlement", "outage-and-recovery"
DOWN = "outages.x={what='down', where='ministry', begins='09:00', ends='10:00'}"


def outage(**fields: object) -> str:
    """Write a file of a network with one outage."""
    given = {"what": "down", "where": "ministry", "begins": "09:00", "ends": "10:00"} | fields
    lines = [f"{name} = {value!r}" for name, value in given.items()]
    return "\n".join(["[outages.x]", *lines])


def test_the_built_in_networks_are_of_several_provinces_with_policies_in_force() -> None:
    for name in (CROSS, OUTAGE):
        scenario = load_scenario(name).scenario
        assert isinstance(scenario, SettlementScenario)
        assert len(scenario.cities) >= 4
        assert len({code[:2] for code in scenario.cities}) >= 3
        assert not scenario.policy_outside_validity


def test_the_outage_scenario_is_the_other_one_with_outages() -> None:
    calm, troubled = load_scenario(CROSS).scenario, load_scenario(OUTAGE).scenario
    assert calm.cities == troubled.cities
    assert calm.demand == troubled.demand
    assert not calm.outages
    assert {outage.what for outage in troubled.outages.values()} == {"down", "cut", "lossy", "slow", "skew"}


def test_any_field_can_be_overridden_by_its_path() -> None:
    overrides = ["cities.310000.hospitals=9", "demand.emergency=0.5", "outages.ministry-restart.ends=11:00"]
    scenario = load_scenario(OUTAGE, overrides=overrides, values={"people": 500, "seed": 2}).scenario
    assert scenario.cities["310000"].hospitals == 9
    assert scenario.demand.emergency == 0.5
    assert scenario.outages["ministry-restart"].ends == "11:00"
    assert (scenario.people, scenario.seed) == (500, 2)


BAD_OVERRIDES = {
    "unknown field": ("demand.colour=1", "demand.colour", "unknown field"),
    "a field of the other kind": ("stops.park.hour=07:00", "stops", "unknown field"),
    "the kind itself": ("kind=city-day", "kind", "settlement"),
    "unknown city": ("cities.999999.weight=1", "cities.999999", "310000"),
    "unknown outage": ("outages.flood.ends=10:00", "outages.flood", "unknown outage"),
    "unknown policy": ("cities.310000.policy=mars-2023", "cities.310000.policy", "shanghai-2023"),
    "another city's policy": ("cities.310000.policy=beijing-2023", "cities.310000.policy", "region 110000"),
    "a day without policies": ("date=2019-04-23", "cities.", "not in force on 2019-04-23"),
    "no day": ("days=0", "days", "from 1 to 31"),
    "not a date": ("date=2023-02-30", "date", "YYYY-MM-DD"),
    "shares above one": ("demand.outpatient=0.95", "demand", "outpatient + pharmacy + inpatient add up to"),
    "probability of two": ("demand.e_card=2", "demand.e_card", "from 0 to 1"),
    "nobody": ("people=0", "people", "from 1"),
    "more people than numbers": ("people=200000000", "people", "allowed"),
    "no server": ("tiers.ministry_servers=0", "tiers.ministry_servers", "from 1"),
    "latency below its minimum": ("links.latency_mean_ms=1", "links", "latency_minimum_ms 5 is above"),
    "a time-out of nothing": ("recovery.timeout_s=0", "recovery.timeout_s", "above 0"),
    "no weight anywhere": (
        "cities={'310000'={policy='shanghai-2023', weight=0}}",
        "cities",
        "weight above 0",
    ),
    "no city": ("cities={}", "cities", "no city takes part"),
}


@pytest.mark.parametrize(("override", "where", "message"), BAD_OVERRIDES.values(), ids=BAD_OVERRIDES)
def test_a_wrong_override_is_one_line_that_names_the_field(override: str, where: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        load_scenario(OUTAGE, overrides=[override])
    line = str(caught.value)
    assert "\n" not in line
    assert where in line
    assert message in line


BAD_FILES = {
    "ends before it begins": (outage(ends="08:00"), "outages.x.ends", "a time after 09:00"),
    "not a time": (outage(begins="nine"), "outages.x.begins", "HH:MM"),
    "unknown tier": (outage(where="province/99"), "outages.x.where", "province/31"),
    "cut from whom": (outage(what="cut"), "outages.x.peer", "province/31"),
    "cut from no neighbour": (outage(what="cut", peer="city/310000"), "outages.x.peer", "province/31"),
    "slow without a factor": (outage(what="slow"), "outages.x.factor", "changes nothing"),
    "lossy without a loss": (
        outage(what="lossy", peer="province/31"),
        "outages.x.loss",
        "changes nothing",
    ),
    "right clock": (outage(what="skew"), "outages.x.skew_s", "changes nothing"),
    "down with a factor": (outage(factor=3), "outages.x.factor", "down has no factor"),
    "after the last day": (outage(day=2), "outages.x.day", "1 to 1"),
    "down twice at once": (
        outage() + "\n" + outage(begins="09:30", ends="11:00").replace("outages.x", "outages.y"),
        "outages.y.begins",
        "10:00 or later",
    ),
    "a city that is none": ("[cities.310115]\npolicy = 'shanghai-2023'", "cities.310115", "310000"),
    "a city nobody knows": ("[cities.990000]\npolicy = 'shanghai-2023'", "cities.990000", "990000"),
}


@pytest.mark.parametrize(("content", "where", "message"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_wrong_file_is_one_line_that_names_the_field(
    tmp_path: Path, content: str, where: str, message: str
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(f'extends = "{CROSS}"\nkind = "settlement"\nname = "mine"\n{content}\n', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_scenario(str(file))
    line = str(caught.value)
    assert "\n" not in line
    assert where in line
    assert message in line


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('extends = "daily-card-usage"\nkind = "settlement"', "extends a scenario of kind city-day"),
        (f'extends = "{CROSS}"\nkind = "city-day"', "extends a scenario of kind settlement"),
        ('kind = "weather"', "unknown kind of scenario"),
        ("kind = 5", "unknown kind of scenario"),
        ('kind = "settlement"\nname = "mine"', f'extends = "{CROSS}"'),
    ],
    ids=["a network on a day", "a day on a network", "unknown", "a number", "not whole"],
)
def test_kinds_do_not_mix(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load_scenario(str(file))


def test_a_file_that_extends_a_network_need_not_say_its_kind(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(f'extends = "{CROSS}"\nname = "mine"\npeople = 70\n', encoding="utf-8")
    assert load_scenario(str(file)).scenario.kind == "settlement"


def test_a_network_is_no_citys_day() -> None:
    with pytest.raises(InputError, match="not a city's day"):
        _ = load_scenario(CROSS).city_day
