from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onecard.virtual_cards.layouts.encoding import decode_value, encode_value, split_text
from onecard.virtual_cards.security.pin import decode_pin, encode_pin


@pytest.mark.parametrize(
    ("kind", "value", "length", "field"),
    [
        pytest.param("cn", "20140601", 4, "20140601", id="date"),
        pytest.param("cn", "1", 1, "1F", id="odd-digits"),
        pytest.param("cn", "", 3, "FFFFFF", id="empty-cn"),
        pytest.param("an", "2.00", 4, "322E3030", id="ascii"),
        pytest.param("an", "张三", 6, "D5C5C8FD0000", id="gbk"),
        pytest.param("an", "", 2, "0000", id="empty-an"),
        pytest.param("b", "00FF", 2, "00FF", id="binary"),
        pytest.param("b", "", 2, "0000", id="empty-b"),
    ],
)
def test_fields_are_filled_as_the_standard_says(kind: str, value: str, length: int, field: str) -> None:
    assert encode_value(kind, value, length).hex().upper() == field
    if value or kind != "b":
        assert decode_value(kind, bytes.fromhex(field)) == value


@pytest.mark.parametrize(
    ("kind", "value", "length"),
    [
        pytest.param("an", "abc", 2, id="too-long"),
        pytest.param("an", "𠮷", 8, id="not-in-gbk"),
        pytest.param("cn", "12345", 2, id="too-many-digits"),
        pytest.param("cn", "1x", 1, id="no-digit"),
        pytest.param("b", "00", 2, id="too-short-binary"),
    ],
)
def test_a_value_that_does_not_fit_is_shown(kind: str, value: str, length: int) -> None:
    with pytest.raises(ValueError, match=value):
        encode_value(kind, value, length)


def test_reading_strips_either_filler_and_half_a_character() -> None:
    assert decode_value("an", bytes.fromhex("D5C5FFFF")) == "张"
    assert decode_value("an", bytes.fromhex("D5C50000")) == "张"
    assert decode_value("an", bytes.fromhex("D5C5C8")) == "张"


@given(st.text(alphabet="abcABC张三李四吾·", max_size=40), st.integers(0, 40))
def test_a_split_text_loses_nothing_and_fits(value: str, length: int) -> None:
    fits, rest = split_text(value, length)
    assert fits + rest == value
    assert len(fits.encode("gbk")) <= length


@given(st.text(alphabet="0123456789", max_size=20))
def test_digits_round_trip(value: str) -> None:
    assert decode_value("cn", encode_value("cn", value, 10)) == value


@pytest.mark.parametrize(("digits", "packed"), [("123456", "123456"), ("12345", "12345F"), ("", "")])
def test_a_pin_is_packed_with_a_low_filler(digits: str, packed: str) -> None:
    assert encode_pin(digits).hex().upper() == packed
    assert decode_pin(bytes.fromhex(packed)) == digits


@pytest.mark.parametrize("digits", ["123", "1234567890123", "12345a", "１２３４"])
def test_a_pin_of_other_form_is_refused(digits: str) -> None:
    with pytest.raises(ValueError, match="4 to 12 decimal digits"):
        encode_pin(digits)
