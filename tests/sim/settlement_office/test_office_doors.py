"""The envelope's doors: rules ENV-1 to ENV-7, strict switches, and a refusal leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from institutions_world import World
from office_samples import StrictWorld, holdings, refusal

from onecard.sim.settlement.messages.envelope import EnvelopeOptions
from onecard.sim.settlement.messages.reasons import Reason
from onecard.sim.settlement.tiers.options import TierOptions

QUERY = {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": "310101198001010001"}}


@pytest.mark.parametrize(
    ("msgid", "taken"),
    [
        pytest.param("H31010100001" + "20230904080000" + "0001", True, id="institution-time-sequence"),
        pytest.param("H31010100001" + "20239904080000" + "0001", False, id="no-time"),
        pytest.param("H31010100002" + "20230904080000" + "0001", False, id="another-institution"),
        pytest.param("1", False, id="another-shape"),
    ],
)
def test_a_strict_platform_wants_the_shape_of_a_message_number_env_3(msgid: str, taken: bool) -> None:
    strict = StrictWorld(TierOptions(envelope=EnvelopeOptions(strict_msgid=True)))
    answer = strict.send("1101", QUERY, msgid=msgid)
    if taken:
        assert answer["infcode"] == 0
    else:
        assert refusal(answer) == Reason.MALFORMED
        assert "msgid" in answer["err_msg"]
    assert World().send("1101", QUERY, msgid=msgid)["infcode"] == 0


def test_a_strict_platform_wants_the_institutions_own_division() -> None:
    strict = StrictWorld(TierOptions(division=True))
    assert strict.send("1101", QUERY)["infcode"] == 0
    other = {"mdtrtarea_admvs": "310104"}
    assert refusal(strict.send("1101", QUERY, **other)) == Reason.DIVISION_DIFFERS
    assert World().send("1101", QUERY, **other)["infcode"] == 0


def test_a_division_outside_the_city_is_never_served() -> None:
    answer = World().send("1101", QUERY, mdtrtarea_admvs="510101", insuplc_admdvs="510101")
    assert refusal(answer) == Reason.WRONG_ROLE
    assert "510101" in answer["err_msg"]


def test_infcode_may_be_written_as_a_text_q_1() -> None:
    world = StrictWorld(TierOptions(envelope=EnvelopeOptions(infcode_as_text=True)))
    assert world.send("1101", QUERY)["infcode"] == "0"
    visit = world.visit()
    world.follow(visit)
    assert visit.result is not None


@pytest.mark.parametrize("text", ["no json", "[1]", '{"tac": 7}', '{"tac": "' + "x" * 65 + '"}'])
def test_an_extension_that_cannot_be_read_is_refused_env_7(text: str) -> None:
    world = World()
    visit = world.visit()
    world.follow(visit, until="2207")
    node = msgspec.to_builtins(visit._settlement("2023-09-04 08:00:00"))
    node["data"]["expContent"] = text
    answer = world.send("2207", node)
    assert refusal(answer) == Reason.MALFORMED
    assert "expContent" in answer["err_msg"]


def test_extension_values_of_a_province_do_no_harm_env_7() -> None:
    world = World()
    visit = world.visit()
    world.follow(visit, until="2207")
    node = msgspec.to_builtins(visit._settlement("2023-09-04 08:00:00"))
    node["data"]["expContent"] = '{"er_flag": "1", "onecard": {"dedc_hosp_lv": 0, "kind": "x"}}'
    assert world.send("2207", node)["infcode"] == 0
    (row,) = world.settlements().values()
    assert row.dedc_hosp_lv == "3"


def of_another(world: World, visit: Any) -> dict[str, Any]:
    node = settling(world, visit)
    node["data"]["psn_no"] = list(world.people)[1]
    return node


def with_wrong_total(world: World, visit: Any) -> dict[str, Any]:
    node = settling(world, visit)
    node["data"]["medfee_sumamt"] = "1.00"
    return node


def with_wrong_parts(world: World, visit: Any) -> dict[str, Any]:
    node = settling(world, visit)
    node["data"]["inscp_scp_amt"] = "0.01"
    return node


def of_an_unknown_batch(world: World, visit: Any) -> dict[str, Any]:
    node = settling(world, visit)
    node["data"]["chrg_bchno"] = "9"
    return node


def with_anothers_card(world: World, visit: Any) -> dict[str, Any]:
    node = settling(world, visit)
    node["data"]["mdtrt_cert_no"] = list(world.people.values())[1].card_number
    return node


def settling(world: World, visit: Any) -> dict[str, Any]:
    node: dict[str, Any] = msgspec.to_builtins(visit._settlement(world.city.calendar.datetime(world.now_us)))
    return node


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        pytest.param(of_another, Reason.VISIT_UNKNOWN, id="another-person"),
        pytest.param(with_wrong_total, Reason.AMOUNT_DIFFERS, id="total-that-does-not-add-up"),
        pytest.param(with_wrong_parts, Reason.AMOUNT_DIFFERS, id="parts-that-do-not-add-up"),
        pytest.param(of_an_unknown_batch, Reason.NO_FEES, id="unknown-batch"),
        pytest.param(with_anothers_card, Reason.CARD_HOLDER_DIFFERS, id="anothers-card"),
    ],
)
def test_a_refused_settlement_leaves_nothing_behind(
    spoil: Callable[[World, Any], dict[str, Any]], expected: str
) -> None:
    world = World()
    visit = world.visit()
    world.follow(visit, until="2207")
    before = holdings(world.city)
    assert refusal(world.send("2207", spoil(world, visit))) == expected
    assert holdings(world.city) == before
    world.follow(visit)
    assert visit.result is not None, "the visit settles afterwards as if nothing had been"


def test_a_refusal_is_remembered_and_a_question_is_not() -> None:
    world = World()
    visit = world.visit()
    world.follow(visit, until="2207")
    messages = len(world.city.store.tables["MESSAGE"])
    world.send("2207", with_wrong_total(world, visit))
    world.send("1101", QUERY)
    world.send("2206", msgspec.to_builtins(visit._presettlement("2023-09-04 08:00:00")))
    assert len(world.city.store.tables["MESSAGE"]) == messages + 1


@pytest.mark.parametrize(
    ("node", "field", "expected"),
    [
        ("druginfo", "medfee_sumamt", Reason.AMOUNT_DIFFERS),
        ("drugdetail", "det_item_fee_sumamt", Reason.FEE_LINE),
        ("drugdetail", "cnt", Reason.FEE_LINE),
        ("drugdetail", "pric", Reason.FEE_LINE),
    ],
)
def test_a_purchase_whose_amounts_do_not_add_up_is_refused(node: str, field: str, expected: str) -> None:
    world = World()
    purchase = world.purchase()
    world.follow(purchase, until="2102")
    message = msgspec.to_builtins(purchase._purchase("2023-09-04 08:00:00"))
    place = message[node] if node == "druginfo" else message[node][0]
    place[field] = "3.33"
    before = holdings(world.city)
    answer = world.send("2102", message, fixmedins_code="P31010100003")
    assert refusal(answer) == expected
    assert holdings(world.city) == before


@pytest.mark.parametrize(
    "name", ['"\\ud800"', '"\\u0000"', '"\U0001f4b3"'], ids=["surrogate", "nul", "emoji"]
)
def test_any_character_in_a_name_gets_an_answer(name: str) -> None:
    world = World()
    message = world.message("1101", QUERY).replace(b'"TEST HOSPITAL"', name.encode())
    assert msgspec.json.decode(world.serve(message))["infcode"] in (0, -1)
