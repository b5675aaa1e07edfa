"""9101 and 9102: files of an institution, which nobody else can fetch, and for a time only."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from institutions_world import World
from office_samples import holdings, refusal

from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.tiers.treatment.files import KEPT_US, MAX_HELD_BYTES

CONTENT = b"PK\x03\x04 a statement"
OWNER, STRANGER = "H31010100001", "H31010100002"


def upload(world: World, content: Any = CONTENT, **changes: Any) -> dict[str, Any]:
    wire = base64.b64encode(content).decode() if isinstance(content, bytes) else content
    values = {"in": wire, "filename": "day.zip", "fixmedins_code": OWNER}
    return world.send("9101", {"fsUploadIn": {**values, **changes}})


def fetch(world: World, number: str, *, sender: str = OWNER, **changes: Any) -> dict[str, Any]:
    values = {"file_qury_no": number, "filename": "day.zip", "fixmedins_code": sender}
    return world.send("9102", {"fsDownloadIn": {**values, **changes}}, fixmedins_code=sender)


@pytest.mark.parametrize("wire", [CONTENT, list(CONTENT)], ids=["base64", "number-array"])
def test_what_is_sent_comes_back_byte_for_byte_q_22(wire: Any) -> None:
    world = World()
    told = upload(world, wire)["output"]
    assert told["filename"] == "day.zip"
    assert told["dld_endtime"] == "2023-09-11 08:00:00"
    answer = fetch(world, told["file_qury_no"])
    assert base64.b64decode(answer["output"]["file"]) == CONTENT


def test_every_file_has_its_own_number() -> None:
    world = World()
    assert len({upload(world)["output"]["file_qury_no"] for _ in range(3)}) == 3


def test_only_the_owner_fetches_a_file() -> None:
    world = World()
    number = upload(world)["output"]["file_qury_no"]
    assert refusal(fetch(world, number, sender=STRANGER)) == Reason.FILE_UNKNOWN
    assert refusal(fetch(world, number, fixmedins_code=STRANGER)) == Reason.INSTITUTION_UNKNOWN
    assert refusal(fetch(world, number, filename="other.zip")) == Reason.FILE_UNKNOWN
    assert refusal(fetch(world, "F3100002309040000009")) == Reason.FILE_UNKNOWN


def test_nobody_sends_a_file_in_anothers_name() -> None:
    world = World()
    assert refusal(upload(world, fixmedins_code=STRANGER)) == Reason.INSTITUTION_UNKNOWN
    assert holdings(world.city) == {}


def test_a_file_can_be_fetched_until_its_end_and_not_after_it() -> None:
    world = World()
    number, sent_us = upload(world)["output"]["file_qury_no"], world.now_us - 1_000_000
    world.now_us = sent_us + KEPT_US
    assert fetch(world, number)["infcode"] == 0
    world.now_us = sent_us + KEPT_US + 1
    assert refusal(fetch(world, number)) == Reason.FILE_EXPIRED


def test_an_institution_keeps_no_more_than_its_share_until_old_files_end() -> None:
    world = World()
    part = bytes(MAX_HELD_BYTES // 4)
    for number in range(4):
        world.city.files.put(fixmedins_code=OWNER, filename=f"{number}", content=part, now_us=world.now_us)
    assert refusal(upload(world)) == Reason.FILE_QUOTA
    world.city.files.put(fixmedins_code=STRANGER, filename="1", content=part, now_us=world.now_us)
    world.now_us += KEPT_US
    assert upload(world)["infcode"] == 0
    rows = list(world.city.store.tables["FILE_D"])
    assert [len(row.content) for row in rows] == [0, 0, 0, 0, len(part), len(CONTENT)]
    assert [row.size for row in rows][:4] == [len(part)] * 4


@pytest.mark.parametrize(
    ("wire", "word"),
    [
        pytest.param("", "in", id="empty"),
        pytest.param("no base64!", "in", id="no-base64"),
        pytest.param([1, 256], "in", id="no-byte"),
        pytest.param("A" * (4 * (16 * 1024 * 1024 // 3 + 1)), "in", id="more-than-16-mebibytes"),
    ],
)
def test_a_wrong_file_is_refused_and_the_field_named(wire: Any, word: str) -> None:
    world = World()
    answer = upload(world, wire)
    assert refusal(answer) == Reason.MALFORMED
    assert answer["err_msg"].partition(": ")[2].startswith(f"报文格式错误 (message not understood) {word}: ")


def test_the_platform_can_put_a_file_for_an_institution_itself() -> None:
    world = World()
    row = world.city.files.put(fixmedins_code=OWNER, filename="r.zip", content=b"x", now_us=world.now_us)
    assert world.city.files.get(row.file_qury_no, fixmedins_code=OWNER, now_us=world.now_us) == row
    with pytest.raises(RefusedError, match="file_qury_no"):
        world.city.files.get(row.file_qury_no, fixmedins_code=STRANGER, now_us=world.now_us)
    assert fetch(world, row.file_qury_no, filename="r.zip")["infcode"] == 0
