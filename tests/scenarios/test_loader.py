"""Loading scenarios: overlays, and errors that name the field, the value and what is allowed."""

import hashlib
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onecard.scenarios import Scenario, built_in_names, load_scenario
from onecard.scenarios.loader import merge
from onecard.sim.errors import InputError
from onecard.sim.settlement.benefit import load_policy

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
    for profile in load_scenario(name).profiles:
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


def test_the_built_in_scenario_says_that_its_policy_is_of_other_years() -> None:
    scenario = load_scenario(DAY).scenario
    policy = load_policy(scenario.policy)
    assert policy.valid_from.isoformat() > scenario.date
    assert scenario.policy_outside_validity


OTHER_CITIES = {
    "a city with its policy": ["city=110000", "policy=beijing-2023"],
    "a district of the policy's city": ["city=310115"],
    "a county of Chengdu": ["city=510107", "policy=chengdu-2023"],
    "a date of the policy": ["date=2023-10-01", "policy_outside_validity=false"],
}


@pytest.mark.parametrize("overrides", OTHER_CITIES.values(), ids=OTHER_CITIES)
def test_a_policy_applies_in_its_region_and_time(overrides: list[str]) -> None:
    load_scenario(DAY, overrides=overrides)


def test_people_are_as_old_as_on_the_date() -> None:
    scenario = load_scenario(DAY, overrides=["date=2019-05-02"]).scenario
    assert scenario.population.as_of.isoformat() == "2019-05-02"
    same = load_scenario(DAY, overrides=["date=2019-05-02", "population.as_of=2019-05-02"])
    assert same.scenario == scenario


def test_defaults_spelt_out_do_not_change_the_digest() -> None:
    spelt_out = ["services.bus-ride.price={mean_yuan=2, variation=0, minimum_yuan=0.01}", "seed=7"]
    assert load_scenario(DAY, overrides=spelt_out).sha256 == load_scenario(DAY).sha256


def test_the_digest_is_that_of_the_scenarios_canonical_json() -> None:
    loaded = load_scenario(DAY)
    content = msgspec.json.encode(loaded.scenario, order="sorted")
    assert hashlib.sha256(content).hexdigest() == loaded.sha256


BAD = {
    "a service at two stops": (
        "stops.park.services.metro-ride.probability=0.1",
        "stops.transport.services.metro-ride",
        "stops.park",
    ),
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
    "seed of 64 bits": ("seed=9223372036854775808", "seed", "9223372036854775807"),
    "date far away": ("date=1990-01-01", "date", "2000 to 2100"),
    "week date": ("date=2019-W17-2", "date", "YYYY-MM-DD"),
    "another day for the people": ("population.as_of=2019-04-30", "population.as_of", "2019-04-23"),
    "policy of another region": ("policy=beijing-2023", "policy", "shanghai-2023"),
    "city of another policy": ("city=110000", "policy", "beijing-2023"),
    "city without policy": ("city=440300", "policy", "no built-in one is"),
    "policy of other years": ("policy_outside_validity=false", "policy", "2023-07-01 to 2024-06-30"),
    "no stops": ("stops={}", "stops", "1 to 62"),
    "empty name of a stop": ('stops={""={title={en="a",zh="b"},hour="07:00",services={}}}', "stops", "a-z"),
    "name with a path": ("name=../../x", "name", "a-z"),
    "name with a space": ("name=my city", "name", "my city"),
    "name of 65 letters": ("name=" + "x" * 65, "name", "1 to 64"),
    "empty name": ("name=", "name", "a-z"),
    "empty title": ("title.en=", "title.en", "1 to 2000 characters"),
    "ages below zero": ("services.park-entry.who.ages=[-5,200]", "who.ages[0]", "-5"),
    "ages above all": ("services.park-entry.who.ages=[5,200]", "who.ages[1]", "150"),
    "ages not in order": ("services.park-entry.who.ages=[60,20]", "who.ages", "60"),
    "one age": ("services.park-entry.who.ages=[6]", "who.ages", "2 values"),
    "insurance kind at its place": (
        'services.park-entry.who.insurance=["employee","gold"]',
        "who.insurance[1]",
        "retired",
    ),
    "unknown credential": ("services.park-entry.credential=gold", "credential", "card, e-card, either"),
    "unknown face": ("places.park.stations.gate.face=side", "face", "auto, contact, contactless"),
    "stages as a number": ("services.park-entry.stages=5", "services.park-entry.stages", "an array"),
    "seventeen stages": (
        "services.park-entry.stages=[" + ",".join(["{title={en='a',zh='b'},duration={mean_s=1}}"] * 17) + "]",
        "services.park-entry.stages",
        "1 to 16",
    ),
    "no stations": ("places.park.stations={}", "places.park.stations", "at least one"),
    "ten thousand places of a kind": ("places.park.per_100k=1e6", "places.park.per_100k", "10000"),
    "minimum price above the mean": (
        "services.breakfast.price.minimum_yuan=500",
        "services.breakfast.price",
        "minimum_yuan 500 is above mean_yuan 9.5",
    ),
    "minimum duration above the mean": ("behaviour.travel.minimum_s=700", "behaviour.travel", "above"),
    "minimum latency above the mean": ("network.latency_minimum_ms=1000", "network", "above"),
    "digits that are not ASCII": ("stops.park.hour=٠٧:٠٠", "stops.park.hour", "HH:MM"),
    "half a character": ("title.zh=\udcff", "title.zh", "UTF-8"),
    "profile changed after it was chosen": ("profiles.one-card-city.people=3", "profiles", "unknown field"),
    "mix that does not sum to one": ('population.generation_mix."3.00"=0.4', "generation_mix", "0.94"),
    "unknown version": ('population.generation_mix."9.00"=0.4', "generation_mix", "3.00"),
    "two lines": ("people=3\nseed=9", "--set", "more than one line"),
    "no key": ("=5", "--set", "TOML key"),
    "key with an open quote": ('"people=5', "--set", "TOML key"),
    "number of 5000 digits": (
        "people=" + "9" * 5000,
        "people",
        "5000 digits|5000 characters|5002 characters",
    ),
    "hexadecimal number of 5000 digits": ("people=0x" + "f" * 5000, "people", "thousands of digits"),
    "arrays in arrays": ("services.park-entry.stages=" + "[" * 200 + "]" * 200, "--set", "deep"),
    "arrays in arrays without end": ("services.park-entry.stages=" + "[" * 5000, "stages", "an array"),
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
    assert any(each in message for each in detail.split("|"))
    assert len(message) < 1000


NUMBERS = {
    "duration": ("behaviour.travel.mean_s", "86400"),
    "other duration": ("behaviour.pin_entry.mean_s", "86400"),
    "variation": ("behaviour.travel.variation", "100"),
    "variation of accounts": ("behaviour.account_variation", "100"),
    "money": ("behaviour.account_mean_yuan", "1000000000"),
    "cash": ("behaviour.cash_opening_yuan", "1000000000"),
    "price": ("services.breakfast.price.mean_yuan", "1000000"),
    "least price": ("services.breakfast.price.minimum_yuan", "1000000"),
    "spread": ("stops.park.spread_minutes", "1440"),
    "latency": ("network.latency_mean_ms", "600000"),
    "density": ("places.park.per_100k", "1000000"),
    "probability": ("stops.park.services.park-entry.probability", "1"),
}


@pytest.mark.parametrize("value", ["1e300", "-1", "nan", "inf", "-inf"])
@pytest.mark.parametrize(("field", "largest"), NUMBERS.values(), ids=NUMBERS)
def test_every_number_has_limits(field: str, largest: str, value: str) -> None:
    with pytest.raises(InputError) as caught:
        load_scenario(DAY, overrides=[f"{field}={value}"])
    allowed = "a finite number" if "n" in value else f"to {largest}"
    assert field in str(caught.value)
    assert str(caught.value).endswith(allowed)


ACCOUNTS = {
    "no kind": ("places.breakfast-shop.account=zzz", "merchant, transit-operator"),
    "empty": ("places.breakfast-shop.account=", "merchant, transit-operator"),
    "a person's": ("places.breakfast-shop.account=person-bank", "merchant, transit-operator"),
    "a vault for purchases": ("places.breakfast-shop.account=bank-vault", "merchant, transit-operator"),
    "a merchant for insured visits": ("places.hospital.account=merchant", "allowed: institution"),
    "a treasury for medicines": ("places.pharmacy.account=city-fiscal", "allowed: institution"),
    "a merchant for withdrawals": ("places.bank.account=merchant", "allowed: bank-vault"),
}


@pytest.mark.parametrize(("override", "allowed"), ACCOUNTS.values(), ids=ACCOUNTS)
def test_a_place_is_paid_into_an_account_that_fits_its_services(override: str, allowed: str) -> None:
    with pytest.raises(InputError, match=f"^{override.partition('=')[0]}: .*{allowed}"):
        load_scenario(DAY, overrides=[override])


@pytest.mark.parametrize("service", ["park-entry", "housing-subsidy"])
@pytest.mark.parametrize("payer", ["zzz/1", "subsidy-payer", "subsidy-payer/", "subsidy-payer/a/b", ""])
def test_a_payer_is_a_payer_of_subsidies(service: str, payer: str) -> None:
    with pytest.raises(InputError, match=rf"services\.{service}\.payer: .*allowed: subsidy-payer/NAME"):
        load_scenario(DAY, overrides=[f"services.{service}.payer={payer}"])


def test_insured_services_are_given_by_medical_institutions() -> None:
    stage = "{title={en='a',zh='b'},station='gate',backend='insured-settlement',duration={mean_s=1}}"
    overrides = [
        "places.park.account=institution",
        "services.park-entry.price={mean_yuan=5}",
        f"services.park-entry.stages=[{stage}]",
    ]
    with pytest.raises(InputError, match="allowed: hospital, clinic, pharmacy"):
        load_scenario(DAY, overrides=overrides)


def test_a_field_is_set_once() -> None:
    with pytest.raises(InputError, match="given twice, by --set and by --people"):
        load_scenario(DAY, overrides=["people=3"], values={"people": 4})
    with pytest.raises(InputError, match="given twice, by --set and by --profile"):
        load_scenario(DAY, overrides=["profile=baseline-2019"], profile="one-card-city")


def test_an_empty_profile_is_no_profile() -> None:
    with pytest.raises(InputError, match="unknown profile; got ''"):
        load_scenario(DAY, profile="")


NATURAL = {
    "a date without quotes": ("date=2019-05-02", lambda s: s.date, "2019-05-02"),
    "a code without quotes": ("city=310115", lambda s: s.city, "310115"),
    "a text with quotes": ("city='310115'", lambda s: s.city, "310115"),
    "a title of digits": ("title.en=2019", lambda s: s.title.en, "2019"),
    "a title with an equals sign": ("title.en=a=b", lambda s: s.title.en, "a=b"),
    "a title in Chinese": ("title.zh=一天", lambda s: s.title.zh, "一天"),
    "blanks around": (" people = 12 ", lambda s: s.people, 12),
    "a whole number for a fraction": (
        "behaviour.travel.mean_s=300",
        lambda s: s.behaviour.travel.mean_s,
        300.0,
    ),
    "a key in quotes": ('stops."park".hour=06:15', lambda s: s.stops["park"].hour, "06:15"),
    "a table": ("behaviour.travel={mean_s=60}", lambda s: s.behaviour.travel.minimum_s, 0.0),
    "no curve is a curve": ("stops.park.curve=transit", lambda s: s.stops["park"].curve, "transit"),
}


@pytest.mark.parametrize(("override", "field", "value"), NATURAL.values(), ids=NATURAL)
def test_an_override_means_what_it_looks_like(
    override: str, field: Callable[[Scenario], object], value: object
) -> None:
    assert field(load_scenario(DAY, overrides=[override]).scenario) == value


@pytest.mark.parametrize("profile", ["one-card-city", "baseline-2019"])
def test_a_key_with_dots_can_be_set(profile: str) -> None:
    mix = {"1.00": 0.02, "2.00": 0.5, "3.00": 0.48}
    overrides = [f'population.generation_mix."{version}"={share}' for version, share in mix.items()]
    loaded = load_scenario(DAY, overrides=overrides, profile=profile)
    assert loaded.scenario.population.generation_mix == mix


def test_an_unknown_scenario_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=DAY):
        load_scenario("nightly-card-usage")


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
