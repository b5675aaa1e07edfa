from __future__ import annotations

import msgspec
import pytest

from onecard.virtual_cards.iso7816.tlv import iterate_simple, split_simple
from onecard.virtual_cards.layouts import VERSIONS, Layout, LayoutError, load_layout
from onecard.virtual_cards.layouts.access import parse_access
from onecard.virtual_cards.layouts.document import LayoutDocument
from onecard.virtual_cards.layouts.loader import build_layout

# File, structure and size, read condition, write condition: copied from the notice's table a second time.
FILES_2_00 = """
SSSE EF05 linear    free               UKSSSE
SSSE EF06 linear    free               UKSSSE
SSSE EF07 768       RKSSSE             UKSSSE
SSSE EF08 4096      RKSSSE             UKSSSE
DF01 EF05 linear    PIN or RK1DF01     UK1DF01
DF01 EF06 linear    PIN or RK1DF01     UK4DF01
DF01 EF07 linear    PIN or RK1DF01     UK2DF01
DF01 EF08 linear    PIN or RK1DF01     UK3DF01
DF01 EF09 linear    PIN or RK1DF01     UK2DF01
DF01 EF0A linear    PIN or RK1DF01     UK5DF01
DF01 EF15 linear    PIN or RK1DF01     UK6DF01
DF01 EF16 296       free               UK7DF01
DF01 EF17 296       free               UK8DF01
DF01 EF18 296       free               UK9DF01
DF01 EF19 296       free               UKADF01
DF01 EF1A 296       free               UKBDF01
DF02 EF05 linear    PIN or RK1DF02     UK1DF02
DF02 EF06 linear    PIN or RK1DF02     UK2DF02
DF02 EF07 4x85      PIN or RK1DF02     UK3DF02
DF02 EF09 linear    PIN or RK1DF02     UK4DF02
DF02 EF15 linear    PIN or RK1DF02     UK5DF02
DF02 EF16 4x18      PIN or RK1DF02     UK6DF02
DF03 EF05 linear    PIN or RK2DF03     UK1DF03
DF03 EF06 linear    PIN or RK1DF03     UK2DF03
DF03 EF07 linear    PIN or RK1DF03     UK3DF03
DF03 EF15 linear    PIN or RK1DF03     UK4DF03
DF03 EF16 linear    PIN or RK1DF03     UK5DF03
DF03 EF17 linear    PIN or RK1DF03     UK6DF03
DF03 EF18 linear    PIN or RK1DF03     UK7DF03
DF03 EF19 fixed     PIN or RK1DF03     UK8DF03
DF04 EF05 linear    PIN or RK1DF04     UK1DF04
DF04 EF06 linear    PIN and RK1DF04    UK2DF04
DF04 EF08 30x28     PIN                never
DF04 EF15 8x3       PIN or RK1DF04     UK2DF04
DF05 EF05 linear    free               UK1DF05
DF06 EF05 linear    RK1DF06            UK1DF06
DF06 EF06 linear    RK1DF06            UK2DF06
DF07 EF05 linear    RK1DF07            UK1DF07
DF07 EF06 linear    RK2DF07            UK2DF07
DF07 EF07 linear    RK3DF07            UK3DF07
"""

# Tags in the order of creation.
RECORDS_2_00 = {
    ("SSSE", "EF05"): "01 02 03 04 05 06 07",
    ("SSSE", "EF06"): "08 09 4E 0A 0B 0C 0D",
    ("DF01", "EF05"): "20 21 0E",
    ("DF01", "EF06"): "23 24 28 2C 2D",
    ("DF01", "EF09"): "2E 30 32",
    ("DF01", "EF0A"): "37 38 39",
    ("DF01", "EF15"): "2A 40 40 40",
    ("DF02", "EF05"): "42 41 43 43 44 44",
    ("DF02", "EF06"): "4C 4B 4D 60 4F 50 3A",
    ("DF02", "EF09"): "55 56 96 97",
    ("DF02", "EF15"): "99 99 99 99 0F 1F",
    ("DF03", "EF05"): "61 98 62 63 64 65 66",
    ("DF03", "EF06"): "45 46 47 48 49 67 6B 4A 4A 4A",
    ("DF03", "EF07"): "70 71 6E 6C 6F 73",
    ("DF03", "EF15"): "7A 7B 7C",
    ("DF03", "EF16"): "51 5F",
    ("DF03", "EF17"): "3B 3C 3D 3E 3F",
    ("DF03", "EF18"): "74 75 76 77 78",
    ("DF03", "EF19"): "79 79 79 79",
    ("DF04", "EF05"): "81 84 87 8C 80 8B 8A 83 86 89 7D 7E 7F 8D 8E 8F",
    ("DF04", "EF06"): "90 92 93",
    ("DF07", "EF05"): "F0 F1 F2 F3 F4",
    ("DF07", "EF06"): "F5 F6 F7",
    ("DF07", "EF07"): "F8 F9",
}

# P2 of EXTERNAL AUTHENTICATE, in ascending order for each application.
KEYS_2_00 = {
    "SSSE": "00:IRK 02:STK 04:UKSSSE 05:BK 06:PUK 0A:RKSSSE",
    "DF01": "82:STKDF01 83:UK1DF01 84:UK2DF01 85:UK3DF01 86:UK4DF01 87:UK5DF01 88:RK1DF01 89:UK6DF01 "
    "8A:UK7DF01 8B:UK8DF01 8C:UK9DF01 8D:UKADF01 8E:UKBDF01",
    "DF02": "82:STKDF02 83:UK1DF02 84:UK2DF02 85:UK3DF02 86:UK4DF02 87:UK5DF02 88:RK1DF02 89:UK6DF02",
    "DF03": "82:STKDF03 83:LKDF03 84:RK1DF03 85:RK2DF03 86:UK1DF03 87:UK2DF03 88:UK3DF03 89:UK4DF03 "
    "8A:UK5DF03 8B:UK6DF03 8C:UK7DF03 8D:UK8DF03",
    "DF04": "82:STKDF04 83:LKDF04 84:RK1DF04 85:UK1DF04 86:UK2DF04",
    "DF05": "83:UK1DF05",
    "DF06": "83:RK1DF06 85:UK1DF06 86:UK2DF06",
    "DF07": "83:RK1DF07 84:RK2DF07 85:RK3DF07 86:UK1DF07 87:UK2DF07 88:UK3DF07",
}


def table_rows(layout: Layout) -> list[str]:
    """Write a layout's files in the form of the table above."""
    rows = []
    for application in layout.applications:
        for file in application.files:
            shape = {
                "transparent": str(file.size),
                "cyclic": f"{file.capacity}x{file.size}",
                "linear fixed": "fixed",
                "linear variable": "linear",
            }[file.structure]
            text = f"{application.name} {file.name} {shape:<9} {file.read.text:<18} {file.write.text}"
            if file.name != "EF1E":
                rows.append(text)
    return rows


def test_version_2_00_has_every_file_of_the_notice_with_its_conditions() -> None:
    assert table_rows(load_layout("2.00")) == FILES_2_00.strip().splitlines()


def test_version_3_00_differs_in_the_holder_file_only() -> None:
    expected = FILES_2_00.replace("SSSE EF06 linear    free  ", "SSSE EF06 linear    RKSSSE")
    assert table_rows(load_layout("3.00")) == expected.strip().splitlines()


@pytest.mark.parametrize("version", ["2.00", "3.00"])
def test_records_stand_in_the_order_of_creation(version: str) -> None:
    layout = load_layout(version)
    found = {path: " ".join(f"{item.tag:02X}" for item in layout.file(*path).items) for path in RECORDS_2_00}
    assert found == RECORDS_2_00


@pytest.mark.parametrize("version", ["2.00", "3.00"])
def test_keys_have_the_identifiers_of_the_standard(version: str) -> None:
    found = {
        df.name: " ".join(f"{key_id:02X}:{key.name}" for key_id, key in sorted(df.by_key_id.items()))
        for df in load_layout(version).applications
    }
    assert found == KEYS_2_00


@pytest.mark.parametrize(
    ("version", "application", "file", "total"),
    [
        pytest.param("1.00", "SSSE", "EF05", 0x40, id="issuer-data-1.00"),
        pytest.param("2.00", "SSSE", "EF05", 0x40, id="issuer-data-2.00"),
        pytest.param("3.00", "SSSE", "EF05", 0x40, id="issuer-data-3.00"),
        pytest.param("2.00", "SSSE", "EF06", 0x5B, id="holder-data-2.00"),
        pytest.param("3.00", "SSSE", "EF06", 0x5B, id="holder-data-3.00"),
        pytest.param("1.00", "SSSE", "EF06", 0x5B - 0x16, id="holder-data-1.00-without-name-extension"),
    ],
)
def test_issuer_and_holder_data_have_the_known_totals(
    version: str, application: str, file: str, total: int
) -> None:
    ef = load_layout(version).file(application, file)
    assert sum(map(len, ef.blank)) == total == ef.size


@pytest.mark.parametrize("version", VERSIONS)
def test_blank_records_are_well_formed_all_the_way_down(version: str) -> None:
    for application in load_layout(version).applications:
        for file in application.files:
            if file.transparent or file.cyclic or not file.items:
                continue
            for record, item in zip(file.blank, file.items, strict=True):
                assert isinstance(record, bytes)
                tag, value = split_simple(record)
                assert (tag, len(value)) == (item.tag, item.length)
                assert [inner.tag for inner in item.inner] == [
                    tag for tag, _ in (iterate_simple(value) if item.inner else ())
                ]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_file_and_key_says_where_it_comes_from(version: str) -> None:
    layout = load_layout(version)
    for application in layout.applications:
        assert application.mark
        assert all(file.mark and file.english and file.chinese for file in application.files)
        assert all(item.english and item.chinese for file in application.files for item in file.items)
        assert all(key.mark for key in application.keys)


def test_item_60_lives_in_one_file_only() -> None:
    layout = load_layout("2.00")
    homes = [
        path
        for path in (("DF02", "EF06"), ("DF03", "EF05"))
        if any(item.tag == 0x60 for item in layout.file(*path).items)
    ]
    assert homes == [("DF02", "EF06")]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_directory_lists_every_application(version: str) -> None:
    layout = load_layout(version)
    directory = layout.environment.by_sfi[0x1E]
    assert len(directory.blank) == len(layout.applications) - 1
    for record, application in zip(directory.blank, layout.applications[1:], strict=True):
        assert isinstance(record, bytes)
        assert application.aid in record
        assert application.chinese.encode("gbk") in record


@pytest.mark.parametrize(
    ("version", "fci"),
    [
        ("1.00", "6F16840F7378312E73682EC9E7BBE1B1A3D5CFA50388011E"),
        ("2.00", "6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA50988011E9F0C03860101"),
        ("3.00", "6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA50988011E9F0C03860103"),
    ],
)
def test_the_fci_tells_the_algorithm_by_version(version: str, fci: str) -> None:
    assert load_layout(version).environment.fci.hex().upper() == fci


def test_a_layout_is_loaded_once() -> None:
    assert load_layout("3.00") is load_layout("3.00")


def test_an_unknown_version_is_refused_with_the_known_ones() -> None:
    with pytest.raises(LayoutError, match=r"'2\.02' is not known; allowed: 1\.00, 2\.00, 3\.00"):
        load_layout("2.02")


def document(**changes: object) -> LayoutDocument:
    """Return a small layout document, changed at one place by keyword."""
    record = {"tag": 0x20, "type": "an", "length": 2, "english": "a", "chinese": "甲"} | changes.pop(
        "record", {}
    )
    file = {
        "fid": 0xEF05,
        "english": "a",
        "chinese": "甲",
        "structure": "linear variable",
        "read": "free",
        "write": "UK1",
        "category": "enabled",
        "mark": "?",
        "records": [record],
    } | changes.pop("file", {})
    key = {"name": "UK1", "id": 0x83, "use": "external", "tries": 3, "mark": "?"}
    df = {
        "name": "DF01",
        "fid": 0xDF01,
        "english": "a",
        "chinese": "甲",
        "mark": "?",
        "keys": [key],
        "ef": [file] * changes.pop("files", 1),
    }
    whole = {"version": "9.99", "algorithm": 1, "algorithm_in_fci": True, "contactless": False, "df": [df]}
    return msgspec.convert(whole | changes, LayoutDocument)


def test_the_small_document_itself_is_right() -> None:
    assert build_layout(document()).file("DF01", "EF05").size == 4


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"files": 2}, "DF01: fid EF05 occurs twice", id="file-twice"),
        pytest.param({"file": {"read": "PIN or RK9"}}, "names RK9, no external key", id="unknown-key"),
        pytest.param({"file": {"read": "PIN, RK9"}}, "is not the name of a right", id="wrong-condition"),
        pytest.param({"file": {"records": []}}, "without records, fields or size", id="empty-file"),
        pytest.param(
            {
                "file": {
                    "structure": "cyclic",
                    "fields": [{"type": "b", "length": 2, "english": "a", "chinese": "甲"}],
                }
            },
            "capacity 0",
            id="cyclic-without-capacity",
        ),
        pytest.param({"record": {"length": 255}}, "length 255 1 to 254", id="too-long"),
        pytest.param({"record": {"type": "B-TLV", "inner": "none"}}, "inner list 'none'", id="no-inner-list"),
        pytest.param(
            {
                "record": {"type": "B-TLV", "inner": "two"},
                "inner": {"two": [{"tag": 1, "type": "b", "length": 2, "english": "a", "chinese": "甲"}]},
            },
            "inner items take 4 bytes, length says 2",
            id="inner-sum",
        ),
    ],
)
def test_a_wrong_layout_is_refused_in_one_line(changes: dict[str, object], message: str) -> None:
    with pytest.raises(LayoutError, match=r"^layout 9\.99 ") as refusal:
        build_layout(document(**changes))
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "enough", "too_little"),
    [
        pytest.param("free", set(), None, id="free"),
        pytest.param("never", None, {"PIN", "RK1"}, id="never"),
        pytest.param("PIN or RK1", {"RK1"}, {"RK2"}, id="or"),
        pytest.param("PIN and RK1", {"PIN", "RK1"}, {"PIN"}, id="and"),
        pytest.param("PIN and RK3 or UK4", {"UK4"}, {"RK3"}, id="and-binds-tighter"),
    ],
)
def test_conditions_mean_what_they_say(
    text: str, enough: set[str] | None, too_little: set[str] | None
) -> None:
    access = parse_access(text)
    assert access.text == text
    if enough is not None:
        assert access.allows(enough)
    if too_little is not None:
        assert not access.allows(too_little)


@pytest.mark.parametrize("text", ["", "PIN or", "PIN or free", "(PIN)", "PIN  and RK1"])
def test_a_condition_of_other_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not the name of a right"):
        parse_access(text)
