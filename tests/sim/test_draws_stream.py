"""A draw is a function of (seed, stream, entity, occurrence) and of nothing else."""

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onecard.sim.draws import Stream, maths

WORDS = st.integers(min_value=0, max_value=2**64 - 1)
ENTITIES = st.integers(min_value=0, max_value=2**62)
PEOPLE = range(20_000)


@given(WORDS, st.text(max_size=20), ENTITIES, ENTITIES)
def test_one_draw_and_many_draws_are_the_same_bits(
    seed: int, name: str, entity: int, occurrence: int
) -> None:
    stream = Stream(seed, name)
    assert int(stream.bits_array([entity], occurrence)[0]) == stream.bits(entity, occurrence)


@given(WORDS, st.lists(ENTITIES, min_size=1, max_size=20), st.integers(min_value=1, max_value=2**32))
def test_array_forms_give_what_the_scalar_forms_give(seed: int, entities: list[int], bound: int) -> None:
    stream = Stream(seed, "test/array")
    drawn = np.array(entities, dtype=np.int64)
    assert stream.below_array(bound, drawn, 3).tolist() == [stream.below(bound, e, 3) for e in entities]
    assert stream.uniform_array(drawn, 3).tolist() == [stream.uniform(e, 3) for e in entities]


def test_the_order_of_asking_does_not_matter() -> None:
    stream = Stream(7, "test/order")
    forwards = [stream.bits(entity) for entity in range(100)]
    backwards = [stream.bits(entity) for entity in reversed(range(100))]
    assert forwards == backwards[::-1]


def test_seed_stream_entity_and_occurrence_each_change_the_draw() -> None:
    draws = {
        Stream(7, "a").bits(1, 1),
        Stream(8, "a").bits(1, 1),
        Stream(7, "b").bits(1, 1),
        Stream(7, "a").bits(2, 1),
        Stream(7, "a").bits(1, 2),
    }
    assert len(draws) == 5


def test_entity_and_occurrence_do_not_stand_in_for_each_other() -> None:
    stream = Stream(7, "test/grid")
    assert (
        len({stream.bits(entity, occurrence) for entity in range(100) for occurrence in range(100)}) == 10_000
    )


@given(st.integers(min_value=1, max_value=2**32), ENTITIES)
def test_below_stays_below(bound: int, entity: int) -> None:
    assert 0 <= Stream(7, "test/below").below(bound, entity) < bound


def test_below_reaches_every_value_about_equally_often() -> None:
    stream = Stream(7, "test/die")
    counts = np.bincount(stream.below_array(6, np.arange(60_000)), minlength=6)
    chi_square = float((((counts - 10_000) ** 2) / 10_000).sum())
    assert len(counts) == 6
    assert chi_square < 20.5  # 5 degrees of freedom, 0.1 %


def test_bits_are_balanced_in_every_place() -> None:
    words = Stream(7, "test/bits").bits_array(np.arange(100_000))
    for place in range(64):
        ones = int(((words >> np.uint64(place)) & np.uint64(1)).sum())
        assert abs(ones - 50_000) < 800, place  # five standard deviations


def test_neighbours_are_not_correlated() -> None:
    uniforms = Stream(7, "test/neighbours").uniform_array(np.arange(100_000))
    assert abs(float(np.corrcoef(uniforms[:-1], uniforms[1:])[0, 1])) < 0.016


def test_uniform_covers_the_unit_interval_without_one() -> None:
    uniforms = Stream(7, "test/uniform").uniform_array(np.arange(100_000))
    assert uniforms.min() >= 0.0
    assert uniforms.max() < 1.0
    assert abs(float(uniforms.mean()) - 0.5) < 0.005


@pytest.mark.parametrize("probability", [0.0, 1.0], ids=["never", "always"])
def test_certainties_are_certain(probability: float) -> None:
    stream = Stream(7, "test/certain")
    assert {stream.happens(probability, entity) for entity in range(2000)} == {probability == 1.0}


def test_happens_as_often_as_it_should() -> None:
    stream = Stream(7, "test/happens")
    assert abs(sum(stream.happens(0.1, entity) for entity in PEOPLE) - 2000) < 212  # five deviations


def test_exponential_has_its_mean_and_is_never_negative() -> None:
    stream = Stream(7, "test/exponential")
    times = [stream.exponential(90.0, entity) for entity in PEOPLE]
    assert min(times) >= 0.0
    assert abs(statistics.fmean(times) - 90.0) < 3.2


def test_normal_has_mean_zero_and_deviation_one() -> None:
    stream = Stream(7, "test/normal")
    values = [stream.normal(entity) for entity in PEOPLE]
    assert abs(statistics.fmean(values)) < 0.036
    assert abs(statistics.pstdev(values) - 1.0) < 0.026


def test_log_normal_has_the_mean_and_variation_asked_for() -> None:
    stream = Stream(7, "test/log-normal")
    values = [stream.log_normal(120.0, 0.5, entity) for entity in PEOPLE]
    assert abs(statistics.fmean(values) - 120.0) < 2.2
    assert abs(statistics.pstdev(values) / statistics.fmean(values) - 0.5) < 0.03


def test_the_second_lane_is_independent_of_the_next_occurrence() -> None:
    stream = Stream(7, "test/lanes")
    assert stream.normal(5, 0) != stream.normal(5, 1)
    assert stream.random_bytes(16, 5)[:8] == stream.bits(5).to_bytes(8, "big")
    assert stream.random_bytes(16, 5)[8:] != stream.bits(5, 1).to_bytes(8, "big")


@given(st.integers(min_value=0, max_value=16), ENTITIES)
def test_random_bytes_have_the_size_asked_for(size: int, entity: int) -> None:
    assert len(Stream(7, "test/bytes").random_bytes(size, entity)) == size


@pytest.mark.parametrize("name", ["cos", "exp", "log", "pow", "sin", "sqrt"])
def test_maths_is_the_interpreters_own(name: str) -> None:
    assert getattr(maths, name) is getattr(math, name)
