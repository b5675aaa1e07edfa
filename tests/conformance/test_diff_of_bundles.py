"""The difference of two runs: what got better or worse, and which frames show it."""

from __future__ import annotations

import json

from conformance_samples import (
    AUTHENTICATION,
    OTHER_SEED,
    RIGHT,
    SWEEP,
    UNKNOWN_NAME,
    WRONG,
    Sample,
    bundle_of,
)

from onecard.conformance.reporting.diff import Difference, difference_of
from onecard.conformance.reporting.diff_text import difference_document, difference_lines

LIES_ABOUT_PROOF = Sample(lies=(("0084000008", "6985"),), seed=6)


def difference(before: Sample, after: Sample) -> Difference:
    return difference_of(bundle_of(before), bundle_of(after))


def test_two_equal_runs_do_not_differ() -> None:
    told = difference(RIGHT, RIGHT)
    assert (told.cases, told.conditions, told.unchanged, told.other_frames) == ((), (), 7, 0)
    assert not told.worse


def test_what_got_worse_in_one_direction_got_better_in_the_other() -> None:
    there, back = difference(RIGHT, WRONG), difference(WRONG, RIGHT)
    assert {(each.case, each.kind) for each in there.cases} == {(UNKNOWN_NAME, "worse"), (SWEEP, "worse")}
    assert {each.kind for each in back.cases} == {"better"}
    assert there.worse
    assert not back.worse


def test_a_changed_check_and_its_frame_are_told() -> None:
    change = next(each for each in difference(RIGHT, WRONG).cases if each.case == UNKNOWN_NAME)
    (check,) = change.checks
    assert (check.step, check.before, check.after, check.got_after) == ("send2", "pass", "fail", "9000")
    (frame,) = change.frames
    assert (frame.before, frame.after) == (
        ("00A4040006F00000000001", "6A82"),
        ("00A4040006F00000000001", "9000"),
    )
    assert not frame.drawn
    told = "\n".join(difference_lines(difference(RIGHT, WRONG)))
    assert "- < response 应答: 6A82" in told
    assert "+     status 状态字: 9000 (success 成功)" in told


def test_other_challenges_are_no_difference_of_the_card() -> None:
    told = difference(RIGHT, OTHER_SEED)
    assert told.conditions == (("seed", "5", "6"),)
    assert told.cases == ()
    assert told.other_frames == 0


def test_bytes_that_follow_from_a_challenge_are_told_apart_from_a_wrong_answer() -> None:
    change = next(each for each in difference(RIGHT, LIES_ABOUT_PROOF).cases if each.case == AUTHENTICATION)
    challenge = next(frame for frame in change.frames if frame.step == "challenge")
    assert not challenge.drawn  # another status word is no draw
    assert change.kind == "worse"


def test_cases_that_are_in_one_run_only_are_new_or_gone() -> None:
    fewer = RIGHT._replace(without=UNKNOWN_NAME)
    assert [(each.case, each.kind) for each in difference(RIGHT, fewer).cases] == [(UNKNOWN_NAME, "gone")]
    assert [(each.case, each.kind) for each in difference(fewer, RIGHT).cases] == [(UNKNOWN_NAME, "new")]


def test_another_statement_is_named() -> None:
    told = difference(RIGHT, RIGHT._replace(vendor="Somebody"))
    assert told.conditions == (("vendor", "OneCard", "Somebody"),)
    assert "  other vendor: OneCard -> Somebody" in list(difference_lines(told))


def test_the_difference_for_machines_is_json() -> None:
    told = json.loads(json.dumps(difference_document(difference(RIGHT, WRONG))))
    assert told["worse"] is True
    assert (told["before"]["verdict"], told["after"]["verdict"]) == ("review", "fail")
    assert told["cases"][0]["frames"][0]["after"] == ["00A4040006F00000000001", "9000"]


def test_one_defect_that_shows_in_many_frames_is_shown_once() -> None:
    fci = "6F11840F7378312E73682EC9E7BBE1B1A3D5CF9000"
    cut = Sample(lies=(("00A404000F73", fci), *WRONG.lies))
    told = "\n".join(difference_lines(difference(cut, RIGHT)))
    assert "frames differ as frames above do" in told
    assert told.count("A5 proprietary data") == 1, "and GET RESPONSE is explained by the SELECT before it"
