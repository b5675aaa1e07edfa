"""Days of small cities, run into a folder and read back as rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from onecard.scenarios import load_scenario
from onecard.scenarios.execution import Executed, execute
from onecard.sim.recording.run_folder import EVENTS, new_run_folder

Row = dict[str, Any]


@dataclass
class Day:
    """A finished day and its tables."""

    folder: Path
    executed: Executed

    @cached_property
    def visits(self) -> list[Row]:
        return self.rows("visits")

    @cached_property
    def stages(self) -> list[Row]:
        return self.rows("stages")

    @cached_property
    def shows(self) -> list[Row]:
        return self.rows("shows")

    @cached_property
    def apdus(self) -> list[Row]:
        return self.rows("apdus")

    @cached_property
    def messages(self) -> list[Row]:
        return self.rows("messages")

    @cached_property
    def postings(self) -> list[Row]:
        return self.rows("postings")

    @cached_property
    def refusals(self) -> list[Row]:
        return self.rows("refusals")

    def rows(self, table: str) -> list[Row]:
        rows: list[Row] = pq.read_table(self.folder / EVENTS / f"{table}.parquet").to_pylist()
        return rows


def run_day(
    folder: Path, *, people: int, seed: int, overrides: Sequence[str] = (), profile: str | None = None
) -> Day:
    """Run the day of a small city."""
    loaded = load_scenario(
        "daily-card-usage", overrides=overrides, profile=profile, values={"people": people, "seed": seed}
    )
    target = folder / "run"
    with new_run_folder(target) as partial:
        executed = execute(loaded, partial, engine="simpy", progress=lambda _share, _apdus: None)
    return Day(target, executed)
