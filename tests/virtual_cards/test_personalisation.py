from __future__ import annotations

from dataclasses import replace

import pytest
from card_samples import HOLDER, PROFILE, Counter, authenticate, make_card, select, verify
from hypothesis import given
from hypothesis import strategies as st

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.faces import CONTACT
from onecard.virtual_cards.iso7816.tlv import iterate_simple
from onecard.virtual_cards.layouts import LayoutError
from onecard.virtual_cards.personalisation import (
    CardProfile,
    Holder,
    Items,
    PersonalisationError,
    card_identification_code,
    card_number,
    card_number_check,
    initialising_organisation,
    issue_code,
    personalise,
    social_security_number,
)
from onecard.virtual_cards.security.ciphers import SM4_ALGORITHM, TRIPLE_DES


@pytest.mark.parametrize(
    ("body", "check"),
    [("D2143569", "X"), ("X0000001", "9"), ("A0000001", "1"), ("A0000002", "X"), ("B1234567", "1")],
)
def test_check_characters_of_card_numbers(body: str, check: str) -> None:
    assert card_number_check(body) == check
    assert card_number(body) == body + check


@pytest.mark.parametrize("number", ["519900199001010015", "519900199001010023"])
def test_check_characters_of_citizen_id_numbers(number: str) -> None:
    assert social_security_number(number[:17]) == number


@given(st.text(alphabet="0123456789", min_size=17, max_size=17))
def test_a_citizen_id_number_passes_mod_11_2(body: str) -> None:
    total = 0
    for character in social_security_number(body):
        total = (total * 2 + (10 if character == "X" else int(character))) % 11
    assert total == 1


@pytest.mark.parametrize("body", ["d2143569", "D214356", "D21435690", "D214-569"])
def test_a_card_number_body_of_other_form_is_refused(body: str) -> None:
    with pytest.raises(PersonalisationError, match="eight digits or capital letters"):
        card_number_check(body)


def test_the_initialising_organisation_is_the_notices_example() -> None:
    assert initialising_organisation("110000", "110100", "02").hex() == "915600000211000011010002"


@pytest.mark.parametrize("algorithm", [TRIPLE_DES, SM4_ALGORITHM], ids=lambda algorithm: algorithm.name)
def test_the_card_identification_code_starts_with_the_issue_code(algorithm: object) -> None:
    cipher = TRIPLE_DES if algorithm is TRIPLE_DES else SM4_ALGORITHM
    serial = bytes.fromhex("000001AC")
    code = card_identification_code("519900", serial, algorithm=cipher)
    assert code[:12] == issue_code("519900", serial) == bytes.fromhex("519900D156000005000001AC")
    assert code[12:] not in (b"\xff" * 4, bytes(4))
    assert card_identification_code("519900", bytes(4), algorithm=cipher)[12:] != code[12:]


@pytest.mark.parametrize(
    ("version", "unique"),
    [
        pytest.param("1.00", "000001AC", id="1.00-area-and-serial"),
        pytest.param("2.00", "000001AC", id="2.00-area-and-serial"),
        pytest.param("3.00", "000001AC", id="3.00-serial"),
    ],
)
def test_historical_bytes_by_version(version: str, unique: str) -> None:
    memory = personalise(replace(PROFILE, version=version), HOLDER)
    assert memory.historical.hex().upper() == "00814A444686605199" + unique
    other = personalise(replace(PROFILE, version=version, issuing_area="511325"), HOLDER)
    assert other.historical[7:9].hex() == "5113"
    assert other.historical[9:].hex().upper() == ("000001AC" if version == "3.00" else "250001AC")


def test_generation_2_serials_start_with_zero_in_an_area_that_needs_all_six_digits() -> None:
    profile = replace(PROFILE, version="2.00", issuing_area="511325", serial=bytes.fromhex("C0666701"))
    with pytest.raises(PersonalisationError, match="first byte must be 00"):
        personalise(profile, HOLDER)


def test_a_city_of_more_than_sixteen_million_cards_keeps_their_answers_to_reset_apart() -> None:
    profile = replace(PROFILE, version="2.00", issuing_area="310000")
    low = personalise(replace(profile, serial=bytes.fromhex("00666701")), HOLDER).historical
    high = personalise(replace(profile, serial=bytes.fromhex("01666701")), HOLDER).historical
    assert low[:9] == high[:9]
    assert (low[9:].hex(), high[9:].hex()) == ("00666701", "01666701")


def test_a_long_name_goes_on_in_the_extension() -> None:
    name = "阿卜杜热合曼·买买提依明·吐尔逊江"
    memory = personalise(PROFILE, replace(HOLDER, name=name))
    records = memory.records(memory.layout.file("SSSE", "EF06"))
    values = dict(iterate_simple(b"".join(records)))
    assert values[0x09] == name.encode("gbk")[:30]
    assert values[0x4E].rstrip(b"\0") == name.encode("gbk")[30:]
    with pytest.raises(PersonalisationError, match="SSSE/EF06 item 09"):
        personalise(replace(PROFILE, version="1.00"), replace(HOLDER, name=name))


def test_an_item_default_is_on_the_blank_card() -> None:
    memory = make_card().memory
    assert memory.records(memory.layout.file("DF04", "EF05"))[15] == bytes.fromhex("8F0131")


def test_items_reach_their_records() -> None:
    items: Items = {
        "DF01EF06": {"28": "13900000000"},
        "DF01EF15": {"40#2": {"57": "403", "59": "某大学"}},
        "SSSEEF08": b"\xff\xd8",
    }
    memory = personalise(PROFILE, HOLDER, items)
    layout = memory.layout
    assert memory.records(layout.file("DF01", "EF06"))[2] == b"\x28\x0f13900000000" + bytes(4)
    assert memory.records(layout.file("DF01", "EF15"))[2][:12] == b"\x40\x34\x57\x03403\x58\x03\xff\xff\xff"
    assert memory.binary(layout.file("SSSE", "EF08")) == b"\xff\xd8" + bytes(4094)
    assert ("DF01", "EF05") not in memory.contents


def test_records_of_a_cyclic_file_are_given_newest_first_by_field() -> None:
    items: Items = {
        "DF02EF07": [
            {"Occupation": "2010100", "Start": "20200101", "Employer": "某公司"},
            {"Occupation": "2010200", "Start": "20150101", "End": "20191231"},
        ],
        "DF04EF15": [{"Serial": "0007", "Class": "2"}],
    }
    memory = personalise(PROFILE, HOLDER, items)
    newest, older = memory.records(memory.layout.file("DF02", "EF07"))
    assert newest == b"2010100" + bytes.fromhex("20200101FFFFFFFF") + "某公司".encode("gbk").ljust(
        0x46, b"\0"
    )
    assert older[:15] == b"2010200" + bytes.fromhex("2015010120191231")
    assert memory.records(memory.layout.file("DF04", "EF15")) == (b"\x00\x072",)


def test_an_account_only_card_keeps_shorter_records() -> None:
    log: Items = {"DF04EF08": [{"Serial": "0001", "Type": "1", "Account amount": "00002710"}]}
    memory = personalise(replace(PROFILE, extensions=("account-only",)), HOLDER, log)
    (record,) = memory.records(memory.layout.file("DF04", "EF08"))
    assert len(record) == 0x14
    assert record[-4:] == bytes.fromhex("00002710")


def test_a_cyclic_file_may_be_given_no_records_and_a_file_no_values() -> None:
    memory = personalise(PROFILE, HOLDER, {"DF04EF15": [], "DF01EF06": {}})
    assert memory.records(memory.layout.file("DF04", "EF15")) == ()
    file = memory.layout.file("DF01", "EF06")
    assert memory.records(file) == file.blank


def test_counters_of_a_card_in_use_can_be_given() -> None:
    profile = replace(PROFILE, pin_limit=6, pin_tries_left=2, pin_unblocks=5)
    memory = personalise(profile, HOLDER, key_tries_left={"PUK": 1, "UK1DF01": 3, "RKSSSE": 0})
    assert (memory.pin_limit, memory.pin_tries_left, memory.pin_unblocks_left) == (6, 2, 5)
    assert memory.key_failures == {"PUK": 2, "RKSSSE": 3}


def test_counters_that_are_given_work_on_the_card() -> None:
    memory = personalise(replace(PROFILE, pin_tries_left=1), HOLDER, key_tries_left={"PUK": 1, "RKSSSE": 0})
    card = Card(memory, random_bytes=Counter())
    card.power_on(CONTACT)
    select(card, "SSSE")
    assert authenticate(card, "RKSSSE") == "6983"
    assert authenticate(card, "PUK", wrong=True) == "63C0"
    assert authenticate(card, "PUK") == "6983"
    assert verify(card, "000000") == "63C0"
    assert verify(card) == "6983"


@pytest.mark.parametrize(
    ("tries", "message"),
    [
        pytest.param({"PUK": 4}, "key_tries_left of PUK 4: 0 to 3 are allowed", id="too-many"),
        pytest.param({"BK": 1}, "key 'BK' has no retry counter; allowed: UKSSSE, PUK", id="never-locks"),
        pytest.param({"RK9": 1}, "key 'RK9' has no retry counter", id="unknown-key"),
    ],
)
def test_wrong_key_counters_are_refused(tries: dict[str, int], message: str) -> None:
    with pytest.raises(PersonalisationError) as refusal:
        personalise(PROFILE, HOLDER, key_tries_left=tries)
    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("profile", "message"),
    [
        pytest.param(replace(PROFILE, issuing_area="51990"), "area code '51990'", id="area"),
        pytest.param(replace(PROFILE, serial=b"\0\0\0"), "card serial '000000'", id="serial"),
        pytest.param(replace(PROFILE, version="2.00", serial=b""), "card serial ''", id="empty-serial"),
        pytest.param(replace(PROFILE, card_maker=b"\x86"), "2, 3 and 2 bytes are allowed", id="card-maker"),
        pytest.param(replace(PROFILE, initialiser_area="1"), "area code '1'", id="initialiser-area"),
        pytest.param(replace(PROFILE, initialiser_sequence="1"), "two hexadecimal digits", id="sequence"),
        pytest.param(replace(PROFILE, card_number="A00000011X"), "SSSE/EF05 item 07", id="card-number"),
        pytest.param(replace(PROFILE, issue_date="2025-06-01"), "SSSE/EF05 item 05", id="date"),
        pytest.param(replace(PROFILE, pin="12"), "4 to 12 decimal digits", id="pin"),
        pytest.param(replace(PROFILE, pin_limit=16), "1 to 15 are allowed", id="pin-limit"),
        pytest.param(replace(PROFILE, pin_tries_left=4), "pin_tries_left 4: 0 to 3", id="pin-tries"),
        pytest.param(replace(PROFILE, pin_unblocks=256), "pin_unblocks 256: 0 to 255", id="pin-unblocks"),
        pytest.param(replace(PROFILE, authentication_code=b"\0"), "authentication code '00'", id="code"),
    ],
)
def test_wrong_particulars_of_a_card_are_refused_in_one_line(profile: CardProfile, message: str) -> None:
    with pytest.raises(PersonalisationError) as refusal:
        personalise(profile, HOLDER)
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("holder", "message"),
    [
        pytest.param(replace(HOLDER, social_security_number="1" * 19), "item 08", id="number"),
        pytest.param(replace(HOLDER, name="𠮷野"), "item 09", id="not-in-gbk"),
        pytest.param(replace(HOLDER, birth_date="1990010"), None, id="odd-date-is-filled"),
        pytest.param(replace(HOLDER, birthplace="5199001"), "item 0C", id="birthplace"),
    ],
)
def test_wrong_particulars_of_a_holder_are_refused(holder: Holder, message: str | None) -> None:
    if message is None:
        memory = personalise(PROFILE, holder)
        assert memory.records(memory.layout.file("SSSE", "EF06"))[6] == bytes.fromhex("0D041990010F")
        return
    with pytest.raises(PersonalisationError, match=message):
        personalise(PROFILE, holder)


@pytest.mark.parametrize(
    ("items", "message"),
    [
        pytest.param({"DF01EF99": {}}, "file 'DF01EF99' does not exist on version 3.00", id="file"),
        pytest.param({"XX01": {}}, "file 'XX01' does not exist", id="application"),
        pytest.param({"DF01EF06": {"29": "1"}}, "has no item '29'; allowed: 23, 24, 28, 2C, 2D", id="tag"),
        pytest.param({"DF01EF15": {"40#4": "1"}}, "has no item '40#4'", id="instance-too-high"),
        pytest.param({"DF01EF15": {"40#0": "1"}}, "has no item '40#0'", id="instance-zero"),
        pytest.param({"DF01EF15": {"40": {"99": "1"}}}, "has no inner item '99'", id="inner"),
        pytest.param(
            {"DF01EF06": b"12"}, "DF01/EF06 is linear variable: values by tag", id="bytes-into-records"
        ),
        pytest.param({"DF01EF06": [{"28": "1"}]}, "values by tag are allowed", id="rows-into-records"),
        pytest.param(
            {"DF01EF15": {"40": "403"}}, "'403' is not a mapping of inner tags to text", id="text-of-b-tlv"
        ),
        pytest.param(
            {"DF01EF06": {"28": {"57": "1"}}},
            "is not text, which an item of type an takes",
            id="mapping-of-text",
        ),
        pytest.param({"SSSEEF1E": {"61": "1"}}, "has no item '61'; allowed: none", id="directory"),
        pytest.param(
            {"DF04EF15": [{"Class": "1"}] * 9}, "up to 8 records are allowed", id="too-many-records"
        ),
        pytest.param({"DF04EF15": b"123"}, "is cyclic: up to 8 records", id="bytes-into-cyclic"),
        pytest.param({"DF04EF15": [{"class": "1"}]}, "no field 'class'; allowed: Serial", id="field"),
        pytest.param(
            {"DF04EF15": [{"Class": "12"}]}, "field Class: an value '12' takes 2", id="field-too-long"
        ),
        pytest.param({"DF04EF15": [{"Serial": "12"}]}, "takes 1 bytes, the field has 2", id="binary"),
        pytest.param({"SSSEEF08": {"01": "1"}}, "up to 4096 bytes are allowed", id="items-into-bytes"),
        pytest.param({"SSSEEF07": bytes(769)}, "up to 768 bytes are allowed", id="too-many-bytes"),
        pytest.param({"DF04EF15": {"01": "1"}}, "is cyclic", id="cyclic"),
    ],
)
def test_wrong_items_are_refused_with_what_is_allowed(items: Items, message: str) -> None:
    with pytest.raises(PersonalisationError) as refusal:
        personalise(PROFILE, HOLDER, items)
    assert message in str(refusal.value)


def test_an_unknown_extension_of_a_card_is_refused() -> None:
    with pytest.raises(LayoutError, match="extension 'remote' is not known"):
        personalise(replace(PROFILE, extensions=("remote",)), HOLDER)


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(LayoutError, match=r"'4\.00' is not known"):
        personalise(replace(PROFILE, version="4.00"), HOLDER)
