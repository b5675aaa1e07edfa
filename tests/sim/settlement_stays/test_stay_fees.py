"""Fee lines of stays: results, returns, cancelling, what is sent on (C-10 to C-12, settlement.md §2.3)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stays_country import BEIJING, CATALOGUE, SHANGHAI, Answer, Country, in_scope_bill, mixed_bill, person

from onecard.sim.settlement.benefit.catalogue import line_amount_fen
from onecard.sim.settlement.clients.dialogue import Charge
from onecard.sim.settlement.messages.amounts import fen_of, fen_to_yuan, scaled_of, scaled_to_text
from onecard.sim.settlement.messages.identities import check_identities


def admitted(*batches: Any) -> tuple[Country, Any]:
    country = Country()
    stay = country.stay(SHANGHAI, person(BEIJING), *batches)
    country.follow(stay, until="2301")
    return country, stay


def give_back(
    country: Country, stay: Any, original: dict[str, Any], count: str, *, serial: str = "R1", **changes: Any
) -> Answer:
    """Return a quantity of an uploaded line."""
    count_e4 = scaled_of(count, 4, "cnt")
    price = scaled_of(original["pric"], 6, "pric")
    line = original | {
        "feedetl_sn": serial,
        "init_feedetl_sn": original["feedetl_sn"],
        "cnt": scaled_to_text(-count_e4, 4),
        "det_item_fee_sumamt": fen_to_yuan(-line_amount_fen(price, count_e4)),
    }
    return country.send(stay, "2301", {"feedetail": [line | changes]})


def uploaded(stay: Any, number: int) -> dict[str, Any]:
    stay.fees, fees = [], stay.fees
    lines = msgspec.to_builtins(stay._fee_lines("2024-03-05 08:00:00"))["feedetail"]
    stay.fees = fees
    line: dict[str, Any] = lines[number]
    return line


def totals(country: Country, stay: Any) -> dict[str, int]:
    visit = country.city(SHANGHAI).visit_row(stay.mdtrt_id)
    assert visit is not None
    rows = country.city(SHANGHAI).lines(visit)
    fields = ("det_item_fee_sumamt", "fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_amt")
    return {field: sum(getattr(row, field) for row in rows) for field in fields}


def test_the_answer_has_one_row_per_line_with_its_split_c_10() -> None:
    _, stay = admitted(mixed_bill(3))
    sent = [uploaded(stay, number)["feedetl_sn"] for number in range(5)]
    assert [row.feedetl_sn for row in stay.fees[0].result] == sent
    by_class = {row.chrgitm_lv: row for row in stay.fees[0].result}
    assert by_class["03"].fulamt_ownpay_amt == by_class["03"].det_item_fee_sumamt


@pytest.mark.parametrize("number", range(5))
def test_returning_a_whole_line_takes_each_of_its_parts_back_c_12(number: int) -> None:
    country, stay = admitted(mixed_bill(3))
    line = uploaded(stay, number)
    answer = give_back(country, stay, line, line["cnt"])
    assert answer.reason == ""
    (result,) = answer.output["result"]
    original = msgspec.to_builtins(stay.fees[0].result[number])
    fields = ("det_item_fee_sumamt", "fulamt_ownpay_amt", "overlmt_amt", "preselfpay_amt", "inscp_scp_amt")
    for field in fields:
        assert fen_of(result[field], field) == -fen_of(original[field], field)
    lines = [msgspec.to_builtins(row) for row in stay.fees[0].result] + [result]
    violations = check_identities({}, lines=lines)
    assert [each for each in violations if each.clause in ("A-8", "A-9", "A-10", "A-11", "A-12")] == []


def test_a_return_reduces_what_is_settled() -> None:
    country, stay = admitted(in_scope_bill(5_000), in_scope_bill(3_000))
    country.follow(stay, until="2301")
    first = uploaded(stay, 0)
    assert give_back(country, stay, first, first["cnt"]).reason == ""
    node = msgspec.to_builtins(stay._settlement(country.time()))
    assert country.send(stay, "2303", node).reason == "amount-differs"
    short = ("medfee_sumamt", "inscp_scp_amt")
    node["data"] |= dict.fromkeys(short, "3000.00")
    assert country.send(stay, "2303", node).output["setlinfo"]["inscp_scp_amt"] == "3000.00"


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"cnt": "-4.0000", "det_item_fee_sumamt": "-100.00"}, "returns more than there is left"),
        ({"cnt": "1.0000", "det_item_fee_sumamt": "25.00"}, "wrong sign"),
        ({"pric": "24.000000", "det_item_fee_sumamt": "-24.00"}, "another item or price"),
        ({"init_feedetl_sn": "nowhere"}, "no line to return"),
        ({"med_list_codg": "SYN-S-1001"}, "another item or price"),
    ],
)
def test_a_return_fits_its_line(changes: dict[str, str], what: str) -> None:
    country, stay = admitted(mixed_bill(3))
    before = totals(country, stay)
    answer = give_back(country, stay, uploaded(stay, 0), "1", **changes)
    assert answer.reason == "fee-line"
    assert what in answer.got["err_msg"]
    assert totals(country, stay) == before


def test_what_was_returned_cannot_be_returned_again_nor_a_return_itself() -> None:
    country, stay = admitted(mixed_bill(3))
    line = uploaded(stay, 0)
    assert give_back(country, stay, line, "2", serial="R1").reason == ""
    assert give_back(country, stay, line, "2", serial="R2").reason == "fee-line"
    assert give_back(country, stay, line | {"feedetl_sn": "R1"}, "1", serial="R3").reason == "fee-line"
    assert give_back(country, stay, line, "1", serial="R4").reason == ""


@settings(max_examples=60, deadline=None)
@given(
    code=st.sampled_from(["SYN-W-5005", "SYN-C-7001", "SYN-S-2002", "SYN-Z-6003", "SYN-W-5008"]),
    pieces=st.lists(st.integers(1, 5_000), min_size=1, max_size=5),
)
def test_returns_in_pieces_never_take_more_than_the_line_had(code: str, pieces: list[int]) -> None:
    item, whole_e4 = CATALOGUE[code], sum(pieces)
    amount_fen = line_amount_fen(item.price_micro, whole_e4)
    bill = Charge(med_list_codg=code, price_micro=item.price_micro, count_e4=whole_e4, amount_fen=amount_fen)
    country, stay = admitted((bill,))
    line = uploaded(stay, 0)
    left_fen = amount_fen
    for number, piece in enumerate(pieces):
        last = number == len(pieces) - 1
        piece_fen = left_fen if last else min(left_fen, line_amount_fen(item.price_micro, piece))
        answer = give_back(
            country,
            stay,
            line,
            scaled_to_text(piece, 4),
            serial=f"R{number}",
            det_item_fee_sumamt=fen_to_yuan(-piece_fen),
        )
        if answer.reason:
            assert "A-8" in answer.got["err_msg"], "rounding of the pieces before left more than a cent"
            break
        left_fen -= piece_fen
        sums = totals(country, stay)
        assert min(sums.values()) >= 0
        assert sums["det_item_fee_sumamt"] == left_fen
    else:
        assert set(totals(country, stay).values()) == {0}


def test_cancelling_fees_takes_named_lines_or_all_c_11() -> None:
    country, stay = admitted(mixed_bill(3))
    named = {"mdtrt_id": stay.mdtrt_id, "psn_no": stay.psn_no}
    first = stay.fees[0].result[0].feedetl_sn
    assert country.send(stay, "2302", {"data": [named | {"feedetl_sn": first}]}).reason == ""
    assert country.send(stay, "2302", {"data": [named | {"feedetl_sn": first}]}).reason == "fee-line"
    assert totals(country, stay)["det_item_fee_sumamt"] == sum(x.amount_fen for x in mixed_bill(3)[1:])
    assert country.send(stay, "2302", {"data": [named | {"feedetl_sn": "0000"}]}).reason == ""
    assert set(totals(country, stay).values()) == {0}
    assert country.send(stay, "2301", {"feedetail": [uploaded(stay, 0)]}).reason == "", (
        "a serial can be reused"
    )


def test_a_line_with_returns_is_cancelled_together_with_them() -> None:
    country, stay = admitted(mixed_bill(3))
    line = uploaded(stay, 0)
    assert give_back(country, stay, line, "1").reason == ""
    named = {"mdtrt_id": stay.mdtrt_id, "psn_no": stay.psn_no}
    alone = [named | {"feedetl_sn": line["feedetl_sn"]}]
    assert country.send(stay, "2302", {"data": alone}).reason == "fee-line"
    both = [*alone, named | {"feedetl_sn": "R1"}]
    assert country.send(stay, "2302", {"data": both}).reason == ""


def test_an_upload_is_kept_whole_or_not_at_all() -> None:
    country, stay = admitted(mixed_bill(3))
    before = totals(country, stay)
    good, bad = (uploaded(stay, number) | {"feedetl_sn": f"N{number}"} for number in (0, 1))
    bad["det_item_fee_sumamt"] = "1.00"
    assert country.send(stay, "2301", {"feedetail": [good, bad]}).reason == "fee-line"
    assert country.send(stay, "2301", {"feedetail": [good, good]}).reason == "fee-line"
    other = good | {"mdtrt_id": "310000000000000000000000000000"}
    assert country.send(stay, "2301", {"feedetail": [good, other]}).reason == "fee-line"
    assert totals(country, stay) == before


def test_returns_of_settled_lines_must_be_covered_by_new_ones() -> None:
    country = Country()
    stay = country.stay(SHANGHAI, person(BEIJING), in_scope_bill(900), in_scope_bill(1_000), interim=True)
    country.follow(stay, until="2304")
    line = uploaded(stay, 0)
    assert give_back(country, stay, line, line["cnt"]).reason == ""
    node = msgspec.to_builtins(stay._settlement(country.time()))
    assert country.send(stay, "2303", node).reason == "fee-line"
    country.follow(stay, until="2301")
    node = msgspec.to_builtins(stay._settlement(country.time()))
    node["data"] |= dict.fromkeys(("medfee_sumamt", "inscp_scp_amt"), "100.00")
    assert country.send(stay, "2303", node).output["setlinfo"]["medfee_sumamt"] == "100.00"


def test_the_insured_place_gets_major_categories_and_no_lines_q_15() -> None:
    country = Country()
    stay = country.stay(SHANGHAI, person(BEIJING))
    sent: list[dict[str, Any]] = []
    carry = country.call

    def watched(address: str, request: bytes) -> bytes | None:
        if address == "city/110000":
            sent.append(msgspec.json.decode(request))
        return carry(address, request)

    country.call = watched  # type: ignore[method-assign]
    country.run(stay)
    assert "2301" not in {message["infno"] for message in sent}
    said = msgspec.json.decode(sent[-1]["input"]["data"]["expContent"])["onecard"]
    assert sum(said["categories"].values()) == stay.result.medfee_sumamt_fen == said["amounts"][0]
    assert set(said["categories"]) == {
        CATALOGUE[each.med_list_codg].med_chrgitm_type for each in mixed_bill()
    }
    assert said["lines"] == 5


def test_no_line_and_no_batch_has_the_number_that_means_all() -> None:
    country = Country()
    stay = country.stay(SHANGHAI, person(SHANGHAI))
    country.then(stay, "1101", "2401")
    line = msgspec.to_builtins(stay._fee_lines(country.time()))
    line["feedetail"][0]["feedetl_sn"] = "0000"
    assert country.send(stay, "2301", line).reason == "fee-line"
    visit = country.visit(SHANGHAI, person(SHANGHAI))
    country.then(visit, "1101", "2201")
    batch = msgspec.to_builtins(visit._fee_lines(country.time()))
    for row in batch["feedetail"]:
        row["chrg_bchno"] = "0000"
    assert country.send(visit, "2204", batch).reason == "fee-line"
