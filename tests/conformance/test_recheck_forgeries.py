"""Forgeries that are whole, chained, hashed and signed anew: what does not follow is refused all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bundle_samples import (
    RULE,
    STATEMENT,
    bundle_of,
    does_not_find_another,
    fails,
    finds_the_environment,
    forged,
    large_bundle,
    plan_with,
    small_bundle,
    walks,
)

from onecard.conformance.model.plan import ExpectedFailure
from onecard.conformance.recheck.recheck import recheck


def failing() -> bytes:
    return bundle_of(plan_with((finds_the_environment(), fails())))


def test_sealing_a_bundle_anew_without_a_change_gives_the_same_bytes() -> None:
    assert forged(large_bundle()) == large_bundle()


def claim_pass(verdicts: Any) -> None:
    verdicts["verdict"] = "pass"
    for name in ("fail", "error", "inconclusive", "review", "expected failures"):
        verdicts["counts"]["pass"] += verdicts["counts"][name]
        verdicts["counts"][name] = 0


def claim_that_the_case_passed(verdicts: Any) -> None:
    claim_pass(verdicts)
    verdicts["cases"][1]["verdict"] = "pass"


def claim_that_every_check_passed(verdicts: Any) -> None:
    claim_that_the_case_passed(verdicts)
    for check in verdicts["cases"][1]["checks"]:
        check |= {"verdict": "pass" if check["rule"] else "", "outcome": "holds"}


@pytest.mark.parametrize(
    "claim",
    [claim_pass, claim_that_the_case_passed, claim_that_every_check_passed],
    ids=lambda claim: claim.__name__,
)
def test_a_verdict_that_does_not_follow_is_refused_and_named(claim: Callable[[Any], None]) -> None:
    found = recheck(forged(failing(), verdicts=claim))
    assert not found.ok
    assert "'fail'" in found.refusal


def test_a_total_that_only_the_manifest_claims_is_refused() -> None:
    found = recheck(forged(failing(), manifest=lambda tree: tree.update(verdict="pass")))
    assert found.refusal == "the total is 'fail', manifest.json says 'pass'"


def answer(case: str, step: str, response: str) -> Callable[[Any], None]:
    def change(lines: Any) -> None:
        (line,) = (each for each in lines if each["case"] == case and each["step"] == step)
        line["frames"][-1][1] = response

    return change


def test_another_answer_changes_the_verdict_so_the_old_one_is_refused() -> None:
    found = recheck(forged(small_bundle(), records=answer("card/sample/found/02", "send2", "9000")))
    assert "check 3 at 'send2': the verdict is 'fail'" in found.refusal


def test_another_answer_that_changes_no_check_leaves_the_verdict_as_the_frames_say() -> None:
    found = recheck(
        forged(small_bundle(), records=answer("card/sample/found/01", "send4", "00" * 8 + "9000"))
    )
    assert (found.ok, found.verdict) == (True, "pass")


COMMANDS = [
    ("card/sample/found/02", "send2", "00A4040006F00000000002"),
    ("card/sample/found/01", "send4", "0084000004"),
    ("card/sample/found/01", "reset1", "00"),
    ("card/sample/found/01", "send4", ""),
]


@pytest.mark.parametrize(("case", "step", "command"), COMMANDS)
def test_another_command_is_refused(case: str, step: str, command: str) -> None:
    def change(lines: Any) -> None:
        (line,) = (each for each in lines if each["case"] == case and each["step"] == step)
        line["frames"][0][0] = command

    assert "was due" in recheck(forged(small_bundle(), records=change)).refusal


@pytest.mark.parametrize("kind", ["computed", "swept", "walked"])
def test_another_command_of_any_kind_of_step_is_refused(kind: str) -> None:
    def change(lines: Any) -> None:
        line = next(
            each
            for each in lines
            if each["case"] == f"card/sample/{kind}/01"
            and each["step"] == {"computed": "send2", "swept": "sweep1", "walked": "walk1"}[kind]
        )
        command = line["frames"][-1][0] or "00"
        line["frames"][-1][0] = command[:-2] + f"{int(command[-2:] or '0', 16) ^ 1:02X}"

    found = recheck(forged(large_bundle(), records=change))
    assert "was due" in found.refusal
    assert kind in found.refusal


def test_every_line_dropped_from_the_history_is_refused() -> None:
    count = []
    recheck(forged(large_bundle(), records=lambda lines: count.append(len(lines))))
    accepted = []
    for at in range(count[0]):
        found = recheck(forged(large_bundle(), records=lambda lines, at=at: lines.pop(at) and None))
        accepted += [at] if found.ok else []
    walked = 4
    assert len(accepted) < walked, (
        "walks are drawn by the runner: one fewer is a shorter search, no other verdict"
    )


def test_a_line_twice_is_refused() -> None:
    found = recheck(forged(small_bundle(), records=lambda lines: lines.insert(1, dict(lines[1]))))
    assert "a record of 'send1' that nothing made" in found.refusal or "no record" in found.refusal


def test_lines_in_another_order_are_refused() -> None:
    assert not recheck(forged(small_bundle(), records=lambda lines: lines.reverse())).ok


def test_a_whole_case_that_is_missing_was_not_run_and_cannot_pass() -> None:
    def change(lines: Any) -> list[Any]:
        return [line for line in lines if line["case"] != "card/sample/found/02"]

    assert "the status is 'not run'" in recheck(forged(small_bundle(), records=change)).refusal


def test_a_record_of_a_case_outside_the_plan_is_refused() -> None:
    def change(lines: Any) -> None:
        lines.append({"case": "card/other/01", "step": "reset1", "frames": [["", "3B00"]]})

    assert "which was not to be run" in recheck(forged(small_bundle(), records=change)).refusal


@pytest.mark.parametrize("kind", ["excluded", "withheld"])
def test_records_of_a_case_that_was_not_to_be_run_are_refused(kind: str) -> None:
    def change(plan: Any) -> None:
        plan["cases"][1][kind] = "because"

    found = recheck(forged(small_bundle(), plan=change))
    assert found.refusal == "the history has a record of 'card/sample/found/02', which was not to be run"


def test_a_statement_that_is_not_the_plans_is_refused() -> None:
    def other(content: bytes) -> bytes:
        return content.replace(b'product = "virtual card"', b'product = "another card"')

    assert other(STATEMENT) != STATEMENT
    found = recheck(forged(small_bundle(), statement=other))
    assert found.refusal == "the plan's statement is not the one in statement.toml"


@pytest.mark.parametrize("name", ["seed", "strict", "partial", "version", "suite"])
def test_a_manifest_that_is_not_the_plans_is_refused(name: str) -> None:
    def change(manifest: Any) -> None:
        manifest[name] = {"seed": 6, "strict": False}.get(name, "other")

    assert recheck(forged(small_bundle(), manifest=change)).refusal == f"manifest and plan differ in {name}"


def test_keys_that_are_not_the_published_ones_are_refused() -> None:
    def change(plan: Any) -> None:
        plan["keys"]["city_keys"]["RKSSSE/1"] = "00" * 16

    found = recheck(forged(large_bundle(), plan=change))
    assert found.refusal == "the plan's city key 'RKSSSE/1' is not the published one"


def test_an_end_that_the_frames_do_not_show_is_refused() -> None:
    for end in ("mute", "gone", "broken"):
        found = recheck(
            forged(small_bundle(), records=lambda lines, end=end: lines[1].update(end=end, note="x"))
        )
        assert "it cannot have ended" in found.refusal


def test_a_field_that_nobody_heeds_is_refused() -> None:
    assert not recheck(
        forged(small_bundle(), plan=lambda plan: plan["cases"][0]["case"].update(skip=True))
    ).ok
    assert not recheck(forged(small_bundle(), records=lambda lines: lines[0].update(time=1))).ok


def test_an_expected_failure_does_not_count_and_the_evaluators_agree() -> None:
    found = recheck(large_bundle())
    assert found.ok, found.refusal
    assert found.counts["expected failures"] == 1
    assert found.verdict == "inconclusive"


@pytest.mark.parametrize(
    ("case", "expires", "verdict"),
    [
        ("card/sample/wrong/01", "2026-11-23", "pass"),
        ("card/sample/wrong/01", "2026-11-22", "error"),
        ("card/sample/found/01", "2026-12-31", "error"),
    ],
    ids=["honoured", "expired", "no-longer-applies"],
)
def test_expectations_are_held_to_their_word(case: str, expires: str, verdict: str) -> None:
    entry = ExpectedFailure(case=case, rule=RULE, reason="known", expires=expires)
    plan = plan_with((finds_the_environment(), fails()), expected_failures=(entry,), today="2026-11-23")
    found = recheck(bundle_of(plan))
    assert (found.ok, found.verdict) == (True, verdict), found.refusal


def test_a_failure_expected_afterwards_does_not_follow_from_the_verdicts() -> None:
    entry = {"case": "card/sample/wrong/01", "rule": RULE, "reason": "x", "expires": "2027-01-01"}

    def change(plan: Any) -> None:
        plan |= {"expected_failures": [entry], "today": "2026-11-23"}

    assert not recheck(forged(failing(), plan=change)).ok


def test_a_walk_with_another_division_or_another_event_is_refused() -> None:
    bundle = bundle_of(plan_with((walks(),)))
    assert recheck(bundle).ok

    def first_walk(lines: Any) -> Any:
        return next(line for line in lines if line["step"] == "walk1")

    def other_cuts(lines: Any) -> None:
        first_walk(lines)["cuts"][0] += 1

    def no_cuts(lines: Any) -> None:
        del first_walk(lines)["cuts"]

    def other_event(lines: Any) -> None:
        walk = first_walk(lines)
        walk["events"][0] = {"challenge": "reset", "reset": "challenge"}[walk["events"][0]]

    for change in (other_cuts, no_cuts, other_event):
        assert not recheck(forged(bundle, records=change)).ok, change.__name__


def test_a_walk_that_departs_fails_for_both_evaluators() -> None:
    found = recheck(bundle_of(plan_with((finds_the_environment(), walks(status="6A86")))))
    assert (found.ok, found.verdict) == (True, "fail"), found.refusal


def test_a_plan_whose_clause_binds_less_changes_the_verdict_so_the_old_one_is_refused() -> None:
    plan = plan_with((finds_the_environment(), does_not_find_another(), fails()), strict=False)
    bundle = bundle_of(plan)
    assert recheck(bundle).verdict == "fail"
    found = recheck(forged(bundle, plan=lambda tree: tree["clauses"][0].update(certainty="1")))
    assert "the verdict is 'warn', the bundle says 'fail'" in found.refusal
