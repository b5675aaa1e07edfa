"""The table of transactions says what the interface says; files, outputs of other platforms, warnings."""

from __future__ import annotations

import base64
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from message_samples import place_of, smallest

from onecard.sim.settlement.messages.codes import (
    CODES,
    FUND_PAY_TYPE_01,
    fund_pay_type_00,
    unknown_codes_in,
)
from onecard.sim.settlement.messages.envelope import MAX_MESSAGE_BYTES, field_of
from onecard.sim.settlement.messages.files import MAX_FILE_BYTES, FileUpload, FileUploadInput
from onecard.sim.settlement.messages.inputs import Settlement, SettlementInput
from onecard.sim.settlement.messages.transactions import TRANSACTIONS, field_table

_NUMBERS = (
    *(1101, 1201, 2001, 2601, 9001, 9002, 9101, 9102),
    *range(2101, 2104),
    *range(2201, 2209),
    *range(2301, 2306),
    *range(2401, 2406),
    *(2501, 2502),
    *range(3201, 3205),
    *range(3260, 3263),
    *(3301, 3302),
)
DELIVERED = {*map(str, _NUMBERS), "2203A", "2206A", "2207A", "CA01"}


NATIONAL = [infno for infno in TRANSACTIONS if infno[0].isdigit()]
"""Without what the project defines for the card authority."""


def test_every_transaction_of_the_interface_is_in_the_table() -> None:
    assert set(TRANSACTIONS) >= DELIVERED
    assert all(spec.infno == infno for infno, spec in TRANSACTIONS.items())
    assert len({spec.path for spec in TRANSACTIONS.values() if spec.path}) == sum(
        bool(spec.path) for spec in TRANSACTIONS.values()
    )


def test_2601_reverses_exactly_what_ur_4_lists_and_aliases_of_it() -> None:
    listed = {"2102", "2103", "2207", "2208", "2304", "2305", "2401", "2102A", "2304A"}
    reversible = {infno for infno, spec in TRANSACTIONS.items() if spec.reversible}
    assert reversible == listed | {"2207A"}
    assert all(TRANSACTIONS[infno].changes_state for infno in reversible)


def test_queries_and_presettlements_change_nothing() -> None:
    unchanging = {infno for infno in NATIONAL if not TRANSACTIONS[infno].changes_state}
    presettlements = {"2101", "2101A", "2206", "2206A", "2303", "2303A"}
    assert unchanging == {"1101", "1201", "2001", "3201", "3260", "9102"} | presettlements


def test_an_alias_is_its_original_under_its_own_path() -> None:
    for infno, spec in TRANSACTIONS.items():
        if spec.alias_of:
            original = TRANSACTIONS[spec.alias_of]
            assert (spec.input, spec.output, spec.title) == (original.input, original.output, original.title)
            assert infno == f"{spec.alias_of}A"
    assert TRANSACTIONS["2207"].path.endswith("saveSettletmentV2")
    assert TRANSACTIONS["2207A"].path.endswith("saveSettletment")


@pytest.mark.parametrize("infno", TRANSACTIONS)
def test_titles_are_in_two_languages(infno: str) -> None:
    english, chinese = TRANSACTIONS[infno].title
    assert english.isascii()
    assert re.search("[\u4e00-\u9fff]", chinese)


def test_who_names_a_person_is_read_off_the_fields_env_4() -> None:
    nobody = {infno for infno in NATIONAL if not TRANSACTIONS[infno].names_person}
    assert nobody == {
        *("1101", "1201", "3201", "3202", "3203", "3204", "3260", "3261", "3262", "3301", "3302"),
        *("9001", "9002", "9101", "9102"),
    }


@pytest.mark.parametrize("infno", TRANSACTIONS)
def test_an_unknown_code_warns_and_is_not_refused(infno: str) -> None:
    spec = TRANSACTIONS[infno]
    for row in field_table(infno):
        if row.field not in CODES or row.node.removesuffix("[]") not in smallest(infno):
            continue
        message = smallest(infno)
        for other in field_table(infno):
            if other.field in CODES and other.required:
                place_of(message, other)[other.field] = next(iter(CODES[other.field]))
        assert unknown_codes_in(spec.read_input(msgspec.json.encode(message)), spec.coded_nodes) == ""
        place_of(message, row)[row.field] = "Z"
        decoded = spec.read_input(msgspec.json.encode(message))
        assert unknown_codes_in(decoded, spec.coded_nodes) == f"unknown code: {row.field} Z"


def test_a_thousand_lines_with_unknown_codes_make_one_short_warning() -> None:
    message = smallest("2301")
    line = message["feedetail"][0]
    message["feedetail"] = [line | {"med_type": f"X{number}"} for number in range(1000)]
    spec = TRANSACTIONS["2301"]
    decoded = spec.read_input(msgspec.json.encode(message))
    warning = unknown_codes_in(decoded, spec.coded_nodes)
    assert warning.endswith("med_type X4 and 995 more")


def test_every_code_has_two_labels_and_fits_its_field() -> None:
    lengths = {
        row.field: int(row.length)
        for infno, spec in TRANSACTIONS.items()
        for output in (False, spec.output is not None)
        for row in field_table(infno, output=output)
        if row.dictionary
    }
    for name, codes in CODES.items():
        for code, (english, chinese) in codes.items():
            assert english.isascii(), (name, code)
            assert re.search("[\u4e00-\u9fff]", chinese), (name, code)
            assert len(code) <= lengths.get(name, 6), (name, code)


def test_both_forms_of_the_fund_types_are_known_and_map_to_each_other_q_5() -> None:
    for code_00, code_01 in FUND_PAY_TYPE_01.items():
        assert fund_pay_type_00(code_01) == code_00 == fund_pay_type_00(code_00)
        assert CODES["fund_pay_type_01"][code_01] == CODES["fund_pay_type"][code_00]
    assert set(FUND_PAY_TYPE_01.values()) == set(CODES["fund_pay_type_01"])
    assert fund_pay_type_00("999996") == "999996"


def upload(content: object) -> bytes:
    node = {"in": content, "filename": "a.zip", "fixmedins_code": "H11010000001"}
    return msgspec.json.encode({"fsUploadIn": node})


@given(st.binary(min_size=1, max_size=400))
def test_a_file_comes_as_base64_as_numbers_and_as_javas_signed_numbers_q_22(content: bytes) -> None:
    read = TRANSACTIONS["9101"].read_input
    signed = [number - 256 if number > 127 else number for number in content]
    for form in (base64.b64encode(content).decode(), list(content), signed):
        decoded = read(upload(form))
        assert decoded.fsUploadIn.content == content
        assert msgspec.json.decode(msgspec.json.encode(decoded))["fsUploadIn"]["in"] == (
            base64.b64encode(content).decode()
        )


@pytest.mark.parametrize(
    "content", ["", [], "a", "AA=A", "AAEC\n", [256], [-129], [1.5], [True], None, 7, {}], ids=repr
)
def test_what_is_no_file_is_refused(content: object) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        TRANSACTIONS["9101"].read_input(upload(content))
    assert field_of(caught.value) == "in"


def test_a_file_has_a_largest_size() -> None:
    read = TRANSACTIONS["9101"].read_input
    largest = upload(base64.b64encode(bytes(MAX_FILE_BYTES)).decode())
    assert len(largest) < TRANSACTIONS["9101"].max_input_bytes == MAX_MESSAGE_BYTES
    assert len(read(largest).fsUploadIn.content) == MAX_FILE_BYTES
    with pytest.raises(msgspec.ValidationError, match=str(MAX_FILE_BYTES)) as caught:
        read(upload(base64.b64encode(bytes(MAX_FILE_BYTES + 1)).decode()))
    assert field_of(caught.value) == "in"


def test_a_client_writes_a_file_as_base64() -> None:
    node = FileUploadInput(FileUpload(in_=b"\x00\x01\x02", filename="a", fixmedins_code="b"))
    assert msgspec.json.decode(msgspec.json.encode(node))["fsUploadIn"]["in"] == "AAEC"


def test_the_settlement_needs_the_split_amounts_and_the_presettlement_does_not() -> None:
    message = smallest("2206")
    TRANSACTIONS["2206"].read_input(msgspec.json.encode(message))
    with pytest.raises(msgspec.ValidationError) as caught:
        TRANSACTIONS["2207"].read_input(msgspec.json.encode(message))
    assert field_of(caught.value) == "fulamt_ownpay_amt"


def test_what_a_client_writes_for_2207_is_what_a_platform_reads() -> None:
    written = msgspec.json.encode(
        SettlementInput(msgspec.convert(smallest("2207")["data"] | {"card_sn": "S"}, Settlement))
    )
    assert TRANSACTIONS["2207"].read_input(written).data.card_sn == "S"


def settled() -> dict[str, Any]:
    return smallest("2207", output=True)


def test_an_answer_with_numbers_and_nulls_is_read_as_ours_is_env_5_env_6() -> None:
    read = TRANSACTIONS["2207"].read_output
    ours = settled()
    ours["setlinfo"] |= {"medfee_sumamt": "4152.06", "hosp_part_amt": "0", "age": "30"}
    theirs = settled()
    theirs["setlinfo"] |= {
        "medfee_sumamt": 4152.06,
        "hosp_part_amt": 0,
        "age": 30,
        "gend": None,
        "brdy": None,
    }
    theirs["exp"] = None
    assert read(msgspec.json.encode(theirs)) == read(msgspec.json.encode(ours))


def test_an_amount_in_a_json_number_keeps_all_its_digits() -> None:
    wire = msgspec.json.encode(settled()).replace(
        b'"medfee_sumamt":"1"', b'"medfee_sumamt":99999999999999.99'
    )
    assert TRANSACTIONS["2207"].read_output(wire).setlinfo.medfee_sumamt == "99999999999999.99"


def test_the_misspelt_cash_field_of_v1_0_is_understood() -> None:
    cancelled = smallest("2208", output=True)
    cash = cancelled["setlinfo"].pop("psn_cash_pay")
    with pytest.raises(msgspec.ValidationError, match="psn_cash_pay"):
        TRANSACTIONS["2208"].read_output(msgspec.json.encode(cancelled))
    cancelled["setlinfo"]["pdn_cash_pay"] = cash
    assert TRANSACTIONS["2208"].read_output(msgspec.json.encode(cancelled)).setlinfo.psn_cash_pay == cash


def test_a_cancellation_has_no_person_and_a_settlement_has_a_number() -> None:
    assert "psn_no" not in smallest("2305", output=True)["setlinfo"]
    for infno in ("2207", "2304"):
        answer = smallest(infno, output=True)
        del answer["setlinfo"]["setl_id"]
        with pytest.raises(msgspec.ValidationError, match="setl_id"):
            TRANSACTIONS[infno].read_output(msgspec.json.encode(answer))


def test_a_transaction_without_output_has_none_to_read() -> None:
    with pytest.raises(ValueError, match="2601 has no output"):
        TRANSACTIONS["2601"].read_output(b"{}")


@pytest.mark.parametrize("infno", TRANSACTIONS)
def test_garbage_in_place_of_an_input_is_a_decoding_error(infno: str) -> None:
    for garbage in (b"", b"null", b"[]", b"7", b'"x"', b"{", b'{"data":[[]]}', b"[" * 1000, b"\xff"):
        with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)):
            TRANSACTIONS[infno].read_input(garbage)
