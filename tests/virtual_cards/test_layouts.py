from __future__ import annotations

from dataclasses import FrozenInstanceError

import msgspec
import pytest

from onecard.virtual_cards.code_tables import TABLES
from onecard.virtual_cards.iso7816.tlv import iterate_simple, split_simple
from onecard.virtual_cards.layouts import EXTENSIONS, VERSIONS, Item, LayoutError, load_layout
from onecard.virtual_cards.layouts.access import parse_access
from onecard.virtual_cards.layouts.document import LayoutDocument
from onecard.virtual_cards.layouts.loader import build_layout


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


def test_a_layout_is_loaded_once_for_each_choice_of_extensions() -> None:
    assert load_layout("3.00") is load_layout("3.00", extensions=())
    both = load_layout("3.00", extensions=("local", "account-only"))
    assert both is load_layout("3.00", extensions=["account-only", "local", "local"])
    assert both is not load_layout("3.00")
    assert (both.version, both.extensions) == ("3.00", ("account-only", "local"))


def every_item(item: Item) -> list[Item]:
    """Return an item and all that it is made of."""
    below = (*item.inner, *item.parts, *((item.reused,) if item.reused else ()))
    return [item] + [each for child in below for each in every_item(child)]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_code_table_that_an_item_names_exists(version: str) -> None:
    layout = load_layout(version, extensions=EXTENSIONS)
    items = [
        each
        for df in layout.applications
        for file in df.files
        for item in file.items
        for each in every_item(item)
    ]
    assert {item.codes for item in items if item.codes} <= set(TABLES)


def test_layouts_and_items_cannot_be_changed() -> None:
    layout = load_layout("2.00")
    file = layout.file("DF01", "EF05")
    with pytest.raises(FrozenInstanceError):
        file.items[0].length = 3  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        file.size = 3  # type: ignore[misc]
    with pytest.raises(TypeError):
        layout.blank[("DF01", "EF05")] = ()  # type: ignore[index]


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
        pytest.param({"file": {"fid": 0xEF1F}}, "must be 01 to 1E", id="no-sfi"),
        pytest.param({"record": {"inner": "two"}}, "an an item has none: 'two'", id="inner-of-no-b-tlv"),
        pytest.param({"record": {"parts": "none"}}, "list 'none' is not under [parts]", id="no-parts"),
        pytest.param(
            {
                "record": {"parts": "three"},
                "parts": {"three": [{"type": "an", "length": 3, "english": "a", "chinese": "甲"}]},
            },
            "parts items take 3 bytes, length says 2",
            id="parts-sum",
        ),
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
