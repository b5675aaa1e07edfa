"""Every deliberate defect is found, for the right reason, and shown in a small form."""

import pytest

from onecard.sim.explore import DEFECTS, SearchOptions, SeedOptions, run_seed, search
from onecard.sim.explore.shrink import Shrunk

SEEDS = 120
SEARCHED: dict[str, Shrunk] = {}


def found(name: str) -> Shrunk:
    """Search once for each defect."""
    if name not in SEARCHED:
        result = search(SearchOptions(seeds=SEEDS, seed_options=SeedOptions(defect=name)))
        assert result.fastest is not None, f"{name} is not found in {SEEDS} seeds"
        assert result.fastest.seed in result.failed
        SEARCHED[name] = result.fastest
    return SEARCHED[name]


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_found_for_the_right_reason(name: str) -> None:
    small = found(name)
    shows = DEFECTS[name].shows
    assert any(words in finding for finding in small.result.findings for words in shows), (
        small.result.findings
    )


@pytest.mark.parametrize("name", DEFECTS)
def test_the_small_form_has_few_visits_and_faults_and_none_to_spare(name: str) -> None:
    small = found(name)
    assert 1 <= len(small.visits) <= 3
    assert len(small.injections) <= 6
    options = SeedOptions(defect=name, only_visits=small.visits, only_faults=frozenset(small.injections))
    assert run_seed(small.seed, options).findings == small.result.findings
    for number in range(len(small.injections)):
        rest = frozenset(small.injections[:number] + small.injections[number + 1 :])
        fewer = SeedOptions(defect=name, only_visits=small.visits, only_faults=rest)
        assert not run_seed(small.seed, fewer).failed


@pytest.mark.parametrize("name", DEFECTS)
def test_the_same_course_is_sound_without_the_defect(name: str) -> None:
    small = found(name)
    options = SeedOptions(only_visits=small.visits, only_faults=frozenset(small.injections))
    assert run_seed(small.seed, options).findings == ()


def test_the_timeline_tells_the_faults_and_the_findings() -> None:
    small = found("no-idempotency")
    told = [what for _, _, what in small.result.timeline]
    assert sum("FAULT" in what for what in told) >= len(small.injections)
    assert any(finding in what for what in told for finding in small.result.findings)
