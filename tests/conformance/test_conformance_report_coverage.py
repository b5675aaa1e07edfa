"""Observed coverage: what the frames show, and what they never show."""

from __future__ import annotations

import msgspec
from conformance_samples import RIGHT, bundle_of, plan_of

from onecard.conformance.model.history import StepRecord
from onecard.conformance.reporting.coverage import Coverage, coverage_of
from onecard.conformance.reporting.declared import KINDS

SELECT = ("00A404000F7378312E73682EC9E7BBE1B1A3D5CF", "9000")


def seen(*frames: tuple[str, str], cases: int = 1) -> dict[tuple[str, str], int]:
    records = [StepRecord(case=f"card/x/{number}", step="send1", frames=frames) for number in range(cases)]
    return observed(coverage_of(plan_of(RIGHT), records))


def observed(coverage: Coverage) -> dict[tuple[str, str], int]:
    return {(row.kind, row.name): row.seen for row in coverage.rows if row.seen}


def test_nothing_is_seen_in_an_empty_history_and_all_of_it_is_named() -> None:
    coverage = coverage_of(plan_of(RIGHT), ())
    assert coverage.frames == 0
    assert set(coverage.never_seen) == set(coverage.rows)
    assert {row.kind for row in coverage.rows} == set(KINDS)


def test_a_record_that_is_read_counts_as_command_word_file_and_tag() -> None:
    told = seen(SELECT, ("00B2072C0B", "0709413030303030303158" + "9000"))
    assert told["command", "READ RECORD"] == 1
    assert told["status word", "9000"] == 2
    assert told["file", "SSSE/EF05"] == 1
    assert told["record tag", "SSSE/EF05 07"] == 1
    assert told["state", "selection: SSSE"] == 1


def test_a_refused_record_counts_as_command_and_word_alone() -> None:
    told = seen(SELECT, ("00B2083414", "6982"))
    assert told["status word", "6982"] == 1
    assert not {kind for kind, _ in told} & {"file", "record tag"}


def test_an_answer_fetched_behind_61xx_belongs_to_the_command_before() -> None:
    told = seen(SELECT, ("00B2072C00", "610B"), ("00C000000B", "07094130303030303031589000"))
    assert told["file", "SSSE/EF05"] == 1
    assert told["status word", "61xx"] == 1


def test_silence_counts_as_nothing() -> None:
    assert seen(("0084000008", "")) == {}


def test_words_and_commands_beyond_the_tables_are_shown_as_not_declared() -> None:
    coverage = coverage_of(plan_of(RIGHT), [StepRecord(case="c", step="s", frames=(("80F2000000", "6F42"),))])
    rows = {(row.kind, row.name): row for row in coverage.rows}
    assert not rows["command", "unknown instruction"].declared
    assert not rows["status word", "6F42"].declared


def test_a_case_begins_with_nothing_selected() -> None:
    assert seen(SELECT, ("00B2070C0B", "6986"), cases=2)["state", "selection: SSSE"] == 2


def test_pin_states_follow_its_status_words() -> None:
    told = seen(SELECT, ("0020000003123456", "63C2"), ("0020000003123456", "9000"), ("0020000000", "6983"))
    assert {name for kind, name in told if kind == "state" and name.startswith("pin")} == {
        "pin: to verify",
        "pin: verified",
        "pin: locked",
    }


def test_what_is_not_claimed_is_not_missed() -> None:
    plan = plan_of(RIGHT)
    card = msgspec.structs.replace(plan.statement.card, options=())
    without = msgspec.structs.replace(plan, statement=msgspec.structs.replace(plan.statement, card=card))
    declared = {(row.kind, row.name) for row in coverage_of(without, ()).rows}
    assert ("command", "DEBIT FOR PURCHASE") in {(row.kind, row.name) for row in coverage_of(plan, ()).rows}
    assert ("command", "DEBIT FOR PURCHASE") not in declared
    assert ("status word", "9401") not in declared
    assert ("BER tag", "9F79") not in declared


def test_a_real_run_shows_the_whole_fci() -> None:
    bundle = bundle_of(RIGHT)
    told = observed(coverage_of(bundle.plan, bundle.records))
    assert {name for kind, name in told if kind == "BER tag"} == {"6F", "84", "A5", "88", "9F0C", "86"}
