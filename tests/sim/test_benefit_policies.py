"""Policy files: every figure has a source and a mark, and a wrong file is refused with its field."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from onecard.sim.errors import InputError
from onecard.sim.settlement.benefit import Case, Policy, group_of, load_policy, policy_for, policy_names

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


REGIONS = {
    "beijing-2023": "110000",
    "chengdu-2023": "510100",
    "chongqing-2024": "500000",
    "foshan-2023": "440600",
    "guanghan-2013": "510681",
    "guangzhou-2022": "440100",
    "hainan-2023": "460100",
    "hangzhou-2020": "330100",
    "leshan-2023": "511100",
    "liaoyang-2024": "211000",
    "longyan-2024": "350800",
    "nanchang-2024": "360100",
    "nanning-2024": "450100",
    "shanghai-2023": "310000",
    "shenyang-2024": "210100",
    "wuhan-2023": "420100",
    "xining-2024": "630100",
    "xiongan-2023": "133100",
}


def test_every_region_of_the_facts_has_a_policy() -> None:
    assert {name: load_policy(name).region for name in policy_names()} == REGIONS


@pytest.mark.parametrize("name", policy_names())
def test_a_policy_covers_every_insured_person_and_visit(name: str) -> None:
    policy = load_policy(name)
    for insutype, psn_type in [
        ("310", "1101"),
        ("310", "1201"),
        ("390", "1403"),
        ("390", "1501"),
        ("390", "16"),
    ]:
        for visit in ("outpatient", "inpatient", "pharmacy"):
            for level in range(4):
                case = Case(insutype=insutype, psn_type=psn_type, age=72, visit=visit, level=level)
                terms = policy.terms(case)
                assert terms is not None
                assert bool(terms.bands) == (visit != "pharmacy")


@pytest.mark.parametrize("name", policy_names())
def test_an_example_is_marked_as_an_assumption(name: str) -> None:
    for figure in load_policy(name).figures:
        if "example" in figure.source:
            assert figure.mark == "?"


@pytest.mark.parametrize("name", ["leshan-2023", "liaoyang-2024", "xiongan-2023"])
def test_regions_without_a_source_hold_assumptions_only(name: str) -> None:
    invented = [
        figure for figure in load_policy(name).figures if "outside the insured area" not in figure.source
    ]
    assert {figure.mark for figure in invented} == {"?"}


def test_a_stand_in_pays_what_the_other_region_pays() -> None:
    leshan, chengdu = load_policy("leshan-2023"), load_policy("chengdu-2023")
    case = Case(insutype="310", psn_type="1101", age=50, visit="inpatient", level=2)
    assert leshan.terms(case) == chengdu.terms(case)


@pytest.mark.parametrize("name", ["hainan-2023", "guangzhou-2022", "nanning-2024"])
def test_conflicting_rows_say_so_with_the_other_reading(name: str) -> None:
    doubtful = [figure for figure in load_policy(name).figures if figure.verify]
    assert doubtful
    assert any(
        word in figure.note
        for figure in doubtful
        for word in ("older reading", "second source", "another page")
    )


def terms_of(
    name: str, person: str, visit: Any, level: int, stay: int = 1, filing: Any = "local"
) -> tuple[int, ...]:
    insutype, psn_type = person.split("-")
    case = Case(
        insutype=insutype,
        psn_type=psn_type,
        age=50,
        visit=visit,
        level=level,
        stay=stay,
        filing=filing,
    )
    terms = load_policy(name).terms(case)
    assert terms is not None
    return terms.standard_fen // 100, terms.bands[0].ratio_millionths // 1000


@pytest.mark.parametrize(
    ("name", "person", "visit", "level", "stay", "filing", "expected"),
    [
        pytest.param(
            "chengdu-2023", "310-1101", "inpatient", 3, 1, "transferred", (2000, 765), id="transferred"
        ),
        pytest.param("longyan-2024", "310-1101", "inpatient", 3, 1, "unfiled", (800, 650), id="points-off"),
        pytest.param("longyan-2024", "310-1101", "inpatient", 1, 9, "local", (0, 920), id="ninth-stay"),
        pytest.param("guanghan-2013", "310-1101", "inpatient", 3, 20, "local", (200, 800), id="late-stay"),
        pytest.param("guanghan-2013", "310-1101", "inpatient", 3, 1, "unfiled", (1400, 640), id="outside"),
        pytest.param("shanghai-2023", "390-16", "inpatient", 1, 1, "long-term", (50, 900), id="long-term"),
    ],
)
def test_figures_that_depend_on_filing_and_late_stays(
    *, name: str, person: str, visit: str, level: int, stay: int, filing: str, expected: tuple[int, int]
) -> None:
    assert terms_of(name, person, visit, level, stay, filing) == expected


@pytest.mark.parametrize(
    ("region", "date", "name", "standing"),
    [
        pytest.param("110000", "2023-06-01", "beijing-2023", "in-force", id="in-force"),
        pytest.param("110108", "2024-12-31", "beijing-2023", "in-force", id="county-of-a-municipality"),
        pytest.param("510104", "2023-02-01", "chengdu-2023", "in-force", id="county-of-a-city"),
        pytest.param("330100", "2024-01-01", "hangzhou-2020", "expired", id="nearest-earlier"),
        pytest.param("310000", "2020-01-01", "shanghai-2023", "not-yet", id="before-the-first"),
    ],
)
def test_the_policy_of_a_place_on_a_date(region: str, date: str, name: str, standing: str) -> None:
    choice = policy_for(region, datetime.date.fromisoformat(date))
    assert (choice.policy.name, choice.standing, choice.in_force) == (name, standing, standing == "in-force")


def test_a_place_without_a_policy_names_the_regions_that_have_one() -> None:
    with pytest.raises(InputError, match=r"640000.*110000"):
        policy_for("640000", datetime.date(2023, 1, 1))


def overlay(tmp_path: Path, text: str) -> Policy:
    path = tmp_path / "overlay.toml"
    path.write_text(text, encoding="utf-8")
    return load_policy(path)


def test_an_overlay_changes_its_rows_and_keeps_the_rest(tmp_path: Path) -> None:
    policy = overlay(
        tmp_path,
        """
        base = "shanghai-2023"
        english = "Shanghai with free outpatient care for the old"
        [sources]
        idea = "what if"
        [[benefit]]
        insutype = "310"
        people = ["retired"]
        visit = "outpatient"
        period = "year"
        mark = "?"
        source = "idea"
        bands = [{ percent = "100" }]
        """,
    )
    base = load_policy("shanghai-2023")
    retired = Case(insutype="310", psn_type="1201", age=70, visit="outpatient", level=3)
    active = Case(insutype="310", psn_type="1101", age=40, visit="outpatient", level=3)
    found = policy.terms(retired)
    assert found is not None
    assert (found.standard_fen, found.bands[0].ratio_millionths) == (0, 1_000_000)
    assert policy.terms(active) == base.terms(active)
    assert policy.region == "310000"
    assert policy.valid_from == base.valid_from
    changed = [figure for figure in policy.figures if figure.source == "what if"]
    assert [figure.value for figure in changed] == ["100"]
    assert not any("outpatient 310 retired deductible" in figure.where for figure in policy.figures)


def test_an_overlay_may_stand_on_a_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "lower.toml").write_text('base = "beijing-2023"\nenglish = "Lower"\n', encoding="utf-8")
    assert overlay(tmp_path, 'base = "lower.toml"\n').english == "Lower"


REDUCTION = """
base = "beijing-2023"
[sources]
a = "what if"
[[reduction]]
insutypes = ["310"]
filings = ["{filing}"]
points = "{points}"
mark = "?"
source = "a"
"""


@pytest.mark.parametrize(
    ("filing", "limit"), [("long-term", 0), ("transferred", 10), ("emergency", 10), ("temporary", 20)]
)
def test_the_national_limits_bind_every_file(tmp_path: Path, filing: str, limit: int) -> None:
    overlay(tmp_path, REDUCTION.format(filing=filing, points=limit))
    with pytest.raises(InputError, match=f"national limit of {limit} points"):
        overlay(tmp_path, REDUCTION.format(filing=filing, points=limit + 1))
    freed = "beyond_national_limits = true\n" + REDUCTION.format(filing=filing, points=limit + 1)
    assert overlay(tmp_path, freed).region == "110000"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param('english = "x"', "missing field 'region'", id="no-base-and-no-region"),
        pytest.param('base = "atlantis-1999"', "unknown benefit policy", id="unknown-base"),
        pytest.param('base = "overlay.toml"', "nested too deeply", id="base-is-itself"),
        pytest.param(
            'base = "beijing-2023"\n[sources]\na = "x"\n[[aid]]\nidentities = ["999"]\nmark = "?"\n'
            'source = "a"\n'
            'threshold = { yuan = "0" }\nratio = { percent = "70" }',
            "unknown identity",
            id="unknown-identity",
        ),
    ],
)
def test_a_wrong_overlay_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        overlay(tmp_path, text)


def test_levels_without_a_band_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no band for the level"):
        load_policy(write(tmp_path, 'bands = [{ levels = [1, 2], percent = "80" }]'))


@pytest.mark.parametrize("name", policy_names())
def test_every_figure_has_a_mark_and_a_source(name: str) -> None:
    policy = load_policy(name)
    assert policy.figures
    for figure in policy.figures:
        assert figure.mark in {"S", "M", "1", "?"}
        assert figure.source


@pytest.mark.parametrize("name", policy_names())
def test_a_higher_level_never_pays_more(name: str) -> None:
    for visit in ("outpatient", "inpatient"):
        figures = [terms_of(name, "310-1101", visit, level) for level in range(4)]
        assert figures == sorted(figures, key=lambda figure: (figure[0], -figure[1]))


def test_a_community_centre_takes_level_one_where_the_file_has_no_row_for_it(tmp_path: Path) -> None:
    policy = load_policy(
        write(tmp_path, 'bands = [{ levels = [1], percent = "80" }, { levels = [2, 3], percent = "70" }]')
    )
    terms = policy.terms(Case(insutype="310", psn_type="1101", age=40, visit="outpatient", level=0))
    assert terms is not None
    assert terms.bands[0].ratio_millionths == 800_000


@pytest.mark.parametrize(("insutype", "psn_type"), [("340", "1300"), ("310", "9999"), ("310", "1501")])
def test_people_without_a_row_have_no_terms(insutype: str, psn_type: str) -> None:
    case = Case(insutype=insutype, psn_type=psn_type, age=70, visit="outpatient", level=1)
    assert load_policy("beijing-2023").terms(case) is None


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
