"""The provenance of a report: parameters as the command takes them, and commands that repeat the run."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from report_samples import MANIFEST, city_summary

from onecard.cli.main import main
from onecard.reports.labels import Labels
from onecard.reports.provenance import command_line, complete_command_line, facts, parameters
from onecard.sim.recording.run_folder import MANIFEST as MANIFEST_FILE

PARAMETERS: dict[str, Any] = {
    "profile": "one-card-city",
    "people": 5,
    "city": "310000",
    "mix": {"1.00": 0.5, "2.00": 0.5},
    "behaviour": {"on": True, "ages": [6, 100], "none": None},
    "origin": "built-in",
    "overrides": [],
}


def manifest(**changed: object) -> dict[str, object]:
    return {"scenario": "my-day", "seed": 7, "engine": "simpy", "parameters": PARAMETERS | changed}


def test_parameters_are_listed_as_overrides_take_them() -> None:
    assert parameters(manifest()) == [
        ("profile", '"one-card-city"'),
        ("people", "5"),
        ("city", '"310000"'),
        ("mix", '{ "1.00" = 0.5, "2.00" = 0.5 }'),
        ("behaviour.on", "true"),
        ("behaviour.ages", "[6, 100]"),
    ]


def test_a_built_in_scenario_is_repeated_by_its_name() -> None:
    short = "onecard run my-day --profile one-card-city --people 5 --seed 7 --engine simpy"
    assert command_line(manifest()) == short


@pytest.mark.parametrize(
    "changed", [{"overrides": ["people=5"]}, {"origin": "file"}], ids=["override", "file"]
)
def test_any_other_run_is_repeated_by_its_scenario_file(changed: dict[str, object]) -> None:
    assert command_line(manifest(**changed)) == "onecard run scenario.json --seed 7 --engine simpy"


def test_the_scenario_file_repeats_every_run() -> None:
    assert complete_command_line(manifest()) == "onecard run scenario.json --seed 7 --engine simpy"


def test_what_was_set_by_hand_is_a_fact() -> None:
    summary = city_summary()
    told = MANIFEST | {"parameters": PARAMETERS | {"overrides": ["people=5", "date=2019-05-02"]}}
    rows = facts(summary, told, Labels(summary.labels))
    shown = [fact.value[0] for fact in rows if fact.name[0] == "Set by hand"]
    assert shown == ["people=5", "date=2019-05-02"]


@pytest.mark.parametrize(
    "options", [[], ["--set", "stops.park.hour=06:30", "--set", "city=310115"]], ids=["plain", "overrides"]
)
def test_the_shown_command_makes_the_same_run(
    options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    arguments = ["run", "daily-card-usage", "--people", "20", "--seed", "3", *options, "--out", str(run)]
    assert main(arguments) == 0
    monkeypatch.chdir(run)  # where the report and its scenario file stand
    first = msgspec.json.decode((run / MANIFEST_FILE).read_bytes())
    for number, command in enumerate((command_line(first), complete_command_line(first))):
        again = tmp_path / f"again-{number}"
        assert main([*command.split()[1:], "--out", str(again)]) == 0
        second = msgspec.json.decode((again / MANIFEST_FILE).read_bytes())
        assert second["results_sha256"] == first["results_sha256"]
