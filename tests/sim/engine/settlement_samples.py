"""Small settlement networks, run into a folder and read back as rows."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from onecard.scenarios import load_scenario
from onecard.scenarios.execution import Executed, execute
from onecard.sim.recording.run_folder import EVENTS, new_run_folder

Row = dict[str, Any]


@dataclass
class Run:
    """A finished run and its tables."""

    folder: Path
    executed: Executed

    read: dict[str, list[Row]] = field(default_factory=dict)

    def rows(self, table: str) -> list[Row]:
        if table not in self.read:
            self.read[table] = pq.read_table(self.folder / EVENTS / f"{table}.parquet").to_pylist()
        return self.read[table]


def run_network(name: str, *, people: int, seed: int = 3, overrides: Sequence[str] = (), folder: Path) -> Run:
    """Run a built-in settlement scenario with few people."""
    loaded = load_scenario(name, overrides=overrides, values={"people": people, "seed": seed})
    target = folder / "run"
    with new_run_folder(target) as partial:
        executed = execute(loaded, partial, engine="simpy", progress=lambda _share, _units: None)
    return Run(target, executed)


def route(row: Row) -> set[str]:
    """Return the tiers that a settlement between these two cities passes."""
    insured, treatment = row["insured"], row["treatment"]
    cities = {f"city/{insured}", f"city/{treatment}"}
    if insured == treatment:
        return cities
    provinces = {f"province/{insured[:2]}", f"province/{treatment[:2]}"}
    return cities | provinces | ({"ministry"} if len(provinces) > 1 else set())


def by_settlement(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["setl_id"]].append(row)
    return found
