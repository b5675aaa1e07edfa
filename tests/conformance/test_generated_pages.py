"""The generated pages of the documentation are those that the registry, the suite and the defects give."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from onecard.conformance.qualify.pages import COVERAGE, QUALIFICATION, pages

DOCS = Path(__file__).parents[2] / "docs"


@cache
def generated() -> dict[str, str]:
    return pages()


@pytest.mark.parametrize("page", [COVERAGE, QUALIFICATION])
def test_a_generated_page_is_not_stale(page: str) -> None:
    written = (DOCS / page).read_text(encoding="utf-8")
    assert written == generated()[page], "run python scripts/conformance_tables.py"


def test_the_qualification_is_whole() -> None:
    page = generated()[QUALIFICATION]
    assert "Silent: none." in page
    assert "\n0 cases passed.\n" in page
