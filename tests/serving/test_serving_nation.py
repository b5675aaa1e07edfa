"""A served nation: what operators see of prepayments, and the same message from two desks at once."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import msgspec
from served_command import card_holders, shown

from onecard.sim.nation import NationModel
from onecard.sim.serving.http_app import SERVICE_PATH
from onecard.sim.serving.nation_tiers import NationTiers, city_models
from onecard.sim.serving.server import ServeOptions, serve
from onecard.sim.settlement.benefit import load_catalogue
from onecard.sim.settlement.clients.desk import Desk
from onecard.sim.settlement.clients.dialogue import charge
from onecard.sim.settlement.clients.pharmacy import PharmacyPurchase
from onecard.sim.settlement.messages.reasons import reason_of

DATE = datetime.date(2024, 3, 4)
MORNING_US = 8 * 3_600_000_000
EAST, WEST = "city/310000", "city/510100"
Post = Callable[[str, bytes], Awaitable[bytes]]


def model(prepayment_yuan: int = 100_000_000) -> NationModel:
    cities = city_models("310000:shanghai-2023,510100:chengdu-2023", date=DATE, people=40)
    return NationModel(date=DATE.isoformat(), cities=cities, prepayment_yuan=prepayment_yuan)


@contextlib.asynccontextmanager
async def served(tiers: NationTiers, database: Path, routes: dict[str, str]) -> AsyncIterator[dict[str, str]]:
    """Serve tiers; gives their addresses and URLs."""
    options = ServeOptions(
        tiers=tuple(tier for tier in tiers.tiers if tier not in routes),
        build=lambda: tiers.build(routes),
        start=tiers.start,
        world=tiers.world,
        database=f"sqlite:///{database}",
        seed=7,
        message_clock=True,
        routes=routes,
    )
    async with serve(options) as (here, _):
        yield {each.tier: each.url for each in here}


def purchase(tiers: NationTiers, insured: str, number: int) -> PharmacyPurchase:
    """Prepare a purchase in 310000 by an employee of a city, whose account pays."""
    nation = tiers.nation
    employees = [person for person in card_holders(nation, insured) if person.insutype == "310"]
    shop = next(each for each in nation.registries["310000"].institutions if each.kind == "pharmacy")
    desk = Desk(
        fixmedins_code=shop.fixmedins_code,
        fixmedins_name=shop.name,
        mdtrtarea_admvs="310000",
        calendar=nation.calendar,
        number=number,
    )
    return PharmacyPurchase(
        desk=desk,
        credential=shown(employees[number]),
        charges=(charge(load_catalogue()["SYN-W-5004"]),),
    )


async def until_settlement(client: PharmacyPurchase, post: Post, url: str) -> bytes:
    """Follow a purchase up to its 2102; return that message."""
    while client.next_infno != "2102":
        assert client.failure is None
        client.receive(await post(url, client.next_request(MORNING_US) or b""))
    return client.next_request(MORNING_US) or b""


@contextlib.asynccontextmanager
async def poster() -> AsyncIterator[Post]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def post(url: str, body: bytes) -> bytes:
            async with session.post(url, data=body) as response:
                return await response.read()

        yield post


def test_a_prepayment_that_is_nearly_used_up_is_seen_by_who_watches_the_metrics(tmp_path: Path) -> None:
    tiers = NationTiers(model(prepayment_yuan=1))

    async def play() -> None:
        async with served(tiers, tmp_path / "x.db", {}) as urls, aiohttp.ClientSession() as session:

            async def alarms() -> list[str]:
                async with session.get(urls[EAST].removesuffix(SERVICE_PATH) + "/metrics") as response:
                    lines = (await response.text()).splitlines()
                return [line for line in lines if line.startswith("onecard_prepayment_alarms_total")]

            async with poster() as post:
                for number, city in enumerate(("310000", "510100")):
                    assert await alarms() == []  # a purchase at home uses no prepayment
                    client = purchase(tiers, city, number)
                    client.receive(await post(urls[EAST], await until_settlement(client, post, urls[EAST])))
                    assert client.failure is None
            assert await alarms() == [
                'onecard_prepayment_alarms_total{insured="51",level="red",tier="province/31"} 1.0'
            ]

    asyncio.run(play())


def test_one_message_that_comes_many_times_at_once_settles_once_across_processes(tmp_path: Path) -> None:
    """The city waits for its province in another process: the copies come while the first is on its way."""
    west = NationTiers(model(), (WEST, "province/31", "province/51", "ministry"))
    east = NationTiers(model(), (EAST,))

    async def play() -> tuple[str, list[bytes], bytes]:
        async with contextlib.AsyncExitStack() as stack:
            post = await stack.enter_async_context(poster())
            there = await stack.enter_async_context(served(west, tmp_path / "west.db", {}))
            route = {"province/31": there["province/31"]}
            here = await stack.enter_async_context(served(east, tmp_path / "east.db", route))
            client = purchase(east, "510100", 2)
            message = await until_settlement(client, post, here[EAST])
            answers = await asyncio.gather(*(post(here[EAST], message) for _ in range(8)))
            return msgspec.json.decode(message)["msgid"], answers, await post(here[EAST], message)

    msgid, answers, last = asyncio.run(play())
    decoded = [msgspec.json.decode(answer) for answer in answers]
    told = Counter("ok" if each["infcode"] == 0 else reason_of(each["err_msg"]) for each in decoded)
    assert told["ok"] >= 1
    assert set(told) <= {"ok", "result-uncertain"}
    assert {answer for answer, each in zip(answers, decoded, strict=True) if each["infcode"] == 0} == {last}
    assert rows(tmp_path / "east.db", "OUTMED_SETL_D", msgid) == {EAST: 1}
    assert rows(tmp_path / "west.db", "SETL_D", msgid) == {WEST: 1}
    between = {"province/31": 1, "province/51": 1, "ministry": 1}
    assert rows(tmp_path / "west.db", "OUTMED_SETL_D", msgid) == between


def test_two_messages_with_one_number_at_once_settle_one_of_them(tmp_path: Path) -> None:
    tiers = NationTiers(model())

    async def play() -> tuple[str, list[bytes]]:
        async with served(tiers, tmp_path / "x.db", {}) as urls, poster() as post:
            client = purchase(tiers, "510100", 3)
            message = await until_settlement(client, post, urls[EAST])
            other = message.replace(b'"opter_name":"', b'"opter_name":"X')
            answers = await asyncio.gather(post(urls[EAST], message), post(urls[EAST], other))
            return msgspec.json.decode(message)["msgid"], answers

    msgid, answers = asyncio.run(play())
    decoded = [msgspec.json.decode(answer) for answer in answers]
    told = sorted("ok" if each["infcode"] == 0 else reason_of(each["err_msg"]) for each in decoded)
    assert told == ["duplicate-message", "ok"]
    assert rows(tmp_path / "x.db", "OUTMED_SETL_D", msgid)[EAST] == 1


def rows(database: Path, table: str, msgid: str) -> dict[str, int]:
    """Count the settlements of a message by tier."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        found = connection.execute(f'SELECT "TIER" FROM "{table}" WHERE "MEDINS_SETL_ID" = ?', (msgid,))  # noqa: S608
        return Counter(tier for (tier,) in found)
