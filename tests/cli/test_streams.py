"""Pipes that close, disks that are full, encodings that are poor: the run is kept, the exit code says so."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from command_line import LIMIT_S, ONECARD, SMALL, onecard

from onecard.sim.recording.stored_run import read_run

POOR = {
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "locale C": {
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONIOENCODING": "",  # test runners set it
    },
}


def closed_pipe() -> int:
    """Return the writing end of a pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer


@pytest.mark.parametrize(
    "arguments", [["scenarios", "daily-card-usage"], ["scenarios"], ["--help"], ["doctor"]]
)
def test_a_reader_that_goes_away_is_no_failure(arguments: list[str]) -> None:
    writer = closed_pipe()
    done = onecard(*arguments, stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["text", "json"])
def test_a_run_whose_output_nobody_reads_is_kept(tmp_path: Path, options: list[str]) -> None:
    writer = closed_pipe()
    done = onecard(*SMALL, *options, "--out", str(tmp_path / "run"), stdout=writer, stderr=writer)
    os.close(writer)
    assert done.returncode == 0
    assert read_run(tmp_path / "run").summary.people == 30


def test_an_error_that_nobody_reads_keeps_its_exit_code() -> None:
    writer = closed_pipe()
    done = onecard("fly", stderr=writer)
    os.close(writer)
    assert done.returncode == 2


@pytest.mark.parametrize("closed", [["stdout"], ["stderr"], ["stdout", "stderr"]], ids="+".join)
def test_closed_streams_do_not_get_into_the_run(tmp_path: Path, closed: list[str]) -> None:
    redirections = {"stdout": ">&-", "stderr": "2>&-"}
    shell = ["sh", "-c", '"$@" ' + " ".join(redirections[name] for name in closed), "sh"]
    done = subprocess.run(
        [*shell, *ONECARD, *SMALL, "--out", str(tmp_path / "run")],
        capture_output=True,
        check=False,
        timeout=LIMIT_S,
    )
    assert done.returncode == 0
    read_run(tmp_path / "run")


def test_output_that_cannot_be_written_is_an_error_of_one_line(tmp_path: Path) -> None:
    """A limit on file size stands for the full disk under the standard output."""
    shell = ["sh", "-c", 'trap "" XFSZ; ulimit -f 0; exec "$@"', "sh", *ONECARD]
    with (tmp_path / "output").open("wb") as output:
        done = subprocess.run(
            [*shell, "scenarios", "daily-card-usage"],
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=LIMIT_S,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("onecard: standard output: cannot write the output (File too large)")


@pytest.mark.parametrize("env", POOR.values(), ids=POOR)
def test_poor_encodings_get_escapes(env: dict[str, str]) -> None:
    done = onecard("scenarios", env=env)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\\u5361" in done.stdout


@pytest.mark.parametrize("env", POOR.values(), ids=POOR)
def test_json_stays_json_in_poor_encodings(env: dict[str, str]) -> None:
    done = onecard("scenarios", "daily-card-usage", env=env)
    assert done.returncode == 0
    assert json.loads(done.stdout)["title"]["zh"] == "卡伴一天"


def test_a_run_works_in_a_poor_locale(tmp_path: Path) -> None:
    done = onecard(*SMALL, "--out", str(tmp_path / "run"), env=POOR["locale C"])
    assert done.returncode == 0, done.stderr
    rich = onecard(*SMALL, "--out", str(tmp_path / "again"))
    assert rich.returncode == 0
    first, second = read_run(tmp_path / "run"), read_run(tmp_path / "again")
    assert first.manifest == second.manifest


def test_arguments_that_are_no_text_are_refused_in_one_line(tmp_path: Path) -> None:
    done = onecard("run", "daily-card-usage", "--set", "title.en=\udcff", cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("columns", ["20", "80"])
def test_a_narrow_terminal_cuts_nothing(columns: str, tmp_path: Path) -> None:
    done = onecard("scenarios", env={"COLUMNS": columns})
    assert b"daily-card-usage" in done.stdout.splitlines()
    done = onecard(*SMALL, "--out", str(tmp_path / "run"), env={"COLUMNS": columns})
    lines = done.stdout.decode().splitlines()
    (stops,) = [line for line in lines if line.startswith("by stop")]
    assert stops.count(",") >= 8
    assert lines[-1] == f"report {tmp_path / 'run' / 'report.html'}"
