"""The database goes away, a neighbour is silent, a tier has a defect: everybody gets a defined answer."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from counting_tiers import CITY, PROVINCE, START, city_alone, envelope, message, province_alone
from served_world import Tier, reason, run, serving

from onecard.sim.serving.database import Database

UNANSWERED = {"database-unavailable", "result-uncertain"}


def msgid(number: int) -> str:
    return str(envelope(number)["msgid"])


async def is_ready(tier: Tier) -> bool:
    return (await tier.get("/ready"))[0] == 200


def test_a_stopped_server_is_answered_around_and_everything_acknowledged_is_there_again(
    postgres: Any,
) -> None:
    async def scenario(tier: Tier) -> None:
        kept = [number for number in range(20) if not reason(await tier.post(message(number, "2207")))]
        assert len(kept) == 20
        await asyncio.to_thread(postgres.stop, "immediate")
        try:
            first = reason(await tier.post(message(100)))
            assert first == "result-uncertain"  # the connection broke in the middle
            assert reason(await tier.post(message(101))) == "database-unavailable"
            assert not await is_ready(tier)
            assert (await tier.get("/health"))[0] == 200
        finally:
            await asyncio.to_thread(postgres.start)
        await tier.until(lambda: is_ready(tier))
        assert (await tier.post(message(5, "2207")))["output"] == {"number": 6}  # the stored answer
        assert reason(await tier.post(message(101))) == ""
        assert "onecard_reloads_total 1.0" in (await tier.get("/metrics"))[1]

    run(scenario, postgres.make_database("stopped"))


def test_a_server_that_goes_away_while_nothing_happens_is_noticed_by_readiness(postgres: Any) -> None:
    async def scenario(tier: Tier) -> None:
        assert await is_ready(tier)
        await asyncio.to_thread(postgres.stop, "immediate")
        try:
            assert not await is_ready(tier)
        finally:
            await asyncio.to_thread(postgres.start)
        await tier.until(lambda: is_ready(tier))
        assert reason(await tier.post(message(1))) == ""

    run(scenario, postgres.make_database("idle"))


def test_a_cut_connection_to_the_database_loses_nothing_that_was_acknowledged(postgres: Any) -> None:
    async def scenario(tier: Tier) -> None:
        async def send(number: int) -> tuple[int, str]:
            return number, reason(await tier.post(message(number, "2207")))

        first = [await send(number) for number in range(10)]
        under_way = [asyncio.ensure_future(send(number)) for number in range(100, 160)]
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'cut'"
        await asyncio.to_thread(postgres.query, cut)
        outcomes = dict(first + await asyncio.gather(*under_way))
        await tier.until(lambda: is_ready(tier))
        assert set(outcomes.values()) <= {""} | UNANSWERED
        rows = await asyncio.to_thread(postgres.query, 'SELECT "NAME" FROM "SEQUENCE"', "cut")
        for number in (number for number, refused in outcomes.items() if not refused):
            assert f"{number:04d}" in rows
            assert reason(await tier.post(message(number, "2207"))) == ""

    run(scenario, postgres.make_database("cut"))


def test_a_locked_database_refuses_and_goes_on_when_it_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA busy_timeout = 20")
    monkeypatch.setattr("onecard.sim.serving.database.SQLITE_SESSION", session)

    async def scenario(tier: Tier) -> None:
        other = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert reason(await tier.post(message(1))) == "database-unavailable"
        other.close()
        await tier.until(lambda: is_ready(tier))
        assert (await tier.post(message(1)))["output"] == {"number": 1}  # nothing had happened

    run(scenario, f"sqlite:///{tmp_path}/x.db")


def test_a_full_database_keeps_answering_and_reading(tmp_path: Path) -> None:
    empty = Database(f"sqlite:///{tmp_path}/x.db", tiers=(CITY,), world="counting")
    empty.open()
    empty.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        pages: int = connection.execute("PRAGMA page_count").fetchone()[0]
    url = f"sqlite:///{tmp_path}/x.db?max_page_count={pages + 15}"

    async def scenario(tier: Tier) -> None:
        kept: list[int] = []
        for number in range(1_000):
            refused = reason(await tier.post(message(number)))
            if refused:
                break
            kept.append(number)
        assert refused == "database-unavailable"
        await tier.until(lambda: is_ready(tier))
        assert reason(await tier.post(message(kept[0]))) == ""  # a stored answer needs no room
        assert (await tier.post(message(2_000, "1101")))["output"]["rows"] == len(kept)

    run(scenario, url)


def test_a_database_that_is_deleted_is_noticed_and_never_replaced_by_an_empty_one(tmp_path: Path) -> None:
    async def scenario(tier: Tier) -> None:
        assert reason(await tier.post(message(1))) == ""
        for suffix in ("", "-wal", "-shm"):
            (tmp_path / f"x.db{suffix}").rename(tmp_path / f"away.db{suffix}")
        assert reason(await tier.post(message(2))) == "database-unavailable"
        assert reason(await tier.post(message(2))) == "database-unavailable"
        assert not await is_ready(tier)
        assert not (tmp_path / "x.db").exists()
        for suffix in ("", "-wal", "-shm"):
            if (tmp_path / f"away.db{suffix}").exists():
                (tmp_path / f"away.db{suffix}").rename(tmp_path / f"x.db{suffix}")
        await tier.until(lambda: is_ready(tier))
        assert (await tier.post(message(2)))["output"] == {"number": 2}  # the first one is still known

    run(scenario, f"sqlite:///{tmp_path}/x.db")


def test_a_deleted_database_is_noticed_by_readiness_before_a_message_comes(tmp_path: Path) -> None:
    async def scenario(tier: Tier) -> None:
        assert await is_ready(tier)
        (tmp_path / "x.db").unlink()
        assert not await is_ready(tier)
        assert reason(await tier.post(message(1))) == "database-unavailable"

    run(scenario, f"sqlite:///{tmp_path}/x.db")


def test_a_schema_that_is_dropped_while_it_is_served_is_not_made_anew(postgres: Any) -> None:
    async def scenario(tier: Tier) -> None:
        assert reason(await tier.post(message(1))) == ""
        dropped = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
        await asyncio.to_thread(postgres.query, dropped, "dropped")
        assert reason(await tier.post(message(2))) in UNANSWERED
        assert reason(await tier.post(message(3))) == "database-unavailable"
        assert not await is_ready(tier)

    run(scenario, postgres.make_database("dropped"))


def test_a_database_that_starts_again_under_load_has_everything_that_was_acknowledged(postgres: Any) -> None:
    acknowledged: list[int] = []
    uncertain: list[int] = []
    down = asyncio.Event()

    async def client(tier: Tier, first: int) -> None:
        for number in range(first, first + 500):
            refused = reason(await tier.post(message(number, "2207")))
            assert refused in {"", *UNANSWERED}
            (uncertain if refused else acknowledged).append(number)
            if len(acknowledged) >= 100:
                down.set()
            if refused:
                return

    async def scenario(tier: Tier) -> None:
        clients = [asyncio.ensure_future(client(tier, 500 * each)) for each in range(12)]
        await asyncio.wait_for(down.wait(), 60)
        await asyncio.to_thread(postgres.stop, "immediate")
        await asyncio.gather(*clients)
        await asyncio.to_thread(postgres.start)
        await tier.until(lambda: is_ready(tier))
        told = """SELECT "NAME" FROM "SEQUENCE" WHERE "TIER" = 'city/310000'"""
        rows = (await asyncio.to_thread(postgres.query, told, "load")).split()
        assert len(rows) == len(set(rows))
        assert {msgid(number) for number in acknowledged} <= set(rows)
        assert uncertain
        for number in uncertain:
            assert reason(await tier.post(message(number, "2207"))) == ""
        rows = (await asyncio.to_thread(postgres.query, told, "load")).split()
        assert sorted(rows) == sorted(msgid(number) for number in acknowledged + uncertain)

    def decode(number: int) -> str:
        return str(envelope(number)["msgid"])

    run(scenario, postgres.make_database("load"))


def test_ten_thousand_connections_one_after_the_other_leave_nothing_behind(tmp_path: Path) -> None:
    request = b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"

    async def scenario(tier: Tier) -> None:
        before = len(list(Path("/proc/self/fd").iterdir()))
        for number in range(10_000):
            reader, writer = await asyncio.open_connection("127.0.0.1", tier.served.port)
            writer.write(request)
            assert (await reader.read()).startswith(b"HTTP/1.1 200"), f"connection {number}"
            writer.close()
            await writer.wait_closed()
        assert "onecard_connections 1.0" in (await tier.get("/metrics"))[1]  # this one
        assert len(list(Path("/proc/self/fd").iterdir())) <= before + 3

    run(scenario, f"sqlite:///{tmp_path}/x.db")


def test_a_defect_of_a_tier_is_told_as_uncertain_and_the_tier_is_loaded_again(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    async def scenario(tier: Tier) -> None:
        assert reason(await tier.post(message(1))) == ""
        assert reason(await tier.post(message(2, "0666"))) == "result-uncertain"
        await tier.until(lambda: is_ready(tier))
        assert (await tier.post(message(3)))["output"] == {"number": 2}

    run(scenario, f"sqlite:///{tmp_path}/x.db")
    assert "ZeroDivisionError in counting_tiers.py" in capsys.readouterr().err


def test_two_processes_ask_each_other_over_http_and_sign_what_they_forward(tmp_path: Any) -> None:
    async def play() -> None:
        there = serving(
            f"sqlite:///{tmp_path}/there.db",
            tiers=(PROVINCE,),
            build=province_alone,
            signatures_required=True,
        )
        async with there as province:
            routes = {PROVINCE: province.served.url}
            here = serving(f"sqlite:///{tmp_path}/here.db", build=city_alone, routes=routes)
            async with here as city:
                answer = await city.post_raw(message(1, "2207"))
                assert [at.partition(";")[0] for at in answer.headers["x-onecard-trace"].split(", ")] == [
                    PROVINCE,
                    CITY,
                ]
                assert reason(await city.post(message(1, "2207"))) == ""
                forged = {"x_onecard_tier": CITY, "x_onecard_signature": "00"}
                assert reason(await province.post(message(2), **forged)) == "signature-wrong"
                assert reason(await province.post(message(2), x_onecard_tier=CITY)) == "signature-missing"

    asyncio.run(play())


def test_a_question_leaves_only_after_what_was_written_is_in_the_database(tmp_path: Any) -> None:
    seen: list[list[tuple[str]]] = []

    async def neighbour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        found = sqlite3.connect(tmp_path / "x.db")
        seen.append(found.execute('SELECT "STATE" FROM "MESSAGE"').fetchall())
        found.close()
        writer.close()

    async def play() -> None:
        listening = await asyncio.start_server(neighbour, "127.0.0.1")
        port = listening.sockets[0].getsockname()[1]
        routes = {PROVINCE: f"http://127.0.0.1:{port}/api"}
        async with serving(f"sqlite:///{tmp_path}/x.db", build=city_alone, routes=routes) as tier:
            assert reason(await tier.post(message(1, "2207"))) == "result-uncertain"
        listening.close()
        await listening.wait_closed()

    asyncio.run(play())
    assert seen
    assert seen[0] == [("pending",)]


def test_a_silent_neighbour_is_waited_for_no_longer_than_the_question_says(tmp_path: Any) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def play() -> None:
        listening = await asyncio.start_server(silent, "127.0.0.1")
        port = listening.sockets[0].getsockname()[1]
        routes = {PROVINCE: f"http://127.0.0.1:{port}/api"}
        async with serving(f"sqlite:///{tmp_path}/x.db", build=city_alone, routes=routes) as tier:
            async with asyncio.timeout(10):
                waiting = asyncio.ensure_future(tier.post(message(1, "2207")))
                assert reason(await tier.post(message(2))) == ""  # others are served meanwhile
                assert reason(await waiting) == "result-uncertain"
        listening.close()
        await listening.wait_closed()

    asyncio.run(play())


def test_dates_before_the_start_do_not_stop_the_clock(tmp_path: Any) -> None:
    async def scenario(tier: Tier) -> None:
        early = await tier.post(message(1, inf_time="1999-01-01 00:00:00"))
        assert early["refmsg_time"].startswith(START.strftime("%Y%m%d"))

    run(scenario, f"sqlite:///{tmp_path}/x.db")
