"""The command runs settlement networks as it runs a city's day, and verifies what they left."""

from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest

from onecard.cli.main import main
from onecard.sim.recording.settlement_tables import SETTLEMENT_SCHEMAS

RUN = ["run", "outage-and-recovery", "--people", "200", "--seed", "5"]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "outage"
    assert main([*RUN, "--out", str(folder)]) == 0
    return folder


def test_a_run_leaves_manifest_summary_tables_and_report(finished: Path) -> None:
    names = {path.name for path in finished.iterdir()}
    assert names == {"manifest.json", "scenario.json", "summary.json", "events", "report.html"}
    assert {path.stem for path in (finished / "events").iterdir()} == set(SETTLEMENT_SCHEMAS)
    summary = msgspec.json.decode((finished / "summary.json").read_bytes())
    assert summary["people"] == 200
    assert summary["findings"] == []
    assert "平台中断与恢复" in (finished / "report.html").read_text("utf-8")


def test_the_result_is_printed_for_people_and_machines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*RUN, "--out", str(tmp_path / "a")]) == 0
    shown = capsys.readouterr().out
    for word in ("treatments", "uncertain", "boundaries equal, 0 differences", "sum 0 fen", "messages/s"):
        assert word in shown
    assert main([*RUN, "--out", str(tmp_path / "b"), "--json"]) == 0
    result = msgspec.json.decode(capsys.readouterr().out)
    assert result["performance"]["messages_per_s"] > 0
    assert result["summary"]["kind"] == "settlement"
    assert result["manifest"]["results_sha256"] in shown


def test_the_run_can_be_made_again_from_what_it_left(
    finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", str(finished / "scenario.json"), "--out", str(tmp_path / "again"), "--json"]) == 0
    again = msgspec.json.decode(capsys.readouterr().out)["manifest"]
    first = msgspec.json.decode((finished / "manifest.json").read_bytes())
    assert again["results_sha256"] == first["results_sha256"]


def test_the_report_command_verifies_and_writes_the_same_page(
    finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    assert main(["report", str(finished), "--out", str(page)]) == 0
    assert "verified" in capsys.readouterr().out
    assert page.read_bytes() == (finished / "report.html").read_bytes()


def test_a_changed_row_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "run"
    assert main([*RUN, "--out", str(folder)]) == 0
    file = folder / "events" / "landed.parquet"
    table = pq.read_table(file)
    pq.write_table(table.slice(1), file)
    capsys.readouterr()
    assert main(["report", str(folder)]) == 2
    assert "results_sha256" in capsys.readouterr().err


def test_a_wrong_outage_is_one_line_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    wrong = ["--set", "outages.ministry-restart.ends=10:00", "--out", str(folder)]
    assert main([*RUN, *wrong]) == 2
    error = capsys.readouterr().err
    assert "outages.ministry-restart.ends" in error
    assert error.count("\n") == 1
    assert not folder.exists()
