"""APPLICATION BLOCK and CARD BLOCK: what they need, what they end, what survives."""

from __future__ import annotations

import pytest
from card_samples import SELECT_SSSE, authenticate, make_card, select, send, word
from secured import APPLICATION_BLOCK, CARD_BLOCK, get_challenge, secured, with_mac

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.chip.nonvolatile import WornMemory
from onecard.virtual_cards.commands.table import COMMANDS
from onecard.virtual_cards.faces import CONTACT, CONTACTLESS
from onecard.virtual_cards.layouts import VERSIONS

WITH_STK = ("SSSE", "DF01", "DF02", "DF03", "DF04")
WITHOUT_STK = ("DF05", "DF06", "DF07")
BLOCKS = pytest.mark.parametrize("header", [APPLICATION_BLOCK, CARD_BLOCK], ids=["application", "card"])
EACH_VERSION = pytest.mark.parametrize("version", VERSIONS)


def block_application(card: Card, application: str = "SSSE", *, key: str = "BK") -> None:
    select(card, application)
    assert authenticate(card, key) == "9000"
    assert secured(card, APPLICATION_BLOCK) == "9000"


@EACH_VERSION
@pytest.mark.parametrize("application", WITH_STK)
def test_a_blocked_application_cannot_be_selected_any_more(version: str, application: str) -> None:
    card = make_card(version)
    block_application(card, application)
    fid = "DDF1" if application == "SSSE" else application
    for _ in range(2):
        assert word(card, f"00A4000002{fid}") == "9303"
        card.power_on()
        if application != "SSSE":
            send(card, SELECT_SSSE)
    assert card.memory.blocked_applications == {application}


@EACH_VERSION
@pytest.mark.parametrize("application", ["DF03", "DF04"])
def test_an_applications_own_locking_key_blocks_it(version: str, application: str) -> None:
    card = make_card(version)
    block_application(card, application, key=f"LK{application}")
    assert word(card, f"00A4000002{application}") == "9303"


def test_a_locking_key_blocks_no_other_application_and_not_the_card() -> None:
    card = make_card()
    select(card, "DF03")
    assert authenticate(card, "LKDF03") == "9000"
    assert secured(card, CARD_BLOCK, key="STK") == "6982"
    select(card, "DF04")
    assert secured(card, APPLICATION_BLOCK) == "6982"


@pytest.mark.parametrize("application", WITH_STK[1:])
def test_the_other_applications_go_on(application: str) -> None:
    card = make_card()
    block_application(card, application)
    others = [df.name for df in card.memory.layout.applications if df.name not in ("SSSE", application)]
    assert len(others) == 6
    for other in ("SSSE", *others):
        select(card, other)


def test_a_blocked_environment_takes_its_applications_with_it() -> None:
    card = make_card()
    block_application(card, "SSSE")
    card.power_on()
    assert word(card, "00A4000000") != "9303"
    assert word(card, SELECT_SSSE) == "9303"
    for application in card.memory.layout.applications[1:]:
        if application.aid:
            assert word(card, f"00A40400{len(application.aid):02X}{application.aid.hex()}") == "9303"


def test_inside_a_blocked_environment_its_applications_are_blocked_too() -> None:
    card = make_card()
    block_application(card, "SSSE")
    for fid in ("DDF1", "DF01", "EF05"):
        assert word(card, f"00A4000002{fid}") == "9303"


def test_inside_a_blocked_application_only_the_way_out_is_open() -> None:
    card = make_card()
    block_application(card, "DF03")
    refused = 0
    for rule in COMMANDS:
        for cla in rule.classes:
            if rule.name not in ("SELECT", "APPLICATION BLOCK"):
                refused += 1
                assert word(card, f"{cla:02X}{rule.instruction:02X}0000") == "9303", rule.name
    assert refused >= len(COMMANDS) - 2
    for command in ("0084000008", "00FF0000", "FF000000", "00", "", "00A402000200", "00B20104FF00"):
        assert word(card, command) == "9303"
    assert word(card, "00A4020002EF05") == "9303"
    select(card, "SSSE")
    assert word(card, "0084000008") == "9000"


def test_blocking_what_is_blocked_is_no_error_whatever_the_mac() -> None:
    card = make_card()
    block_application(card, "DF03")
    assert word(card, "841E00010400000000") == "9000"
    assert word(card, "841E000204" + "00" * 4) == "6A86"
    assert word(card, "841E000103" + "00" * 3) == "6700"


@EACH_VERSION
def test_a_blocked_card_answers_one_thing_only(version: str) -> None:
    card = make_card(version)
    assert authenticate(card, "BK") == "9000"
    assert secured(card, CARD_BLOCK) == "9000"
    for face in (CONTACT, CONTACTLESS):
        for rule in COMMANDS:
            for cla in rule.classes:
                assert word(card, f"{cla:02X}{rule.instruction:02X}0000") == "6A81"
        for command in (SELECT_SSSE, "00A4000000", "0084000008", "00FF0000", "FF000000", "00", ""):
            assert word(card, command) == "6A81"
        if not card.power_on(face):
            assert card.power_on()


@pytest.mark.parametrize("application", WITH_STK)
def test_the_card_can_be_blocked_from_inside_any_application(application: str) -> None:
    card = make_card()
    select(card, application)
    assert authenticate(card, "BK") == "9000"
    assert secured(card, CARD_BLOCK, key="STK") == "9000"
    assert word(card, SELECT_SSSE) == "6A81"


def test_the_right_to_block_ends_at_another_application_and_no_sooner() -> None:
    card = make_card()
    assert authenticate(card, "BK") == "9000"
    select(card, "SSSE")
    select(card, "SSSE", "EF05")
    assert secured(card, CARD_BLOCK, flip=1) == "6988"
    select(card, "DF01")
    select(card, "SSSE")
    assert secured(card, CARD_BLOCK) == "6982"
    assert authenticate(card, "BK") == "9000"
    card.power_on()
    send(card, SELECT_SSSE)
    assert secured(card, CARD_BLOCK) == "6982"


@BLOCKS
def test_wrong_macs_never_lock_the_blocking_key(header: str) -> None:
    card = make_card()
    assert authenticate(card, "BK") == "9000"
    assert [secured(card, header, flip=1) for _ in range(20)] == ["6988"] * 20
    assert card.memory.key_failures == {}
    assert secured(card, header) == "9000"


@BLOCKS
def test_each_wrong_byte_of_the_mac_is_seen(header: str) -> None:
    card = make_card()
    assert authenticate(card, "BK") == "9000"
    for at in range(5, 9):
        command = bytearray(with_mac(card, header, challenge=get_challenge(card), key="STK"))
        command[at] ^= 0x10
        assert word(card, command.hex()) == "6988"
    assert card.memory.blocked_applications == frozenset()
    assert not card.memory.card_blocked


@BLOCKS
def test_a_mac_under_another_applications_key_is_wrong(header: str) -> None:
    card = make_card()
    select(card, "DF01")
    assert authenticate(card, "BK") == "9000"
    other = {APPLICATION_BLOCK: "STK", CARD_BLOCK: "STKDF01"}[header]
    assert secured(card, header, key=other) == "6988"


@BLOCKS
def test_a_wrong_mac_uses_the_challenge_up(header: str) -> None:
    card = make_card()
    assert authenticate(card, "BK") == "9000"
    challenge = get_challenge(card)
    right = with_mac(card, header, challenge=challenge, key="STK").hex()
    wrong = with_mac(card, header, challenge=challenge, key="STK", flip=1).hex()
    assert [word(card, wrong), word(card, right)] == ["6988", "6984"]


@pytest.mark.parametrize(("header", "expected"), [(APPLICATION_BLOCK, "6985"), (CARD_BLOCK, "6A88")])
def test_under_the_MF_nothing_is_blocked(header: str, expected: str) -> None:  # noqa: N802 - the file's name
    card = make_card()
    assert word(card, "00A4000000")[:2] in ("61", "90")
    assert word(card, with_mac(card, header, challenge=bytes(8), key="STK").hex()) == expected


# Each row takes one more obstacle away; the first that is left answers (card.md §10, order of checks).
@BLOCKS
@pytest.mark.parametrize(
    ("right", "challenge", "flip", "expected"),
    [
        pytest.param(False, 0, 1, "6982", id="no-right"),
        pytest.param(True, 0, 1, "6984", id="no-challenge"),
        pytest.param(True, 8, 1, "6988", id="wrong-mac"),
        pytest.param(True, 8, 0, "9000", id="all-in-order"),
        pytest.param(True, 4, 0, "9000", id="challenge-of-four"),
        pytest.param(True, 16, 0, "9000", id="challenge-of-sixteen"),
    ],
)
def test_the_first_obstacle_answers(
    header: str, right: bool, challenge: int, flip: int, expected: str
) -> None:
    card = make_card()
    if right:
        assert authenticate(card, "BK") == "9000"
    given = get_challenge(card, challenge) if challenge else bytes(8)
    command = with_mac(card, header, challenge=given, key="STK", flip=flip)
    assert word(card, command.hex()) == expected


@BLOCKS
@pytest.mark.parametrize("version", ["1.00", "2.00"])
def test_a_challenge_longer_than_a_block_is_no_challenge(header: str, version: str) -> None:
    card = make_card(version)
    assert authenticate(card, "BK") == "9000"
    challenge = get_challenge(card, 16)
    assert word(card, with_mac(card, header, challenge=challenge[:8], key="STK").hex()) == "6984"


@pytest.mark.parametrize("application", WITHOUT_STK)
def test_an_application_without_maintenance_key_cannot_be_blocked(application: str) -> None:
    card = make_card()
    select(card, application)
    assert authenticate(card, "BK") == "9000"
    assert secured(card, APPLICATION_BLOCK, key="STK") == "6A88"


@BLOCKS
def test_worn_memory_blocks_nothing(header: str) -> None:
    card = make_card()
    assert authenticate(card, "BK") == "9000"
    card.memory.supply = WornMemory()
    assert secured(card, header) == "6581"
    assert card.memory.blocked_applications == frozenset()
    assert not card.memory.card_blocked


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        pytest.param("841E0000", "6A86", id="application-P2"),
        pytest.param("841E0101", "6A86", id="application-P1"),
        pytest.param("84160001", "6A86", id="card-P2"),
        pytest.param("841E0001", "6700", id="application-no-mac"),
        pytest.param("84160000", "6700", id="card-no-mac"),
        pytest.param("841600000500", "6700", id="card-cut-short"),
        pytest.param("8416000005" + "00" * 5, "6700", id="card-too-long"),
        pytest.param("841600000400000000" + "00", "6700", id="card-with-Le"),
        pytest.param("001E000104" + "00" * 4, "6E00", id="application-class-00"),
        pytest.param("0416000004" + "00" * 4, "6E00", id="card-class-04"),
    ],
)
def test_malformed_blocks_block_nothing(command: str, expected: str) -> None:
    card = make_card()
    assert authenticate(card, "BK") == "9000"
    get_challenge(card)
    assert word(card, command) == expected
    assert card.memory.blocked_applications == frozenset()
    assert not card.memory.card_blocked
