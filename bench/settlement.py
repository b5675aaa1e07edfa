"""Durable settlements over real HTTP, on SQLite and on PostgreSQL, beside pgbench on the same server.

One settlement is one message of a pharmacy (2102), whose card the ministry has authenticated by its home, on
tiers that are all in one process. A visit is the six messages of an outpatient. The server, the load and
PostgreSQL are processes of their own and share the machine. Rounds of the two contestants alternate, and each
counts with its best one, because the machine is shared with others as well.
"""

from __future__ import annotations

import datetime
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from onecard.bench.rows import Row
from onecard.sim.errors import DefectError, EnvironmentLacksError
from onecard.sim.nation import NationModel
from onecard.sim.serving.nation_tiers import city_models
from onecard.sim.serving.postgres import PrivatePostgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Job", "Measured", "settlement_rows"]

CITY = "310000"
CITIES = "310000,510100"
DATE = datetime.date(2023, 9, 4)
PEOPLE = 1000
CONNECTIONS = 32
SETTLEMENTS = 10_000
ROUNDS = 3
MESSAGES_OF_A_VISIT = 6
PGBENCH_SCALE = 10
PGBENCH_SECONDS = 5
RATIO_BUDGET = 0.5
"""Of pgbench's transactions per second, architecture §9."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What the load process is to do.

    Attributes:
        host: where to.
        port: where to.
        path: where to.
        model: the nation that is served.
        city: where the people are treated, and insured.
        kind: ``"purchases"`` (2102) or ``"visits"`` (1101, 2201, 2203, 2204, 2206, 2207).
        connections: how many.
        count: purchases or visits in all.
        round: of the same nation, so that message numbers do not repeat.
    """

    host: str = "127.0.0.1"
    port: int
    path: str = "/api/medical/service"
    model: NationModel
    city: str
    kind: str
    connections: int
    count: int
    round: int


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it.

    Attributes:
        done: purchases or visits that were settled.
        messages: answers.
        refused: answers that were no success.
        seconds: from the first connection to the last answer.
        p50_ms: latency of a message, median.
        p95_ms: and so on.
        p99_ms: and so on.
        client_cpu_s: processor time of the load.
        first_refusal: one of the refusals.
    """

    done: int
    messages: int
    refused: int
    seconds: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    client_cpu_s: float
    first_refusal: str

    @property
    def per_second(self) -> float:
        """Purchases or visits per second."""
        return self.done / self.seconds


def settlement_rows(*, connections: int = CONNECTIONS, settlements: int = SETTLEMENTS) -> list[Row]:
    """Measure; see the module.

    Args:
        connections: of the load, and clients of pgbench.
        settlements: per round; visits are a sixth of it.

    Raises:
        EnvironmentLacksError: there is no PostgreSQL.
    """
    measure = partial(_measured, connections=connections, settlements=settlements)
    with PrivatePostgres() as postgres:
        postgres.pgbench("-i", "-q", "-s", str(PGBENCH_SCALE))
        peers: list[float] = []
        on_postgres = measure(
            postgres.make_database("settlement"), lambda: peers.append(_pgbench(postgres, connections))
        )
    with tempfile.TemporaryDirectory(prefix="onecard-bench-") as folder:
        on_sqlite = measure(f"sqlite:///{folder}/settlement.db", lambda: None)
    peer = max(peers)
    best = on_postgres["purchases"]
    ratio = best.per_second / peer
    share = Row(
        name="durable settlements on PostgreSQL, HTTP",
        value=round(best.per_second),
        unit="settlements/s",
        peer=f"pgbench TPC-B-like -s {PGBENCH_SCALE} -c {connections}, transactions/s",
        peer_value=round(peer),
        ratio=round(ratio, 3),
        budget=f">= {RATIO_BUDGET:g} x pgbench",
        met=ratio >= RATIO_BUDGET,
    )
    return [
        share,
        *_latencies("settlement on PostgreSQL", best),
        _figure("outpatient visits on PostgreSQL, HTTP", on_postgres["visits"].per_second, "visits/s"),
        *_latencies("message of a visit on PostgreSQL", on_postgres["visits"]),
        _figure("durable settlements on SQLite, HTTP", on_sqlite["purchases"].per_second, "settlements/s"),
        *_latencies("settlement on SQLite", on_sqlite["purchases"]),
        _figure("outpatient visits on SQLite, HTTP", on_sqlite["visits"].per_second, "visits/s"),
        *_latencies("message of a visit on SQLite", on_sqlite["visits"]),
    ]


def _measured(
    database: str, between: Callable[[], None], *, connections: int, settlements: int
) -> dict[str, Measured]:
    """Serve and measure the rounds of both kinds; gives the best one of each."""
    model = NationModel(date=DATE.isoformat(), cities=city_models(CITIES, date=DATE, people=PEOPLE))
    counts = {"purchases": settlements, "visits": max(1, settlements // MESSAGES_OF_A_VISIT)}
    found: dict[str, list[Measured]] = {kind: [] for kind in counts}
    with _served(database, model) as port:
        for turn in range(1 + ROUNDS):
            for kind, count in counts.items():
                job = Job(
                    port=port,
                    model=model,
                    city=CITY,
                    kind=kind,
                    connections=connections,
                    count=count if turn else max(connections, count // 10),  # the first one warms up
                    round=turn,
                )
                measured = _load(job)
                if turn:
                    found[kind].append(measured)
            if turn:
                between()
    return {kind: max(rounds, key=lambda one: one.per_second) for kind, rounds in found.items()}


@contextmanager
def _served(database: str, model: NationModel) -> Iterator[int]:
    """Serve all tiers in a process of their own; gives the port of the city."""
    words = [
        sys.executable, "-m", "onecard.cli", "serve", "settlement", "--database", database, "--port", "0",
        "--clock", "message", "--date", model.date, "--seed", str(model.seed), "--cities", CITIES,
        "--people", str(PEOPLE), "--tier", f"city/{CITY}", "--tier", "city/510100", "--tier", "province/31",
        "--tier", "province/51", "--tier", "ministry", "--json",
    ]  # fmt: skip
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log)  # noqa: S603 - our own words
        try:
            if server.stdout is None:
                raise DefectError("the server has no output")
            line = server.stdout.readline()
            if not line:
                log.seek(0)
                said = log.read().decode(errors="replace").strip().rpartition("\n")[2]
                raise EnvironmentLacksError(f"cannot serve: {said}", remedy="pip install 'onecard[serve]'")
            port: int = msgspec.json.decode(line)["port"]
            yield port
        finally:
            server.terminate()
            server.wait()
            if server.stdout is not None:
                server.stdout.close()


def _load(job: Job) -> Measured:
    words = [sys.executable, "-m", "onecard.bench.settlement_load", msgspec.json.encode(job).decode()]
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE)  # noqa: S603 - our own words
    measured = msgspec.json.decode(done.stdout, type=Measured)
    if measured.refused:
        raise DefectError(
            f"{measured.refused} of {measured.messages} refused: {measured.first_refusal[:300]}"
        )
    return measured


def _pgbench(postgres: PrivatePostgres, clients: int) -> float:
    said = postgres.pgbench("-c", str(clients), "-j", "2", "-T", str(PGBENCH_SECONDS))
    line = next(line for line in said.splitlines() if line.startswith("tps"))
    return float(line.split()[2])


def _figure(name: str, value: float, unit: str) -> Row:
    return Row(
        name=name, value=round(value, 2) if value < 100 else round(value), unit=unit, budget="", met=True
    )


def _latencies(name: str, measured: Measured) -> list[Row]:
    return [
        _figure(f"{name}, {share}", value, "ms")
        for share, value in (("p50", measured.p50_ms), ("p95", measured.p95_ms), ("p99", measured.p99_ms))
    ]
