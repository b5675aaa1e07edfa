from __future__ import annotations

import pytest

from onecard.virtual_cards.iso7816.status import STATUS_WORDS, describe, family, is_listed

LIST_OF_THE_STANDARD = (
    "9000 61xx 63Cx 6581 6700 6901 6981 6982 6983 6984 6985 6986 6988 6A80 6A81 6A82 6A83 6A84 6A85 6A86 "
    "6A88 6B00 6Cxx 6D00 6E00 6F00 9302 9303 9401 9402 9403 9406 6987"
)


def test_the_table_is_the_standards_list() -> None:
    assert {row.name for row in STATUS_WORDS} == set(LIST_OF_THE_STANDARD.split())


def test_every_row_speaks_both_languages() -> None:
    for row in STATUS_WORDS:
        assert row.english.isascii()
        assert not row.chinese.isascii()


@pytest.mark.parametrize(
    ("value", "name"),
    [
        pytest.param(0x63C2, "63Cx", id="tries"),
        pytest.param(0x611E, "61xx", id="waiting"),
        pytest.param(0x6C12, "6Cxx", id="right-length"),
        pytest.param(0x6A82, "6A82", id="single"),
    ],
)
def test_words_find_their_family(value: int, name: str) -> None:
    row = family(value)
    assert row is not None
    assert row.name == name


@pytest.mark.parametrize("value", [0x63D0, 0x6A87, 0x6200, 0x0000, 0x9001])
def test_unlisted_words_are_told(value: int) -> None:
    assert not is_listed(value)
    assert "not in the standard's list" in describe(value)


def test_a_description_names_the_word_in_both_languages() -> None:
    assert describe(0x6A82) == "6A82 file not found 未找到文件"
