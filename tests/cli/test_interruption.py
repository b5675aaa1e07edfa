"""Signals: the command cleans up, says one line, and its exit code names the signal."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import simpy
from command_line import LIMIT_S, ONECARD, SMALL, python

from onecard.cli.main import main
from onecard.sim.recording.run_folder import EVENTS

CODES = {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129}


@pytest.fixture(autouse=True)
def hung_up_is_heard() -> Iterator[None]:
    """Let SIGHUP be heard also where the tests run under nohup, which ignores it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("name", CODES)
def test_a_signal_in_the_run_leaves_nothing_and_says_so(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    number = signal.Signals[name]

    def interrupt(_loaded: object, folder: Path, **_options: object) -> None:
        (folder / EVENTS / "half").write_text("half")
        signal.raise_signal(number)

    monkeypatch.setattr("onecard.cli.run.execute", interrupt)
    before = signal.getsignal(number)
    assert main([*SMALL, "--out", str(tmp_path / "run")]) == CODES[name]
    assert capsys.readouterr().err == f"onecard: interrupted ({name}); nothing unfinished was kept\n"
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(number) == before


def test_a_signal_inside_a_process_of_the_world_passes_through_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_arguments: object, **_options: object) -> None:
        def walk() -> Iterator[simpy.Event]:
            yield world.timeout(1)
            signal.raise_signal(signal.SIGTERM)

        world = simpy.Environment()
        world.process(walk())
        world.run()

    monkeypatch.setattr("onecard.cli.run.execute", interrupt)
    assert main([*SMALL, "--out", str(tmp_path / "run")]) == 143
    assert capsys.readouterr().err == "onecard: interrupted (SIGTERM); nothing unfinished was kept\n"


def test_further_signals_do_not_stop_the_cleaning_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupt(*_arguments: object, **_options: object) -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr("onecard.cli.run.execute", interrupt)
    assert main([*SMALL, "--out", str(tmp_path / "run")]) == 143
    assert list(tmp_path.iterdir()) == []


def test_a_signal_that_was_ignored_stays_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen = []

    def interrupt(*_arguments: object, **_options: object) -> None:
        signal.raise_signal(signal.SIGHUP)
        seen.append("went on")
        raise ValueError("end of the test")

    monkeypatch.setattr("onecard.cli.run.execute", interrupt)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert main([*SMALL, "--out", str(tmp_path / "run")]) == 70
    finally:
        signal.signal(signal.SIGHUP, before)
    assert seen == ["went on"]


def test_an_interruption_during_the_imports_is_one_line() -> None:
    done = python(
        """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "onecard.scenarios":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
from onecard.cli.main import console
sys.argv = ["onecard", "scenarios"]
console()
"""
    )
    assert done.returncode == 130
    assert done.stderr == "onecard: interrupted (SIGINT); nothing unfinished was kept\n"


def test_a_killed_process_leaves_its_folder_as_it_was(tmp_path: Path) -> None:
    """The first line of progress says that the run is under way."""
    command = [*ONECARD, "run", "daily-card-usage", "--people", "4000", "--out", str(tmp_path / "run")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr is not None
        assert "%" in process.stderr.readline()
        assert (tmp_path / "run").is_dir()
        os.kill(process.pid, signal.SIGTERM)
        _out, errors = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 143, errors
    assert errors.splitlines()[-1].startswith("onecard: interrupted (SIGTERM)")
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []
