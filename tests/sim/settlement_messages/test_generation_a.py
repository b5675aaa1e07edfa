"""Generation A in front of generation B: calls in GBK become envelopes that a platform takes, and back."""

from __future__ import annotations

from importlib import resources
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from message_samples import smallest

from onecard.sim.settlement import messages
from onecard.sim.settlement.messages.envelope import Reply, Request, decode_request, encode, input_bytes
from onecard.sim.settlement.messages.generation_a import (
    GENERATION_A,
    GenerationAContext,
    reply_to_a,
    request_to_b,
)
from onecard.sim.settlement.messages.transactions import TRANSACTIONS, field_table
from onecard.sim.settlement.messages.xml_gbk import MAX_XML_BYTES, XmlError, read_xml, write_xml

TRANSID = "4401001803050000000001"
HEADER = {
    "sign": "",
    "transid": "",
    "aab299": "440100",
    "yab600": "",
    "akb026": "H44010000001",
    "akb021": "广州某某医院",
    "aab301": "510100",
    "yab060": "",
    "aac002": "-",
    "aac043": "01",
    "aac044": "510100199001010011",
    "ykc700": "S5101001803050000001",
    "aae011": "王五",
    "aae036": "20180305",
}
ADMISSION = HEADER | {
    "aac003": "欧阳丽",
    "akc190": "Z1",
    "aka130": "21",
    "akf001": "03",
    "akc050": "肺炎",
    "akc193": "J18.900",
    "ykc701": "20180305",
}
LINE = {
    "ykc610": "1",
    "ake001": "XJ01CAA040A001010100001",
    "ake005": "Y1",
    "akc226": "2",
    "akc225": "12.50",
    "akc264": "25.00",
    "akc221": "20180306",
}
SETTLEMENT = {"ykc675": "1", "akc264": "1000.00", "yzz021": "F1"}
CLEARED = {
    "aab299": "440100",
    "akb026": "H44010000001",
    "aac002": "510100199001010011",
    "ykc700": "S5101001803050000001",
    "akc194": "20180310101112",
    "aaz216": "A5101001803100000001",
    "akc264": "1000.00",
    "ake149": "600.00",
    "ykc707": "1",
}
CALLS: dict[str, tuple[dict[str, str], list[dict[str, str]]]] = {
    "0211": (HEADER, []),
    "0212": (ADMISSION, []),
    "0214": (HEADER, []),
    "0215": (HEADER | {"ykc702": "20180310", "akf001": "03", "akc196": "J18.900", "akc185": "肺炎"}, []),
    "0216": (HEADER, []),
    "0301": (HEADER, [LINE, LINE | {"ykc610": "2"}]),
    "0302": (HEADER | {"otransid": "0"}, []),
    "0303": (HEADER | SETTLEMENT, []),
    "0304": (HEADER | SETTLEMENT, []),
    "0305": (HEADER | {"aaz216": "A5101001803100000001", "otransid": TRANSID}, []),
    "1301": (HEADER | {"otransno": "0304", "otransid": TRANSID}, []),
    "0606": (
        HEADER | {"ykc706": "20180310", "ykc705": "1"},
        [CLEARED, CLEARED | {"akc264": "200.00", "ake149": "120.00", "aaa113": "-1"}],
    ),
    "6527": (HEADER | {"yzz060": "2018", "yzz061": "03", "startrow": "1"}, []),
    "6521": (HEADER | {"yzz060": "2018", "yzz061": "03", "totalrow": "1"}, [CLEARED]),
    "6522": (HEADER | {"yzz060": "2018", "yzz061": "03", "otransid": TRANSID}, []),
}
IN_XML = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
CONTEXT = GenerationAContext(msgid=TRANSID, inf_time="2018-03-05 08:00:00")


def document(header: dict[str, str], rows: list[dict[str, str]]) -> bytes:
    tree = ET.Element("input")
    for name, text in header.items():
        ET.SubElement(tree, name).text = text
    if rows:
        detail = ET.SubElement(tree, "detail")
        for row in rows:
            element = ET.SubElement(detail, "row")
            for name, text in row.items():
                ET.SubElement(element, name).text = text
    return write_xml(tree)


def call(transaction: str, context: GenerationAContext = CONTEXT, **changes: str) -> Any:
    """Send a call of generation A and return the decoded input of its successor."""
    header, rows = CALLS[transaction]
    request = decode_request(request_to_b(transaction, document(header | changes, rows), context=context))
    assert request.infno == GENERATION_A[transaction].infno
    return TRANSACTIONS[request.infno].read_input(input_bytes(request))


def answer(transaction: str, output: Any = None, **fields: Any) -> ET.Element:
    reply = encode(Reply(**({"infcode": 0, "output": output} | fields)))
    return read_xml(reply_to_a(transaction, reply, transid=TRANSID), root="result")


@pytest.mark.parametrize("transaction", GENERATION_A)
def test_every_call_becomes_an_envelope_that_a_platform_takes(transaction: str) -> None:
    header, rows = CALLS[transaction]
    request = decode_request(request_to_b(transaction, document(header, rows), context=CONTEXT))
    assert (request.msgid, request.infno) == (TRANSID, GENERATION_A[transaction].infno)
    assert (request.mdtrtarea_admvs, request.insuplc_admdvs) == ("440100", "510100")
    assert (request.fixmedins_code, request.fixmedins_name) == ("H44010000001", "广州某某医院")
    assert (request.opter, request.inf_time) == ("王五", "2018-03-05 08:00:00")
    assert TRANSACTIONS[request.infno].read_input(input_bytes(request)) is not None


def test_an_admission_keeps_name_diagnosis_and_day() -> None:
    node = call("0212")
    assert node.mdtrtinfo.adm_diag_dscr == node.diseinfo[0].diag_name == "肺炎"
    assert node.mdtrtinfo.begntime == "2018-03-05 00:00:00"
    assert node.mdtrtinfo.psn_no == "510100199001010011"
    assert node.mdtrtinfo.ipt_no == "Z1"


@pytest.mark.parametrize(("a", "b"), [("21", "21"), ("12", "13"), ("13", "14"), ("14", "15"), ("15", "11")])
def test_the_medical_categories_of_generation_a_have_other_numbers(a: str, b: str) -> None:
    assert call("0212", aka130=a).mdtrtinfo.med_type == b


def test_fee_lines_take_the_visit_of_the_header() -> None:
    lines = call("0301").feedetail
    assert [line.feedetl_sn for line in lines] == ["1", "2"]
    assert {line.mdtrt_id for line in lines} == {"S5101001803050000001"}
    assert (lines[0].cnt, lines[0].pric, lines[0].det_item_fee_sumamt) == ("2", "12.50", "25.00")
    assert lines[0].fee_ocur_time == "2018-03-06 00:00:00"


def test_a_cancellation_of_fees_without_rows_means_all_of_them() -> None:
    assert [row.feedetl_sn for row in call("0302").data] == ["0000"]


@pytest.mark.parametrize(("a", "b"), [("1", "0"), ("3", "1"), ("0", "0")], ids=["final", "interim", "late"])
def test_the_kind_of_settlement_is_the_interim_flag(a: str, b: str) -> None:
    assert call("0304", ykc675=a).data.mid_setl_flag == b


@pytest.mark.parametrize(
    ("a", "b"), [("0212", "2401"), ("0304", "2304"), ("0305", "2305"), ("3105", "2304"), ("3202", "2305")]
)
def test_a_reversal_names_the_message_by_its_transid(a: str, b: str) -> None:
    node = call("1301", otransno=a)
    assert (node.data.oinfno, node.data.omsgid) == (b, TRANSID)


def test_the_rows_of_a_reconciliation_are_added_up_refunds_negative() -> None:
    data = call("0606").data
    assert (data.medfee_sumamt, data.fund_pay_sumamt, data.fixmedins_setl_cnt) == ("800.00", "480.00", "2")
    assert (data.stmt_begndate, data.stmt_enddate) == ("2018-03-10", "2018-03-10")


def test_a_confirmation_keeps_the_rows() -> None:
    row = call("6521").detail[0]
    assert (row.setl_sn, row.mdtrt_setl_time) == ("A5101001803100000001", "2018-03-10 10:11:12")
    assert (row.medfee_sumamt, row.optins_pay_sumamt, row.cnfm_flag) == ("1000.00", "600.00", "1")


def test_what_the_host_knows_comes_first() -> None:
    known = {"psn_no": "P1", "mdtrt_cert_type": "03", "mdtrt_cert_no": "C1", "card_sn": "SN1"}
    context = msgspec.structs.replace(CONTEXT, values=known)
    data = call("0304", context).data
    assert (data.psn_no, data.mdtrt_cert_type, data.mdtrt_cert_no, data.card_sn) == ("P1", "03", "C1", "SN1")


def test_the_context_fills_in_a_bare_call() -> None:
    context = msgspec.structs.replace(
        CONTEXT, mdtrtarea_admvs="110100", fixmedins_code="H11", fixmedins_name="某院", opter="T1"
    )
    request = decode_request(request_to_b("0211", b"<input><aac044>1</aac044></input>", context=context))
    assert (request.mdtrtarea_admvs, request.fixmedins_code) == ("110100", "H11")
    assert (request.fixmedins_name, request.opter) == ("某院", "T1")


def test_a_missing_field_is_left_for_the_platform_to_refuse_by_name() -> None:
    with pytest.raises(msgspec.ValidationError, match="setl_id"):
        call("0305", aaz216="")


def test_the_answer_to_an_identification_has_person_insurance_and_accumulations() -> None:
    output = smallest("1101", output=True)
    output["baseinfo"] |= {"psn_name": "欧阳丽", "expContent": '{"yka116":"300.00","akc200":1,"other":"x"}'}
    output["insuinfo"][0] |= {"insutype": "310", "balc": "100.00"}
    result = answer("0211", output)
    texts = {element.tag: element.text for element in result.iterfind("output/*")}
    assert (texts["aac003"], texts["aae140"], texts["aae240"]) == ("欧阳丽", "310", "100.00")
    assert (texts["yka116"], texts["akc200"]) == ("300.00", "1")
    assert "other" not in texts
    assert result.findtext("transid") == TRANSID
    assert result.findtext("errorcode") == "0"


@pytest.mark.parametrize("transaction", ["0303", "0304", "0305"])
def test_the_answer_to_a_settlement_adds_up_in_generation_a(transaction: str) -> None:
    output = smallest(GENERATION_A[transaction].infno, output=True)
    output["setlinfo"] |= {
        "medfee_sumamt": "1000.00",
        "fulamt_ownpay_amt": "100.00",
        "overlmt_selfpay": "20.00",
        "preselfpay_amt": "80.00",
        "inscp_scp_amt": "800.00",
        "hifp_pay": "500.00",
        **dict.fromkeys(("cvlserv_pay", "hifes_pay", "maf_pay", "oth_pay"), "0.00"),
        "hifmi_pay": "60.00",
        "hifob_pay": "40.00",
        "fund_pay_sumamt": "600.00",
        "acct_pay": "150.00",
        "psn_cash_pay": "250.00",
        "med_type": "14",
        "setl_time": "2018-03-10 10:11:12",
    }
    texts = {element.tag: element.text for element in answer(transaction, output).iterfind("output/*")}
    yuan = {name: float(str(text)) for name, text in texts.items() if name.startswith(("ak", "aae045"))}
    assert yuan["akc264"] == yuan["ake149"] + yuan["akb067"] + yuan["ake038"]
    assert yuan["akc264"] == yuan["akc253"] + yuan["akc254"] + yuan["ake171"]
    assert yuan["ake149"] == sum(yuan[name] for name in ("ake039", "ake035", "ake026", "aae045", "ake181"))
    assert (texts["aka130"], texts["akc194"]) == ("13", "20180310101112")


def test_the_answer_to_an_upload_has_a_row_per_line() -> None:
    output = smallest("2301", output=True)
    output["result"] *= 3
    rows = answer("0301", output).findall("output/detail/row")
    assert [row.findtext("ykc610") for row in rows] == ["1", "1", "1"]


def test_clearing_details_can_be_confirmed_as_they_were_extracted() -> None:
    output = smallest("3260", output=True)
    row = answer("6527", output).find("output/detail/row")
    assert row is not None
    sent = {element.tag: element.text or "" for element in row} | {"ykc707": "1"}
    header, _ = CALLS["6521"]
    request = decode_request(request_to_b("6521", document(header, [sent]), context=CONTEXT))
    confirmed = TRANSACTIONS["3261"].read_input(input_bytes(request)).detail[0]
    extracted = output["data"][0]
    shared = {each.field for each in field_table("3261") if each.node == "detail[]"} & set(extracted)
    assert shared >= {"certno", "mdtrt_id", "mdtrt_setl_time", "setl_sn", "medfee_sumamt"}
    assert {name: getattr(confirmed, name) for name in shared} == {name: extracted[name] for name in shared}


def test_the_number_of_a_confirmation_is_the_one_that_its_roll_back_wants() -> None:
    assert answer("6521", {"result": {"transid": "T7"}}).findtext("transid") == "T7"
    assert call("6522", otransid="T7").data.otransid == "T7"


@pytest.mark.parametrize(("stmt_rslt", "aae314"), [("000000", "0"), ("000103", "-1")])
def test_the_answer_to_a_reconciliation_is_agreed_or_not(stmt_rslt: str, aae314: str) -> None:
    output = {"stmtinfo": {"stmt_rslt": stmt_rslt, "stmt_rslt_dscr": "说明"}}
    result = answer("0606", output)
    assert (result.findtext("output/aae314"), result.findtext("output/aaa204")) == (aae314, "说明")


@pytest.mark.parametrize("transaction", GENERATION_A)
def test_a_refusal_becomes_a_negative_errorcode_with_the_text(transaction: str) -> None:
    result = answer(transaction, None, infcode="-1", err_msg="card-lost: 卡已挂失 <&>\x00")
    assert (result.findtext("errorcode"), result.findtext("errormsg")) == ("-1", "card-lost: 卡已挂失 <&>?")
    assert len(result.findall("output/*")) == 0


@pytest.mark.parametrize(
    "reply", [b"", b"<html>", b"{}", b'{"infcode":0}', b'{"infcode":0,"output":{"setlinfo":{}}}', b"\xff"]
)
def test_an_unreadable_answer_is_an_error_and_never_a_result(reply: bytes) -> None:
    with pytest.raises(XmlError, match="0304: answer cannot be read"):
        reply_to_a("0304", reply, transid=TRANSID)


@pytest.mark.parametrize("transaction", ["0701", "", "2304"])
def test_an_unknown_transaction_is_refused(transaction: str) -> None:
    with pytest.raises(XmlError, match="known are 0211"):
        request_to_b(transaction, b"<input/>", context=CONTEXT)
    with pytest.raises(XmlError, match="known are 0211"):
        reply_to_a(transaction, b'{"infcode":0}', transid="")


def test_every_mapped_field_exists_in_generation_b() -> None:
    tables = msgspec.toml.decode(resources.files(messages).joinpath("generation_a.toml").read_bytes())
    known = {row.field for infno in TRANSACTIONS for row in field_table(infno)} | set(
        Request.__struct_fields__
    )
    known |= {row.field for infno in TRANSACTIONS for row in field_table(infno, output=True)}
    assert set(tables["fields"]) <= known
    assert {field for fields in tables["sums"].values() for field in fields} <= known
    assert set(tables["values"]) | set(tables["values_back"]) <= set(tables["fields"])
    for transaction in GENERATION_A.values():
        inputs = {row.field for row in field_table(transaction.infno)}
        assert set(transaction.fields) | set(transaction.defaults) <= inputs
        nodes = {row.node.removesuffix("[]") for row in field_table(transaction.infno, output=True)}
        assert set(transaction.reply) <= nodes


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [([{"akc264": "x"}], "row 1: akc264 is 'x'"), ([{}] * 1001, "1001 rows, allowed are 1000")],
    ids=["no-amount", "too-many"],
)
def test_wrong_rows_have_one_clear_error(rows: list[dict[str, str]], complaint: str) -> None:
    with pytest.raises(XmlError, match=complaint):
        request_to_b("0606", document(HEADER, rows), context=CONTEXT)


@pytest.mark.parametrize(
    ("xml", "complaint"),
    [
        (b"", "not well-formed"),
        (b"<input>", "not well-formed"),
        (b"<result/>", "root element is 'result', expected 'input'"),
        ('<?xml version="1.0" encoding="GBK"?><input>医</input>'.encode() + b"\xff", "is not gbk"),
        (b'<?xml version="1.0" encoding="UTF-16"?><input/>', "encoding 'utf-16', allowed are"),
        (b'<!DOCTYPE input [<!ENTITY a "b">]><input>&a;</input>', "document type is not allowed"),
        (b'<!DOCTYPE input SYSTEM "file:///etc/passwd"><input/>', "document type is not allowed"),
        (b"<input>&undefined;</input>", "not well-formed"),
        (b"<input>" + b"<a>" * 20 + b"</a>" * 20 + b"</input>", "nested deeper than 8"),
        (b"<input>\x00</input>", "not well-formed"),
        (b" " * (64 * 1024 * 1024), f"allowed are {MAX_XML_BYTES}"),
    ],
    ids=[
        *(
            "empty",
            "open",
            "root",
            "not-gbk",
            "utf-16",
            "laughs",
            "external",
            "entity",
            "deep",
            "nul",
            "64-mib",
        ),
    ],
)
def test_a_document_that_cannot_be_read_has_one_clear_error(xml: bytes, complaint: str) -> None:
    with pytest.raises(XmlError) as caught:
        request_to_b("0211", xml, context=CONTEXT)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("encoding", ["GBK", "gb2312", "GB18030", "UTF-8"])
def test_the_declared_encoding_is_the_one_that_is_read(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><input><aac003>赵钱孙</aac003></input>'
    assert read_xml(text.encode(encoding), root="input").findtext("aac003") == "赵钱孙"


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=30)
)
def test_any_name_travels_through_gbk_also_one_that_gbk_lacks(name: str) -> None:
    tree = ET.Element("input")
    ET.SubElement(tree, "aac003").text = f"𬍛{name}"
    written = write_xml(tree)
    assert written.startswith(b'<?xml version="1.0" encoding="GBK"')
    assert read_xml(written, root="input").findtext("aac003") == f"𬍛{name}"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_document_or_an_error(xml: bytes) -> None:
    try:
        tree = read_xml(xml, root="input")
    except XmlError:
        return
    assert tree.tag == "input"
