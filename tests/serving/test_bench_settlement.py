"""``onecard bench settlement`` measures both databases beside pgbench, in one run."""

from __future__ import annotations

import msgspec
import pytest

from onecard.cli.main import main
from onecard.sim.errors import EnvironmentLacksError


def test_a_small_run_gives_all_rows_and_the_ratio_to_pgbench(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onecard.bench.settlement.ROUNDS", 1)
    monkeypatch.setattr("onecard.bench.settlement.PGBENCH_SECONDS", 1)
    monkeypatch.setattr("onecard.bench.settlement.PGBENCH_SCALE", 1)
    code = main(["bench", "settlement", "--json", "--settlements", "120", "--connections", "4"])
    rows = msgspec.json.decode(capsys.readouterr().out)["rows"]
    first = rows[0]
    assert first["peer"] == "pgbench TPC-B-like -s 1 -c 4, transactions/s"
    assert first["ratio"] == pytest.approx(first["value"] / first["peer_value"], abs=0.01)
    assert first["met"] == (first["ratio"] >= 0.5)
    assert code == (0 if first["met"] else 1)
    assert len(rows) == 16
    assert all(row["value"] > 0 for row in rows)
    assert {row["unit"] for row in rows} == {"settlements/s", "visits/s", "ms"}


def test_without_postgresql_it_says_how_to_get_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise EnvironmentLacksError("PostgreSQL's program initdb is missing", remedy="apt-get")

    monkeypatch.setattr("onecard.bench.settlement.PrivatePostgres", missing)
    assert main(["bench", "settlement"]) == 3
    assert "initdb is missing" in capsys.readouterr().err


def test_its_options_are_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "cards", "--connections", "4"]) == 2
    assert "--connections: only settlement has this" in capsys.readouterr().err
