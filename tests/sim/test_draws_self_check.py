"""The self-check finds a machine that draws differently, and says where."""

import pytest

from onecard.sim.draws import maths, self_check
from onecard.sim.draws.hashing import draw, stream_base


def test_this_machine_draws_what_the_recording_machine_drew() -> None:
    assert self_check.differences() == []


def test_every_part_is_recorded() -> None:
    assert set(self_check.RECORDED) == {
        "draws", "scalar draws", "log", "exp", "sqrt", "sin", "cos", "pow",
    }  # fmt: skip


def test_a_c_library_that_differs_in_one_bit_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = maths.log
    monkeypatch.setattr(maths, "log", lambda x: exact(x) * (1.0 + 2.0**-52))
    assert self_check.differences() == ["log"]


def test_a_part_that_nobody_computes_counts_as_different() -> None:
    assert self_check.differences({**self_check.RECORDED, "gamma": "0"}) == ["gamma"]


@pytest.mark.parametrize(
    ("seed", "name", "entity", "occurrence", "word"),
    [
        (0, "", 0, 0, 0x0FE853C99A9D285F),
        (7, "people/card", 1_258_999_999, 0, 0x0BC7FFF719736904),
        (2**64 - 1, "visits/go", 2**64 - 1, 2**64 - 1, 0x89D2859BD7B52FF9),
    ],
    ids=["zeros", "a-card-holder", "all-ones"],
)
def test_known_draws_stay_what_they_are(
    seed: int, name: str, entity: int, occurrence: int, word: int
) -> None:
    assert draw(stream_base(seed, name), entity, occurrence) == word
