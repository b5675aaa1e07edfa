"""Scenario files: TOML and JSON, one extending another, and errors that name file and field."""

import json
from pathlib import Path

import msgspec
import pytest

from onecard.scenarios import load_scenario
from onecard.scenarios.files import MAXIMUM_BYTES, MAXIMUM_EXTENDS
from onecard.sim.errors import InputError

DAY = "daily-card-usage"


def write(path: Path, content: str | bytes) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def test_a_file_can_extend_a_built_in_scenario(tmp_path: Path) -> None:
    file = write(
        tmp_path / "small.toml",
        'extends = "daily-card-usage"\nname = "small"\npeople = 12\n[stops.park]\nhour = "06:00"\n',
    )
    loaded = load_scenario(file)
    assert (loaded.scenario.name, loaded.scenario.people) == ("small", 12)
    assert loaded.scenario.stops["park"].hour == "06:00"
    assert loaded.scenario.stops["shopping"].hour == "20:00"
    assert (loaded.origin, load_scenario(DAY).origin) == ("file", "built-in")


def test_a_base_is_relative_to_the_file_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "shared" / "lowest.toml", f'extends = "{DAY}"\npeople = 11\nseed = 3\n')
    write(tmp_path / "shared" / "base.toml", 'extends = "./lowest.toml"\npeople = 12\n')
    file = write(tmp_path / "mine" / "top.toml", 'extends = "../shared/base.toml"\nname = "top"\n')
    write(tmp_path / "lowest.toml", "people = 99\n")
    monkeypatch.chdir(tmp_path)
    scenario = load_scenario(file).scenario
    assert (scenario.name, scenario.people, scenario.seed) == ("top", 12, 3)


@pytest.mark.parametrize("lead", [b"\xef\xbb\xbf", b""], ids=["byte order mark", "plain"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_editors_may_differ(tmp_path: Path, lead: bytes, end: str) -> None:
    lines = [f'extends = "{DAY}"', "people = 12", "date = 2019-05-02", ""]
    file = write(tmp_path / "a.toml", lead + end.join(lines).encode())
    scenario = load_scenario(file).scenario
    assert (scenario.people, scenario.date) == (12, "2019-05-02")


@pytest.mark.parametrize("profile", ["one-card-city", "baseline-2019"])
def test_a_checked_scenario_as_json_is_the_same_scenario(tmp_path: Path, profile: str) -> None:
    overrides = ["population.mislaid_share=0.02", "stops.park.services.park-entry.probability=0.3"]
    loaded = load_scenario(DAY, overrides=overrides, profile=profile)
    file = write(tmp_path / "scenario.json", msgspec.json.encode(loaded.scenario, order="sorted"))
    again = load_scenario(file)
    assert again.scenario == loaded.scenario
    assert again.sha256 == loaded.sha256
    assert again.profiles == (profile,)
    with pytest.raises(InputError, match=f"unknown profile; got 'x'; allowed: {profile}"):
        load_scenario(file, profile="x")


def test_the_order_in_a_file_says_nothing(tmp_path: Path) -> None:
    def reversed_tables(tree: object) -> object:
        if not isinstance(tree, dict):
            return tree
        return {key: reversed_tables(value) for key, value in reversed(tree.items())}

    loaded = load_scenario(DAY)
    tree = reversed_tables(msgspec.json.decode(msgspec.json.encode(loaded.scenario)))
    again = load_scenario(write(tmp_path / "a.json", json.dumps(tree)))
    assert again.sha256 == loaded.sha256
    assert list(again.scenario.stops) == list(loaded.scenario.stops)
    assert list(again.scenario.places) == list(loaded.scenario.places)
    assert msgspec.json.encode(again.scenario) == msgspec.json.encode(loaded.scenario)


BROKEN = {
    "not toml": ("a.toml", b"name = ", "a.toml: not a TOML file"),
    "not json": ("a.json", b"{", "a.json: not a JSON file"),
    "not text": ("a.toml", b"\xff\xfe", "not UTF-8"),
    "empty": (
        "a.toml",
        b"",
        'a.toml: not a whole scenario: .*missing; allowed: extends = "daily-card-usage"',
    ),
    "empty table": ("a.json", b"{}", "not a whole scenario"),
    "almost empty": ("a.toml", b'name = "x"', "not a whole scenario: .*title.*missing"),
    "an array": ("a.json", b"[]", "a.json: not a table"),
    "extends a number": (
        "a.toml",
        b"extends = 5",
        "a.toml: extends: .*got 5; allowed: cross-province-settlement, daily-card-usage",
    ),
    "extends an array": ("a.toml", b'extends = ["a"]', r"a.toml: extends: .*got \['a'\]"),
    "extends nothing": ("a.toml", b'extends = ""', "unknown scenario; got ''"),
    "extends a missing file": ("a.toml", b'extends = "./b.toml"', "b.toml: cannot read the scenario"),
    "extends a name with a null": ("a.toml", b'extends = "./b\\u0000.toml"', "unknown scenario"),
    "nested arrays": ("a.toml", b"a = " + b"[" * 5000 + b"]" * 5000, "too deep"),
    "nested json": ("a.json", b'{"a": ' + b"[" * 100_000, "too deep"),
    "a bit too nested": ("a.toml", b"people = " + b"[" * 40 + b"]" * 40, "too deep"),
    "a number of 5000 digits": ("a.toml", b"people = " + b"9" * 5000, "not a TOML file"),
    "a number of 5000 digits in json": ("a.json", b'{"people": ' + b"9" * 5000 + b"}", "not a JSON file"),
    "not a number": (
        "a.json",
        f'{{"extends": "{DAY}", "people": NaN}}'.encode(),
        "people: not a finite number",
    ),
    "infinite": (
        "a.toml",
        f'extends = "{DAY}"\n[behaviour]\ntravel.mean_s = inf'.encode(),
        "travel.mean_s: not a",
    ),
    "a key twice": ("a.json", b'{"people": 1, "people": 2}', "'people' is given twice"),
    "half a character": ("a.json", b'{"name": "\\ud800"}', "half a character"),
    "unknown field": ("a.toml", f'extends = "{DAY}"\ncolour = 1'.encode(), "colour: unknown field"),
    "stops as a number": ("a.toml", f'extends = "{DAY}"\nstops = 1'.encode(), "stops: .*a table"),
    "a stop with a space": (
        "a.toml",
        f'extends = "{DAY}"\n[stops."a b"]\nhour="07:00"'.encode(),
        "stops: .*'a b'",
    ),
    "profiles as a number": ("a.toml", f'extends = "{DAY}"\nprofiles = 1'.encode(), "profiles: .*a table"),
    "a profile as a number": (
        "a.toml",
        f'extends = "{DAY}"\nprofiles.x = 1'.encode(),
        "profiles.x: .*a table",
    ),
    "a profile's name": ("a.toml", f'extends = "{DAY}"\n[profiles."../x"]'.encode(), "profiles: .*'../x'"),
    "a profile that sets what is not": (
        "a.toml",
        f'extends = "{DAY}"\nprofile = "x"\n[profiles.x]\nextends = "y"'.encode(),
        "extends: unknown field",
    ),
    "a default profile that is not": (
        "a.toml",
        f'extends = "{DAY}"\nprofile = "x"'.encode(),
        "unknown profile; got 'x'",
    ),
    "too large": ("a.toml", b"#" * (MAXIMUM_BYTES + 1), "too large"),
}


@pytest.mark.parametrize(("name", "content", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_in_one_line(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    file = write(tmp_path / name, content)
    with pytest.raises(InputError, match=message) as caught:
        load_scenario(file)
    assert "\n" not in str(caught.value)


UNREADABLE = {
    "a folder": "folder.toml",
    "a name of 300 characters": "x" * 300 + ".toml",
    "missing": "no.toml",
}


@pytest.mark.parametrize("name", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(InputError, match="cannot read the scenario"):
        load_scenario(str(tmp_path / name))


def test_a_cycle_is_called_one(tmp_path: Path) -> None:
    write(tmp_path / "a.toml", 'extends = "./b.toml"\n')
    write(tmp_path / "b.toml", 'extends = "./a.toml"\n')
    with pytest.raises(
        InputError, match=r"b.toml: extends: .* in a cycle: .*a.toml extends .*b.toml extends"
    ):
        load_scenario(str(tmp_path / "a.toml"))
    with pytest.raises(InputError, match="cycle"):
        load_scenario(write(tmp_path / "self.toml", 'extends = "./self.toml"\n'))


def test_a_link_to_itself_is_told(tmp_path: Path) -> None:
    (tmp_path / "loop.toml").symlink_to("loop.toml")
    with pytest.raises(InputError, match="cannot read the scenario"):
        load_scenario(str(tmp_path / "loop.toml"))


def test_a_long_chain_of_files_is_refused(tmp_path: Path) -> None:
    for number in range(MAXIMUM_EXTENDS + 1):
        write(tmp_path / f"{number}.toml", f'extends = "./{number + 1}.toml"\n')
    with pytest.raises(InputError, match=f"too many files.*at most {MAXIMUM_EXTENDS}"):
        load_scenario(str(tmp_path / "0.toml"))


def test_more_stops_than_a_person_has_visits_are_refused(tmp_path: Path) -> None:
    stops = "".join(
        f'[stops.s{number}]\ntitle = {{ en = "a", zh = "b" }}\nhour = "07:00"\nservices = {{}}\n'
        for number in range(60)
    )
    file = write(tmp_path / "many.toml", f'extends = "{DAY}"\n{stops}')
    with pytest.raises(InputError, match="stops: 69 stops; allowed: 1 to 62"):
        load_scenario(file)
