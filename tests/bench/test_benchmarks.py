"""Benchmarks measure something real and say whether the budget is met."""

import msgspec
import pytest

from onecard.bench import BENCHMARKS, day
from onecard.bench.cards import in_process, through_pcsc
from onecard.bench.conformance import conformance_rows
from onecard.bench.rows import at_least, at_most, best_rate
from onecard.cli.main import main
from onecard.sim.errors import InputError


def test_rows_say_whether_they_meet_their_budget() -> None:
    assert at_least("x", 5, "u", 5).met
    assert not at_least("x", 4.9, "u", 5).met
    assert at_most("x", 5, "u", 5).met
    assert not at_most("x", 5.1, "u", 5).met


def test_a_rate_counts_the_calls() -> None:
    calls = []
    assert best_rate(lambda: calls.append(1), repeats=500, rounds=3) > 0
    assert len(calls) == 1500


def test_read_record_meets_its_budget() -> None:
    row = in_process()
    assert row.met
    assert row.unit == "APDU/s"


def test_the_card_in_a_real_reader_is_measured_beside_its_peers() -> None:
    rows = through_pcsc(rounds=2, apdus=200, usual_apdus=5)
    assert [row.peer for row in rows] == [
        None,
        "a card that answers 9000",
        "the same card without the socket options",
    ]
    assert all(row.value > 0 for row in rows)
    assert all(row.ratio is not None and row.ratio > 0 for row in rows[1:])


def test_the_day_is_measured_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(day, "PEOPLE", 100)
    rows = day.day_rows()
    assert rows[0].name == "city day, 100 people"
    assert all(row.value > 0 for row in rows)


def test_the_card_suite_is_measured_through_each_transport_and_rechecked() -> None:
    rows = conformance_rows(cases=("card/challenge/*",))
    assert [row.name.split(",")[0] for row in rows] == [
        "card suite in process",
        "card suite over TCP",
        "card suite over real PC/SC",
        "transcripts that differ from the one in process",
        "recheck",
    ]
    assert all(row.met for row in rows)
    assert rows[3].value == 0


def test_a_suite_without_cases_is_not_measured() -> None:
    with pytest.raises(InputError, match="card/nothing"):
        conformance_rows(cases=("card/nothing/*",))


def test_json_rows_have_the_published_fields(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(BENCHMARKS, "cards", lambda: [in_process()])
    assert main(["bench", "cards", "--json"]) == 0
    result = msgspec.json.decode(capsys.readouterr().out)
    fields = {"name", "value", "unit", "peer", "peer_value", "ratio", "budget", "met"}
    assert [set(row) for row in result["rows"]] == [fields]
    assert set(result["machine"]) == {"system", "architecture", "python", "cores"}


def test_an_unknown_benchmark_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "moon"]) == 2
    assert "card" in capsys.readouterr().err


def test_a_missed_budget_is_an_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BENCHMARKS, "cards", lambda: [at_least("x", 1, "u", 2)])
    assert main(["bench", "cards"]) == 1
