"""The layouts against the facts' tables, copied here a second time by hand: a slip in either is seen."""

from __future__ import annotations

import pytest

from onecard.virtual_cards.layouts import ElementaryFile, Item, Layout, load_layout
from onecard.virtual_cards.security.key_table import key_rows

# File, structure and size, read condition, write condition, category (card.md §5.1).
FILES_2_00 = """
SSSE EF05 linear free            UKSSSE  enabled
SSSE EF06 linear free            UKSSSE  enabled
SSSE EF07 768    RKSSSE          UKSSSE  preset
SSSE EF08 4096   RKSSSE          UKSSSE  preset
DF01 EF05 linear PIN or RK1DF01  UK1DF01 enabled
DF01 EF06 linear PIN or RK1DF01  UK4DF01 enabled
DF01 EF07 linear PIN or RK1DF01  UK2DF01 enabled
DF01 EF08 linear PIN or RK1DF01  UK3DF01 enabled
DF01 EF09 linear PIN or RK1DF01  UK2DF01 enabled
DF01 EF0A linear PIN or RK1DF01  UK5DF01 enabled
DF01 EF15 linear PIN or RK1DF01  UK6DF01 enabled
DF01 EF16 296    free            UK7DF01 reserved
DF01 EF17 296    free            UK8DF01 reserved
DF01 EF18 296    free            UK9DF01 reserved
DF01 EF19 296    free            UKADF01 reserved
DF01 EF1A 296    free            UKBDF01 reserved
DF02 EF05 linear PIN or RK1DF02  UK1DF02 preset
DF02 EF06 linear PIN or RK1DF02  UK2DF02 enabled
DF02 EF07 4x85   PIN or RK1DF02  UK3DF02 enabled
DF02 EF09 linear PIN or RK1DF02  UK4DF02 enabled
DF02 EF15 linear PIN or RK1DF02  UK5DF02 enabled
DF02 EF16 4x18   PIN or RK1DF02  UK6DF02 enabled
DF03 EF05 linear PIN or RK2DF03  UK1DF03 enabled
DF03 EF06 linear PIN or RK1DF03  UK2DF03 enabled
DF03 EF07 linear PIN or RK1DF03  UK3DF03 enabled
DF03 EF15 linear PIN or RK1DF03  UK4DF03 enabled
DF03 EF16 linear PIN or RK1DF03  UK5DF03 enabled
DF03 EF17 linear PIN or RK1DF03  UK6DF03 enabled
DF03 EF18 linear PIN or RK1DF03  UK7DF03 enabled
DF03 EF19 fixed  PIN or RK1DF03  UK8DF03 enabled
DF04 EF05 linear PIN or RK1DF04  UK1DF04 enabled
DF04 EF06 linear PIN and RK1DF04 UK2DF04 enabled
DF04 EF08 30x28  PIN             never   enabled
DF04 EF15 8x3    PIN or RK1DF04  UK2DF04 enabled
DF05 EF05 linear free            UK1DF05 optional
DF06 EF05 linear RK1DF06         UK1DF06 optional
DF06 EF06 linear RK1DF06         UK2DF06 optional
DF07 EF05 linear RK1DF07         UK1DF07 preset
DF07 EF06 linear RK2DF07         UK2DF07 preset
DF07 EF07 linear RK3DF07         UK3DF07 preset
"""

# Records: tag type length in hexadecimal, xN = N in a row, {} = inner items; cyclic fields have no tag
# (card.md §5.2-5.7).
RECORDS_2_00 = """
SSSE EF05: 01 cn 10, 02 an 01, 03 an 04, 04 cn 0C, 05 cn 04, 06 cn 04, 07 an 09
SSSE EF06: 08 an 12, 09 an 1E, 4E an 14, 0A an 01, 0B cn 01, 0C cn 03, 0D cn 04
DF01 EF05: 20 an 02, 21 an 50, 0E cn 03
DF01 EF06: 23 an 50, 24 cn 03, 28 an 0F, 2C an 32, 2D an 0F
DF01 EF07: 29 an 01
DF01 EF08: 2B an 01
DF01 EF09: 2E an 46, 30 an 09, 32 an 02
DF01 EF0A: 37 an 03, 38 an 02, 39 cn 04
DF01 EF15: 2A cn 01, 40 B-TLV 34 x3 {57 an 03, 58 cn 03, 59 an 28}
DF02 EF05: 42 an 03, 41 an 03, 43 B-TLV 6C x2 {5A an 07, 5B an 01, 5C an 46, 5D cn 04, 5E an 10}, \
44 B-TLV 65 x2 {33 an 03, 34 an 46, 35 cn 04, 36 an 10}
DF02 EF06: 4C cn 04, 4B an 05 (2+3), 4D cn 03, 60 cn 04, 4F an 06 (2+2+2), 50 cn 03, 3A an 07
DF02 EF07: an 07, cn 04, cn 04, an 46
DF02 EF09: 55 an 10, 56 an 46, 96 cn 04, 97 cn 03
DF02 EF15: 99 B-TLV 10 x4 {10 an 03, 11 cn 04, 12 cn 03}, 0F cn 04, 1F cn 03
DF02 EF16: an 03, cn 04, cn 04, cn 04, cn 03
DF03 EF05: 61 cn 03, 98 cn 04, 62 cn 04, 63 an 03, 64 an 03, 65 an 03, 66 an 03
DF03 EF06: 45 an 14, 46 an 02, 47 an 02, 48 an 01, 49 an 01, 67 cn 04, 6B an 3C, \
4A B-TLV 61 x3 {13 an 02, 14 an 01, 15 an 14, 16 cn 04, 17 an 3C}
DF03 EF07: 70 an 03, 71 cn 03, 6E cn 04, 6C cn 04, 6F cn 04, 73 cn 04
DF03 EF15: 7A cn 03, 7B cn 04, 7C cn 04
DF03 EF16: 51 cn 03, 5F an 01
DF03 EF17: 3B an 14, 3C an 46, 3D an 01, 3E cn 04, 3F an 3C
DF03 EF18: 74 an 03, 75 cn 03, 76 cn 01, 77 cn 04, 78 cn 04
DF03 EF19: 79 B-TLV 27 x4 {18 an 03, 19 cn 03, 1A cn 04, 1B cn 04, 1C cn 04, 1D an 03, 1E cn 04}
DF04 EF05: 81 an 08 (3+1+1+1+1+1), 84 cn 03, 87 an 11, 8C cn 01, 80 cn 04, 8B an 1D, 8A an 0F, 83 an 09, \
86 an 09, 89 an 09, 7D an 09, 7E an 09, 7F an 09, 8D an 09, 8E an 09, 8F an 01
DF04 EF06: 90 an 01, 92 cn 04, 93 an 02
DF04 EF08: b 02, an 01, cn 06, cn 07, b 04, b 04, b 04
DF04 EF15: b 02, an 01
DF05 EF05: A0 an 01, A1 an 01, B9 an 01, A2 an 04, A9 cn 01, A3 B-TLV 18 x5 {A5 an 10, A6 an 04}, \
A4 B-TLV 17 x5 {A7 an 10, A8 an 03}, BA an 14, BB an 64, AA an 14, AB cn 04, AC an 01, AD an 01, AE an 01, \
AF an 01, B0 an 01, B1 an 01, B2 an 01, B3 an 01, B4 an 01, B5 an 01, B6 an 01, B7 an 01, BC an 01, B8 an 28
DF06 EF05: C0 an 46, C2 an 09, C3 B-TLV 1A {E3 cn 01, E4 cn 04, E5 cn 04, E6 cn 04, E7 cn 03}, \
C4 B-TLV 1A {E3 cn 01, E4 cn 04, E5 cn 04, E6 cn 04, E7 cn 03}, \
C5 B-TLV 1A {E3 cn 01, E4 cn 04, E5 cn 04, E6 cn 04, E7 cn 03}
DF06 EF06: C6 an 46, C8 an 09, C9 cn 01, CA cn 04, CB cn 04, CC cn 04, CD cn 02, CE cn 01, \
CF cn 04, D0 cn 04, \
D1 cn 04, D2 cn 03, D3 cn 01, D4 cn 04, D5 cn 04, D6 cn 04, D7 cn 03, D8 cn 01, D9 cn 04, DA cn 04, \
DB cn 04, \
DC cn 04, DD cn 04, DE cn 04, DF cn 03, E0 cn 03, E1 cn 02, E2 cn 02
DF07 EF05: F0 an 02, F1 an 01, F2 cn 04, F3 an 03, F4 cn 04
DF07 EF06: F5 an 03, F6 cn 04, F7 an 46
DF07 EF07: F8 cn 04, F9 an 01
"""

# Version 1.00 (card.md §5.8, terminal.md §4.4). Of two readings the first is taken.
FILES_1_00 = """
SSSE EF05 linear free            UKSSSE  enabled
SSSE EF06 linear free            UKSSSE  enabled
SSSE EF07 768    free            UKSSSE  preset
DF01 EF05 linear PIN             UK1DF01 enabled
DF01 EF06 linear PIN             UK4DF01 enabled
DF01 EF07 linear PIN or UK2DF01  UK2DF01 enabled
DF01 EF08 linear PIN             UK3DF01 enabled
DF01 EF09 linear PIN or UK2DF01  UK2DF01 enabled
DF01 EF0A linear PIN             UK5DF01 enabled
DF02 EF05 linear PIN or UK1DF02  UK1DF02 preset
DF02 EF06 linear PIN or UK2DF02  UK2DF02 enabled
DF02 EF07 linear PIN or UK3DF02  UK3DF02 preset
DF02 EF08 linear PIN or UK4DF02  UK4DF02 preset
DF02 EF09 linear PIN or UK5DF02  UK5DF02 preset
DF03 EF05 linear PIN and RK2DF03 UK1DF03 enabled
DF03 EF06 linear PIN             UK2DF03 enabled
DF03 EF07 linear PIN and RK1DF03 UK3DF03 enabled
DF04 EF05 linear PIN             UK1DF04 enabled
DF04 EF06 fixed  PIN and RK1DF04 UK2DF04 enabled
DF04 EF08 10x28  PIN             never   enabled
"""

# "b" stands for items whose type the source does not give; of DF02 EF07 no record is public; 40 and 41
# have inner items inferred from 2.00.
RECORDS_1_00 = """
SSSE EF05: 01 cn 10, 02 an 01, 03 an 04, 04 cn 0C, 05 cn 04, 06 cn 04, 07 an 09
SSSE EF06: 08 an 12, 09 an 1E, 0A an 01, 0B cn 01, 0C cn 03, 0D cn 04
DF01 EF05: 20 an 01, 21 an 3E, 22 an 12
DF01 EF06: 25 an 3E, 26 an 12, 27 cn 03, 28 an 0F
DF01 EF07: 29 an 01, 2A cn 01
DF01 EF08: 2B an 01
DF01 EF09: 2E an 3E, 2F an 08, 30 an 09, 31 an 01, 32 an 03
DF01 EF0A: 37 cn 04, 38 cn 04, 39 cn 04
DF02 EF05: 40 B-TLV 34 {57 an 03, 58 cn 03, 59 an 28}, 41 B-TLV 34 {57 an 03, 58 cn 03, 59 an 28}, 42 cn 03, \
43 B-TLV 1D {5A cn 07, 5B cn 01, 5C an 09, 5D cn 04}, 44 B-TLV 1D {5A cn 07, 5B cn 01, 5C an 09, 5D cn 04}
DF02 EF06: 4B cn 04, 4C cn 04, 60 cn 04, 4D cn 04, 4F cn 04, 50 cn 04, 3A an 07
DF02 EF07:
DF02 EF08: 52 cn 0A, 53 an 3E, 94 an 08, 54 cn 04
DF02 EF09: 55 cn 0A, 56 an 3E, 95 an 08, 96 cn 04, 97 cn 04
DF03 EF05: 60 cn 04, 98 cn 04, 61 cn 04, 62 cn 04, 63 an 03, 64 an 03, 65 an 03, 66 an 03
DF03 EF06: 67 cn 04, 68 an 3E, 69 an 3E, 6A an 10, 6B an 3C
DF03 EF07: 6C cn 04, 6D b 04, 6E cn 04, 6F cn 04, 70 an 03, 71 b 04, 72 b 04, 73 cn 04
DF04 EF05: 80 cn 04, 81 an 3E, 82 an 08, 83 an 09, 84 an 3E, 85 an 08, 86 an 09, 87 an 3E, \
88 an 08, 89 an 09, \
8A an 0F, 8B an 0A, 8C an 01, 8F an 01
DF04 EF06: 90 cn 04, 92 cn 04, 93 cn 04
DF04 EF08: b 02, an 01, cn 06, cn 07, b 04, b 04, b 04
"""

# Scope, label, AID or "label", FID (card.md §3.1, §21 Q6).
APPLICATIONS_2_00 = """
SSSE DDF1 7378312E73682EC9E7BBE1B1A3D5CF
DF01 DF01 D15600000500 B9ABB9B2D3A6D3C3D0C5CFA2C7F8
DF02 DF02 D15600000501 BECDD2B5D3EBCAA7D2B5D0C5CFA2C7F8
DF03 DF03 D15600000502 C9E7BBE1B1A3CFD5D0C5CFA2C7F831
DF04 DF04 D15600000503 C9E7BBE1B1A3CFD5D0C5CFA2C7F832
DF05 DF05 C9FAC3FCD3EBBDA1BFB5D0C5CFA2C7F8 C9FAC3FCD3EBBDA1BFB5D0C5CFA2C7F8
DF06 DF06 BEC8D6FAD3EBD3C5B8A7D0C5CFA2C7F8 BEC8D6FAD3EBD3C5B8A7D0C5CFA2C7F8
DF07 DF07 D15600000504 C8CBCAC2C8CBB2C5D0C5CFA2C7F8
"""

# Scope, P2 (- for purse keys), name, key versions, tries (0 never locks), length under DES and under 16-byte
# ciphers, usages in a PSAM, id in a PSAM, address at an HSM (card.md §9.1, §21 Q8 and Q12). Where the facts
# give no number of versions, or no address, stands "?": three versions for a national PSAM id and else one,
# and the project's own address, are tested apart. P2 and tries of DSK are the project's choice.
KEYS = """
SSSE 00 IRK     3 0 16 16 67    08 ?
SSSE 02 STK     1 0  8 16 26 48 09 0173
SSSE 04 UKSSSE  ? 3 16 16 28 48 12 0094
SSSE 05 BK      ? 0 16 16 28    11 ?
SSSE 06 PUK     ? 3 16 16 28 48 10 0090
SSSE 0A RKSSSE  ? 3 16 16 67 47 0A 004C
SSSE 07 RKEF0C  ? 3 16 16 48    5D ?
DF01 82 STKDF01 1 0  8 16 26    20 ?
DF02 82 STKDF02 1 0  8 16 26    21 ?
DF03 82 STKDF03 1 0  8 16 26    22 ?
DF04 82 STKDF04 1 0  8 16 26    23 ?
DF03 83 LKDF03  ? 0 16 16 28    40 ?
DF04 83 LKDF04  ? 0 16 16 28    41 ?
DF01 83 UK1DF01 ? 3 16 16 28    42 0097
DF01 84 UK2DF01 ? 3 16 16 28    43 009A
DF01 85 UK3DF01 3 3 16 16 27    24 0176
DF01 86 UK4DF01 3 3 16 16 27    25 0179
DF01 87 UK5DF01 ? 3 16 16 28    44 ?
DF01 88 RK1DF01 ? 3 16 16 47    2E 004F
DF01 89 UK6DF01 ? 3 16 16 47    2F ?
DF01 8A UK7DF01 ? 3 16 16 47    30 ?
DF01 8B UK8DF01 ? 3 16 16 47    31 ?
DF01 8C UK9DF01 ? 3 16 16 47    32 ?
DF01 8D UKADF01 ? 3 16 16 47    33 ?
DF01 8E UKBDF01 ? 3 16 16 47    34 ?
DF02 83 UK1DF02 ? 3 16 16 27    26 ?
DF02 84 UK2DF02 ? 3 16 16 28    45 ?
DF02 85 UK3DF02 ? 3 16 16 28    46 ?
DF02 86 UK4DF02 ? 3 16 16 27    27 ?
DF02 87 UK5DF02 ? 3 16 16 27    28 ?
DF02 88 RK1DF02 ? 3 16 16 47    35 0064
DF02 89 UK6DF02 ? 3 16 16 47    36 ?
DF03 84 RK1DF03 3 3 16 16 67    2B 0193
DF03 85 RK2DF03 3 3 16 16 67    2C 0196
DF03 86 UK1DF03 ? 3 16 16 28    47 ?
DF03 87 UK2DF03 3 3 16 16 27    29 ?
DF03 88 UK3DF03 ? 3 16 16 28    48 ?
DF03 89 UK4DF03 ? 3 16 16 47    37 ?
DF03 8A UK5DF03 ? 3 16 16 47    38 ?
DF03 8B UK6DF03 ? 3 16 16 47    39 ?
DF03 8C UK7DF03 ? 3 16 16 47    3A ?
DF03 8D UK8DF03 ? 3 16 16 47    3B ?
DF04 84 RK1DF04 3 3 16 16 67    2D 0182
DF04 85 UK1DF04 ? 3 16 16 28    49 ?
DF04 86 UK2DF04 3 3 16 16 27    2A ?
DF04 -  DLK     ? 0 16 16 -     -  ?
DF04 -  DPK     3 0 16 16 22    -  ?
DF04 -  DTK     ? 0 16 16 -     -  ?
DF04 87 DSK     ? 3 16 16 -     -  ?
DF05 83 UK1DF05 ? 3 16 16 47    B4 ?
DF06 83 RK1DF06 ? 3 16 16 48    52 ?
DF06 85 UK1DF06 ? 3 16 16 48    53 ?
DF06 86 UK2DF06 ? 3 16 16 48    54 ?
DF07 83 RK1DF07 ? 3 16 16 47    3D 007A
DF07 84 RK2DF07 ? 3 16 16 47    3F 0080
DF07 85 RK3DF07 ? 3 16 16 47    B1 0086
DF07 86 UK1DF07 ? 3 16 16 47    3E ?
DF07 87 UK2DF07 ? 3 16 16 47    B0 ?
DF07 88 UK3DF07 ? 3 16 16 47    B2 ?
"""

KEYS_OF_1_00 = (
    "IRK STK UKSSSE BK PUK STKDF01 UK1DF01 UK2DF01 UK3DF01 UK4DF01 UK5DF01 "
    "STKDF02 UK1DF02 UK2DF02 UK3DF02 UK4DF02 UK5DF02 STKDF03 LKDF03 RK1DF03 RK2DF03 UK1DF03 UK2DF03 UK3DF03 "
    "STKDF04 LKDF04 RK1DF04 UK1DF04 UK2DF04 DLK DPK DTK DSK"
)


def lines(text: str) -> list[str]:
    """Return a table's rows with single blanks."""
    return [" ".join(line.split()) for line in text.strip().splitlines()]


def standard_files(layout: Layout) -> list[ElementaryFile]:
    """Return every file but the directory, which stands in §3.3 and has a test of its own."""
    return [file for df in layout.applications for file in df.files if file.sfi != 0x1E]


def file_row(file: ElementaryFile) -> str:
    """Write a file in the form of the tables above."""
    shape = {
        "transparent": str(file.size),
        "cyclic": f"{file.capacity}x{file.size}",
        "linear fixed": "fixed",
        "linear variable": "linear",
    }[file.structure]
    words = (*file.path, shape, file.read.text, file.write.text, file.category)
    return " ".join(words)


def item_text(item: Item) -> str:
    """Write one item: tag, type, length, parts, inner items."""
    tag = f"{item.tag:02X} " if item.tag else ""
    parts = f" ({'+'.join(str(part.length) for part in item.parts)})" if item.parts else ""
    return f"{tag}{item.kind} {item.length:02X}{parts}"


def record_row(file: ElementaryFile) -> str:
    """Write a file's records or fields, equal ones in a row once."""
    texts: list[str] = []
    at = 0
    while at < len(file.items):
        item = file.items[at]
        count = 1
        while item.tag and at + count < len(file.items) and file.items[at + count] is item:
            count += 1
        inner = f" {{{', '.join(map(item_text, item.inner))}}}" if item.inner else ""
        texts.append(item_text(item) + (f" x{count}" if count > 1 else "") + inner)
        at += count
    return f"{file.path[0]} {file.name}: {', '.join(texts)}".rstrip()


@pytest.mark.parametrize(("version", "files"), [("1.00", FILES_1_00), ("2.00", FILES_2_00)])
def test_every_file_has_structure_size_conditions_and_category_of_the_facts(version: str, files: str) -> None:
    assert [file_row(file) for file in standard_files(load_layout(version))] == lines(files)


def test_version_3_00_differs_from_2_00_in_the_condition_of_the_holders_data_only() -> None:
    expected = lines(FILES_2_00.replace("SSSE EF06 linear free", "SSSE EF06 linear RKSSSE"))
    layout = load_layout("3.00")
    assert [file_row(file) for file in standard_files(layout)] == expected
    older = load_layout("2.00")
    assert [file.items for file in standard_files(layout)] == [file.items for file in standard_files(older)]
    assert [df.keys for df in layout.applications] == [df.keys for df in older.applications]


@pytest.mark.parametrize(
    ("version", "records"), [("1.00", RECORDS_1_00), ("2.00", RECORDS_2_00), ("3.00", RECORDS_2_00)]
)
def test_every_record_has_tag_type_length_order_and_count_of_the_facts(version: str, records: str) -> None:
    found = [record_row(file) for file in standard_files(load_layout(version)) if not file.transparent]
    assert found == lines(records)


@pytest.mark.parametrize("version", ["1.00", "2.00", "3.00"])
def test_applications_have_the_names_and_identifiers_of_the_facts(version: str) -> None:
    expected = lines(APPLICATIONS_2_00)[: 5 if version == "1.00" else 8]
    found = []
    for df in load_layout(version).applications:
        label = df.chinese.encode("gbk").hex().upper() if df.name != "SSSE" else ""
        found.append(f"{df.name} {df.fid:04X} {df.aid.hex().upper()} {label}".strip())
    assert found == expected


@pytest.mark.parametrize("version", ["1.00", "2.00", "3.00"])
def test_the_sfi_is_the_low_byte_of_the_file_identifier(version: str) -> None:
    for file in standard_files(load_layout(version)):
        assert f"EF{file.sfi:02X}" == file.name


def key_line(layout: Layout, name: str, shown: list[str]) -> list[str]:
    """Write a key in the form of the table above, with "?" where that has one."""
    slot, row = layout.keys[name], key_rows()[name]
    words = [
        slot.scope,
        "-" if slot.key_id is None else f"{slot.key_id:02X}",
        name,
        str(row.groups),
        str(slot.tries),
        str(row.length(8)),
        str(row.length(16)),
        *([f"{usage:02X}" for usage in row.usages] or ["-"]),
        "-" if row.psam_id is None else f"{row.psam_id:02X}",
        row.hsm_address,
    ]
    return [seen if seen == "?" else word for word, seen in zip(words, shown, strict=True)]


def test_every_key_has_identifiers_versions_counters_and_addresses_of_the_facts() -> None:
    layout = load_layout("3.00", extensions=("local",))
    expected = [line.split() for line in lines(KEYS)]
    assert [key_line(layout, shown[2], shown) for shown in expected] == expected
    assert {shown[2] for shown in expected} == set(layout.keys)
    assert set(load_layout("3.00").keys) == set(layout.keys) - {"RKEF0C"}


def test_keys_of_version_1_00_are_the_same_ones_without_those_of_later_files() -> None:
    old, new = load_layout("1.00"), load_layout("2.00")
    assert set(old.keys) == set(KEYS_OF_1_00.split())
    for name, slot in old.keys.items():
        assert (slot.key_id, slot.scope, slot.use, slot.tries) == (
            new.keys[name].key_id,
            new.keys[name].scope,
            new.keys[name].use,
            new.keys[name].tries,
        )


def test_where_the_facts_are_silent_versions_and_addresses_follow_one_rule() -> None:
    silent = [line.split() for line in lines(KEYS)]
    for words in silent:
        row = key_rows()[words[2]]
        if words[3] == "?":
            national = row.psam_id is not None and (row.psam_id <= 0x0F or 0x20 <= row.psam_id <= 0x3F)
            assert row.groups == (3 if national else 1), row.name
        if words[-1] == "?" and row.psam_id is not None:
            assert row.hsm_address == f"FF{row.psam_id:02X}"
    assert (key_rows()["DPK"].hsm_address, key_rows()["DTK"].hsm_address) == ("FFD1", "FFDA")
