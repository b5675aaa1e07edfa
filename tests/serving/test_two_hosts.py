"""One actor, many hosts: the same messages in the simulated world and behind HTTP, byte for byte."""

import asyncio
import contextlib
import hashlib
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import msgspec
import pytest
from message_mix import Mix, small_nation

from onecard.sim.engine.replay import Played, replay
from onecard.sim.serving.nation_tiers import NationTiers
from onecard.sim.serving.server import ServeOptions, serve
from onecard.sim.settlement.messages.envelope import decode_reply
from onecard.sim.settlement.money.agreement import books_agree, books_follow_rows
from onecard.sim.settlement.tiers.kernel import Tier

MESSAGES = 10_000


@pytest.fixture(scope="module")
def mix() -> Mix:
    made = Mix(seed=11)
    made.messages(MESSAGES)
    return made


def digest_of(tier: Tier) -> dict[str, str]:
    """Return the digest of every table of a tier, rows in the order of their keys, and of its balances."""
    contents = {
        name: sorted(msgspec.json.encode(row) for row in table) for name, table in tier.store.tables.items()
    }
    ledger = tier.book.ledger
    contents["balances"] = sorted(
        f"{account} {ledger.balance(account)}".encode() for account in ledger.accounts()
    )
    return {name: hashlib.sha256(b"\n".join(rows)).hexdigest() for name, rows in contents.items()}


def first_difference(
    messages: list[Played], replies: Sequence[bytes | None], expected: Sequence[bytes]
) -> tuple[int, bytes, bytes | None, bytes] | None:
    """Return the first message that was answered otherwise, with both answers; None when all are equal."""
    for number, (message, reply, wanted) in enumerate(zip(messages, replies, expected, strict=False)):
        if reply != wanted:
            return number, message.request, reply, wanted
    return None if len(replies) == len(messages) else (len(replies), b"", None, b"")


async def behind_http(messages: list[Played], database: str) -> tuple[list[bytes], dict[str, Tier]]:
    """Play the messages to served tiers, one after the other; return answers and the tiers' end state."""
    nation_tiers = NationTiers(small_nation().model)
    options = ServeOptions(
        tiers=nation_tiers.tiers,
        build=nation_tiers.build,
        start=nation_tiers.start,
        world=nation_tiers.world,
        database=database,
        seed=7,
        message_clock=True,
    )
    replies: list[bytes] = []
    async with contextlib.AsyncExitStack() as stack:
        served, host = await stack.enter_async_context(serve(options))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        urls = {one.tier: one.url for one in served}
        for message in messages:
            async with session.post(urls[message.address], data=message.request) as response:
                replies.append(await response.read())
        tiers = {address: tier for address, tier in host._tiers.items() if isinstance(tier, Tier)}
    return replies, tiers


def test_ten_thousand_messages_get_the_same_answers_in_simpy_and_behind_http(
    mix: Mix, tmp_path: Path
) -> None:
    messages = mix.messages(MESSAGES)
    simulated = replay(small_nation(), messages)
    replies, served = asyncio.run(behind_http(messages, f"sqlite:///{tmp_path / 'tiers.db'}"))

    assert first_difference(messages, simulated.replies, mix.replies) is None
    assert first_difference(messages, replies, mix.replies) is None
    for address, tier in simulated.tiers.items():
        assert digest_of(served[address]) == digest_of(tier), address
    assert books_agree(simulated.tiers) == []
    assert books_follow_rows(simulated.tiers) == []


def test_the_mix_has_what_can_go_wrong(mix: Mix) -> None:
    codes = [int(decode_reply(reply).infcode) for reply in mix.replies[:MESSAGES]]
    texts = " ".join(decode_reply(reply).err_msg or "" for reply in mix.replies[:MESSAGES])
    assert 0.5 < codes.count(0) / MESSAGES < 0.98
    for word in ("malformed", "duplicate-message", "original-unknown"):
        assert word in texts, word
    landed = {address: len(tier.store.tables["OUTMED_SETL_D"]) for address, tier in mix.tiers.items()}
    assert landed["ministry"] > 100
    assert landed["province/44"] > landed["ministry"]
