"""The envelope's doors: required fields, lengths, repeats, unknown transactions, and garbage."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from institutions_world import World, person

from onecard.sim.settlement.messages.authentication import AUTHENTICATION_RESULTS, AuthenticationResult
from onecard.sim.settlement.messages.envelope import Reply, Request
from onecard.sim.settlement.messages.reasons import BY_AUTHENTICATION, REASONS, Reason, RefusedError
from onecard.sim.settlement.messages.transactions import TRANSACTIONS
from onecard.sim.settlement.tiers.handlers import HANDLERS
from onecard.sim.settlement.tiers.rules import STATE_RULES

QUERY = {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": "310101198001010001"}}
CARD_QUERY = {"data": {"mdtrt_cert_type": "03", "mdtrt_cert_no": "A00000001"}}
REQUIRED = [field.name for field in msgspec.structs.fields(Request) if field.required]


def reason(answer: dict[str, Any]) -> str:
    assert answer["infcode"] == -1
    return str(answer["err_msg"]).partition(":")[0]


def test_person_information_comes_with_the_whole_envelope() -> None:
    answer = World().send("1101", QUERY, insuplc_admdvs="")
    assert answer["infcode"] == 0
    assert list(answer) == [field.name for field in msgspec.structs.fields(Reply)]
    assert re.fullmatch(r"[0-9]{17}", answer["refmsg_time"])
    assert answer["refmsg_time"] <= answer["respond_time"]
    assert re.fullmatch(r"310000[0-9]{24}", answer["inf_refmsgid"])
    info = answer["output"]["insuinfo"][0]
    assert (info["insutype"], info["insuplc_admdvs"], info["balc"]) == ("310", "310101", "300.00")


def test_every_answer_has_its_own_number() -> None:
    world = World()
    numbers = [world.send("1101", QUERY)["inf_refmsgid"] for _ in range(3)]
    numbers += [msgspec.json.decode(world.serve(bytes([n])))["inf_refmsgid"] for n in range(3)]
    assert len(set(numbers)) == 6


@pytest.mark.parametrize("field", REQUIRED)
@pytest.mark.parametrize("value", [..., None], ids=["missing", "null"])
def test_a_missing_envelope_field_is_named(field: str, value: object) -> None:
    answer = World().send("1101", QUERY, **{field: value})
    assert reason(answer) == Reason.MALFORMED
    assert field in answer["err_msg"] or (field, value) == ("input", None)


@pytest.mark.parametrize(
    ("field", "length"),
    [("infno", 7), ("msgid", 31), ("opter_name", 51), ("fixmedins_name", 201), ("cainfo", 1025)],
)
def test_a_field_that_is_too_long_is_named(field: str, length: int) -> None:
    answer = World().send("1101", QUERY, **{field: "x" * length})
    assert reason(answer) == Reason.MALFORMED
    assert field in answer["err_msg"]


def test_null_and_missing_are_the_same_env_6() -> None:
    assert World().send("1101", QUERY, sign_no=None, dev_no=None)["infcode"] == 0


def test_the_input_may_be_a_string_that_holds_json() -> None:
    assert World().send("1101", msgspec.json.encode(QUERY).decode())["infcode"] == 0


def test_an_unknown_transaction_is_refused_env_1() -> None:
    assert reason(World().send("9999", {})) == Reason.UNKNOWN_TRANSACTION


def test_an_unknown_institution_is_refused() -> None:
    answer = World().send("1101", QUERY, fixmedins_code="H99999999999")
    assert reason(answer) == Reason.INSTITUTION_UNKNOWN


@pytest.mark.parametrize("infno", [infno for infno in HANDLERS if TRANSACTIONS[infno].names_person])
@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("", Reason.INSURED_PLACE_MISSING),
        (None, Reason.INSURED_PLACE_MISSING),
        ("510101", Reason.OUT_OF_AREA),
    ],
    ids=["empty", "null", "elsewhere"],
)
def test_who_names_a_person_names_the_insured_place_env_4(
    infno: str, place: str | None, expected: str
) -> None:
    assert reason(World().send(infno, {}, insuplc_admdvs=place)) == expected


def test_a_card_query_needs_the_card_identification_code() -> None:
    assert reason(World().send("1101", CARD_QUERY)) == Reason.CARD_SN_MISSING
    wrong = {"data": {**CARD_QUERY["data"], "card_sn": "other"}}
    assert reason(World().send("1101", wrong)) == Reason.CREDENTIAL_DIFFERS


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"psn_insu_stas": "2"}, Reason.NOT_INSURED, id="suspended"),
        pytest.param({"insutype": "340"}, Reason.INSURANCE_DIFFERS, id="other-insurance"),
        pytest.param({"insuplc_admdvs": "310104"}, Reason.INSURED_PLACE_DIFFERS, id="other-district"),
    ],
)
def test_a_registration_checks_the_insurance(changes: dict[str, Any], expected: str) -> None:
    world = World(person(1, **changes))
    visit = world.visit()
    world.follow(visit, until="2201")
    visit.insutype, visit.insuplc_admdvs = "310", "310101"
    world.follow(visit)
    assert visit.failure is not None
    assert visit.failure.reason == expected


@pytest.mark.parametrize(
    ("changes", "query", "flag"),
    [
        pytest.param({}, {}, "1", id="entitled"),
        pytest.param({"psn_insu_stas": "4"}, {}, "0", id="terminated"),
        pytest.param({}, {"insutype": "390"}, "0", id="other-insurance"),
        pytest.param({}, {"med_type": "71"}, "0", id="unknown-kind-of-visit"),
    ],
)
def test_the_benefit_check_says_whether_and_why_not(
    changes: dict[str, Any], query: dict[str, Any], flag: str
) -> None:
    world = World(person(1, **changes))
    node = {
        "psn_no": next(iter(world.people)),
        "insutype": "310",
        "fixmedins_code": "H31010100001",
        "med_type": "11",
        "begntime": "2023-09-04 08:00:00",
    }
    row = world.send("2001", {"data": {**node, **query}})["output"]["trtinfo"][0]
    assert row["trt_enjymnt_flag"] == flag
    assert bool(row["trt_chk_rslt"]) == (flag == "0")


def test_the_same_message_again_gets_the_same_answer_and_settles_once() -> None:
    world = World()
    visit = world.visit()
    world.follow(visit, until="2207")
    request = visit.next_request(world.now_us)
    assert request is not None
    first = world.serve(request, world.now_us)
    assert world.serve(request, world.now_us + 60_000_000) == first
    assert len(world.settlements()) == 1


def test_another_message_under_the_same_number_is_refused() -> None:
    world = World()
    msgid = "H31010100001" + "20230904080000" + "0001"
    visit = world.visit()
    world.follow(visit, until="2204")
    node = msgspec.to_builtins(visit._fee_lines("2023-09-04 08:00:00"))
    assert world.send("2204", node, msgid=msgid)["infcode"] == 0
    node["feedetail"].pop()
    assert reason(world.send("2204", node, msgid=msgid)) == Reason.DUPLICATE_MESSAGE
    assert len(world.lines(visit)) == 5


def test_the_same_question_again_gets_the_answer_of_its_time() -> None:
    world = World()
    visit = world.visit()
    question = world.message("1101", QUERY)
    before = msgspec.json.decode(world.serve(question))
    world.follow(visit)
    after = msgspec.json.decode(world.serve(question))
    assert before["output"]["insuinfo"][0]["balc"] == "300.00"
    assert after["output"]["insuinfo"][0]["balc"] == f"{visit.result.balc_fen / 100:.2f}"


def test_numbers_are_accepted_as_texts_and_as_numbers_env_5() -> None:
    for spell in (str, float):
        world = World()
        visit = world.visit()
        world.follow(visit, until="2204")
        node = msgspec.to_builtins(visit._fee_lines("2023-09-04 08:00:00"))
        for line in node["feedetail"]:
            for field in ("det_item_fee_sumamt", "cnt", "pric"):
                line[field] = spell(float(line[field]))
        answer = world.send("2204", node)
        assert answer["infcode"] == 0
        assert all(
            re.fullmatch(r"[0-9]+\.[0-9]{2}", row["inscp_scp_amt"]) for row in answer["output"]["result"]
        )


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        pytest.param({"cnt": "-1"}, "wrong sign", id="negative-quantity"),
        pytest.param({"det_item_fee_sumamt": "0.01"}, "A-8", id="amount-is-not-the-product"),
        pytest.param({"det_item_fee_sumamt": "1.234"}, "det_item_fee_sumamt", id="thousandths-of-a-yuan"),
        pytest.param({"feedetl_sn": "0001-2"}, "exists", id="number-twice"),
        pytest.param({"mdtrt_id": "other"}, "another visit", id="other-visit"),
        pytest.param({"dise_codg": "M1"}, "dise_codg", id="other-disease-in-the-batch"),
    ],
)
def test_a_wrong_fee_line_refuses_the_whole_upload(changes: dict[str, str], word: str) -> None:
    world = World()
    visit = world.visit()
    world.follow(visit, until="2204")
    node = msgspec.to_builtins(visit._fee_lines("2023-09-04 08:00:00"))
    node["feedetail"][2].update(changes)
    answer = world.send("2204", node)
    assert reason(answer) == Reason.FEE_LINE
    assert word in answer["err_msg"]
    assert world.lines(visit) == []


def test_a_missing_input_field_is_named() -> None:
    answer = World().send("2201", {"data": {"psn_no": "1"}})
    assert reason(answer) == Reason.MALFORMED
    assert "insutype" in answer["err_msg"]


def test_a_local_code_is_a_warning_not_a_refusal() -> None:
    world = World()
    visit = world.visit(med_type="9934")
    answers = world.follow(visit)
    assert visit.result is not None
    assert "med_type 9934" in answers[-1]["warn_msg"]


def test_every_reason_has_labels_and_fits_its_field() -> None:
    assert set(REASONS) == set(Reason)
    assert all(len(RefusedError(reason, "x" * 500).text) == 200 for reason in Reason)
    assert set(AUTHENTICATION_RESULTS) == set(AuthenticationResult)
    assert set(BY_AUTHENTICATION) == set(AuthenticationResult) - {AuthenticationResult.OK}
    assert {infno for rule in STATE_RULES for infno in rule.transactions} <= set(HANDLERS)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "psn_no", "mdtrt_id", "feedetail", "mdtrtinfo", "druginfo", "setl_id"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)
WORLD = World()


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_get_an_answer(garbage: bytes) -> None:
    assert reason(msgspec.json.decode(WORLD.serve(garbage, 0))) == Reason.MALFORMED


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([*HANDLERS, "0000"]), json_values, st.integers(0, 10**9))
def test_any_input_gets_a_refusal_with_a_known_reason(infno: str, node: Any, number: int) -> None:
    message = WORLD.message(infno, node, msgid=f"H31010100001{number}")
    answer = msgspec.json.decode(WORLD.serve(message, 0))
    assert reason(answer) in REASONS
    assert WORLD.city.book.ledger.audit().clean


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["infno", "msgid", "input", "insuplc_admdvs", "fixmedins_code", "inf_time", "cainfo"]),
    json_values,
)
def test_any_value_in_any_envelope_field_gets_an_answer(field: str, value: Any) -> None:
    answer = World().send("1101", QUERY, **{field: value})
    assert answer["infcode"] in (0, -1)


def test_a_message_cut_anywhere_gets_an_answer() -> None:
    world = World()
    whole = world.message("1101", QUERY)
    for end in range(len(whole)):
        assert reason(msgspec.json.decode(world.serve(whole[:end], 0))) == Reason.MALFORMED


def test_deep_nesting_gets_an_answer() -> None:
    world = World()
    deep = world.message("1101", QUERY).replace(
        b'"input":', b'"x":' + b"[" * 100_000 + b"]" * 100_000 + b',"input":'
    )
    assert reason(msgspec.json.decode(world.serve(deep, 0))) == Reason.MALFORMED
