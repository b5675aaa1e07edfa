from __future__ import annotations

import pytest
from card_samples import HOLDER, PROFILE, make_card

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.faces import CONTACT, CONTACTLESS
from onecard.virtual_cards.iso7816 import atr
from onecard.virtual_cards.personalisation import personalise

HISTORICAL = bytes.fromhex("00814A444686605199000001AC")


def test_the_contact_atr_is_the_one_of_the_observed_card() -> None:
    assert atr.contact_atr(HISTORICAL).hex().upper() == "3B6D000000814A444686605199000001AC"


def test_the_contactless_atr_is_the_pseudo_atr_of_pcsc() -> None:
    assert atr.contactless_atr(HISTORICAL).hex().upper() == "3B8D800100814A444686605199000001AC46"


def test_the_ats_has_the_observed_interface_bytes() -> None:
    assert atr.answer_to_select(HISTORICAL).hex().upper() == "127880A002" + HISTORICAL.hex().upper()


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(atr.contact_atr(HISTORICAL), id="contact"),
        pytest.param(atr.contactless_atr(HISTORICAL), id="contactless"),
        pytest.param(bytes.fromhex("3B7D94000000814A444686605199000001AC"), id="with-TA1"),
        pytest.param(bytes.fromhex("3BED0000801F0200814A444686605199000001AC3A"), id="with-class-byte"),
        pytest.param(bytes.fromhex("3F6D000000814A444686605199000001AC"), id="inverse-convention"),
    ],
)
def test_historical_bytes_come_out_of_any_atr(answer: bytes) -> None:
    assert atr.historical_bytes_of(answer) == HISTORICAL
    assert atr.card_factor(HISTORICAL).hex().upper() == "86605199000001AC"


def test_historical_bytes_come_out_of_the_ats() -> None:
    assert atr.parse_ats(atr.answer_to_select(HISTORICAL)) == HISTORICAL


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("", id="empty"),
        pytest.param("006D0000", id="no-convention"),
        pytest.param("3B6D0000", id="no-historical-bytes"),
        pytest.param("3B8D800100814A444686605199000001AC47", id="wrong-check-byte"),
        pytest.param("3B80", id="ends-in-interface-bytes"),
    ],
)
def test_a_broken_atr_is_refused(answer: str) -> None:
    with pytest.raises(ValueError, match="ATR"):
        atr.historical_bytes_of(bytes.fromhex(answer))


@pytest.mark.parametrize("answer", ["", "13", "127880A002"])
def test_a_broken_ats_is_refused(answer: str) -> None:
    with pytest.raises(ValueError, match="ATS"):
        atr.parse_ats(bytes.fromhex(answer))


def test_fields_of_the_historical_bytes_round_trip() -> None:
    fields = atr.HistoricalBytes.decode(HISTORICAL)
    assert fields.area_start == bytes.fromhex("5199")
    assert fields.encode() == HISTORICAL
    with pytest.raises(ValueError, match="13 expected"):
        atr.HistoricalBytes.decode(HISTORICAL[1:])


def test_a_card_shows_the_atr_of_the_face_in_use() -> None:
    card = Card(personalise(PROFILE, HOLDER), random_bytes=bytes)
    assert card.power_on(CONTACT) == atr.contact_atr(HISTORICAL)
    assert card.power_on(CONTACTLESS) == atr.contactless_atr(HISTORICAL)


@pytest.mark.parametrize("version", ["1.00", "2.00"])
def test_old_generations_are_mute_in_a_contactless_field(version: str) -> None:
    card = make_card(version)
    assert card.power_on(CONTACTLESS) == b""
    assert card.transmit(bytes.fromhex("0084000008")) == b""


def test_a_card_without_power_is_mute() -> None:
    card = make_card()
    card.power_off()
    assert card.session is None
    assert card.transmit(bytes.fromhex("0084000008")) == b""
