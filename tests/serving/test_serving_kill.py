"""A serving process that is killed loses nothing that it acknowledged, and does nothing twice."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
import sqlalchemy as sa
from counting_tiers import CITY, INSTITUTION, message
from served_world import server_process

from onecard.sim.serving.database import database_url

SENDERS = 16


class Outcomes:
    """What clients were told over all lives of the server."""

    def __init__(self) -> None:
        self.number = 0
        self.acknowledged: dict[str, int] = {}
        """Message number → what the answer said."""
        self.unknown: list[int] = []
        self.target = 0
        self.reached = asyncio.Event()

    def next(self) -> int:
        self.number += 1
        return self.number


def msgid(number: int) -> str:
    return f"{INSTITUTION}20250101080000{number:04d}"


async def sender(session: aiohttp.ClientSession, url: str, outcomes: Outcomes) -> None:
    """Send new messages, one after the other, until the server is gone."""
    while True:
        number = outcomes.next()
        try:
            async with session.post(url, data=message(number, "2207")) as response:
                reply = msgspec.json.decode(await response.read())
        except (aiohttp.ClientError, OSError):
            outcomes.unknown.append(number)
            return
        if reply["infcode"] == 0:
            outcomes.acknowledged[msgid(number)] = reply["output"]["number"]
            if len(outcomes.acknowledged) >= outcomes.target:
                outcomes.reached.set()
        else:
            outcomes.unknown.append(number)
            return


async def life(url: str, outcomes: Outcomes, end: Any, after: int) -> None:
    """Send from many clients, and end the server in the middle."""
    outcomes.target = len(outcomes.acknowledged) + after
    outcomes.reached = asyncio.Event()
    async with aiohttp.ClientSession() as session:
        senders = [asyncio.ensure_future(sender(session, url, outcomes)) for _ in range(SENDERS)]
        await asyncio.wait_for(outcomes.reached.wait(), 120)
        end()
        await asyncio.gather(*senders)


def found(database: str) -> Counter[str]:
    """Count the rows of each message at the city."""
    engine = sa.create_engine(database_url(database))
    statement = sa.text('SELECT "NAME", "LAST" FROM "SEQUENCE" WHERE "TIER" = :tier')
    with engine.connect() as connection:
        rows = connection.execute(statement, {"tier": CITY}).all()
    engine.dispose()
    numbers = Counter(last for _, last in rows)
    assert not [last for last, times in numbers.items() if times > 1], "a number was dealt twice"
    return Counter(name for name, _ in rows)


def kill_in_a_loop(database: str, log: Path, *, kills: int, after: int) -> Outcomes:
    outcomes = Outcomes()
    for _ in range(kills):
        with server_process(database, log) as (process, served):
            asyncio.run(
                life(served.url, outcomes, lambda one=process: os.kill(one.pid, signal.SIGKILL), after)
            )
            assert process.wait(30) == -signal.SIGKILL
    kept = found(database)
    missing = [name for name in outcomes.acknowledged if not kept[name]]
    twice = [name for name, times in kept.items() if times > 1]
    once = len(outcomes.acknowledged) - len(missing)
    print(  # noqa: T201 - the figures are the point
        f"{database.partition(':')[0]}: {kills} kills, {len(outcomes.acknowledged)} acknowledged,"
        f" {once} found once, {len(twice)} found twice, {len(missing)} missing,"
        f" {len(outcomes.unknown)} uncertain"
    )
    assert not missing
    assert not twice
    return outcomes


def repeat_all(database: str, log: Path, outcomes: Outcomes) -> None:
    """Send every acknowledged message again: the very same answer; and every uncertain one: done once."""

    async def repeat(url: str) -> None:
        async with aiohttp.ClientSession() as session:
            for name, expected in outcomes.acknowledged.items():
                async with session.post(url, data=message(int(name[26:]), "2207")) as response:
                    assert msgspec.json.decode(await response.read())["output"] == {"number": expected}
            for number in outcomes.unknown:
                async with session.post(url, data=message(number, "2207")) as response:
                    assert msgspec.json.decode(await response.read())["infcode"] == 0

    with server_process(database, log) as (_, served):
        asyncio.run(repeat(served.url))
    kept = found(database)
    assert set(kept) == {msgid(number) for number in range(1, outcomes.number + 1)}
    assert set(kept.values()) == {1}


def test_a_killed_server_has_everything_that_it_acknowledged_once(database: str, tmp_path: Path) -> None:
    outcomes = kill_in_a_loop(database, tmp_path / "log", kills=3, after=150)
    assert len(outcomes.acknowledged) >= 450
    repeat_all(database, tmp_path / "log", outcomes)


@pytest.mark.slow
def test_a_server_killed_again_and_again_has_everything_that_it_acknowledged_once(
    database: str, tmp_path: Path
) -> None:
    outcomes = kill_in_a_loop(database, tmp_path / "log", kills=25, after=350)
    repeat_all(database, tmp_path / "log", outcomes)


def test_a_stopped_server_answers_what_is_under_way_and_keeps_it(database: str, tmp_path: Path) -> None:
    outcomes = Outcomes()
    with server_process(database, tmp_path / "log") as (process, served):
        asyncio.run(life(served.url, outcomes, process.terminate, 300))
        assert process.wait(30) == 0
    kept = found(database)
    assert set(outcomes.acknowledged) <= set(kept)
    # whoever got no answer had none of his done: the connection was closed before the request was read
    assert set(kept) <= set(outcomes.acknowledged) | {msgid(number) for number in outcomes.unknown}


def test_a_second_process_on_the_same_tier_is_refused(database: str, tmp_path: Path) -> None:
    with server_process(database, tmp_path / "log"):
        second = tmp_path / "second"
        with contextlib.suppress(AssertionError), server_process(database, second):
            pytest.fail("two processes serve the same tier")
        assert "another process serves" in second.read_text()
