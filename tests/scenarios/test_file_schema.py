"""The published schema is that of the files people write, and of the scenario that a run leaves."""

import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from onecard.scenarios import built_in_names, load_scenario
from onecard.scenarios.files import read_layers
from onecard.scenarios.schema import file_schema

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = {
    f"{page.stem}-{number}": match[1]
    for page in sorted(DOCS.glob("*.md"))
    for number, match in enumerate(re.finditer(r"^```toml\n(.*?)^```", page.read_text("utf-8"), re.M | re.S))
    if "extends" in match[1]  # other pages have files of other kinds
}


@pytest.fixture(scope="module")
def validator() -> Any:
    schema = file_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("name", built_in_names())
def test_a_built_in_file_is_valid(name: str, validator: Any) -> None:
    layers = read_layers(name)
    assert any("profiles" in layer for layer in layers)
    bases = [{"extends": "what is below"}] * (len(layers) - 1) + [{}]
    for layer, base in zip(layers, bases, strict=True):
        validator.validate(layer | base)


LEFT = [
    ("daily-card-usage", "one-card-city"),
    ("daily-card-usage", "baseline-2019"),
    ("cross-province-settlement", "raised"),
    ("outage-and-recovery", "shares-2024"),
]


@pytest.mark.parametrize(("name", "profile"), LEFT)
def test_the_scenario_that_a_run_leaves_is_valid(name: str, profile: str, validator: Any) -> None:
    scenario = load_scenario(name, profile=profile).scenario
    validator.validate(msgspec.json.decode(msgspec.json.encode(scenario)))


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_an_example_of_the_documentation_is_valid(example: str, validator: Any) -> None:
    validator.validate(tomllib.loads(example))


def test_there_are_examples() -> None:
    assert EXAMPLES


GOOD = {
    "only a base": "",
    "a profile that changes one field": "[profiles.mine.behaviour.travel]\nmean_s = 300",
    "part of a table": "[population.generation_mix]\n'3.00' = 0.4",
    "a whole stage": (
        "[[services.park-entry.stages]]\ntitle = { en = 'a', zh = 'b' }\nduration = { mean_s = 1 }"
    ),
}
BAD = {
    "unknown field": "colour = 1",
    "unknown field in a profile": "[profiles.x]\ncolour = 1",
    "a base that is a number": None,
    "profiles in a profile": "[profiles.x.profiles.y]",
    "probability of two": "[stops.park.services]\npark-entry.probability = 2",
    "probability of two in a profile": "[profiles.x.stops.park.services]\npark-entry.probability = 2",
    "name with a slash": 'name = "a/b"',
    "name with a line end": 'name = "a\\n"',
    "stop with a space": "[stops.'a b']",
    "profile with a space": "[profiles.'a b']",
    "duration of a week": "[behaviour.travel]\nmean_s = 604800",
    "unknown account": "[places.park]\naccount = 'person-bank'",
    "half a stage": "[[services.park-entry.stages]]\nstation = 'gate'",
    "people as a text": "people = 'many'",
}


@pytest.mark.parametrize("content", GOOD.values(), ids=GOOD)
def test_a_file_that_says_only_what_differs_is_valid(content: str, validator: Any) -> None:
    validator.validate(tomllib.loads(f'extends = "daily-card-usage"\n{content}'))


BAD_NETWORK = {
    "a field of the other kind": "[stops.park]\nhour = '06:00'",
    "a city without six digits": "[cities.31]\nweight = 2",
    "an outage of an unknown kind": "[outages.x]\nwhat = 'flood'",
    "more than every message lost": "[outages.x]\nloss = 1.5",
    "an unknown kind": "kind = 'weather'",
}


@pytest.mark.parametrize("content", BAD_NETWORK.values(), ids=BAD_NETWORK)
def test_a_wrong_file_of_a_network_is_invalid(content: str, validator: Any) -> None:
    kind = "" if content.startswith("kind") else "kind = 'settlement'\n"
    tree = tomllib.loads(f'extends = "cross-province-settlement"\n{kind}{content}')
    assert not validator.is_valid(tree)


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_a_wrong_file_is_invalid(content: str | None, validator: Any) -> None:
    tree = {"extends": 5} if content is None else tomllib.loads(f'extends = "daily-card-usage"\n{content}')
    assert not validator.is_valid(tree)


def test_a_file_that_extends_nothing_has_to_be_whole(validator: Any) -> None:
    (layer,) = read_layers("daily-card-usage")
    for field in ("name", "people", "stops", "behaviour"):
        part = {key: value for key, value in layer.items() if key != field}
        assert not validator.is_valid(part)
        validator.validate(part | {"extends": "./base.toml"})
