"""Loading scenarios: overlays, and errors that name the field, the value and what is allowed."""

from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onecard.scenarios import built_in_names, load_scenario
from onecard.scenarios.loader import merge
from onecard.scenarios.model import json_schema
from onecard.sim.errors import InputError

DAY = "daily-card-usage"
NINE_STOPS = [
    "park",
    "breakfast",
    "transport",
    "culture",
    "medical",
    "bank",
    "service-hall",
    "sports",
    "shopping",
]
SEED_HOURS = ["07:00", "07:30", "08:00", "09:00", "10:00", "11:00", "14:00", "16:00", "20:00"]


def test_the_day_has_the_nine_stops_of_the_seed_with_their_hours() -> None:
    stops = load_scenario(DAY).scenario.stops
    assert list(stops) == NINE_STOPS
    assert [stop.hour for stop in stops.values()] == SEED_HOURS


@pytest.mark.parametrize("name", built_in_names())
def test_every_profile_of_every_built_in_scenario_loads(name: str) -> None:
    for profile in load_scenario(name).scenario.profiles:
        assert load_scenario(name, profile=profile).scenario.profile == profile


def test_the_profile_changes_the_demand_and_the_digest() -> None:
    city, baseline = load_scenario(DAY), load_scenario(DAY, profile="baseline-2019")
    park = "park-entry"
    assert city.scenario.stops["park"].services[park].probability > 0.1
    assert baseline.scenario.stops["park"].services[park].probability < 0.01
    assert city.sha256 != baseline.sha256


def test_the_profile_can_be_set_like_any_field() -> None:
    assert load_scenario(DAY, overrides=["profile=baseline-2019"]).scenario.profile == "baseline-2019"


def test_an_override_changes_exactly_its_field() -> None:
    before = msgspec.to_builtins(load_scenario(DAY).scenario)
    after = msgspec.to_builtins(load_scenario(DAY, overrides=["stops.park.hour=06:15"]).scenario)
    assert after["stops"]["park"].pop("hour") == "06:15"
    assert before["stops"]["park"].pop("hour") == "07:00"
    assert before == after


def test_a_file_can_extend_a_built_in_scenario(tmp_path: Path) -> None:
    file = tmp_path / "small.toml"
    file.write_text(
        'extends = "daily-card-usage"\nname = "small"\npeople = 12\n[stops.park]\nhour = "06:00"\n'
    )
    loaded = load_scenario(str(file))
    assert (loaded.scenario.name, loaded.scenario.people) == ("small", 12)
    assert loaded.scenario.stops["park"].hour == "06:00"
    assert loaded.scenario.stops["shopping"].hour == "20:00"
    assert loaded.origin == str(file)


BAD = {
    "unknown top-level field": ("colour=red", "colour", "unknown field"),
    "unknown field of a stop": ("stops.park.colour=red", "stops.park.colour", "unknown field"),
    "unknown stop": ("stops.zoo.hour=07:00", "stops.zoo", "park"),
    "unknown service at a stop": ("stops.park.services.flying.probability=0.1", "flying", "park-entry"),
    "unknown place of a service": ("services.park-entry.place=moon", "services.park-entry.place", "moon"),
    "unknown kind of place": ("places.moon.opens=07:00", "places.moon", "hospital"),
    "probability of 1.2": ("stops.park.services.park-entry.probability=1.2", "park-entry.probability", "1.2"),
    "negative probability": (
        "stops.park.services.park-entry.probability=-0.1",
        "park-entry.probability",
        "-0.1",
    ),
    "probabilities above one": (
        "stops.transport.services.bus-ride.probability=0.9",
        "stops.transport",
        "more than 1",
    ),
    "closing before opening": ("places.museum.closes=08:00", "places.museum.closes", "09:00"),
    "closing when opening": ("places.museum.closes=09:00", "places.museum.closes", "09:00"),
    "hour that is none": ("stops.park.hour=7am", "stops.park.hour", "7am"),
    "hour after midnight": ("stops.park.hour=24:30", "stops.park.hour", "24:30"),
    "zero people": ("people=0", "people", "0"),
    "negative people": ("people=-5", "people", "-5"),
    "people as a word": ("people=many", "people", "many"),
    "unknown city": ("city='999999'", "999999", ""),
    "city as a number": ("city=310000", "city", "310000"),
    "a province of several cities": ("city='510000'", "city", "510100"),
    "date that is none": ("date=2019-02-30", "date", "2019-02-30"),
    "unknown policy": ("policy=atlantis-2020", "atlantis-2020", "shanghai-2023"),
    "unknown dialogue": (
        "services.park-entry.stages=[{title={en='a',zh='b'},station='gate',dialogue='sing',duration={mean_s=1}}]",
        "dialogue",
        "sing",
    ),
    "unknown station": (
        "services.park-entry.stages=[{title={en='a',zh='b'},station='roof',duration={mean_s=1}}]",
        "station",
        "roof",
    ),
    "no stages": ("services.park-entry.stages=[]", "services.park-entry.stages", ""),
    "unknown curve": ("stops.park.curve=tides", "stops.park.curve", "transit"),
    "zero servers": ("places.park.stations.gate.servers=0", "places.park.stations.gate.servers", "0"),
    "negative duration": ("behaviour.travel.mean_s=-1", "behaviour.travel.mean_s", "-1"),
    "share above one": ("population.card_share=1.5", "card_share", "1.5"),
    "unknown population field": ("population.tails=1", "population.tails", "unknown field"),
    "negative seed": ("seed=-1", "seed", "-1"),
    "unknown profile": ("profile=utopia", "utopia", "baseline-2019"),
    "override without value": ("people", "--set", "people"),
    "override into a number": ("people.count=3", "people", ""),
}


@pytest.mark.parametrize(("override", "place", "detail"), BAD.values(), ids=BAD)
def test_a_wrong_field_is_refused_in_one_line_that_names_it(override: str, place: str, detail: str) -> None:
    with pytest.raises(InputError) as caught:
        load_scenario(DAY, overrides=[override])
    message = str(caught.value)
    assert "\n" not in message
    assert place in message
    assert detail in message


def test_an_unknown_scenario_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=DAY):
        load_scenario("nightly-card-usage")


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        pytest.param(b"name = ", "not a TOML file", id="not toml"),
        pytest.param(b"\xff\xfe", "not a TOML file", id="not text"),
        pytest.param(b'name = "x"', "missing|profile", id="almost empty"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, content: bytes, detail: str) -> None:
    file = tmp_path / "broken.toml"
    file.write_bytes(content)
    with pytest.raises(InputError, match=detail):
        load_scenario(str(file))


def test_a_file_that_extends_itself_ends_in_a_clear_error(tmp_path: Path) -> None:
    file = tmp_path / "loop.toml"
    file.write_text(f'extends = "{file}"\n')
    with pytest.raises(InputError, match="extend"):
        load_scenario(str(file))


def test_the_published_schema_accepts_the_built_in_scenarios() -> None:
    schema = json_schema()
    for name in built_in_names():
        jsonschema.validate(as_json(load_scenario(name).scenario), schema)


def as_json(value: object) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def test_the_published_schema_refuses_a_probability_of_two() -> None:
    scenario = as_json(load_scenario(DAY).scenario)
    scenario["stops"]["park"]["services"]["park-entry"]["probability"] = 2
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(scenario, json_schema())


trees = st.recursive(
    st.integers(), lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3), max_leaves=8
).filter(lambda tree: isinstance(tree, dict))


@given(lower=trees, upper=trees)
def test_a_merge_keeps_what_the_upper_layer_says_and_changes_neither(lower: dict, upper: dict) -> None:
    before = (msgspec.json.encode(lower), msgspec.json.encode(upper))
    merged = merge(lower, upper)
    assert merge(merged, upper) == merged
    assert set(merged) == set(lower) | set(upper)
    assert (msgspec.json.encode(lower), msgspec.json.encode(upper)) == before
