"""``kill -9`` of ``onecard serve settlement`` under load: what was acknowledged is at every tier, once."""

from __future__ import annotations

import asyncio
import datetime
import os
import signal
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import aiohttp
import pytest
from purchases_under_fire import BUYERS, MINUTE_US, Buyer, Notes, disagreements, judged, landed
from served_command import command

from onecard.sim.nation import NationModel
from onecard.sim.serving.nation_tiers import NationTiers, city_models
from onecard.sim.serving.server import Served

DATE = datetime.date(2024, 3, 4)
CITIES = "310000:shanghai-2023,440100:guangzhou-2022,440600:foshan-2023"
PEOPLE = 80
TIERS = 9
"""Three cities and their card authorities, two provinces, the ministry."""
SEED = 7
WORDS = (
    "--cities", CITIES, "--people", str(PEOPLE), "--date", DATE.isoformat(), "--seed", str(SEED),
    "--clock", "message", "--port", "0", "--json", "--database",
)  # fmt: skip


def world() -> NationTiers:
    return NationTiers(
        NationModel(date=DATE.isoformat(), seed=SEED, cities=city_models(CITIES, date=DATE, people=PEOPLE))
    )


async def life(
    buyers: list[Buyer], served: dict[str, Served], notes: Notes, after: int, kill: Callable[[], None] | None
) -> None:
    """Buy until so many more settlements were acknowledged, then kill the process, or let errands end."""
    notes.target = len(notes.settled) + after
    notes.reached = asyncio.Event()
    urls = {tier: each.url for tier, each in served.items()}
    last = asyncio.Event()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        running = [asyncio.ensure_future(buyer.live(session, urls, last)) for buyer in buyers]
        enough = asyncio.ensure_future(notes.reached.wait())
        await asyncio.wait((enough, *running), timeout=120, return_when=asyncio.FIRST_COMPLETED)
        assert notes.reached.is_set(), "the server went away, or nothing is settled"
        last.set() if kill is None else kill()
        await asyncio.gather(*running)


def kill_in_a_loop(database: str, log: Path, *, kills: int, after: int) -> None:
    """Kill the server again and again, let every errand end at last; print what the database has."""
    made, notes = world(), Notes()
    buyers = [Buyer(made.nation, number, notes) for number in range(BUYERS)]
    fates: Counter[str] = Counter()
    for number in range(kills + 1):
        dies = number < kills
        for buyer in buyers:
            buyer.now_us += MINUTE_US
        with command(log, *WORDS, database, tiers=TIERS) as (process, served):
            kill = partial(os.kill, process.pid, signal.SIGKILL)
            asyncio.run(life(buyers, served, notes, after if dies else 1, kill if dies else None))
            assert not dies or process.wait(30) == -signal.SIGKILL
        settled, back = landed(database)
        assert set(judged(notes.settled, settled)) == {"once"}, f"after kill {number + 1}"
        assert set(judged(notes.taken_back, back)) <= {"once"}, f"after kill {number + 1}"
        fates.update(filter(None, (buyer.fate_of_unanswered(settled, back) for buyer in buyers)))
    print(  # noqa: T201 - the figures are the point
        f"{database.partition(':')[0]}: {kills} kills; settlements: {len(notes.settled)} acknowledged,"
        f" {of(judged(notes.settled, settled))}; taken back: {len(notes.taken_back)} acknowledged,"
        f" {of(judged(notes.taken_back, back))}; without an answer: {sum(notes.uncertain.values())}"
        f" ({', '.join(f'{times} of {infno}' for infno, times in sorted(notes.uncertain.items()))}), of those"
        f" that settle or take back {fates['at every tier']} were done at every tier, {fates['nowhere']}"
        f" at none, {fates['at some tiers']} at some; all were answered when they were sent again"
    )
    assert fates["at some tiers"] == 0
    assert not [buyer for buyer in buyers if buyer.unanswered]
    assert {msgid for msgid, _ in settled} == set(notes.settled), "a settlement that nobody was told of"
    assert {setl_id for setl_id, _ in back} == set(notes.taken_back)
    assert disagreements(database, made) == []


def of(counted: Counter[str]) -> str:
    return (
        f"{counted['once']} found once at every tier, {counted['twice']} twice, {counted['missing']} missing,"
        f" {counted['astray']} elsewhere"
    )


def test_a_killed_platform_has_what_it_acknowledged_once_at_every_tier(database: str, tmp_path: Path) -> None:
    kill_in_a_loop(database, tmp_path / "log", kills=2, after=60)


@pytest.mark.slow
def test_a_platform_killed_again_and_again_has_what_it_acknowledged_once_at_every_tier(
    database: str, tmp_path: Path
) -> None:
    kill_in_a_loop(database, tmp_path / "log", kills=25, after=100)
