"""Local files, and the choice of an account-only medical log, laid over the standard's files."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from card_samples import HOLDER, PROFILE, Counter, authenticate, make_card, select, send, verify, word

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.faces import CONTACT
from onecard.virtual_cards.layouts import VERSIONS, LayoutError, load_layout
from onecard.virtual_cards.layouts.document import read_document
from onecard.virtual_cards.layouts.extension import ExtensionDocument, extended
from onecard.virtual_cards.layouts.loader import build_layout
from onecard.virtual_cards.personalisation import personalise

LOCAL_FILES = """
SSSE EF0C RKEF0C UKSSSE
SSSE EF0D free   UKSSSE
DF03 EF0C PIN    UK1DF03
DF03 EF0D PIN    UK1DF03
DF03 EF0E PIN    UK1DF03
DF03 EF0F PIN    UK1DF03
DF04 EF0C PIN    UK1DF04
DF04 EF0D PIN    UK1DF04
"""


@pytest.mark.parametrize("version", VERSIONS)
def test_the_local_extension_adds_the_files_that_were_seen_and_marks_them(version: str) -> None:
    standard, layout = load_layout(version), load_layout(version, extensions=("local",))
    known = {file.path for df in standard.applications for file in df.files}
    added = [file for df in layout.applications for file in df.files if file.path not in known]
    found = [f"{' '.join(file.path)} {file.read.text} {file.write.text}" for file in added]
    assert found == [" ".join(line.split()) for line in LOCAL_FILES.strip().splitlines()]
    assert {(file.category, file.mark) for file in added} == {("local", "1")}
    assert [(item.tag, item.kind, item.length) for item in layout.file("SSSE", "EF0D").items] == [
        (0xEA, "an", 0x12),
        (0xEB, "cn", 3),
        (0xEC, "an", 1),
        (0xED, "an", 1),
    ]
    assert known < {file.path for df in layout.applications for file in df.files}


def local_card() -> Card:
    """Return a powered card of 3.00 with the local files."""
    card = Card(
        personalise(replace(PROFILE, extensions=("local",)), HOLDER, {"SSSEEF0D": {"EA": "甲"}}),
        random_bytes=Counter(),
    )
    card.power_on(CONTACT)
    return card


def test_local_files_open_to_their_rights_on_a_card() -> None:
    card = local_card()
    select(card, "SSSE", "EF0C")
    assert word(card, "00B0000001") == "6982"
    assert authenticate(card, "RKEF0C") == "9000"
    assert word(card, "00B0000001") == "9000"
    assert send(card, "00B2EA6814") == "EA12BCD7" + "00" * 16 + "9000"
    select(card, "DF04", "EF0C")
    assert word(card, "00B0000001") == "6982"
    assert verify(card) == "9000"
    assert word(card, "00B0000001") == "9000"


def test_a_card_without_the_extension_has_no_local_files() -> None:
    card = make_card("3.00")
    assert word(card, "00A4020002EF0C") == "6A82"


@pytest.mark.parametrize("version", VERSIONS)
def test_the_account_only_log_has_no_room_for_the_last_two_amounts(version: str) -> None:
    full = load_layout(version).file("DF04", "EF08")
    short = load_layout(version, extensions=("account-only",)).file("DF04", "EF08")
    assert (full.size, short.size) == (0x1C, 0x14)
    assert short.items == full.items[:5]
    assert short.capacity == full.capacity


def test_an_unknown_extension_is_refused_with_the_known_ones() -> None:
    with pytest.raises(LayoutError, match=r"extension 'loca' is not known; allowed: account-only, local"):
        load_layout("2.00", extensions=("loca",))


RECORD = {"tag": 0xEA, "type": "an", "length": 2, "english": "a", "chinese": "甲"}
FILE = {
    "fid": 0xEF0C,
    "english": "a",
    "chinese": "甲",
    "structure": "linear variable",
    "read": "free",
    "write": "never",
    "category": "local",
    "mark": "?",
    "records": [RECORD],
}
APPLICATION = {
    "name": "DF0A",
    "fid": 0xDF0A,
    "english": "Local",
    "chinese": "地方应用",
    "mark": "?",
    "ef": [FILE | {"fid": 0xEF05}],
}


def extension(**parts: object) -> ExtensionDocument:
    """Return an extension document of these parts."""
    names = {"name": "sample", "english": "a", "chinese": "甲", "mark": "?"}
    return msgspec.convert(names | parts, ExtensionDocument)


def test_an_issuer_may_add_applications_files_items_and_cyclic_records() -> None:
    layout = build_layout(
        extended(
            read_document("2.00"),
            extension(
                df=[APPLICATION],
                add=[{"df": "DF02", "ef": [FILE]}],
                change=[
                    {"df": "DF01", "fid": 0xEF05, "mark": "?", "records": [RECORD | {"tag": 0xEB}]},
                    {"df": "DF02", "fid": 0xEF07, "mark": "?", "capacity": 9},
                ],
            ),
        )
    )
    assert layout.file("DF0A", "EF05").items[0].tag == 0xEA
    assert layout.file("DF02", "EF0C").category == "local"
    assert layout.file("DF01", "EF05").items[-1].tag == 0xEB
    assert layout.file("DF02", "EF07").capacity == 9
    assert layout.extensions == ("sample",)
    assert layout.by_fid[0xDF0A].aid == "地方应用".encode("gbk")
    assert len(layout.environment.by_sfi[0x1E].blank) == 8


def change(df: str, fid: int, **what: object) -> dict[str, object]:
    """Return an extension's part that changes one file."""
    return {"change": [{"df": df, "fid": fid, "mark": "?"} | what]}


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        pytest.param(
            {"df": [APPLICATION | {"fid": 0xDF09}]}, "application DF09; DF0A to DFFF", id="low-application"
        ),
        pytest.param(
            {"add": [{"df": "SSSE", "ef": [FILE | {"fid": 0xEF0B}]}]}, "SSSE/EF0B; EF0C and up", id="low-file"
        ),
        pytest.param(
            {"add": [{"df": "SSSE", "ef": [FILE | {"records": [RECORD | {"tag": 0x59}]}]}]},
            "tag 59 is the standard's",
            id="standard-inner-tag",
        ),
        pytest.param(
            change("DF01", 0xEF05, records=[RECORD | {"tag": 0x30}]),
            "tag 30 is the standard's",
            id="standard-tag",
        ),
        pytest.param(
            {"add": [{"df": "SSSE", "ef": [FILE | {"category": "enabled"}]}]},
            "local is allowed",
            id="category",
        ),
        pytest.param({"add": [{"df": "DF09"}]}, "application DF09, which 2.00 does not", id="no-application"),
        pytest.param(change("DF01", 0xEF55), "DF01/EF55, which 2.00 does not have", id="no-file"),
        pytest.param(
            change("SSSE", 0xEF05, records=[RECORD]), "SSSE/EF05 may not get", id="standard-ssse-file"
        ),
        pytest.param(change("DF02", 0xEF07, records=[RECORD]), "DF02/EF07 may not get", id="cyclic-file"),
        pytest.param(
            change("DF01", 0xEF16, records=[RECORD]), "DF01/EF16 may not get", id="transparent-file"
        ),
        pytest.param(change("DF02", 0xEF07, capacity=3), "capacity 3 is below", id="fewer-records"),
        pytest.param(change("DF01", 0xEF05, capacity=3), "only cyclic files have", id="capacity-of-linear"),
        pytest.param(
            change("DF04", 0xEF08, record_length=15), "does not end with a field", id="half-a-field"
        ),
    ],
)
def test_an_extension_beyond_the_standards_limits_is_refused(parts: dict[str, object], message: str) -> None:
    with pytest.raises(LayoutError) as refusal:
        extended(read_document("2.00"), extension(**parts))
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_file_of_the_standard_cannot_be_added_again() -> None:
    again = extension(add=[{"df": "DF01", "ef": [FILE | {"fid": 0xEF15}]}])
    with pytest.raises(LayoutError, match="DF01: fid EF15 occurs twice"):
        build_layout(extended(read_document("2.00"), again))
