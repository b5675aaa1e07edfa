"""Signed messages: what is signed, who may sign it, and what is refused."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import gmssl_pyx
import msgspec
import pytest
from counting_tiers import CITY, INSTITUTION, START, envelope, message
from served_world import Tier, reason, run

from onecard.sim.errors import InputError
from onecard.sim.serving.clock import WallClock
from onecard.sim.serving.door import x_tif_signature
from onecard.sim.serving.keys import KeyRing, published_keys
from onecard.sim.serving.signatures import sign, sign_reply, signed_text, verify
from onecard.sim.settlement.messages.calendar import Calendar

KEYS = published_keys(1, INSTITUTION)
OTHERS = published_keys(1, "H31000000002")


def signed(number: int, signtype: str = "SM3-HMAC", keys: Any = KEYS, **other: object) -> bytes:
    """Return a message with its signature."""
    fields = envelope(number, signtype=signtype, **other)
    cainfo = sign(signed_text(msgspec.json.encode(fields)), signtype, keys)
    return msgspec.json.encode(fields | {"cainfo": cainfo})


def test_the_text_is_sorted_pairs_and_then_the_input_as_sent() -> None:
    body = '{"b":"二","cainfo":"x","input": {"z" : 1},"a":1,"n":null,"c":""}'.encode()
    assert signed_text(body) == 'a=1&b=二&c=&{"z" : 1}'.encode()
    assert signed_text(b'{"output":[1],"infcode":0}', "output") == b"infcode=0&[1]"


def test_hmac_with_sm3_agrees_with_another_library() -> None:
    text = b"a=1&b=2&{}"
    assert sign(text, "SM3-HMAC", KEYS) == bytes(gmssl_pyx.sm3_hmac(KEYS.hmac, text)).hex()


def test_published_keys_are_the_same_for_everybody_and_make_a_pair() -> None:
    assert published_keys(1, INSTITUTION) == KEYS
    assert published_keys(2, INSTITUTION) != KEYS
    signature = base64.b64decode(sign(b"text", "SM2", KEYS))
    assert gmssl_pyx.sm2_verify(KEYS.public, b"text", signature)


@pytest.mark.parametrize("signtype", ["SM2", "SM3-HMAC"])
def test_only_the_owner_of_the_key_can_sign_just_this_text(signtype: str) -> None:
    cainfo = sign(b"text", signtype, KEYS)
    assert verify(b"text", signtype, cainfo, KEYS)
    assert not verify(b"texu", signtype, cainfo, KEYS)
    assert not verify(b"text", signtype, cainfo, OTHERS)
    for wrong in ("", "é", "00", base64.b64encode(b"0").decode(), cainfo[:-2]):
        assert not verify(b"text", signtype, wrong, KEYS)


@pytest.mark.parametrize("signtype", ["SM2", "SM3-HMAC"])
def test_signed_messages_are_served_and_the_answers_are_signed(signtype: str, tmp_path: Any) -> None:
    async def scenario(tier: Tier) -> None:
        answer = (await tier.post_raw(signed(1, signtype))).body
        reply = msgspec.json.decode(answer)
        assert reason(reply) == ""
        assert reply["signtype"] == signtype
        owner = published_keys(1, CITY) if signtype == "SM2" else KEYS
        assert verify(signed_text(answer, "output"), signtype, reply["cainfo"], owner)

    run(scenario, f"sqlite:///{tmp_path}/x.db", signatures_required=True)


def test_unsigned_wrong_and_foreign_messages_are_refused_and_logged(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    async def scenario(tier: Tier) -> None:
        assert reason(await tier.post(message(1))) == "signature-missing"
        assert reason(await tier.post(message(1, signtype="MOCK", cainfo="x"))) == "signature-missing"
        assert reason(await tier.post(signed(1).replace(b"T01", b"T02"))) == "signature-wrong"
        assert reason(await tier.post(signed(1).replace(b'{"n":1}', b'{"n":2}'))) == "signature-wrong"
        assert reason(await tier.post(signed(1, keys=OTHERS))) == "signature-wrong"
        assert reason(await tier.post(signed(1, "SM2", OTHERS))) == "signature-wrong"
        swapped = signed(1).replace(b"SM3-HMAC", b"SM2")
        assert reason(await tier.post(swapped)) == "signature-wrong"
        refusal = await tier.post(message(1))
        assert refusal["signtype"] == "SM3-HMAC"  # also a refusal is signed
        assert reason(await tier.post(signed(1))) == ""

    run(scenario, f"sqlite:///{tmp_path}/x.db", signatures_required=True)
    results = [msgspec.json.decode(line)["result"] for line in capsys.readouterr().err.splitlines()]
    assert results.count("signature-missing") == 3
    assert results.count("signature-wrong") == 5


def test_optional_signatures_may_be_missing_but_not_wrong(tmp_path: Any) -> None:
    async def scenario(tier: Tier) -> None:
        assert reason(await tier.post(message(1))) == ""
        assert reason(await tier.post(message(2, cainfo="an encrypted PIN"))) == ""
        assert reason(await tier.post(signed(3))) == ""
        assert reason(await tier.post(signed(4, keys=OTHERS))) == "signature-wrong"

    run(scenario, f"sqlite:///{tmp_path}/x.db")


def test_a_signed_message_of_long_ago_is_refused(tmp_path: Any) -> None:
    now = Calendar(START).datetime(WallClock(START).now_us())

    async def scenario(tier: Tier) -> None:
        assert reason(await tier.post(signed(1))) == "message-stale"
        assert reason(await tier.post(signed(2, inf_time=now))) == ""

    run(scenario, f"sqlite:///{tmp_path}/x.db", signatures_required=True, message_clock=False)


def x_tif(sender: str, timestamp: str, nonce: str, keys: Any = KEYS) -> dict[str, str]:
    token = keys.hmac.hex().encode()
    return {
        "x_tif_paasid": sender,
        "x_tif_timestamp": timestamp,
        "x_tif_nonce": nonce,
        "x_tif_signature": x_tif_signature(timestamp.encode(), token, nonce.encode()),
    }


def test_the_headers_of_the_gateway_are_checked(tmp_path: Any) -> None:
    at = "1735689600"  # 2025-01-01 08:00:00 in China

    async def scenario(tier: Tier) -> None:
        async def outcome(number: int, **headers: str) -> str:
            return reason(await tier.post(message(number), **headers))

        good = x_tif(INSTITUTION, at, "nonce-0001")
        assert await outcome(1) == "signature-missing"
        assert await outcome(1, **good) == ""
        assert await outcome(2, **good) == "message-stale"  # the nonce again
        assert await outcome(2, **x_tif(INSTITUTION, str(int(at) - 181), "nonce-0002")) == "message-stale"
        assert await outcome(2, **x_tif(INSTITUTION, str(int(at) + 179), "nonce-0003")) == ""
        assert await outcome(3, **x_tif(INSTITUTION, at, "short")) == "signature-wrong"
        assert await outcome(3, **x_tif(INSTITUTION, at, "nonce-0004", OTHERS)) == "signature-wrong"
        assert await outcome(3, **x_tif("H31000000002", at, "nonce-0005", OTHERS)) == "signature-wrong"

    run(scenario, f"sqlite:///{tmp_path}/x.db", x_tif=True)


def test_real_keys_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    file.write_text(f'[institutions.{INSTITUTION}]\nhmac_hex = "{"ab" * 32}"\n')
    ring = KeyRing(file=file)
    found = ring.of(INSTITUTION)
    assert found is not None
    assert found.hmac == b"\xab" * 32
    assert ring.of("H31000000002") is None  # no test keys beside real ones
    for wrong in ("nonsense", f'[institutions.{INSTITUTION}]\nhmac_hex = "ab"', "[people]"):
        file.write_text(wrong)
        with pytest.raises(InputError, match=r"keys\.toml: wrong keys"):
            KeyRing(file=file)
    with pytest.raises(InputError, match="--keys: cannot read"):
        KeyRing(file=tmp_path / "none.toml")


def test_an_answer_can_be_signed_by_its_tier() -> None:
    reply = b'{"output":{"a":"\xe4\xba\x8c"},"infcode":0,"cainfo":null,"signtype":null}'
    answer = sign_reply(reply, "SM3-HMAC", KEYS)
    assert verify(signed_text(answer, "output"), "SM3-HMAC", msgspec.json.decode(answer)["cainfo"], KEYS)
