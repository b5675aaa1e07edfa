"""Seeds of the sound network: whatever breaks, every fen is where the institutions' books say."""

import msgspec
import pytest

from onecard.sim.explore import FAULTS, SearchOptions, SeedOptions, SeedResult, run_seed, search

SEEDS = range(60)


def assert_clean(result: SeedResult) -> None:
    assert result.findings == ()
    assert (result.lost_fen, result.doubled_fen, result.differences) == (0, 0, 0)


@pytest.mark.parametrize("block", range(0, len(SEEDS), 10), ids=lambda first: f"from-{first}")
def test_all_faults_leave_every_book_in_agreement(block: int) -> None:
    for seed in SEEDS[block : block + 10]:
        assert_clean(run_seed(seed, SeedOptions()))


@pytest.mark.parametrize("fault", [name for name in FAULTS if name != "stale-reply"])
def test_each_fault_alone_happens_and_is_survived(fault: str) -> None:
    injected = 0
    for seed in range(8):
        result = run_seed(seed, SeedOptions(faults=(fault,), settlements=20))
        assert_clean(result)
        injected += result.injected.get(fault, 0)
        assert set(result.injected) <= {fault}
    assert injected


def test_stale_replies_happen_where_messages_are_repeated() -> None:
    injected = 0
    for seed in range(20):
        result = run_seed(seed, SeedOptions(faults=("drop", "stale-reply"), settlements=20))
        assert_clean(result)
        injected += result.injected.get("stale-reply", 0)
    assert injected


def test_faults_make_results_uncertain_and_institutions_resolve_them() -> None:
    results = [run_seed(seed, SeedOptions()) for seed in range(10)]
    assert sum(result.uncertain for result in results) > 50
    assert sum(result.reversals for result in results) > 20
    assert sum(result.crashes for result in results) > 3
    assert all(0 <= result.in_force <= result.settlements for result in results)


def test_without_faults_nothing_is_uncertain() -> None:
    result = run_seed(3, SeedOptions(only_faults=frozenset()))
    assert_clean(result)
    assert result.injected == {}
    assert result.uncertain == 0
    assert result.refusals == {}
    assert result.settlements >= 40


def test_the_same_seed_has_the_same_course() -> None:
    options = SeedOptions(tracing=True)
    assert run_seed(7, options) == run_seed(7, options)
    assert run_seed(7, options).timeline != run_seed(8, options).timeline


def test_a_timeline_changes_nothing() -> None:
    traced = run_seed(7, SeedOptions(tracing=True))
    assert msgspec.structs.replace(traced, timeline=()) == run_seed(7, SeedOptions())


def test_the_number_of_processes_changes_nothing() -> None:
    alone = search(SearchOptions(seeds=12, workers=1))
    assert search(SearchOptions(seeds=12, workers=2)) == alone
    assert alone.clean
    assert alone.seeds == 12


def test_progress_reaches_the_end() -> None:
    told: list[tuple[float, int]] = []
    result = search(SearchOptions(seeds=10), lambda share, settlements: told.append((share, settlements)))
    assert told[-1] == (1.0, result.settlements)
    assert [share for share, _ in told] == [number / 10 for number in range(1, 11)]


@pytest.mark.slow
def test_a_thousand_seeds_are_clean() -> None:
    result = search(SearchOptions(seeds=1000, first=1000, workers=2))
    assert result.failed == ()
    assert result.seeds == 1000
    assert set(result.injected) == set(FAULTS)
    assert (result.lost_fen, result.doubled_fen, result.differences) == (0, 0, 0)
