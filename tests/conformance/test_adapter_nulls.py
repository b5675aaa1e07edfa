"""The null battery does what its names say, and looks alive as long as it can."""

from __future__ import annotations

import pytest
from adapter_samples import GET_CHALLENGE, SELECT_SSSE, SUCCESS

from onecard.conformance.adapters.nulls import NULLS
from onecard.conformance.adapters.opening import open_card
from onecard.conformance.adapters.port import CardGoneError, CardPort

UNKNOWN = bytes.fromhex("00FF0000")


def opened(iut: str, case: str = "card/null/01") -> CardPort:
    port = open_card(iut, seed=5)
    port.prepare(case, "standard", "contact")
    return port


REFERENCE = opened("virtual:3.00")
ATR = REFERENCE.reset()
FCI = REFERENCE.transmit(SELECT_SSSE)
REFUSED = REFERENCE.transmit(UNKNOWN)


@pytest.mark.parametrize("name", [name for name in NULLS if name != "absent"])
def test_a_null_card_gives_the_references_answer_to_reset_and_is_no_reference(name: str) -> None:
    port = opened(f"null:{name}")
    assert port.transmit(GET_CHALLENGE) == b""  # before its reset
    assert port.reset() == ATR
    assert not port.traits.reference
    assert port.traits.fresh


def test_the_absent_one_is_not_there() -> None:
    port = opened("null:absent")
    with pytest.raises(CardGoneError):
        port.reset()


def answers(name: str, *commands: bytes) -> list[bytes]:
    port = opened(f"null:{name}")
    port.reset()
    return [port.transmit(command) for command in commands]


def test_the_silent_and_the_slow_one_give_no_answer() -> None:
    assert answers("silent", SELECT_SSSE, UNKNOWN) == [b"", b""]
    assert answers("slow", SELECT_SSSE, UNKNOWN) == [b"", b""]


def test_the_one_that_is_always_happy_and_the_one_that_echoes() -> None:
    assert answers("always-9000", SELECT_SSSE, UNKNOWN) == [SUCCESS, SUCCESS]
    assert answers("echoing", SELECT_SSSE, UNKNOWN) == [SELECT_SSSE + SUCCESS, UNKNOWN + SUCCESS]


def test_the_random_one_is_drawn_by_case() -> None:
    first = answers("random", SELECT_SSSE, SELECT_SSSE)
    assert first == answers("random", SELECT_SSSE, SELECT_SSSE)
    assert first[0] != first[1]
    other = opened("null:random", "card/null/02")
    other.reset()
    assert other.transmit(SELECT_SSSE) != first[0]


def test_the_dying_one_is_right_twice_and_then_dead_for_good() -> None:
    port = opened("null:dies-in-the-middle")
    port.reset()
    assert [port.transmit(SELECT_SSSE) for _ in range(3)] == [FCI, FCI, b""]
    assert port.reset() == b""


def test_the_lagging_one_answers_the_request_before() -> None:
    assert answers("answers-the-previous-request", SELECT_SSSE, UNKNOWN, SELECT_SSSE) == [
        SUCCESS,
        FCI,
        REFUSED,
    ]


@pytest.mark.parametrize(
    ("name", "right"), [("first-right-then-wrong", 1), ("right-for:0", 0), ("right-for:2", 2)]
)
def test_the_forgetful_one_is_right_at_first_after_each_reset(name: str, right: int) -> None:
    port = opened(f"null:{name}")
    for _ in range(2):
        port.reset()
        got = [port.transmit(SELECT_SSSE) for _ in range(3)]
        assert got == [FCI] * right + [b"\x6f\x00"] * (3 - right)
        assert port.transmit(UNKNOWN) == SUCCESS
