"""What a card's bytes say, in text and in both languages; and items of 2.00 in records of 1.00."""

from __future__ import annotations

from dataclasses import replace

import pytest
from card_samples import HOLDER, PROFILE, make_card
from hypothesis import given
from hypothesis import strategies as st

from onecard.virtual_cards.iso7816.tlv import simple
from onecard.virtual_cards.layouts import (
    VERSIONS,
    ElementaryFile,
    Item,
    decode_cyclic,
    decode_item,
    decode_records,
    load_layout,
)
from onecard.virtual_cards.layouts.reuse import encode_reused
from onecard.virtual_cards.personalisation import Items, PersonalisationError, personalise

OLD_PROFILE = replace(PROFILE, version="1.00")


def item(version: str, application: str, file: str, tag: int) -> Item:
    """Return an item of a layout."""
    found = load_layout(version).file(application, file).item(tag)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("place", "tag", "field", "text", "english", "chinese"),
    [
        pytest.param("SSSEEF05", 0x02, "33", "3", "adult, 16 and over", "成人卡", id="card-class"),
        pytest.param("SSSEEF05", 0x07, b"A00000019".hex(), "A00000019", None, None, id="card-number"),
        pytest.param("SSSEEF06", 0x09, "D5C5C8FD" + "00" * 26, "张三", None, None, id="name"),
        pytest.param("SSSEEF06", 0x0A, "31", "1", "male", "男", id="sex"),
        pytest.param("SSSEEF06", 0x0A, "37", "7", None, None, id="code-that-is-not-in-its-table"),
        pytest.param("SSSEEF06", 0x0B, "01", "01", "Han", "汉族", id="packed-code"),
        pytest.param("SSSEEF06", 0x0B, "FF", "", None, None, id="empty-code"),
        pytest.param("SSSEEF06", 0x0C, "511300", "511300", "Sichuan", "四川省", id="area"),
        pytest.param("DF03EF18", 0x76, "05", "05", "parent", "父母", id="one-digit-code-in-two-digits"),
        pytest.param("DF03EF18", 0x76, "5F", "5", "parent", "父母", id="one-digit-code-filled"),
        pytest.param(
            "DF02EF06",
            0x4B,
            b"10022".hex(),
            "10022",
            "Type: started; Form: flexible",
            "就业登记类型：就业登记；就业形式：灵活就业",
            id="composite",
        ),
        pytest.param(
            "DF02EF06",
            0x4F,
            b"101099".hex(),
            "101099",
            "Type: registered; Cause: school leaver of 16 or over",
            "失业登记类型：失业登记；登记原因：年满16周岁从各类学校毕业、肄业",
            id="composite-with-an-unknown-part",
        ),
        pytest.param("DF04EF05", 0x81, "00" * 8, "", None, None, id="empty-composite"),
    ],
)
def test_an_item_says_its_text_and_what_its_code_means(
    place: str, tag: int, field: str, text: str, english: str | None, chinese: str | None
) -> None:
    decoded = decode_item(item("2.00", place[:4], place[4:], tag), bytes.fromhex(field))
    assert (decoded.text, decoded.english, decoded.chinese) == (text, english, chinese)


def test_the_medical_flags_are_five_parts_behind_the_scheme() -> None:
    decoded = decode_item(item("3.00", "DF04", "EF05", 0x81), b"31010001")
    assert [(part.item.english, part.text, part.english, part.chinese) for part in decoded.inner] == [
        ("Scheme", "310", "employees' medical", "职工基本医疗保险"),
        ("Non-local treatment approved", "1", "yes", "是"),
        ("Outpatient pool", "0", "no", "否"),
        ("Serious outpatient disease", "0", "no", "否"),
        ("Medical relief", "0", "no", "否"),
        ("Preferential-treatment aid", "1", "yes", "是"),
    ]


def test_the_items_inside_a_b_tlv_are_said_one_by_one_and_strange_ones_shown() -> None:
    degree = item("2.00", "DF01", "EF15", 0x40)
    field = simple(0x57, b"403") + simple(0x59, "某大学".encode("gbk")) + simple(0x01, b"\xab")
    decoded = decode_item(degree, field)
    assert [(inner.item.tag, inner.item.english, inner.text) for inner in decoded.inner] == [
        (0x57, "Degree", "403"),
        (0x59, "School", "某大学"),
        (0x01, "not in the layout", "AB"),
    ]
    assert decoded.text == field.hex().upper()


def test_a_b_tlv_that_is_not_well_formed_is_shown_in_hexadecimal() -> None:
    decoded = decode_item(item("2.00", "DF01", "EF15", 0x40), bytes.fromhex("570534"))
    assert (decoded.text, decoded.inner) == ("570534", ())


def test_records_of_a_file_are_said_in_their_order_and_strange_ones_shown() -> None:
    file = load_layout("2.00").file("SSSE", "EF06")
    records = [simple(0x0A, b"2"), simple(0x99, b"\x01\x02"), b"\x0b\x05\x01", b""]
    decoded = decode_records(file, records)
    assert [(each.item.english, each.text, each.english) for each in decoded] == [
        ("Sex", "2", "female"),
        ("not in the layout", "0102", None),
        ("not well formed", "0B0501", None),
        ("not well formed", "", None),
    ]


def test_a_cyclic_record_is_said_field_by_field_as_far_as_it_goes() -> None:
    file = load_layout("2.00").file("DF04", "EF08")
    record = bytes.fromhex("0007 32 999900000001 20250102030405 00000000 00003039 00002710")
    decoded = decode_cyclic(file, record)
    assert [each.text for each in decoded] == [
        "0007",
        "2",
        "999900000001",
        "20250102030405",
        "00000000",
        "00003039",
        "00002710",
    ]
    assert (decoded[1].english, decoded[1].chinese) == ("settlement", "结算")
    assert len(decode_cyclic(file, record[:0x14])) == 5


@pytest.mark.parametrize("version", VERSIONS)
def test_everything_on_a_new_card_can_be_said(version: str) -> None:
    memory = make_card(version).memory
    for application in memory.layout.applications:
        for file in application.files:
            if not file.transparent and not file.cyclic:
                records = memory.records(file)
                assert len(decode_records(file, records)) == len(records)


ALL_ITEMS = [
    each
    for version in VERSIONS
    for df in load_layout(version).applications
    for file in df.files
    for each in file.items
]


@given(st.sampled_from(ALL_ITEMS), st.binary(max_size=120))
def test_no_field_is_too_strange_to_be_said(strange: Item, field: bytes) -> None:
    decoded = decode_item(strange, field)
    assert isinstance(decoded.text, str)
    assert (decoded.english is None) == (decoded.chinese is None)


OLD_FILES = [file for df in load_layout("1.00").applications for file in df.files]


@given(st.sampled_from(OLD_FILES), st.lists(st.binary(max_size=30), max_size=5))
def test_no_records_are_too_strange_to_be_said(file: ElementaryFile, records: list[bytes]) -> None:
    assert len(decode_records(file, records)) == len(records)


# Card.md §6.6 with the forms of both versions: tag, text of 2.00, record of the 1.00 card, meaning.
REUSED = [
    ("DF01EF09", "32", "24", "32 03 3234 EE", "worker"),
    ("DF01EF0A", "37", "USA", "37 04 555341 EE", None),
    ("DF01EF0A", "38", "01", "38 04 3031 EEEE", "member of the Communist Party of China"),
    ("DF02EF06", "4B", "10022", "4B 04 10022F EE", "Type: started; Form: flexible"),
    ("DF02EF06", "4D", "510100", "4D 04 510100 EE", "Sichuan"),
    ("DF02EF06", "4F", "101000", "4F 04 101000 EE", None),
    ("DF02EF06", "50", "510100", "50 04 510100 EE", "Sichuan"),
    ("DF02EF09", "55", "5101000011000001", "55 0A 5101000011000001 EEEE", None),
    ("DF02EF09", "97", "510100", "97 04 510100 EE", "Sichuan"),
    ("DF03EF05", "61", "510100", "61 04 510100 EE", "Sichuan"),
    ("DF03EF07", "71", "510100", "71 04 510100 EE", "Sichuan"),
    ("DF04EF05", "81", "31010000", "81 3E" + b"31010000".hex() + "EE" * 54, None),
    ("DF04EF05", "84", "510100", "84 3E 510100" + "EE" * 59, "Sichuan"),
    ("DF04EF05", "87", "A1", "87 3E 4131" + "00" * 15 + "EE" * 45, None),
    ("DF04EF06", "90", "1", "90 04 31 EEEEEE", "yes"),
    ("DF04EF06", "93", "07", "93 04 3037 EEEE", None),
]


@pytest.mark.parametrize(
    ("place", "tag", "text", "record", "english"), REUSED, ids=[row[1] for row in REUSED]
)
def test_an_item_of_2_00_lives_in_a_record_of_1_00_and_is_read_as_itself(
    place: str, tag: str, text: str, record: str, english: str | None
) -> None:
    old = item("1.00", place[:4], place[4:], int(tag, 16))
    new = item("2.00", place[:4], place[4:], int(tag, 16))
    memory = personalise(OLD_PROFILE, HOLDER, reused_items={place: {tag: text}})
    file = memory.layout.file(place[:4], place[4:])
    written = memory.records(file)[file.items.index(old)]
    assert written == bytes.fromhex(record)
    decoded = decode_item(old, written[2:])
    assert (decoded.text, decoded.item.english) == (text, new.english)
    if english is not None:
        assert decoded.english == english


def test_the_listed_items_and_no_others_are_reused() -> None:
    found = {
        f"{df.name} {each.tag:02X}" + (f" follows {each.leader:02X}" if each.leader else "")
        for df in load_layout("1.00").applications
        for file in df.files
        for each in file.items
        if each.reused is not None
    }
    assert found == {
        *("DF01 32", "DF01 37", "DF01 38", "DF01 39 follows 38"),
        *("DF02 4B", "DF02 4D", "DF02 4F", "DF02 50", "DF02 55", "DF02 97"),
        *("DF02 56 follows 55", "DF02 96 follows 55"),
        *("DF03 61", "DF03 71", "DF03 6F follows 71", "DF03 70 follows 71"),
        *("DF04 81", "DF04 84", "DF04 87", "DF04 90", "DF04 93", "DF04 92 follows 90"),
    }
    for version in ("2.00", "3.00"):
        for df in load_layout(version).applications:
            assert not any(each.reused for file in df.files for each in file.items)


@pytest.mark.parametrize(
    ("place", "values", "followers"),
    [
        ("DF01EF0A", {"38": "01", "39": "20010701"}, {0x39: ("Date of joining the party", "20010701")}),
        (
            "DF02EF09",
            {"55": "5101000011000001", "56": "某局", "96": "20120601"},
            {0x56: ("Issuer", "某局"), 0x96: ("Date of issue or annual check", "20120601")},
        ),
        (
            "DF03EF07",
            {"71": "510100", "6F": "20200101", "70": "110"},
            {0x6F: ("Benefit start", "20200101"), 0x70: ("Scheme", "110")},
        ),
        ("DF04EF06", {"90": "1", "92": "1250"}, {0x92: ("Off-line amount accumulated", "1250")}),
    ],
    ids=["39-follows-38", "56-and-96-follow-55", "6F-and-70-follow-71", "92-follows-90"],
)
def test_a_follower_means_what_its_leader_tells(
    place: str, values: dict[str, str], followers: dict[int, tuple[str, str]]
) -> None:
    memory = personalise(OLD_PROFILE, HOLDER, reused_items={place: values})
    file = memory.layout.file(place[:4], place[4:])
    by_tag = {each.item.tag: each for each in decode_records(file, memory.records(file))}
    for tag, (english, text) in followers.items():
        assert (by_tag[tag].item.english, by_tag[tag].text) == (english, text)
    alone = [record for record in memory.records(file) if record[0] in followers]
    own = {each.item.tag: each.item for each in decode_records(file, alone)}
    assert own == {tag: item("1.00", place[:4], place[4:], tag) for tag in followers}


def test_an_old_record_that_does_not_end_in_ee_keeps_its_old_meaning() -> None:
    decoded = decode_item(item("1.00", "DF01", "EF0A", 0x37), bytes.fromhex("00500000"))
    assert (decoded.item.english, decoded.text) == ("Contribution base", "00500000")


def test_half_a_byte_filled_with_e_by_another_writer_is_a_filler_too() -> None:
    decoded = decode_item(item("1.00", "DF02", "EF06", 0x4B), bytes.fromhex("10022EEE"))
    assert decoded.text == "10022"


def test_on_2_00_a_value_that_ends_in_ee_is_only_a_value() -> None:
    field = bytes.fromhex("B0EE")
    assert decode_item(item("2.00", "DF01", "EF0A", 0x38), field).text == field.decode("gbk")


@pytest.mark.parametrize(
    ("version", "items", "message"),
    [
        pytest.param("1.00", {"DF01EF05": {"20": "11"}}, "item 20 has one meaning only", id="not-listed"),
        pytest.param("2.00", {"DF01EF0A": {"37": "USA"}}, "item 37 has one meaning only", id="not-1.00"),
        pytest.param("1.00", {"DF01EF0A": {"39": "20010701"}}, "39 follows item 38", id="follower-alone"),
        pytest.param("1.00", {"DF01EF0A": {"37": "CHINA"}}, "the field has 3", id="too-long"),
        pytest.param("1.00", {"DF01EF0A": {"37": {}}}, "is not text", id="mapping"),
    ],
)
def test_what_cannot_be_reused_is_refused(version: str, items: Items, message: str) -> None:
    with pytest.raises(PersonalisationError) as refusal:
        personalise(replace(PROFILE, version=version), HOLDER, reused_items=items)
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_an_item_with_one_meaning_takes_no_other() -> None:
    with pytest.raises(ValueError, match="item 20 has one meaning only"):
        encode_reused(item("1.00", "DF01", "EF05", 0x20), "11")
