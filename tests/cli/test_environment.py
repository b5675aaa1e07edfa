"""What the machine lacks is said with the command that gets it, and the rest goes on."""

import msgspec
import pytest
from command_line import python

from onecard.cli.main import main

PROGRAM = """
import sys
for name in {hidden}:
    sys.modules[name] = None
from onecard.cli.main import console
console()
"""


@pytest.mark.parametrize("package", ["simpy", "msgspec", "typer", "numpy", "rich"])
def test_a_missing_package_is_told_with_the_command_that_installs_it(package: str) -> None:
    done = python(PROGRAM.format(hidden=[package]), "run", "daily-card-usage")
    assert done.returncode == 3
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith(
        f"onecard: the Python package '{package}' is missing; to get it: pip install '{package}>="
    )


@pytest.mark.parametrize("package", ["simpy", "msgspec", "typer", "numpy"])
def test_doctor_lists_a_missing_package(package: str) -> None:
    done = python(PROGRAM.format(hidden=[package]), "doctor")
    assert done.returncode == 3
    assert done.stderr == ""
    assert f"MISSING core   {package}: " in done.stdout
    assert f"to get it: pip install '{package}>=" in done.stdout
    assert "ok      core   cryptography" in done.stdout


def test_doctor_speaks_json_without_any_package() -> None:
    done = python(PROGRAM.format(hidden=["typer", "msgspec", "rich", "numpy"]), "doctor", "--json")
    assert done.returncode == 3
    missing = {entry["part"] for entry in msgspec.json.decode(done.stdout) if not entry["present"]}
    assert missing >= {"typer", "msgspec", "rich", "numpy", "draws"}


def test_the_help_needs_none_of_the_worlds_packages() -> None:
    done = python(PROGRAM.format(hidden=["simpy", "numpy", "matplotlib", "pyarrow"]), "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "scenarios" in done.stdout


def test_a_module_of_ours_that_is_missing_is_our_defect() -> None:
    done = python(PROGRAM.format(hidden=["onecard.sim.ledger"]), "run", "daily-card-usage")
    assert done.returncode == 70


def test_doctor_finds_the_core_on_this_machine(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    findings = msgspec.json.decode(capsys.readouterr().out)
    assert all(entry["present"] for entry in findings if entry["need"] == "core")
    assert all(entry["remedy"] for entry in findings if not entry["present"])


def test_doctor_says_what_is_missing_and_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    main(["doctor"])
    out = capsys.readouterr().out
    assert "MISSING tests  Chromium" in out
    assert "apt-get install chromium" in out


def test_doctor_fails_when_the_draws_differ(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("onecard.sim.draws.self_check.differences", lambda: ["cos"])
    assert main(["doctor"]) == 3
    assert "differs in: cos" in capsys.readouterr().out


def test_doctor_finds_a_package_that_is_too_old(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("onecard.cli.findings._requirements", lambda: [("simpy", "99.1")])
    assert main(["doctor"]) == 3
    assert "is older than 99.1" in capsys.readouterr().out
