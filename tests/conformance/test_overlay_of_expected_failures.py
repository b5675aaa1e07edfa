"""The overlay of expected failures: what names nothing is refused, what stands is put into the plan."""

from __future__ import annotations

from pathlib import Path

import pytest
from conformance_samples import RIGHT, UNKNOWN_NAME, plan_of

from onecard.conformance.planning.overlay import with_expected
from onecard.sim.errors import InputError

TODAY = "2026-11-23"
ENTRY = f"""
[[expected]]
case = "{UNKNOWN_NAME}"
rule = "card/select/by-name"
reason = "firmware 4.1 answers 9000"
expires = "2027-03-31"
"""


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    path = tmp_path / "overlay.toml"
    path.write_text(ENTRY, encoding="utf-8")
    return path


def test_an_expected_failure_stands_in_the_plan_with_the_day(overlay: Path) -> None:
    plan = with_expected(plan_of(RIGHT), overlay, TODAY)
    assert [(each.case, each.rule) for each in plan.expected_failures] == [
        (UNKNOWN_NAME, "card/select/by-name")
    ]
    assert plan.today == TODAY
    assert plan.cases == plan_of(RIGHT).cases


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        (UNKNOWN_NAME, "card/select/by-name/77", "names no case of the plan"),
        ('rule = "card/select/by-name"', 'rule = "card/select/habit"', "does not judge this rule"),
        ("2027-03-31", "2027-02-30", "no day"),
        ("2027-03-31", "31.3.2027", "no day"),
        ("2027-03-31", "20270331", "no day"),
        ('"firmware 4.1 answers 9000"', '""', "no reason"),
        ("reason", "because", "unknown field"),
        (ENTRY, ENTRY + ENTRY, "stands twice"),
        (ENTRY, "", "no entry"),
        ("[[expected]]", "[[expected]", "not TOML"),
    ],
    ids=["case", "rule", "february", "german", "basic", "reason", "field", "twice", "empty", "toml"],
)
def test_an_entry_that_names_nothing_is_refused(overlay: Path, before: str, after: str, wanted: str) -> None:
    overlay.write_text(ENTRY.replace(before, after), encoding="utf-8")
    with pytest.raises(InputError, match=wanted) as refused:
        with_expected(plan_of(RIGHT), overlay, TODAY)
    assert "overlay.toml" in str(refused.value)


def test_an_overlay_that_is_not_there_and_a_day_that_is_none_are_refused(overlay: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        with_expected(plan_of(RIGHT), overlay.with_name("none.toml"), TODAY)
    with pytest.raises(InputError, match="today: no day"):
        with_expected(plan_of(RIGHT), overlay, "today")
