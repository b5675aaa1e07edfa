"""What a terminal and a build server are told: nothing left out, and every failure can be seen again."""

from __future__ import annotations

import json
import shlex
from xml.etree import ElementTree

import msgspec
from conformance_samples import (
    AUTHENTICATION,
    RIGHT,
    SWEEP,
    UNKNOWN_NAME,
    WRONG,
    Sample,
    bundle_of,
    plan_of,
)

from onecard.conformance.model.history import StepRecord
from onecard.conformance.model.plan import ExpectedFailure
from onecard.conformance.reporting.console import console_lines
from onecard.conformance.reporting.document import document_of
from onecard.conformance.reporting.frames import told_steps
from onecard.conformance.reporting.junit import junit_of
from onecard.conformance.reporting.replay import replay_of
from onecard.conformance.reporting.view import CaseView, view_of

FCI = "6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA50988011E9F0C03860103"


def console(sample: Sample) -> list[str]:
    return list(console_lines(view_of(bundle_of(sample))))


def case_of(sample: Sample, name: str) -> CaseView:
    return next(each for each in view_of(bundle_of(sample)).cases if each.case.id == name)


def test_a_failure_is_told_with_rule_clause_source_expected_got_frames_and_replay() -> None:
    told = "\n".join(console(WRONG))
    for wanted in (
        "fail: OneCard virtual card 3.00 (virtual:3.00)",
        "2 pass, 2 fail, 1 review, 2 not applicable",
        "SELECT of an unknown name answers 6A82.",
        "rule      card/select/by-name at send2",
        "source    card.md §3.4; LD/T 32.3 (MUST; S-d: public draft of the standard)",
        "expected  6A82",
        "got       9000",
        "name 名称: F00000000001 (unknown application 未知应用)",
        "opensc-tool --reader 0 --card-driver default --reset; opensc-tool",
        f"onecard conformance card virtual:3.00 --case {UNKNOWN_NAME} --seed 5",
        "review  card/select/print/01: Does the card show its issuer?",
    ):
        assert wanted in told, wanted


def test_a_run_without_failures_is_short() -> None:
    assert len(console(RIGHT)) <= 5


def test_what_stops_many_cases_for_one_reason_is_told_in_one_line() -> None:
    told = [line for line in console(Sample(lies=(("00A404000F73", "6A82"),))) if "precondition" in line]
    assert len(told) < 3
    assert " more: precondition at send1: expected 9000, got 6A82" in told[0]


def test_an_expected_failure_is_named_and_not_told_again() -> None:
    known = ExpectedFailure(
        case=UNKNOWN_NAME, rule="card/select/by-name", reason="known", expires="2027-01-01"
    )
    told = console(WRONG._replace(expected=(known,), today="2026-11-23"))
    assert f"expected failure  {UNKNOWN_NAME}" in told
    assert f"fail  {UNKNOWN_NAME}" not in told
    assert f"fail  {SWEEP}" in told


def test_of_many_failures_the_rest_is_named() -> None:
    told = list(console_lines(view_of(bundle_of(WRONG)), most=1))
    assert "1 more cases are not shown; the report has them all:" in told
    assert f"  fail {SWEEP}" in told


def test_of_a_sweep_only_the_frames_that_are_wrong_are_shown() -> None:
    steps = told_steps(case_of(WRONG, SWEEP), version="3.00")
    sweep = next(step for step in steps if step.failing)
    assert [frame.command for frame in sweep.frames] == ["2A84000008"]
    assert sweep.omitted == 16


def test_the_replay_has_every_command_up_to_the_failing_one_and_none_that_the_tool_sends_itself() -> None:
    words = shlex.split(replay_of(case_of(WRONG, UNKNOWN_NAME), "virtual:3.00").command)
    sent = [words[at + 1] for at, word in enumerate(words) if word == "--send-apdu"]
    # the first has an answer to fetch, which the tool does when there is Le; the second has none
    assert sent == ["00A404000F7378312E73682EC9E7BBE1B1A3D5CF00", "00A4040006F00000000001"]


def test_a_readers_name_is_quoted_for_the_shell() -> None:
    name = "Reader's 7 (x); rm -rf $HOME 00 00"
    line = replay_of(case_of(WRONG, UNKNOWN_NAME), f"pcsc:{name}").command
    words = shlex.split(line)
    assert words[words.index("--reader") + 1] == name


def test_every_reset_of_the_case_is_a_call_of_its_own() -> None:
    case = case_of(WRONG, UNKNOWN_NAME)
    again = (
        *case.records[:2],
        StepRecord(case=case.case.id, step="middle", frames=(("", "3B00"),)),
        *case.records[2:],
    )
    told = CaseView(planned=case.planned, told=case.told, records=again, expected=False)
    line = replay_of(told, "virtual:3.00").command
    calls = line.split("; ")
    assert ["--reset" in call for call in calls] == [True, False, True, False]
    assert ["--send-apdu" in call for call in calls] == [False, True, False, True]


def test_a_case_that_hangs_on_a_challenge_says_so() -> None:
    depends = replay_of(case_of(WRONG, AUTHENTICATION), "virtual:3.00").notes
    assert any("the card's challenges must be the same" in note for note in depends)
    free = replay_of(case_of(WRONG, UNKNOWN_NAME), "virtual:3.00").notes
    assert free == ()


def test_junit_has_a_test_case_for_each_case_and_counts_that_agree() -> None:
    root = ElementTree.fromstring(junit_of(view_of(bundle_of(WRONG))))  # noqa: S314 - our own
    (suite,) = root.findall("testsuite")
    cases = suite.findall("testcase")
    assert [case.get("name") for case in cases] == [each.case.id for each in plan_of(WRONG).cases]
    found = {kind: len(suite.findall(f"testcase/{kind}")) for kind in ("failure", "error", "skipped")}
    assert found == {"failure": 2, "error": 0, "skipped": 3}
    for element in (root, suite):
        assert element.get("tests") == "7"
        assert (element.get("failures"), element.get("errors"), element.get("skipped")) == ("2", "0", "3")
    assert {child.tag for case in cases for child in case} <= {"failure", "error", "skipped", "system-out"}
    assert next(child.tag for child in suite) == "properties"


def test_junit_holds_no_character_that_xml_cannot() -> None:
    bundle = bundle_of(WRONG)
    statement = msgspec.structs.replace(bundle.plan.statement, vendor="a\x00b\ud800<&>")
    plan = msgspec.structs.replace(bundle.plan, statement=statement)
    hostile = type(bundle)(
        manifest=bundle.manifest,
        statement_bytes=b"",
        plan=plan,
        records=bundle.records,
        verdicts=bundle.verdicts,
        signature=bundle.signature,
    )
    root = ElementTree.fromstring(junit_of(view_of(hostile)))  # noqa: S314 - our own
    values = [each.get("value") for each in root.iter("property")]
    assert "a\ufffdb\ufffd<&> virtual card 3.00" in values


def test_the_document_for_machines_holds_verdict_counts_and_hash() -> None:
    bundle = bundle_of(WRONG)
    told = json.loads(json.dumps(document_of(view_of(bundle), bundle="runs/1/bundle.ocb")))
    assert told["verdict"] == "fail"
    assert told["counts"] == bundle.verdicts.counts
    assert told["transcript_sha256"] == bundle.manifest.transcript_sha256
    assert told["bundle"] == "runs/1/bundle.ocb"
    assert [each["case"] for each in told["cases"]] == [UNKNOWN_NAME, SWEEP, "card/select/print/01"]
