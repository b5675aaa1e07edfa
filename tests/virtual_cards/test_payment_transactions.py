"""Payments from GET PROCESSING OPTIONS to the last cryptogram, card against issuer."""

from __future__ import annotations

import pytest
from card_samples import send, word
from payment_samples import (
    AAC,
    ARQC,
    DATE,
    MERCHANT,
    SELECT_ADF,
    TC,
    TIME,
    balance,
    bank_card,
    begin,
    fetch,
    first,
    go_online,
    second,
    stored,
    terminal_data,
)

from onecard.virtual_cards.faces import CONTACTLESS
from onecard.virtual_cards.payment.risk import FIRST, QPBOC, SECOND, Cryptogram

BOTH_CIPHERS = pytest.mark.parametrize("algorithm", ["3DES", "SM4"])
CDOL1 = terminal_data() + MERCHANT
CDOL2 = "3030" + terminal_data()


@BOTH_CIPHERS
def test_a_debit_goes_online_and_is_approved(algorithm: str) -> None:
    card = bank_card(algorithm=algorithm)
    begin(card)
    request = first(card, TC)
    assert request.kind == ARQC
    authorisation = request.authorisation()
    assert authorisation.verify()
    assert word(card, f"008200000A{authorisation.answer().hex()}") == "9000"
    certificate = second(card, TC)
    assert certificate.kind == TC
    assert certificate.counter == request.counter
    assert certificate.authorisation().verify()
    assert certificate.issuer_data[3:7].hex() == "03601000"
    assert fetch(card, "80CA9F1300") == "9F130200019000"
    assert balance(card) == 5_000


def test_a_later_transaction_is_no_longer_that_of_a_new_card() -> None:
    card = bank_card()
    begin(card)
    go_online(card)
    second(card, TC)
    begin(card)
    assert first(card, ARQC).issuer_data[3:7].hex().upper() == "03A00000"


def test_a_wrong_answer_of_the_issuer_leads_to_a_decline_and_is_remembered() -> None:
    card = bank_card()
    begin(card)
    response = first(card, ARQC).authorisation().answer()
    wrong = bytes([response[0] ^ 1]) + response[1:]
    assert word(card, f"008200000A{wrong.hex()}") == "6300"
    assert word(card, f"008200000A{response.hex()}") == "6985"
    declined = second(card, TC)
    assert (declined.kind, declined.issuer_data[3:7].hex()) == (AAC, "03281000")
    begin(card)
    assert first(card, ARQC).issuer_data[3:7].hex().upper() == "03A01800"


def test_an_answer_to_another_response_code_is_wrong() -> None:
    card = bank_card()
    begin(card)
    response = first(card, ARQC).authorisation().answer("00")
    assert word(card, f"008200000A{response[:8].hex()}3035") == "6300"


def test_without_the_issuers_answer_the_card_declines_and_remembers() -> None:
    card = bank_card()
    begin(card)
    first(card, ARQC)
    assert second(card, TC).kind == AAC
    begin(card)
    assert first(card, ARQC).issuer_data[3:7].hex().upper() == "03A01400"


@pytest.mark.parametrize("code", ["Y3", "Z3"])
def test_a_terminal_that_cannot_go_online_is_declined(code: str) -> None:
    card = bank_card()
    begin(card)
    first(card, ARQC)
    declined = second(card, TC, code=code)
    assert (declined.kind, declined.issuer_data[3:7].hex()) == (AAC, "03211000")
    begin(card)
    assert first(card, ARQC).issuer_data[3:7].hex().upper() == "03A09000"


def test_a_transaction_that_never_came_back_shows_in_the_next() -> None:
    card = bank_card()
    begin(card)
    first(card, ARQC)
    card.power_on()
    begin(card)
    assert first(card, ARQC).issuer_data[3:7].hex().upper() == "03A09000"


def test_the_terminal_may_decline_after_the_issuer_approved() -> None:
    card = bank_card()
    begin(card)
    go_online(card)
    assert second(card, AAC).kind == AAC
    assert word(card, "00B2015C00") == "6A83"


@BOTH_CIPHERS
def test_electronic_cash_pays_offline_and_keeps_a_log(algorithm: str) -> None:
    card = bank_card(algorithm=algorithm)
    begin(card, cash=True, amount=1_234)
    certificate = first(card, TC, 1_234)
    assert certificate.kind == TC
    assert certificate.authorisation().verify()
    assert certificate.authorisation().balance_fen() == 3_766
    assert balance(card) == 3_766
    record = f"{DATE}{TIME}000000001234000000000000" + "01560156" + MERCHANT + "000001"
    assert fetch(card, "00B2015C00") == record + "9000"
    assert word(card, "00B2025C00") == "6A83"


def test_the_log_keeps_the_ten_newest() -> None:
    card = bank_card()
    for amount in range(1, 13):
        begin(card, cash=True, amount=amount)
        assert first(card, TC, amount).kind == TC
    amounts = [int(fetch(card, f"00B2{number:02X}5C00")[12:24]) for number in range(1, 11)]
    assert amounts == list(range(12, 2, -1))
    assert word(card, "00B20B5C00") == "6A83"
    assert balance(card) == 5_000 - sum(range(1, 13))


@pytest.mark.parametrize(
    ("amount", "changes", "limits"),
    [
        (5_001, {}, {}),
        (1_001, {}, {"transaction_limit_fen": 1_000}),
        (100, {"currency": "0840"}, {}),
        (100, {"kind": "01"}, {}),
        (100, {"other": 50}, {}),
    ],
    ids=["balance", "limit", "currency", "not a purchase", "cashback"],
)
def test_electronic_cash_goes_online_where_it_may_not_pay(
    amount: int, changes: dict[str, object], limits: dict[str, object]
) -> None:
    card = bank_card(**limits)
    begin(card, cash=True, amount=amount)
    assert first(card, TC, amount, **changes).kind == ARQC
    assert balance(card) == 5_000


def test_the_whole_balance_may_be_spent() -> None:
    card = bank_card()
    begin(card, cash=True, amount=5_000)
    assert first(card, TC, 5_000).kind == TC
    assert balance(card) == 0


def test_an_amount_that_is_no_number_is_not_paid_offline() -> None:
    card = bank_card()
    begin(card, cash=True)
    assert send(card, "80AE400034" + "0000000000AA" + CDOL1[12:] + "00").startswith("801E80")


def test_debit_does_not_touch_electronic_cash() -> None:
    card = bank_card()
    begin(card, cash=False)
    assert first(card, TC).kind == ARQC


def test_a_card_without_electronic_cash_tells_no_balance() -> None:
    card = bank_card(electronic_cash=False, balance_fen=0)
    begin(card)
    request = first(card, TC)
    assert request.issuer_data.hex().upper() == "07010103A0100001"
    assert request.authorisation().verify()


@pytest.mark.parametrize("size", [1, 0x22, 0x33, 0x35, 0xFF])
def test_the_first_cryptogram_wants_exactly_its_list(size: int) -> None:
    card = bank_card()
    begin(card)
    assert word(card, f"80AE4000{size:02X}{'00' * size}00") == "6700"
    assert first(card, ARQC).kind == ARQC


@pytest.mark.parametrize("size", [1, 0x21, 0x23, 0x34, 0xFF])
def test_the_second_cryptogram_wants_exactly_its_list(size: int) -> None:
    card = bank_card()
    begin(card)
    go_online(card)
    assert word(card, f"80AE4000{size:02X}{'00' * size}00") == "6700"
    assert second(card, TC).kind == TC


@pytest.mark.parametrize("asked", [TC, ARQC, AAC])
def test_a_third_cryptogram_is_refused_and_so_is_one_after_the_end(asked: int) -> None:
    card = bank_card()
    begin(card)
    go_online(card)
    second(card, TC)
    for data in (CDOL1, CDOL2):
        assert word(card, f"80AE{asked:02X}00{len(data) // 2:02X}{data}00") == "6985"
    begin(card)
    first(card, AAC)
    assert word(card, f"80AE{asked:02X}0022{CDOL2}00") == "6985"


def test_the_second_cryptogram_cannot_ask_again_for_the_issuer() -> None:
    card = bank_card()
    begin(card)
    go_online(card)
    assert word(card, f"80AE800022{CDOL2}00") == "6985"


def test_without_processing_options_there_is_no_cryptogram() -> None:
    card = bank_card()
    assert word(card, SELECT_ADF) == "9000"
    assert word(card, f"80AE800034{CDOL1}00") == "6985"
    begin(card)
    assert word(card, SELECT_ADF) == "9000"
    assert word(card, f"80AE800034{CDOL1}00") == "6985"


def test_processing_options_are_given_once_after_each_selection() -> None:
    card = bank_card()
    begin(card)
    assert word(card, "80A800000B8309" + "00" * 9 + "00") == "6985"
    begin(card)
    assert fetch(card, "80CA9F3600") == "9F360200029000"


@pytest.mark.parametrize("p1", [0x10, 0x50, 0x90, 0xC0, 0x01])
def test_combined_signatures_and_unknown_kinds_are_refused(p1: int) -> None:
    card = bank_card()
    begin(card)
    assert word(card, f"80AE{p1:02X}0034{CDOL1}00") == "6A86"


def test_the_issuer_is_authenticated_only_between_the_cryptograms() -> None:
    card = bank_card()
    begin(card)
    assert word(card, "008200000A" + "00" * 10) == "6985"
    request = go_online(card)
    response = request.authorisation().answer().hex()
    assert word(card, f"008200000A{response}") == "6985"
    second(card, TC)
    assert word(card, f"008200000A{response}") == "6985"
    assert word(card, f"0082000008{response[:16]}") == "6700"


def test_the_transaction_counter_ends_at_its_greatest_value() -> None:
    card = bank_card()
    assert card.memory.payment is not None
    card.memory.payment = type(card.memory.payment)(
        **{name: getattr(card.memory.payment, name) for name in card.memory.payment.__struct_fields__}
        | {"transaction_counter": 65_534}
    )
    assert begin(card).endswith("9000")
    assert first(card, ARQC).counter == 65_535
    before = stored(card)
    assert begin(card) == "6985"
    assert stored(card) == before


def test_over_the_air_a_le_too_short_for_the_cryptogram_loses_nothing() -> None:
    card = bank_card(face=CONTACTLESS)
    assert word(card, SELECT_ADF) == "9000"
    data = "40000000" + "00" * 29
    assert word(card, f"80A80000238321{data}05") == "6114"
    assert len(send(card, "00C0000014")) == 2 * (0x14 + 2)
    assert fetch(card, "80CA9F3600") == "9F360200019000"
    assert word(card, f"80AE800034{CDOL1}08") == "6120"
    assert len(send(card, "00C0000020")) == 2 * (0x20 + 2)


def test_a_load_by_issuer_script_raises_the_balance_and_is_logged() -> None:
    card = bank_card()
    begin(card)
    request = go_online(card)
    assert second(card, TC).kind == TC
    assert send(card, request.authorisation().put_data(0x9F79, 20_000).hex()) == "9000"
    assert balance(card) == 20_000
    record = f"9F79000000005000000000020000{DATE}{TIME}0156{MERCHANT}0001"
    assert fetch(card, "00B2016400") == record + "9000"
    begin(card, cash=True, amount=15_000)
    certificate = first(card, TC, 15_000)
    assert certificate.kind == TC
    assert certificate.issuer_data[3:7].hex().upper() == "03900010"


@BOTH_CIPHERS
@pytest.mark.parametrize("tag", [0x9F77, 0x9F78, 0x9F6D])
def test_a_script_may_come_before_the_second_cryptogram_and_set_any_limit(algorithm: str, tag: int) -> None:
    card = bank_card(algorithm=algorithm)
    begin(card)
    script = go_online(card).authorisation().put_data(tag, 7_777)
    assert send(card, script.hex()) == "9000"
    assert second(card, TC).kind == TC
    assert fetch(card, f"80CA{tag:04X}00") == f"{tag:04X}060000000077779000"


def test_a_script_without_the_issuers_authentication_is_refused() -> None:
    card = bank_card()
    begin(card)
    script = first(card, ARQC).authorisation().put_data(0x9F79, 20_000).hex()
    assert send(card, script) == "6985"
    second(card, TC)
    assert send(card, script) == "6985"
    card.power_on()
    assert word(card, SELECT_ADF) == "9000"
    assert send(card, script) == "6985"
    assert balance(card) == 5_000


def test_a_script_of_another_transaction_or_with_another_amount_is_refused_and_shows_in_the_next() -> None:
    card = bank_card()
    begin(card)
    old = go_online(card).authorisation().put_data(0x9F79, 20_000)
    second(card, TC)
    begin(card)
    fresh = go_online(card).authorisation().put_data(0x9F79, 20_000)
    assert send(card, old.hex()) == "6988"
    assert send(card, (fresh[:10] + b"\x99" + fresh[11:]).hex()) == "6988"
    assert balance(card) == 5_000
    second(card, TC)
    begin(card)
    assert first(card, ARQC).issuer_data[3:7].hex().upper() == "03A00028"


def test_a_load_above_the_ceiling_and_an_unknown_tag_are_refused() -> None:
    card = bank_card()
    begin(card)
    authorisation = go_online(card).authorisation()
    assert send(card, authorisation.put_data(0x9F79, 100_001).hex()) == "6A80"
    assert send(card, authorisation.put_data(0x9F36, 1).hex()) == "6A88"
    assert send(card, authorisation.put_data(0x9F79, 100_000).hex()) == "9000"


def test_the_decision_tables_never_answer_more_than_was_asked() -> None:
    rank = {Cryptogram.AAC: 0, Cryptogram.ARQC: 1, Cryptogram.TC: 2}
    assert all(rank[answer] <= rank[asked] for (asked, _), answer in (FIRST | SECOND).items())
    assert set(SECOND.values()) == {Cryptogram.AAC, Cryptogram.TC}
    assert QPBOC[False, False] is Cryptogram.AAC
