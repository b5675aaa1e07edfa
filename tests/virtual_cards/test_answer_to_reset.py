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


@pytest.mark.parametrize("answer", ["", "13", "127880A002", "0278", "03788070"])
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


def test_the_parts_of_an_atr_have_their_names() -> None:
    parts = atr.parse_atr(bytes.fromhex("3B7D94000000814A444686605199000001AC"))
    assert (parts.convention, parts.format, parts.check) == (0x3B, 0x7D, None)
    assert dict(parts.interface) == {"TA1": 0x94, "TB1": 0x00, "TC1": 0x00}
    assert atr.parse_atr(atr.contactless_atr(HISTORICAL)).check == 0x46


@pytest.mark.parametrize("ta1", [None, 0x11, 0x94])
@pytest.mark.parametrize("tc1", [None, 0, 0xFF])
@pytest.mark.parametrize("supply", [None, 0x01, 0x02, 0x03, 0xC3])
def test_every_contact_atr_that_the_rules_allow_can_be_built(
    ta1: int | None, tc1: int | None, supply: int | None
) -> None:
    built = atr.contact_atr(HISTORICAL, ta1=ta1, tc1=tc1, supply=supply)
    assert atr.contact_breaches(built) == ()
    parts = atr.parse_atr(built)
    assert parts.historical == HISTORICAL
    assert (parts.check is not None) is (supply is not None)
    assert ("TB1" in parts.interface) is (supply is None)
    assert len(built) <= 33


@pytest.mark.parametrize(
    ("answer", "breach"),
    [
        pytest.param("3F6D000000814A444686605199000001AC", "TS 3F", id="inverse-convention"),
        pytest.param("3B0D00814A444686605199000001AC", "T0 0D", id="no-TB1"),
        pytest.param("3B6C0000814A444686605199000001AC", "12 historical bytes", id="twelve-historical"),
        pytest.param("3B6D250000814A444686605199000001AC", "TB1 25", id="programming-voltage"),
        pytest.param("3B8D800100814A444686605199000001AC46", "other than T=0", id="T=1"),
        pytest.param("3BED0000801F0200814A444686605199000001AC3A", "T0 ED", id="TB1-beside-T=15"),
        pytest.param(
            atr.contact_atr(HISTORICAL, supply=0x04).hex(), "clock stop and class", id="no-such-class"
        ),
    ],
)
def test_an_atr_that_breaks_a_rule_of_the_card_is_told(answer: str, breach: str) -> None:
    assert any(breach in text for text in atr.contact_breaches(bytes.fromhex(answer)))


@pytest.mark.parametrize(
    "answer",
    [
        "3B6D000000814A444686605199000001AC",
        "3B6D000000905431168660130425000001",
        "3B6D000000815431008660110816000001",
        "3B6D00000081544C008684080723000001",
        "3B7D94000000815031008660130425000001",
    ],
)
def test_observed_cards_and_modules_keep_the_rules(answer: str) -> None:
    assert atr.contact_breaches(bytes.fromhex(answer)) == ()


@pytest.mark.parametrize("version", ["1.00", "2.00", "3.00"])
def test_our_cards_keep_the_rules(version: str) -> None:
    assert atr.contact_breaches(make_card(version).power_on(CONTACT)) == ()


def test_an_ats_may_have_no_historical_bytes() -> None:
    assert atr.parse_ats(b"\x01") == b""
    assert atr.parse_ats(bytes.fromhex("0578807002")) == b""
