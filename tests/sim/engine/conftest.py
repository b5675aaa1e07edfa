import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from day_samples import Day, run_day


@pytest.fixture(scope="session")
def troubled_day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """A small city in which much goes wrong: lost, expired, locked cards, forgotten PINs, poor readers."""
    return run_day(tmp_path_factory.mktemp("troubled"), people=900, seed=11, overrides=TROUBLES)


TROUBLES = (
    "population.mislaid_share=0.04",
    "population.reported_lost_share=0.04",
    "population.generation_mix={'1.00'=0.2,'2.00'=0.4,'3.00'=0.4}",
    "population.finance_share=0.75",
    "population.expired_share=0.05",
    "population.locked_share=0.05",
    "population.forgets_pin_share=0.1",
    "behaviour.pin_typo=0.1",
    "behaviour.read_failure_contact=0.3",
    "behaviour.read_failure_contactless=0.3",
    "behaviour.account_mean_yuan=200",
    "places.hospital.stations.cashier.servers=1",
    "places.hospital.stations.consulting-room.servers=2",
)
