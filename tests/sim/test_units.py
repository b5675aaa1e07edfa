"""Time is integer microseconds, money integer fen; conversions are exact or refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onecard.sim.units.money import fen_to_yuan, share, yuan_to_fen
from onecard.sim.units.time import DAY, HOUR, MINUTE, SECOND, clock, from_seconds, parse_clock


@given(st.integers(min_value=-(10**14), max_value=10**14))
def test_money_survives_the_trip_through_a_message(fen: int) -> None:
    assert yuan_to_fen(fen_to_yuan(fen)) == fen


@pytest.mark.parametrize(
    ("amount", "fen"),
    [("12.30", 1230), ("0", 0), ("-0.01", -1), (7, 700), (Decimal("1E2"), 10000)],
    ids=["two-decimals", "zero", "negative", "whole-number", "exponent"],
)
def test_yuan_become_fen(amount: str | int | Decimal, fen: int) -> None:
    assert yuan_to_fen(amount) == fen


@pytest.mark.parametrize("amount", ["1.234", "", "ten", "NaN", "Infinity", "1,5"])
def test_an_amount_that_is_not_money_is_refused_with_its_value(amount: str) -> None:
    with pytest.raises(ValueError, match="is not a number of yuan") as refusal:
        yuan_to_fen(amount)
    assert repr(amount) in str(refusal.value)


@pytest.mark.parametrize(
    ("fen", "ratio", "expected"),
    [(100, "0.5", 50), (1, "0.5", 1), (3, "0.5", 2), (-1, "0.5", -1), (333, "0.8", 266), (0, "0.9", 0)],
    ids=["exact", "half-up", "three-halves", "negative-half-away", "down", "nothing"],
)
def test_a_share_is_rounded_half_up_to_the_fen(fen: int, ratio: str, expected: int) -> None:
    assert share(fen, Decimal(ratio)) == expected


@given(st.integers(min_value=0, max_value=10**9), st.integers(min_value=0, max_value=100))
def test_a_share_is_between_nothing_and_all(fen: int, percent: int) -> None:
    assert 0 <= share(fen, Decimal(percent) / 100) <= fen


@given(st.integers(min_value=0, max_value=23), st.integers(min_value=0, max_value=59))
def test_a_clock_time_survives_parsing_and_showing(hours: int, minutes: int) -> None:
    text = f"{hours:02d}:{minutes:02d}"
    assert clock(parse_clock(text)) == text + ":00"


def test_midnight_at_the_end_of_the_day_is_a_time() -> None:
    assert parse_clock("24:00") == DAY


@pytest.mark.parametrize("text", ["7:30", "07:60", "24:01", "25:00", "0730", "07:30:00", "", "ab:cd"])
def test_a_text_that_is_no_time_of_day_is_refused_with_its_value(text: str) -> None:
    with pytest.raises(ValueError, match="time of day") as refusal:
        parse_clock(text)
    assert repr(text) in str(refusal.value)


@pytest.mark.parametrize(
    ("seconds", "time_us"),
    [(0.3, 300_000), (1e-7, 0), (0.0000005, 0), (0.0000015, 2), (-1.5, -1_500_000)],
    ids=["tap", "too-short", "half-to-even-down", "half-to-even-up", "negative"],
)
def test_seconds_are_rounded_once_to_microseconds(seconds: float, time_us: int) -> None:
    assert from_seconds(seconds) == time_us


def test_units_nest() -> None:
    assert DAY == 24 * HOUR == 24 * 60 * MINUTE == 86_400 * SECOND == 86_400_000_000
