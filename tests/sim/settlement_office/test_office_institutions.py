"""1201: the code of an institution, by type and part of its name or by code."""

from __future__ import annotations

from typing import Any

import pytest
from institutions_world import World
from nation_samples import AWAY, NationWorld


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        pytest.param({"fixmedins_type": "1"}, ["H31010100001", "H31010100002"], id="hospitals"),
        pytest.param({"fixmedins_type": "2"}, ["P31010100003"], id="pharmacies"),
        pytest.param({"fixmedins_type": "1", "fixmedins_name": "社区"}, ["H31010100002"], id="part-of-name"),
        pytest.param({"fixmedins_type": "1", "fixmedins_code": "H31010100001"}, ["H31010100001"], id="code"),
        pytest.param({"fixmedins_type": "2", "fixmedins_code": "H31010100001"}, [], id="other-type"),
        pytest.param({"fixmedins_type": "3"}, [], id="unknown-type"),
    ],
)
def test_institutions_are_found(query: dict[str, Any], codes: list[str]) -> None:
    rows = World().send("1201", {"medinsinfo": query})["output"]["medinsinfo"]
    assert [row["fixmedins_code"] for row in rows] == codes


def test_a_hospital_is_told_with_its_grade() -> None:
    rows = World().send("1201", {"medinsinfo": {"fixmedins_type": "1"}})["output"]["medinsinfo"]
    assert [row["hosp_lv"] for row in rows] == ["02", "08"]
    assert all(len(row["uscc"]) == 18 for row in rows)


def test_every_institution_of_a_nation_has_a_credit_code_that_checks() -> None:
    digits = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    codes = [each.uscc for each in NationWorld().nation.registries[AWAY].institutions]
    assert len(set(codes)) == len(codes) == 6
    for code in codes:
        values = [digits.index(digit) for digit in code]
        assert sum(value * 3**place % 31 for place, value in enumerate(values[:17])) % 31 == -values[17] % 31
