"""The onecard command as its users call it."""

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from onecard.cli.main import main
from onecard.sim.recording.run_folder import EVENTS, MANIFEST, REPORT, SCENARIO, SUMMARY

SMALL = ["run", "daily-card-usage", "--people", "60", "--seed", "5"]
PROGRESS = re.compile(r": [0-9]+ %, ")
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
    "manifest_sha256",
}


@pytest.fixture(scope="module")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("cli") / "run"
    assert main([*SMALL, "--out", str(target)]) == 0
    return target


def test_a_run_leaves_the_whole_folder(small_run: Path) -> None:
    assert {file.name for file in small_run.iterdir()} == {MANIFEST, SCENARIO, SUMMARY, EVENTS, REPORT}
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


def test_a_run_is_repeated_by_its_scenario_file(tmp_path: Path) -> None:
    """Overrides, a profile and an own file come back out of scenario.json: the results are the same."""
    file = tmp_path / "mine.toml"
    file.write_text('extends = "daily-card-usage"\nname = "mine"\n[stops.park]\nhour = "06:00"\n')
    asked = ["--people", "50", "--seed", "9", "--profile", "one-card-city"]
    overrides = ["--set", "services.breakfast.price.mean_yuan=12", "--set", "places.bank.per_100k=40"]
    first, second = tmp_path / "first", tmp_path / "second"
    assert main(["run", str(file), *asked, *overrides, "--out", str(first)]) == 0
    assert main(["run", str(first / SCENARIO), "--seed", "9", "--out", str(second)]) == 0
    manifests = [msgspec.json.decode((folder / MANIFEST).read_bytes()) for folder in (first, second)]
    assert manifests[0]["results_sha256"] == manifests[1]["results_sha256"]
    assert manifests[0]["scenario_sha256"] == manifests[1]["scenario_sha256"]
    assert manifests[0]["parameters"]["overrides"] == [overrides[1], overrides[3]]
    assert manifests[1]["parameters"]["overrides"] == []
    assert (first / SCENARIO).read_bytes() == (second / SCENARIO).read_bytes()
    assert (first / SUMMARY).read_bytes() == (second / SUMMARY).read_bytes()
    assert main(["report", str(second)]) == 0
    other = tmp_path / "other"
    assert main(["run", str(first / SCENARIO), "--seed", "10", "--out", str(other)]) == 0
    assert (
        msgspec.json.decode((other / MANIFEST).read_bytes())["results_sha256"]
        != manifests[0]["results_sha256"]
    )


def test_the_manifest_shows_the_day_of_the_run(small_run: Path) -> None:
    parameters = msgspec.json.decode((small_run / MANIFEST).read_bytes())["parameters"]
    assert parameters["date"] == parameters["population"]["as_of"] == "2019-04-23"
    assert (parameters["origin"], parameters["overrides"]) == ("built-in", [])


def test_scenario_json_is_what_scenarios_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenarios", "daily-card-usage"]) == 0
    shown = capsys.readouterr().out
    (tmp_path / "shown.json").write_text(shown, encoding="utf-8")
    assert main(["scenarios", str(tmp_path / "shown.json")]) == 0
    assert capsys.readouterr().out == shown


def test_progress_is_told_in_plain_lines_when_there_is_no_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*SMALL, "--out", str(tmp_path / "run")]) == 0
    lines = [line for line in capsys.readouterr().err.splitlines() if " %, " in line]
    assert 1 <= len(lines) <= 5, "one line for each quarter, no more"
    assert sum("100 %" in line for line in lines) == 1


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


REPORT_TARGETS = {
    "empty": ("", "an empty path"),
    "a folder": ("folder", "not a regular file"),
    "a pipe": ("pipe", "not a regular file"),
    "a link to a pipe": ("link", "not a regular file"),
    "a table of the run": ("run/events/visits.parquet", "belongs to the run"),
    "the manifest": ("run/manifest.json", "belongs to the run"),
    "in no folder": ("missing/report.html", "No such file or directory"),
    "below a file": ("file/report.html", "Not a directory"),
    "a name of 300 characters": ("x" * 300, "File name too long"),
}


@pytest.mark.parametrize(("name", "message"), REPORT_TARGETS.values(), ids=REPORT_TARGETS)
def test_a_report_replaces_nothing_but_a_report(
    small_run: Path, tmp_path: Path, name: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("mine")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    (tmp_path / "run").symlink_to(small_run)
    before = {file: file.stat().st_mode for file in [*tmp_path.rglob("*"), *small_run.rglob("*")]}
    assert main(["report", str(small_run), "--out", str(tmp_path / name) if name else ""]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert len(captured.err.splitlines()) == 1
    assert {file: file.stat().st_mode for file in [*tmp_path.rglob("*"), *small_run.rglob("*")]} == before
    assert main(["report", str(small_run)]) == 0


def test_a_report_through_a_link_leaves_the_link(small_run: Path, tmp_path: Path) -> None:
    (tmp_path / "old.html").write_text("old")
    (tmp_path / "link.html").symlink_to("old.html")
    assert main(["report", str(small_run), "--out", str(tmp_path / "link.html")]) == 0
    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "old.html").read_bytes() == (small_run / REPORT).read_bytes()


def test_a_report_on_a_read_only_disk_is_refused(
    small_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    for verb in ("write_text", "unlink", "replace"):
        monkeypatch.setattr(Path, verb, refuse)
    assert main(["report", str(small_run), "--out", str(tmp_path / "r.html")]) == 2
    assert "cannot write the report (Read-only file system)" in capsys.readouterr().err


def test_scenarios_are_listed_for_people_and_machines(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenarios"]) == 0
    assert "daily-card-usage" in capsys.readouterr().out
    assert main(["scenarios", "--json"]) == 0
    listed = msgspec.json.decode(capsys.readouterr().out)
    assert [entry["name"] for entry in listed] == [
        "cross-province-settlement",
        "daily-card-usage",
        "outage-and-recovery",
    ]
    assert listed[1]["profiles"] == ["baseline-2019", "one-card-city"]


def test_a_scenario_can_be_shown_whole_and_the_schema_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenarios", "daily-card-usage"]) == 0
    assert msgspec.json.decode(capsys.readouterr().out)["stops"]["park"]["hour"] == "07:00"
    assert main(["scenarios", "--schema"]) == 0
    assert msgspec.json.decode(capsys.readouterr().out)["$schema"].endswith("2020-12/schema")


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert re.search(r"\n  scenarios +List", capsys.readouterr().out)
    assert main(["run", "--help"]) == 0
    assert "--people" in capsys.readouterr().out


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
    "people in Arabic digits": (["run", "daily-card-usage", "--people", "١٢"], "'١٢'"),
    "people with stray commas": (["run", "daily-card-usage", "--people", "1,,2"], "1,,2"),
    "no people": (["run", "daily-card-usage", "--people", ""], "--people"),
    "too many people": (["run", "daily-card-usage", "--people", "2000000001"], "2000000000"),
    "people of 5000 digits": (["run", "daily-card-usage", "--people", "9" * 5000], "5002 characters"),
    "empty profile": (["run", "daily-card-usage", "--profile", ""], "baseline-2019"),
    "empty output": (["run", "daily-card-usage", "--out", ""], "--out"),
    "output of 300 characters": (["run", "daily-card-usage", "--out", "x" * 300], "File name too long"),
    "override of two lines": (["run", "daily-card-usage", "--set", "people=3\nseed=9"], "more than one line"),
    "override with a control character": (["run", "daily-card-usage", "--set", "\x1b[2Jx=1"], "TOML key"),
    "people given twice": (["run", "daily-card-usage", "--people", "3", "--set", "people=4"], "twice"),
    "load that does not drain": (
        ["run", "daily-card-usage", "--people", "5", "--set", "behaviour.travel={mean_s=86400}"],
        "does not drain",
    ),
    "output that is no text": (["run", "daily-card-usage", "--out", "r\udcff"], "UTF-8"),
    "empty run": (["report", ""], "RUN"),
    "size of a benchmark that has none": (["bench", "cards", "--apdus", "5"], "--apdus: only fuzz has this"),
    "no worker": (["bench", "fuzz", "--workers", "0"], "--workers: out of range"),
    "unknown benchmark": (["bench", "nothing"], "cards, conformance, day, fuzz"),
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
    (line,) = [each for each in captured.err.splitlines() if not PROGRESS.search(each)]
    assert line.startswith("onecard: ")
    assert detail in line
    assert line.isprintable()
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
