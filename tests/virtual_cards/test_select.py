from __future__ import annotations

import pytest
from card_samples import SELECT_SSSE, authenticate, make_card, select, send, verify, word
from payment_samples import SELECT_ADF, bank_card

from onecard.virtual_cards.faces import CONTACTLESS


def test_after_power_on_the_master_file_is_current() -> None:
    card = make_card()
    card.power_on()
    assert word(card, "00A4020002EF05") == "6A82"
    assert word(card, "00A4000002DF01") == "6A82"
    assert word(card, "0020000000") == "6A88"
    assert word(card, "0088000010" + "00" * 16) == "6A88"


@pytest.mark.parametrize("command", ["00A40000", "00A4000000", "00A40000023F00", "00A40000023F0000"])
def test_the_master_file_is_selected_by_identifier_or_empty_data(command: str) -> None:
    card = make_card()
    assert send(card, command) == "9000"
    assert card.session is not None
    assert card.session.application.name == "MF"


def test_sibling_applications_are_reachable_from_each_other() -> None:
    card = make_card()
    for application in ("DF04", "DF01", "DF07", "SSSE"):
        select(card, application)
        assert card.session is not None
        assert card.session.application.name == application


def test_next_walks_through_the_matches_of_a_partial_name() -> None:
    card = make_card()
    names = []
    response = send(card, "00A4040005D15600000500")
    while response.endswith("9000"):
        names.append(response[8:-4])
        response = send(card, "00A4040205D15600000500")
    assert names == [f"D1560000050{last}" for last in "01234"]
    assert response == "6A82"


def test_applications_without_aid_are_selected_by_label() -> None:
    card = make_card(face=CONTACTLESS)
    label = "生命与健康信息区".encode("gbk").hex()
    assert send(card, "00A4040010" + label) == "6F128410" + label.upper() + "9000"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        pytest.param("00A4040006D15600000599", "6A82", id="unknown-name"),
        pytest.param("00A4000002DF09", "6A82", id="unknown-application"),
        pytest.param("00A4020002EF99", "6A82", id="unknown-file"),
        pytest.param("00A4020002DF01", "6A82", id="application-where-a-file-is-asked-for"),
        pytest.param("00A404000431323334", "6700", id="name-too-short"),
        pytest.param("00A4040011" + "31" * 17, "6700", id="name-too-long"),
        pytest.param("00A4000001EF", "6700", id="identifier-of-one-byte"),
        pytest.param("00A40200", "6700", id="file-without-identifier"),
        pytest.param("00A4000202EF05", "6A86", id="next-by-identifier"),
        pytest.param("00A4010002EF05", "6A86", id="unknown-P1"),
        pytest.param("00A4040C06D15600000500", "6A86", id="no-FCI-wanted"),
    ],
)
def test_a_failed_select_changes_nothing(command: str, expected: str) -> None:
    card = make_card()
    assert authenticate(card, "RKSSSE") == "9000"
    select_ef06 = word(card, "00A4020002EF06")
    assert (select_ef06, word(card, command)) == ("9000", expected)
    assert word(card, "00B2080014") == "9000"


def test_selecting_ssse_again_keeps_its_rights() -> None:
    card = make_card()
    assert authenticate(card, "RKSSSE") == "9000"
    assert word(card, SELECT_SSSE) == "611E"
    assert word(card, "00B2083014") == "9000"


@pytest.mark.parametrize(
    "elsewhere", ["00A4000002DF01", "00A40000023F00"], ids=["application", "master-file"]
)
def test_another_application_ends_the_rights_of_keys(elsewhere: str) -> None:
    card = make_card()
    assert authenticate(card, "RKSSSE") == "9000"
    assert word(card, elsewhere)[:2] in ("61", "90")
    select(card, "SSSE")
    assert word(card, "00B2083014") == "6982"


def test_the_pin_survives_the_selection_of_other_applications() -> None:
    card = make_card()
    assert verify(card) == "9000"
    for application in ("DF01", "DF03", "SSSE", "DF01"):
        select(card, application)
    assert word(card, "00B2012C04") == "9000"


def test_power_off_ends_everything() -> None:
    card = make_card()
    assert verify(card) == "9000"
    card.power_on()
    send(card, SELECT_SSSE)
    select(card, "DF01")
    assert word(card, "00B2012C04") == "6982"


def test_a_blocked_application_answers_9303_until_another_is_selected() -> None:
    card = make_card()
    select(card, "DF01")
    card.memory.blocked_applications = frozenset({"DF01"})
    assert word(card, "00B2012C00") == "9303"
    assert word(card, "0084000008") == "9303"
    assert word(card, "00") == "9303"
    assert word(card, "00A4020002EF05") == "9303"
    select(card, "DF02")
    assert word(card, "00A4000002DF01") == "9303"
    assert word(card, "00A4020002EF05") == "9000"


def test_a_blocked_card_answers_6a81_to_everything() -> None:
    card = make_card()
    card.memory.card_blocked = True
    for command in (SELECT_SSSE, "0084000008", "FFFFFFFF", "00"):
        assert word(card, command) == "6A81"
    card.power_on()
    assert word(card, SELECT_SSSE) == "6A81"


def test_next_goes_on_behind_a_blocked_application() -> None:
    card = make_card()
    card.memory.blocked_applications = frozenset({"DF02"})
    words = [word(card, "00A4040205D15600000500") for _ in range(6)]
    assert words == ["9000", "9303", "9000", "9000", "9000", "6A82"]


def test_the_social_side_is_left_and_entered_by_name_or_by_the_identifiers_of_mf_and_ssse() -> None:
    card = bank_card()
    assert word(card, SELECT_ADF) == "9000"
    assert word(card, "00A4000002DF0100") == "6A82"
    assert word(card, "00A4000002EF0500") == "6A82"
    assert word(card, "00A4000002DDF100") == "9000"
    assert word(card, "00A4000002DF0100") == "9000"
    assert word(card, SELECT_ADF) == "9000"
    assert word(card, "00A4040006D1560000050200") == "9000"
    assert word(card, SELECT_ADF) == "9000"
    assert word(card, "00A40000023F0000") == "9000"
