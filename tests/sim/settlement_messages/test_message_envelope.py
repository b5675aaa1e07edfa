"""The envelope alone: every field of the request, the switches between platforms, and the reading client."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from message_samples import longest_of, too_long_of, wrong_of

from onecard.sim.settlement.messages.envelope import (
    MAX_INPUT_BYTES,
    MAX_MESSAGE_BYTES,
    EnvelopeOptions,
    Reply,
    Request,
    decode_reply,
    decode_request,
    encode,
    encode_reply,
    encode_request,
    explain,
    field_of,
    infcode_of,
    input_bytes,
)
from onecard.sim.settlement.messages.field_rows import field_rows

FIELDS = [row for row in field_rows(Request) if row.field != "input"]
LENGTHS = {
    "infno": "6",
    "msgid": "30",
    "mdtrtarea_admvs": "6",
    "insuplc_admdvs": "6",
    "recer_sys_code": "10",
    "dev_no": "100",
    "dev_safe_info": "2000",
    "cainfo": "1024",
    "signtype": "10",
    "infver": "6",
    "opter_type": "3",
    "opter": "30",
    "opter_name": "50",
    "inf_time": "19",
    "fixmedins_code": "30",
    "fixmedins_name": "200",
    "sign_no": "30",
}
STRICT = EnvelopeOptions(strict_msgid=True)


def request(**changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "infno": "1101",
        "msgid": "H11010000001202501010800000001",
        "mdtrtarea_admvs": "110100",
        "insuplc_admdvs": "",
        "recer_sys_code": "YBXT",
        "infver": "V1.0",
        "opter_type": "1",
        "opter": "T01",
        "opter_name": "测试",
        "inf_time": "2025-01-01 08:00:00",
        "fixmedins_code": "H11010000001",
        "fixmedins_name": "测试医院",
        "sign_no": "",
        "input": {"data": {"mdtrt_cert_type": "03", "mdtrt_cert_no": "TESTCARD1"}},
    }
    return fields | changes


def complaint(fields: dict[str, Any], options: EnvelopeOptions | None = None) -> str:
    with pytest.raises(msgspec.ValidationError) as caught:
        decode_request(msgspec.json.encode(fields), options or EnvelopeOptions())
    return field_of(caught.value)


def test_the_lengths_are_those_of_the_interface() -> None:
    assert {row.field: row.length for row in FIELDS} == LENGTHS
    optional = {row.field for row in FIELDS if not row.required}
    assert optional == {
        *("insuplc_admdvs", "dev_no", "dev_safe_info", "cainfo", "signtype", "sign_no"),
    }


@pytest.mark.parametrize("row", FIELDS, ids=lambda row: row.field)
def test_every_envelope_field_is_named_when_it_is_wrong(row: Any) -> None:
    assert complaint(request(**{row.field: too_long_of(row)})) == row.field
    assert complaint(request(**{row.field: wrong_of(row)})) == row.field
    decode_request(msgspec.json.encode(request(**{row.field: longest_of(row)})))
    if row.required:
        fields = request()
        del fields[row.field]
        assert complaint(fields) == row.field
        assert complaint(request(**{row.field: None})) == row.field
        assert complaint(request(**{row.field: ""})) == row.field


@pytest.mark.parametrize("node", [None, ...], ids=["null", "missing"])
def test_a_missing_input_is_named(node: object) -> None:
    fields = request(input=None)
    if node is ...:
        del fields["input"]
    with pytest.raises(msgspec.ValidationError) as caught:
        input_bytes(decode_request(msgspec.json.encode(fields)))
    assert field_of(caught.value) == "input"


def test_an_input_that_is_too_long_is_named_and_a_transaction_may_allow_more() -> None:
    read = decode_request(msgspec.json.encode(request(input={"data": "x" * MAX_INPUT_BYTES})))
    with pytest.raises(msgspec.ValidationError, match=str(MAX_INPUT_BYTES)) as caught:
        input_bytes(read)
    assert field_of(caught.value) == "input"
    assert len(input_bytes(read, limit_bytes=2 * MAX_INPUT_BYTES)) > MAX_INPUT_BYTES


@pytest.mark.parametrize("decode", [decode_request, decode_reply])
def test_64_mib_are_refused_before_they_are_read(decode: Any) -> None:
    with pytest.raises(msgspec.ValidationError, match=str(MAX_MESSAGE_BYTES)):
        decode(b" " * (64 * 1024 * 1024))


@pytest.mark.parametrize(
    "msgid",
    ["H11010000002202501010800000001", "H11010000001202513010800000001", "H110100000012025010108", "7"],
    ids=["other-institution", "month-13", "short-time", "number"],
)
def test_a_msgid_of_another_shape_is_refused_by_the_strict_switch_only_env_3(msgid: str) -> None:
    decode_request(msgspec.json.encode(request(msgid=msgid)))
    assert complaint(request(msgid=msgid), STRICT) == "msgid"
    decode_request(msgspec.json.encode(request()), STRICT)


@pytest.mark.parametrize("as_text", [False, True], ids=["object", "text"])
def test_an_input_goes_out_as_object_or_as_text_and_comes_back_the_same_q_2(as_text: bool) -> None:
    read = decode_request(msgspec.json.encode(request()))
    wire = encode_request(read, EnvelopeOptions(input_as_text=as_text))
    assert isinstance(msgspec.json.decode(wire)["input"], str) == as_text
    again = decode_request(wire)
    assert msgspec.json.decode(input_bytes(again)) == request()["input"]
    assert encode_request(again, EnvelopeOptions(input_as_text=as_text)) == wire


@pytest.mark.parametrize("as_text", [False, True], ids=["number", "text"])
def test_infcode_goes_out_as_number_or_text_and_is_read_as_number_q_1(as_text: bool) -> None:
    wire = encode_reply(Reply(infcode=-1), EnvelopeOptions(infcode_as_text=as_text))
    assert msgspec.json.decode(wire)["infcode"] == ("-1" if as_text else -1)
    assert infcode_of(decode_reply(wire)) == -1


@pytest.mark.parametrize("infcode", ["", "x", "1.0", 1.5, None, True, "99999", 10_000], ids=repr)
def test_an_answer_without_a_readable_infcode_is_no_answer(infcode: object) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        decode_reply(msgspec.json.encode({"infcode": infcode, "output": {}}))
    assert field_of(caught.value) == "infcode"


def test_a_client_understands_a_refusal_that_is_longer_than_the_interface_allows() -> None:
    reply = {"infcode": "-1", "err_msg": "长" * 5000, "refmsg_time": "2025", "cainfo": None}
    assert infcode_of(decode_reply(msgspec.json.encode(reply))) == -1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("err_msg", "x" * 201),
        ("refmsg_time", "2025010108000000"),
        ("respond_time", "2025010108000000x"),
        ("inf_refmsgid", "x" * 31),
        ("cainfo", "x" * 1025),
        ("signtype", "x" * 11),
    ],
)
def test_a_suite_can_hold_an_answer_to_the_lengths_of_the_interface(field: str, value: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(msgspec.json.encode({"infcode": 0, field: value}), type=Reply)
    assert field_of(caught.value) == field


@given(st.sampled_from([row for row in FIELDS if row.type == "str"]), st.data())
def test_any_text_that_fits_an_envelope_field_comes_back(row: Any, data: st.DataObject) -> None:
    text = data.draw(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=min(int(row.length), 60))
    )
    read = decode_request(msgspec.json.encode(request(**{row.field: text})))
    assert getattr(decode_request(encode(read)), row.field) == text


def test_an_explanation_begins_with_the_field() -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        decode_request(msgspec.json.encode(request(inf_time="20250101080000")))
    assert explain(caught.value) == "inf_time: Expected a time yyyy-MM-dd HH:mm:ss - at `$.inf_time`"
    assert explain(ValueError("no field in sight")) == "no field in sight"
