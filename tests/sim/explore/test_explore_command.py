"""``onecard explore`` as people and machines call it."""

import json
import multiprocessing
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from onecard.cli.main import main

FEW = ["explore", "--seeds", "3", "--workers", "1", "--settlements", "10"]


def test_a_clean_search_prints_its_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(FEW) == 0
    told = capsys.readouterr().out
    for figure in ("seeds +3", "fen lost +0", "fen doubled +0", "not reconciled +0"):
        assert re.search(f"^{figure}$", told, re.MULTILINE)
    assert "clean" in told
    assert "pharmacy local 60 %" in told


def test_machines_get_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*FEW, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["clean"] is True
    assert document["seeds"] == 3
    assert (document["lost_fen"], document["doubled_fen"], document["differences"]) == (0, 0, 0)
    assert sum(document["mix_percent"].values()) == 100


def test_a_failing_search_shows_the_small_form_and_the_command_that_replays_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken = ["--defect", "reversal-forgets-account", "--settlements", "20"]
    assert main(["explore", "--seeds", "20", "--workers", "1", *broken]) == 1
    told = capsys.readouterr().out
    assert "person-medical/" in told
    command = next(line for line in told.splitlines() if line.startswith("replay: "))
    words = command.removeprefix("replay: onecard ").split()
    assert main(words) == 1
    again = capsys.readouterr().out
    assert again.split("made small")[1] == told.split("made small")[1]


def test_only_the_faults_that_are_asked_for_are_injected(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*FEW, "--faults", "crash,drop", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)["injected"]) <= {"crash", "drop"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--faults", "gremlins"], "gremlins"),
        (["--defect", "laziness"], "laziness"),
        (["--seeds", "0"], "--seeds"),
        (["--seeds", "many"], "many"),
        (["--workers", "0"], "--workers"),
        (["--settlements", "10001"], "10001"),
        (["--replay", "-1"], "--replay"),
        (["--replay", "1", "--seeds", "2"], "--seeds"),
    ],
    ids=["fault", "defect", "no seeds", "no number", "no workers", "too many", "negative", "replay of many"],
)
def test_wrong_options_are_refused_with_their_value(
    capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    assert main(["explore", *words]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert len(error.strip().splitlines()) == 1


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_interruption_stops_all_processes(
    workers: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shares: list[float] = []

    @contextmanager
    def interrupting(_title: str, _unit: str) -> Iterator[Callable[[float, int], None]]:
        def advance(share: float, _settlements: int) -> None:
            shares.append(share)
            if len(shares) == 3:
                signal.raise_signal(signal.SIGINT)

        yield advance

    monkeypatch.setattr("onecard.cli.explore.progress_of", interrupting)
    assert main(["explore", "--seeds", "100000", "--workers", workers, "--settlements", "5"]) == 130
    assert len(shares) == 3
    assert capsys.readouterr().err.startswith("onecard: interrupted (SIGINT)")
    assert multiprocessing.active_children() == []
