"""Databases for the tests: SQLite files, and a PostgreSQL of their own. Without one, its tests fail."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from onecard.sim.serving.postgres import PrivatePostgres

sys.path.append(str(Path(__file__).parent))  # the helper modules beside the tests


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivatePostgres]:
    """A server for the whole session."""
    with PrivatePostgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/tiers.db"
    server: PrivatePostgres = request.getfixturevalue("postgres")
    name = tmp_path.name.replace("-", "_").lower()
    return server.make_database(f"{name}_{abs(hash(tmp_path)) % 10**8}")
