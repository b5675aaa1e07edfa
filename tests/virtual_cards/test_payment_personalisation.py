"""Giving a card its bank application: what fits, what is refused, what cards share."""

from __future__ import annotations

import msgspec
import pytest
from card_samples import make_card, word
from payment_samples import PAN, SELECT_ADF, bank_card, fetch, profile

from onecard.virtual_cards.payment.applications import payment_applications, payment_rules
from onecard.virtual_cards.payment.data_objects import DataObjectList, amount_digits, amount_fen, parse_dol
from onecard.virtual_cards.payment.document import PaymentDocument, payment_document
from onecard.virtual_cards.payment.state import PaymentState
from onecard.virtual_cards.personalisation import PersonalisationError
from onecard.virtual_cards.personalisation.payment import equip_payment


def test_cards_of_one_kind_share_their_applications() -> None:
    one, other, contact = bank_card(), bank_card(name="李四"), bank_card("2.00")
    assert one.memory.payment_applications is other.memory.payment_applications
    assert one.memory.payment_applications is not contact.memory.payment_applications


def test_the_name_goes_where_it_fits() -> None:
    card = bank_card(name="张三")
    assert word(card, SELECT_ADF) == "9000"
    assert "5F2004D5C5C8FD" in fetch(card, "00B2010C00")
    card = bank_card(name="阿" * 14)
    assert word(card, SELECT_ADF) == "9000"
    record = fetch(card, "00B2010C00")
    assert "5F20" not in record
    assert "9F0B1C" in record


@pytest.mark.parametrize(
    ("pan", "written"), [(PAN, PAN + "F"), (PAN[:16], PAN[:16]), (PAN[:13], PAN[:13] + "F")]
)
def test_an_odd_account_number_ends_in_a_filler(pan: str, written: str) -> None:
    card = bank_card(pan=pan)
    assert word(card, SELECT_ADF) == "9000"
    assert f"5A{len(written) // 2:02X}{written}" in fetch(card, "00B2011400")
    track_2 = fetch(card, "00B2010C00")
    assert f"{pan}D350622000000000" in track_2


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"pan": "123"}, "pan '123': 12 to 19 digits"),
        ({"pan": "９" * 16}, "12 to 19 digits"),
        ({"psn": "1"}, "psn '1': 2 digits"),
        ({"expiry": "3506"}, "expiry '3506': 8 digits"),
        ({"effective": "2025-6-1"}, "effective '2025-6-1': 8 digits"),
        ({"service_code": "22"}, "service_code '22': 3 digits"),
        ({"name": ""}, "name '': 1 to 45 bytes"),
        ({"name": "阿" * 23}, "1 to 45 bytes of GBK"),
        ({"name": "\N{GRINNING FACE}"}, "characters of GBK"),
        ({"algorithm": "AES"}, "algorithm 'AES' on version 3.00"),
        ({"balance_fen": -1}, "balance_fen -1: 0 to 999999999999"),
        ({"ceiling_fen": 10**12}, "ceiling_fen 1000000000000"),
        ({"balance_fen": 100_001}, "balance_fen 100001: at most ceiling_fen 100000"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line_and_the_card_stays_as_it_was(
    changes: dict[str, object], complaint: str
) -> None:
    card = make_card()
    before = dict(card.memory.contents)
    with pytest.raises(PersonalisationError, match=complaint.replace("(", r"\(")) as refusal:
        equip_payment(card.memory, profile(**changes))
    assert "\n" not in str(refusal.value)
    assert card.memory.contents == before
    assert card.memory.payment is None
    assert card.memory.payment_applications == ()


def test_versions_without_the_means_are_refused() -> None:
    with pytest.raises(PersonalisationError, match=r"card of version 1\.00: 2\.00, 3\.00 are allowed"):
        equip_payment(make_card("1.00").memory, profile())
    with pytest.raises(PersonalisationError, match=r"algorithm 'SM4' on version 2\.00"):
        equip_payment(make_card("2.00").memory, profile(algorithm="SM4"))


def test_a_second_equipment_replaces_the_first() -> None:
    card = bank_card()
    equip_payment(card.memory, profile(pan="9156066772668683", electronic_cash=False, balance_fen=0))
    card.power_on()
    assert word(card, SELECT_ADF) == "9000"
    assert "9156066772668683D" in fetch(card, "00B2010C00")
    assert word(card, "80CA9F7900") == "6A88"


def test_the_state_says_which_applications_a_stored_card_has() -> None:
    card = bank_card(electronic_cash=False, balance_fen=0)
    state = msgspec.msgpack.decode(msgspec.msgpack.encode(card.memory.payment), type=PaymentState)
    assert state == card.memory.payment
    again = payment_applications(contactless=True, electronic_cash=state.electronic_cash)
    assert again is card.memory.payment_applications


def test_a_state_of_fewer_fields_is_still_read() -> None:
    old = msgspec.msgpack.encode([1, 0, 3, 500, 100_000, 100_000, 0])
    state = msgspec.msgpack.decode(old, type=PaymentState)
    assert (state.transaction_counter, state.balance, state.electronic_cash) == (1, 500, True)


def test_the_records_fit_a_short_answer() -> None:
    card = bank_card(name="阿" * 22)
    for application in card.memory.payment_applications:
        for file in application.files:
            assert all(len(record) <= 254 for record in card.memory.records(file))


def test_every_object_of_the_data_file_has_one_value_and_a_mark() -> None:
    document = payment_document()
    assert document.application[0].name == "PSE"
    for application in document.application:
        assert application.mark in ("M", "1", "?")
        for file in application.ef:
            assert file.mark in ("M", "1", "?")
            for record in file.records:
                for item in record:
                    ways = (item.value, item.text, item.dol, item.field, item.objects)
                    assert sum(map(bool, ways)) == 1
    assert set(payment_rules().afl) == {"standard_debit", "electronic_cash", "qpboc"}


def test_a_data_file_with_an_unknown_key_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.toml.decode(b'aip = "7C00"\nsurprise = 1\n', type=PaymentDocument)


@pytest.mark.parametrize("encoded", ["9F", "9F02", "9F0206 9A"])
def test_a_list_that_ends_inside_an_entry_is_refused(encoded: str) -> None:
    with pytest.raises(ValueError, match="ends inside an entry"):
        parse_dol(bytes.fromhex(encoded))


def test_values_and_lists_fit_to_the_byte() -> None:
    wanted = DataObjectList(((0x9F02, 6), (0x9A, 3)))
    assert wanted.split(bytes(9)) == {0x9F02: bytes(6), 0x9A: bytes(3)}
    assert wanted.join({0x9A: b"\x26\x07\x15"}).hex() == "000000000000260715"
    with pytest.raises(ValueError, match="8 bytes of values, the list wants 9"):
        wanted.split(bytes(8))
    with pytest.raises(ValueError, match="longer than 3 bytes"):
        wanted.join({0x9A: bytes(4)})


def test_amounts_are_twelve_digits_of_fen() -> None:
    assert amount_digits(123_456).hex() == "000000123456"
    assert amount_fen(bytes.fromhex("000000123456")) == 123_456
    assert amount_fen(bytes.fromhex("00000012345A")) is None
    with pytest.raises(ValueError, match="amount -1 fen"):
        amount_digits(-1)
