"""The onecard command as its users call it."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from onecard.cli.main import main
from onecard.sim.recording.run_folder import EVENTS, MANIFEST, REPORT, SUMMARY

SMALL = ["run", "daily-card-usage", "--people", "60", "--seed", "5"]
REQUIRED_SUMMARY = {
    "people",
    "card_uses",
    "apdus",
    "events",
    "settlements",
    "refusals",
    "ledger_sum_fen",
    "uses_by_stop",
    "wait_s_p50",
    "wait_s_p95",
}
REQUIRED_MANIFEST = {
    "scenario",
    "scenario_sha256",
    "seed",
    "engine",
    "version",
    "parameters",
    "results_sha256",
}


@pytest.fixture(scope="module")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("cli") / "run"
    assert main([*SMALL, "--out", str(target)]) == 0
    return target


def test_a_run_leaves_the_whole_folder(small_run: Path) -> None:
    assert {file.name for file in small_run.iterdir()} == {MANIFEST, SUMMARY, EVENTS, REPORT}
    summary = msgspec.json.decode((small_run / SUMMARY).read_bytes())
    manifest = msgspec.json.decode((small_run / MANIFEST).read_bytes())
    assert set(summary) >= REQUIRED_SUMMARY
    assert set(manifest) == REQUIRED_MANIFEST
    assert (summary["people"], manifest["seed"], manifest["scenario"]) == (60, 5, "daily-card-usage")
    assert len(summary["uses_by_stop"]) == 9
    assert summary["ledger_sum_fen"] == 0


def test_json_output_is_one_document_with_everything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*SMALL, "--out", str(tmp_path / "run"), "--json"]) == 0
    result = msgspec.json.decode(capsys.readouterr().out)
    assert set(result) == {"run", "report", "manifest", "summary", "performance"}
    assert result["summary"] == msgspec.json.decode((tmp_path / "run" / SUMMARY).read_bytes())
    assert result["performance"]["apdus_per_s"] > 0


def test_human_output_names_the_report_and_the_key_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*SMALL, "--out", str(tmp_path / "run")]) == 0
    out = " ".join(capsys.readouterr().out.split())
    for part in ("people 60", "card uses", "sum 0 fen", "report.html", "results_sha256"):
        assert part in out


def test_progress_is_told_in_plain_lines_when_there_is_no_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*SMALL, "--out", str(tmp_path / "run")]) == 0
    lines = [line for line in capsys.readouterr().err.splitlines() if " % " in line or "%," in line]
    assert lines
    assert "100 %" in lines[-1]


def test_without_out_each_run_gets_a_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(SMALL) == 0
    assert main(SMALL) == 0
    assert sorted(folder.name for folder in (tmp_path / "runs").iterdir()) == [
        "daily-card-usage",
        "daily-card-usage-2",
    ]


def test_report_verifies_and_draws_the_same_page_again(small_run: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.html"
    assert main(["report", str(small_run), "--out", str(again)]) == 0
    assert again.read_bytes() == (small_run / REPORT).read_bytes()


def test_report_json(small_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(small_run), "--out", str(tmp_path / "r.html"), "--json"]) == 0
    result = msgspec.json.decode(capsys.readouterr().out)
    manifest = msgspec.json.decode((small_run / MANIFEST).read_bytes())
    assert result["results_sha256"] == manifest["results_sha256"]


def test_scenarios_are_listed_for_people_and_machines(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenarios"]) == 0
    assert "daily-card-usage" in capsys.readouterr().out
    assert main(["scenarios", "--json"]) == 0
    listed = msgspec.json.decode(capsys.readouterr().out)
    assert [entry["name"] for entry in listed] == ["daily-card-usage"]
    assert listed[0]["profiles"] == ["baseline-2019", "one-card-city"]


def test_a_scenario_can_be_shown_whole_and_the_schema_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenarios", "daily-card-usage"]) == 0
    assert msgspec.json.decode(capsys.readouterr().out)["stops"]["park"]["hour"] == "07:00"
    assert main(["scenarios", "--schema"]) == 0
    assert "$defs" in msgspec.json.decode(capsys.readouterr().out)


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


def test_doctor_fails_when_the_core_lacks_something(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("onecard.cli.doctor.differences", lambda: ["cos"])
    assert main(["doctor"]) == 3
    assert "differs in: cos" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("onecard ")


BAD = {
    "no such command": (["fly"], "fly"),
    "no such option": (["run", "daily-card-usage", "--wings"], "--wings"),
    "no scenario": (["run"], "scenario"),
    "unknown scenario": (["run", "nightly"], "daily-card-usage"),
    "missing file": (["run", "./missing.toml"], "missing.toml"),
    "zero people": (["run", "daily-card-usage", "--people", "0"], "--people"),
    "negative people": (["run", "daily-card-usage", "--people", "-3"], "--people"),
    "people as a word": (["run", "daily-card-usage", "--people", "many"], "many"),
    "people as a fraction": (["run", "daily-card-usage", "--people", "1.5"], "1.5"),
    "negative seed": (["run", "daily-card-usage", "--seed", "-1"], "--seed"),
    "seed too large": (["run", "daily-card-usage", "--seed", str(2**63)], "--seed"),
    "unknown engine": (["run", "daily-card-usage", "--engine", "steam"], "simpy"),
    "unknown profile": (["run", "daily-card-usage", "--profile", "utopia"], "baseline-2019"),
    "probability of 1.2": (
        ["run", "daily-card-usage", "--set", "stops.park.services.park-entry.probability=1.2"],
        "stops.park.services.park-entry.probability",
    ),
    "no such run": (["report", "/nonexistent/run"], "/nonexistent/run"),
    "unknown scenario to show": (["scenarios", "nightly"], "daily-card-usage"),
}


@pytest.mark.parametrize(("arguments", "detail"), BAD.values(), ids=BAD)
def test_bad_input_gets_one_line_and_exit_code_two_and_leaves_nothing(
    arguments: list[str],
    detail: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert len(captured.err.splitlines()) == 1
    assert captured.err.startswith("onecard: ")
    assert detail in captured.err
    assert captured.out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_defect_of_ours_is_told_as_such(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("broken promise")

    monkeypatch.setattr("onecard.cli.run.execute", fail)
    assert main([*SMALL, "--out", str(tmp_path / "run")]) == 70
    assert "a defect of onecard itself, please report it: broken promise" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_leaves_nothing_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("onecard.cli.run.execute", interrupt)
    assert main([*SMALL, "--out", str(tmp_path / "run")]) == 130
    assert capsys.readouterr().err.splitlines()[-1] == "onecard: interrupted; nothing was kept"
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_ends_the_run_with_one_line_and_nothing_left(tmp_path: Path) -> None:
    """A limit on file size stands for the full disk: the write fails in the middle of a table."""
    target = tmp_path / "run"
    program = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096));"
        "from onecard.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program, *SMALL, "--out", str(target)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=120,
    )
    assert done.returncode == 2, done.stderr
    message = [line for line in done.stderr.splitlines() if line.startswith("onecard: ")]
    assert len(message) == 1
    assert str(target) in message[0]
    assert "cannot write" in message[0]
    assert "Traceback" not in done.stderr
    assert not target.exists()
