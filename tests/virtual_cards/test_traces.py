"""Field traces replayed: card.md §12.2 (gen 2), §12.3 (gen 3, contact), §12.4 (contactless), §12.5, §12.7."""

from __future__ import annotations

import pytest
from card_samples import SELECT_SSSE, authenticate, make_card, proof, send

from onecard.virtual_cards.faces import CONTACTLESS

ISSUER_DATA_2 = (
    "0110519900D156000005000001ACFFFFFFFF0201330304322E3030040C915600000251990051990001"
    "0504202506010604203506010709413030303030303131"
)
HOLDER_DATA = (
    "0812353139393030313939303031303130303135"
    "091ED5C5C8FD" + "00" * 26 + "4E14" + "00" * 20 + "0A01310B01010C035199000D0419900101"
)
FCI_3 = "6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA50988011E9F0C03860103"


@pytest.mark.parametrize("select_file", ["00A4000002", "00A4020002"], ids=["P1=00", "P1=02"])
def test_generation_2_read_of_basic_data(select_file: str) -> None:
    card = make_card("2.00")
    assert send(card, SELECT_SSSE) == "611E"
    assert send(card, "00C000001E").endswith("9F0C038601019000")
    assert send(card, select_file + "EF05") == "9000"
    assert send(card, "00B2010540") == ISSUER_DATA_2 + "9000"
    assert send(card, select_file + "EF06") == "9000"
    assert send(card, "00B201055B") == HOLDER_DATA + "9000"


def test_generation_3_contact_read_with_a_back_end() -> None:
    card = make_card("3.00")
    assert card.power_on().hex().upper() == "3B6D000000814A444686605199000001AC"
    assert send(card, SELECT_SSSE + "00") == FCI_3 + "9000"
    assert send(card, "00A4020002EF05") == "9000"
    assert send(card, "00B2010012") == "0110519900D156000005000001ACFFFFFFFF9000"
    assert send(card, "00B2030006") == "0304332E30309000"
    assert send(card, "00B207000B") == "07094130303030303031319000"
    assert send(card, SELECT_SSSE + "00").endswith("9000")
    original, random = (bytes.fromhex(send(card, "0084000008")[:-4]) for _ in range(2))
    assert send(card, f"0088000010{random.hex()}{original.hex()}") == "6108"
    assert len(send(card, "00C0000008")) == 2 * 8 + 4
    _, random = (bytes.fromhex(send(card, "0084000008")[:-4]) for _ in range(2))
    assert send(card, "0082000A10" + proof(card, "RKSSSE", random).hex()) == "9000"
    assert send(card, "00A4020002EF05") == "9000"
    assert send(card, "00B2030006") == "0304332E30309000"
    assert send(card, "00B2050006") == "0504202506019000"
    assert send(card, "00B2060006") == "0604203506019000"
    assert send(card, "00A4020002EF06") == "9000"
    assert send(card, "00B2080014") == HOLDER_DATA[:40] + "9000"
    assert send(card, "00B2090020") == HOLDER_DATA[40:104] + "9000"
    assert send(card, "00B24E0016") == "4E14" + "00" * 20 + "9000"


def test_contactless_gives_the_same_values_without_waiting() -> None:
    card = make_card("3.00", face=CONTACTLESS)
    assert send(card, SELECT_SSSE) == FCI_3 + "9000"
    assert send(card, "00A4020002EF05") == "9000"
    assert send(card, "00B2010012") == "0110519900D156000005000001ACFFFFFFFF9000"
    assert len(send(card, "0088000010" + "11" * 16)) == 2 * 8 + 4
    assert send(card, "0020000003123456") == "9000"


def test_generation_3_update_of_holder_and_issuer_data() -> None:
    card = make_card("3.00")
    assert authenticate(card, "UKSSSE", version=1) == "9000"
    for command in (
        "00DC052806050420260101",
        "00DC07280B0709423030303030303031",
        "00DC0830140812" + b"519900199001010023".hex(),
        "00DC093020091E" + "李四".encode("gbk").hex() + "00" * 26,
        "00DC4E30164E14" + "00" * 20,
        "00DC0A30030A0132",
        "00DC0B30030B0102",
        "00DC0D30060D0419910101",
        "00DC0C30050C03110000",
    ):
        assert send(card, command) == "9000"
    assert authenticate(card, "RKSSSE") == "9000"
    assert send(card, "00B2093020").startswith("091EC0EECBC4")
    assert send(card, "00B2043403") == "0A01329000"


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        pytest.param("00B2072C0B", "0709413030303030303131", id="SFI-and-number"),
        pytest.param("00B2012C12", "0110519900D156000005000001ACFFFFFFFF", id="SFI-and-number-1"),
        pytest.param("00B2052806", "050420250601", id="SFI-and-tag"),
        pytest.param("00B2010012", "0110519900D156000005000001ACFFFFFFFF", id="01-with-P2-00-is-tag-01"),
    ],
)
def test_ways_in_which_terminals_refer_to_issuer_records(command: str, answer: str) -> None:
    card = make_card("3.00")
    assert send(card, "00A4020002EF05") == "9000"
    assert send(card, command) == answer + "9000"


def test_applications_by_identifier_and_by_name() -> None:
    card = make_card("3.00")
    assert send(card, "00A4000002DF0300") == "6F088406D156000005029000"
    assert send(card, "00A4040006D1560000050300") == "6F088406D156000005039000"
