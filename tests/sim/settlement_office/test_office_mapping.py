"""3301 and 3302: an institution's items and their national codes; what a strict platform makes of them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from institutions_world import World, bill
from office_samples import StrictWorld, holdings, refusal

from onecard.sim.settlement.messages.reasons import Reason
from onecard.sim.settlement.tiers.options import TierOptions

SOLD, OTHER = "SYN-W-5009", "SYN-Z-6001"


def row(number: int = 0, **changes: Any) -> dict[str, Any]:
    values = {
        "fixmedins_hilist_id": SOLD if number == 0 else f"{SOLD}-{number}",
        "fixmedins_hilist_name": "店内药品",
        "list_type": "101",
        "med_list_codg": SOLD,
        "begndate": "2023-01-01",
        "enddate": "2023-12-31",
    }
    return {**values, **changes}


def cancellation(**changes: Any) -> dict[str, Any]:
    values = {
        "fixmedins_code": "P31010100003",
        "fixmedins_hilist_id": SOLD,
        "list_type": "101",
        "med_list_codg": SOLD,
    }
    return {"data": {**values, **changes}}


def send(world: World, infno: str, node: dict[str, Any]) -> dict[str, Any]:
    return world.send(infno, node, fixmedins_code="P31010100003")


def test_a_change_is_a_cancellation_and_a_new_upload() -> None:
    world = World()
    assert send(world, "3301", {"data": [row()]})["infcode"] == 0
    assert refusal(send(world, "3301", {"data": [row(med_list_codg=OTHER)]})) == Reason.MAPPING
    assert send(world, "3302", cancellation())["infcode"] == 0
    assert send(world, "3301", {"data": [row(med_list_codg=OTHER)]})["infcode"] == 0


def test_a_hundred_rows_are_taken_and_one_more_is_refused_whole_c_32() -> None:
    world = World()
    assert send(world, "3301", {"data": [row(number) for number in range(100)]})["infcode"] == 0
    before = holdings(world.city)
    answer = send(world, "3301", {"data": [row(number) for number in range(200, 301)]})
    assert refusal(answer) == Reason.MALFORMED
    assert "data" in answer["err_msg"]
    assert "100" in answer["err_msg"]
    assert holdings(world.city) == before


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        pytest.param(row(1), "mapped already", id="twice-in-the-batch"),
        pytest.param(row(2, begndate="2024-01-01"), "enddate", id="ends-before-it-begins"),
    ],
)
def test_a_wrong_row_refuses_the_batch(wrong: dict[str, Any], word: str) -> None:
    world = World()
    answer = send(world, "3301", {"data": [row(1), wrong]})
    assert refusal(answer) == Reason.MAPPING
    assert word in answer["err_msg"]
    assert holdings(world.city) == {}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"fixmedins_hilist_id": "x"}, Reason.MAPPING, id="unknown-item"),
        pytest.param({"med_list_codg": OTHER}, Reason.MAPPING, id="another-code"),
        pytest.param({"list_type": "102"}, Reason.MAPPING, id="another-list"),
        pytest.param(
            {"fixmedins_code": "H31010100001"}, Reason.INSTITUTION_UNKNOWN, id="another-institution"
        ),
    ],
)
def test_only_ones_own_mapping_in_force_is_cancelled(changes: dict[str, Any], expected: str) -> None:
    world = World()
    send(world, "3301", {"data": [row()]})
    assert refusal(send(world, "3302", cancellation(**changes))) == expected
    assert send(world, "3302", cancellation())["infcode"] == 0
    assert refusal(send(world, "3302", cancellation())) == Reason.MAPPING


def bought(world: World) -> str:
    purchase = world.purchase(charges=bill(SOLD))
    world.follow(purchase)
    return "" if purchase.failure is None else purchase.failure.reason


def uploaded(world: World, **changes: Any) -> str:
    assert send(world, "3301", {"data": [row(**changes)]})["infcode"] == 0
    return bought(world)


def test_a_strict_platform_refuses_a_line_with_another_code_than_its_mapping() -> None:
    assert uploaded(StrictWorld(TierOptions(mapping=True)), med_list_codg=OTHER) == Reason.MAPPING
    assert uploaded(World(), med_list_codg=OTHER) == ""


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="the-right-code"),
        pytest.param({"med_list_codg": OTHER, "enddate": "2023-09-03"}, id="no-longer-in-force"),
        pytest.param({"fixmedins_hilist_id": "y", "med_list_codg": OTHER}, id="another-item"),
    ],
)
def test_a_strict_platform_takes_lines_that_no_mapping_contradicts(changes: dict[str, Any]) -> None:
    assert uploaded(StrictWorld(TierOptions(mapping=True)), **changes) == ""


def test_a_strict_platform_holds_hospital_lines_against_the_mapping_too() -> None:
    world = StrictWorld(TierOptions(mapping=True))
    visit = world.visit(charges=bill(SOLD))
    mapping = {"data": [row(med_list_codg=OTHER)]}
    assert world.send("3301", mapping, fixmedins_code="H31010100001")["infcode"] == 0
    world.follow(visit)
    assert visit.failure is not None
    assert (visit.failure.infno, visit.failure.reason) == ("2204", Reason.MAPPING)
    assert msgspec.json.decode(msgspec.json.encode(world.lines(visit))) == []
