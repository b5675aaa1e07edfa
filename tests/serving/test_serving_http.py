"""What a client of a served tier sees: both entry styles, pages for operators, and the limits."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import msgspec
import pytest
from counting_tiers import CITY, INSTITUTION, PROVINCE, envelope, message
from served_world import Tier, reason, run

from onecard.sim.serving.http_app import SERVICE_PATH, read_trace
from onecard.sim.serving.limits import Limits

SHORT = Limits(body_bytes=20_000, head_bytes=2_000, head_s=0.2, body_s=0.2, connections=8, discard_s=0.5)


async def raw(tier: Tier, *parts: bytes, end: bool = False) -> bytes:
    """Send bytes over a connection of its own; return all that comes back until it is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", tier.served.port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        if end:
            writer.write_eof()
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


def head(length: int, path: str = SERVICE_PATH, extra: str = "") -> bytes:
    return f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n{extra}\r\n".encode()


def test_both_entry_styles_give_the_answer_of_the_tier(database: str) -> None:
    async def scenario(tier: Tier) -> None:
        one = await tier.post_raw(message(1))
        assert one.headers["content-type"] == "application/json;charset=utf-8"
        assert msgspec.json.decode(one.body)["output"] == {"number": 1}
        path = "/fsi/api/outpatientDocInfoService/outpatientRregistration"
        assert (await tier.post(message(2), path))["output"] == {"number": 2}

    run(scenario, database)


def test_a_path_of_another_transaction_or_of_none_is_refused(tmp_path: Any) -> None:
    async def scenario(tier: Tier) -> None:
        wrong = await tier.post(
            message(1, "2207"), "/fsi/api/outpatientDocInfoService/outpatientRregistration"
        )
        assert reason(wrong) == "malformed"
        assert "2201" in wrong["err_msg"]
        assert reason(await tier.post(message(1), "/fsi/api/no/such")) == "unknown-transaction"
        assert (await tier.post_raw(message(1), "/elsewhere")).status == 404
        assert (await tier.get(SERVICE_PATH))[0] == 405

    run(scenario, f"sqlite:///{tmp_path}/x.db")


def test_the_same_message_again_gets_the_same_bytes_also_after_a_restart(database: str) -> None:
    answers: list[bytes] = []

    async def scenario(tier: Tier) -> None:
        answers.append((await tier.post_raw(message(1, "2207"))).body)

    run(scenario, database)
    run(scenario, database)
    assert answers[0] == answers[1]


def test_a_download_is_a_zip_stream_and_no_envelope(tmp_path: Any) -> None:
    async def scenario(tier: Tier) -> None:
        answer = await tier.post_raw(message(1, "9102"))
        assert answer.headers["content-type"] == "application/zip"
        assert answer.body[:2] == b"PK"

    run(scenario, f"sqlite:///{tmp_path}/x.db")


def test_the_header_tells_where_a_message_was(tmp_path: Any) -> None:
    async def scenario(tier: Tier) -> None:
        answer = await tier.post_raw(message(1, "2207"))
        assert [at.tier for at in read_trace(answer.headers["x-onecard-trace"])] == [PROVINCE, CITY]

    run(scenario, f"sqlite:///{tmp_path}/x.db")


def test_operators_see_health_readiness_and_figures(database: str) -> None:
    async def scenario(tier: Tier) -> None:
        assert await tier.get("/health") == (200, "alive")
        assert await tier.get("/ready") == (200, "ready")
        await tier.post(message(1))
        await tier.post(message(1, opter="T02"))
        _, text = await tier.get("/metrics")
        assert f'onecard_messages_total{{infno="2201",result="ok",tier="{CITY}"}} 1.0' in text
        assert 'result="duplicate-message"' in text
        assert "onecard_commit_rows_count 1.0" in text
        assert f'onecard_message_seconds_count{{tier="{CITY}"}} 2.0' in text
        assert (await tier.get("/elsewhere"))[0] == 404

    run(scenario, database)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"nonsense", b'{"infno":1}', message(1)[:-9],
        message(1).replace(b"TEST", b"T\xff"), b"[" * 15_000,
    ],
    ids=["empty", "cut", "array", "text", "type", "truncated", "no-utf-8", "deep"],
)  # fmt: skip
def test_what_is_no_message_gets_an_answer_in_the_envelope(body: bytes, tmp_path: Any) -> None:
    async def scenario(tier: Tier) -> None:
        assert reason(await tier.post(body)) == "malformed"

    run(scenario, f"sqlite:///{tmp_path}/x.db")


def test_a_character_that_a_database_cannot_keep_is_refused(database: str) -> None:
    async def scenario(tier: Tier) -> None:
        assert reason(await tier.post(message(1, opter_name="a\x00b"))) == "malformed"
        assert reason(await tier.post(message(2))) == ""

    run(scenario, database)


def test_a_body_of_64_mib_is_refused_without_being_read_and_the_answer_arrives(tmp_path: Any) -> None:
    async def scenario(tier: Tier) -> None:
        declared = await raw(tier, head(64 * 2**20))
        assert b"too-large" in declared
        block = b"x" * 2**16
        sent = await raw(tier, head(64 * 2**20), *[block] * 64)
        assert b"too-large" in sent
        pieces = b"".join(b"%x\r\n%b\r\n" % (len(block), block) for _ in range(16))
        chunked = f"POST {SERVICE_PATH} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n".encode()
        assert b"too-large" in await raw(tier, chunked, pieces, end=True)
        assert reason(await tier.post(message(1))) == ""

    run(scenario, f"sqlite:///{tmp_path}/x.db", limits=SHORT)


def test_slow_clients_are_told_and_let_go(tmp_path: Any) -> None:
    async def scenario(tier: Tier) -> None:
        assert (await raw(tier)).startswith(b"HTTP/1.1 408")
        assert (await raw(tier, b"POST /api HTTP/1.1\r\nho")).startswith(b"HTTP/1.1 408")
        late = await raw(tier, head(100) + b"{")
        assert late.startswith(b"HTTP/1.1 200")
        assert b"malformed" in late
        assert reason(await tier.post(message(1))) == ""

    run(scenario, f"sqlite:///{tmp_path}/x.db", limits=SHORT)


def test_garbage_and_endless_heads_are_refused(tmp_path: Any) -> None:
    async def scenario(tier: Tier) -> None:
        assert (await raw(tier, b"\x16\x03\x01\x02\x00garbage\r\n\r\n")).startswith(b"HTTP/1.1 400")
        long = await raw(tier, b"GET / HTTP/1.1\r\n" + b"x-y: " + b"z" * 4_000)
        assert long.startswith(b"HTTP/1.1 431")
        assert reason(await tier.post(message(1))) == ""

    run(scenario, f"sqlite:///{tmp_path}/x.db", limits=SHORT)


def test_connections_are_bounded_and_those_that_are_in_are_served(tmp_path: Any) -> None:
    async def scenario(tier: Tier) -> None:
        assert reason(await tier.post(message(1))) == ""  # one connection, kept
        crowd = [socket.create_connection(("127.0.0.1", tier.served.port)) for _ in range(300)]
        answers = []
        for one in crowd:
            one.settimeout(0)
        await tier.until(lambda: _heard(crowd, answers, at_least=290))
        assert all(answer.startswith(b"HTTP/1.1 503") and b"busy" in answer for answer in answers)
        assert reason(await tier.post(message(2))) == ""
        for one in crowd:
            one.close()

        async def is_in() -> bool:
            return b"200 OK" in await raw(tier, head(2, extra="connection: close\r\n") + b"{}")

        await tier.until(is_in)

    run(scenario, f"sqlite:///{tmp_path}/x.db", limits=msgspec.structs.replace(SHORT, head_s=30.0))


async def _heard(crowd: list[socket.socket], answers: list[bytes], *, at_least: int) -> bool:
    await asyncio.sleep(0)
    for one in crowd:
        try:
            data = one.recv(4096)
        except BlockingIOError:
            continue
        if data:
            answers.append(data)
    return len(answers) >= at_least


def test_more_messages_than_may_wait_are_told_to_come_later(tmp_path: Any) -> None:
    async def scenario(tier: Tier) -> None:
        replies = await asyncio.gather(*(tier.post(message(number)) for number in range(60)))
        reasons = {reason(reply) for reply in replies}
        assert reasons == {"", "busy"}
        assert reason(await tier.post(message(100))) == ""

    run(scenario, f"sqlite:///{tmp_path}/x.db", limits=Limits(pending=3))


def test_logs_hold_no_personal_data(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    personal = {
        "psn_name": "张三丰", "certno": "310101198001011234", "psn_no": "31000000000000000099",
        "mdtrt_cert_no": "A12345678", "card_sn": "310100D156000005",
    }  # fmt: skip

    async def scenario(tier: Tier) -> None:
        await tier.post(message(1, input={"data": personal}))
        await tier.post(message(2, msgid=personal["certno"], opter_name=personal["psn_name"]))
        await tier.post(msgspec.json.encode(envelope(3) | {"fixmedins_code": personal["certno"]}))
        await tier.post(
            msgspec.json.encode(envelope(4, infno=personal["mdtrt_cert_no"][:6]) | {"input": personal})
        )

    run(scenario, f"sqlite:///{tmp_path}/x.db")
    log = capsys.readouterr().err
    lines = [msgspec.json.decode(line) for line in log.splitlines()]
    assert [line["event"] for line in lines] == ["message"] * 4
    assert lines[0] | {"time_us": 0, "duration_us": 0} == {
        "time_us": 0, "event": "message", "tier": CITY, "msgid": f"{INSTITUTION}202501010800000001",
        "infno": "2201", "institution": INSTITUTION, "result": "ok", "duration_us": 0,
    }  # fmt: skip
    assert not [value for value in personal.values() if value in log]
