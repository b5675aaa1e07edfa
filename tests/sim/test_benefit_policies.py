"""Policy files: every figure has a source and a mark, and a wrong file is refused with its field."""

from __future__ import annotations

from pathlib import Path

import pytest

from onecard.sim.errors import InputError
from onecard.sim.settlement.benefit import group_of, load_policy, policy_names

HEAD = """
region = "310000"
english = "Test"
chinese = "测试"
valid_from = 2023-01-01
[sources]
a = "a source"
[[benefit]]
insutype = "310"
people = ["active"]
visit = "outpatient"
period = "year"
mark = "?"
source = "a"
"""


def write(tmp_path: Path, text: str) -> str:
    path = tmp_path / "what-if.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    return str(path)


def test_the_built_in_policies_are_there() -> None:
    assert set(policy_names()) >= {"shanghai-2023", "chengdu-2023", "beijing-2023", "hangzhou-2020"}


@pytest.mark.parametrize("name", policy_names())
def test_every_figure_has_a_mark_and_a_source(name: str) -> None:
    policy = load_policy(name)
    assert policy.figures
    for figure in policy.figures:
        assert figure.mark in {"S", "M", "1", "?"}
        assert figure.source


@pytest.mark.parametrize("name", policy_names())
@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_outpatient_benefits_exist_at_every_level(name: str, level: int) -> None:
    for psn_type in ("1101", "1201"):
        rule = load_policy(name).rule(
            insutype="310", psn_type=psn_type, age=75, visit="outpatient", level=level
        )
        assert rule is not None
        assert rule.bands


@pytest.mark.parametrize("name", policy_names())
def test_a_higher_level_never_pays_more(name: str) -> None:
    policy = load_policy(name)
    for visit in ("outpatient", "inpatient"):
        rules = [
            policy.rule(insutype="310", psn_type="1101", age=40, visit=visit, level=level)
            for level in range(4)
        ]
        ratios = [rule.bands[0].ratio_permille for rule in rules if rule is not None]
        deductibles = [rule.deductible_fen for rule in rules if rule is not None]
        assert ratios == sorted(ratios, reverse=True)
        assert deductibles == sorted(deductibles)


def test_a_community_centre_takes_level_one_where_the_file_has_no_row_for_it(tmp_path: Path) -> None:
    policy = load_policy(
        write(tmp_path, 'bands = [{ levels = [1], percent = "80" }, { levels = [2, 3], percent = "70" }]')
    )
    rule = policy.rule(insutype="310", psn_type="1101", age=40, visit="outpatient", level=0)
    assert rule is not None
    assert rule.bands[0].ratio_permille == 800


def test_people_without_a_row_have_no_rule() -> None:
    policy = load_policy("beijing-2023")
    assert policy.rule(insutype="390", psn_type="1501", age=40, visit="outpatient", level=1) is None
    assert policy.rule(insutype="310", psn_type="9999", age=40, visit="outpatient", level=1) is None


@pytest.mark.parametrize(
    ("psn_type", "group"),
    [
        ("1101", "active"),
        ("1201", "retired"),
        ("1300", "retired"),
        ("1403", "child"),
        ("1501", "adult"),
        ("16", "elderly"),
        ("99", None),
    ],
)
def test_person_categories_group_by_two_digits(psn_type: str, group: str | None) -> None:
    assert group_of(psn_type) == group


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param('bands = [{ percent = "101" }]', "percent", id="ratio-above-100"),
        pytest.param('bands = [{ percent = "80", fund = "purse" }]', "fund", id="unknown-fund"),
        pytest.param('bands = [{ percent = "80" }, { percent = "70" }]', "ascend", id="band-after-open-band"),
        pytest.param(
            'bands = [{ up_to_yuan = "2000", percent = "80" }, { up_to_yuan = "1000", percent = "70" }]',
            "ascend",
            id="bands-descend",
        ),
        pytest.param('deductible = [{ yuan = "-5" }]', "yuan", id="negative-deductible"),
        pytest.param(
            'bands = [{ percent = "80", source = "b" }]', "source is not declared", id="unknown-source"
        ),
        pytest.param("ratio = 0.7", "ratio", id="unknown-field"),
        pytest.param("bands = [", "not a TOML file", id="broken-toml"),
    ],
)
def test_a_wrong_policy_file_is_refused_with_its_field(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        load_policy(write(tmp_path, text))


def test_an_unknown_policy_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="shanghai-2023"):
        load_policy("atlantis-1999")


def test_a_missing_file_is_refused() -> None:
    with pytest.raises(InputError, match="no such policy file"):
        load_policy("nowhere/policy.toml")
