"""The PSAM: key delivery, cipher commands, files, environments, and manners at the wire."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onecard.virtual_cards.iso7816.status import is_listed
from onecard.virtual_cards.psam import LEVELS, Psam, PsamKey, PsamKeyError, personalise_psam, psam_keys
from onecard.virtual_cards.psam.commands import COMMANDS
from onecard.virtual_cards.security.ciphers import SM4_ALGORITHM, TRIPLE_DES, Algorithm
from onecard.virtual_cards.security.key_table import key_rows
from onecard.virtual_cards.security.test_keys import PublishedKeys

ROOT = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")  # card.md §9.4, invented
AREA = "519900"
CARD, CITY, PROVINCE = "86605199000001AC", "3531393930307378", "3531303030307368"
RANDOM, ORIGINAL = "1122334455667788", "A1A2A3A4A5A6A7A8"
ENVIRONMENT = {TRIPLE_DES: "7378312E73682EC9E7BBE1B1A3D5CF", SM4_ALGORITHM: "7378332E73682EC9E7BBE1B1A3D5CF"}
PADDING = {TRIPLE_DES: "", SM4_ALGORITHM: "00" * 8}
AUTHENTICATION = {TRIPLE_DES: "32C9EA55F919CCA8", SM4_ALGORITHM: "3AFE64499857ED5E"}

BOTH = pytest.mark.parametrize("algorithm", [TRIPLE_DES, SM4_ALGORITHM], ids=["3DES", "SM4"])


def one_root() -> PublishedKeys:
    return PublishedKeys(national_root=lambda _name, _version, _algorithm: ROOT)


def make(*algorithms: Algorithm, level: str = "listed", without: tuple[str, ...] = ()) -> Psam:
    keys: list[PsamKey] = []
    for algorithm in algorithms or (TRIPLE_DES, SM4_ALGORITHM):
        keys += psam_keys(algorithm, one_root(), area_code=AREA, level=level, without=without)
    psam = personalise_psam(keys, area_code=AREA, serial="42")
    psam.power_on()
    return psam


def send(psam: Psam, command: str) -> str:
    return psam.transmit(bytes.fromhex(command)).hex().upper()


def enter(psam: Psam, algorithm: Algorithm) -> None:
    assert send(psam, "00A404000F" + ENVIRONMENT[algorithm]) == "6115"
    assert send(psam, "00A4000002DF01") == "610A"


def deliver(psam: Psam, usage_and_id: str, data: str) -> str:
    return send(psam, f"BFDE{usage_and_id}{len(data) // 2:02X}{data}")


def cipher(psam: Psam, p1: str, data: str) -> str:
    """CIPHER DATA with its GET RESPONSE, as T=0 has it."""
    answer = send(psam, f"80FA{p1}00{len(data) // 2:02X}{data}")
    return send(psam, "00C00000" + answer[2:]) if answer.startswith("61") else answer


def folded(block: str) -> str:
    left, right = block[:16], block[16:]
    return f"{int(left, 16) ^ int(right, 16):016X}" if right else left


@BOTH
@pytest.mark.parametrize(
    ("level", "usage", "factors"),
    [
        ("national", "67", CARD + CITY + PROVINCE),
        ("provincial", "47", CARD + CITY),
        ("city", "27", CARD),
    ],
    ids=["three-factors", "two-factors", "one-factor"],
)
def test_every_level_of_root_delivers_the_same_card_key(
    algorithm: Algorithm, level: str, usage: str, factors: str
) -> None:
    psam = make(level=level)
    enter(psam, algorithm)
    assert deliver(psam, usage + "0A", factors + RANDOM + PADDING[algorithm]) == "9000"
    answer = cipher(psam, "00", ORIGINAL + PADDING[algorithm])
    assert answer.endswith("9000")
    assert folded(answer[:-4]) == AUTHENTICATION[algorithm]


@BOTH
def test_single_mac_of_a_padded_header_is_the_published_vector(algorithm: Algorithm) -> None:
    psam = make(level="provincial")
    enter(psam, algorithm)
    assert deliver(psam, "4810", CARD + CITY + RANDOM + PADDING[algorithm]) == "9000"
    size = algorithm.block_size
    padded = "842400000480".ljust(2 * size, "0")
    expected = {TRIPLE_DES: "74936450", SM4_ALGORITHM: "A384EF78"}[algorithm]
    assert cipher(psam, "05", "00" * size + padded) == expected + "9000"


@BOTH
def test_mac_in_parts_equals_the_single_one(algorithm: Algorithm) -> None:
    psam = make(level="city")
    enter(psam, algorithm)
    deliver(psam, "2810", CARD + RANDOM + PADDING[algorithm])
    size = algorithm.block_size
    blocks = [bytes([number] * size).hex() for number in range(1, 5)]
    whole = cipher(psam, "05", "00" * size + "".join(blocks))
    assert cipher(psam, "07", "00" * size + blocks[0]) == "9000"
    assert cipher(psam, "03", blocks[1] + blocks[2]) == "9000"
    assert cipher(psam, "01", blocks[3]) == whole
    assert cipher(psam, "01", blocks[3]) == "6985", "the chain ended with the last part"


@BOTH
@pytest.mark.parametrize(
    ("usage", "factors"),
    [("67", CARD + CITY), ("47", CARD + CITY), ("27", CARD), ("67", "")],
    ids=["one-too-few", "usage-of-two", "usage-of-one", "none"],
)
def test_wrong_number_of_factors_is_refused_and_delivers_nothing(
    algorithm: Algorithm, usage: str, factors: str
) -> None:
    psam = make(level="national")
    enter(psam, algorithm)
    assert deliver(psam, usage + "0A", factors + RANDOM + PADDING[algorithm]) == "6A80"
    assert cipher(psam, "00", ORIGINAL + PADDING[algorithm]) == "6985"


def test_random_of_the_wrong_block_size_is_refused() -> None:
    psam = make(level="national")
    enter(psam, SM4_ALGORITHM)
    assert deliver(psam, "670A", CARD + CITY + PROVINCE + RANDOM) == "6A80"


def test_unknown_key_is_6a88_whatever_the_level() -> None:
    psam = make(without=("RKSSSE",))
    enter(psam, SM4_ALGORITHM)
    for usage in ("67", "47", "27"):
        assert deliver(psam, usage + "0A", CARD + RANDOM + PADDING[SM4_ALGORITHM]) == "6A88"
    assert deliver(psam, "6708", CARD + CITY + PROVINCE + RANDOM + PADDING[SM4_ALGORITHM]) == "9000"


def test_key_type_limits_its_use() -> None:
    psam = make(level="city")
    enter(psam, TRIPLE_DES)
    assert deliver(psam, "2608", CARD + RANDOM) == "6A88", "IRK is of type 7"
    assert deliver(psam, "2609", CARD + RANDOM) == "9000"
    assert cipher(psam, "00", ORIGINAL) == "6985", "STK is a MAC key"
    assert cipher(psam, "05", "00" * 8 + ORIGINAL)[8:] == "9000"
    assert deliver(psam, "2708", CARD + RANDOM) == "9000"
    assert cipher(psam, "05", "00" * 8 + ORIGINAL) == "6985", "IRK enciphers only"


@BOTH
def test_listed_level_follows_the_first_usage_byte_of_the_key_table(algorithm: Algorithm) -> None:
    psam = make()
    enter(psam, algorithm)
    every = CARD + CITY + PROVINCE
    for row in key_rows().values():
        if row.psam_id is None or not row.usages:
            continue
        usage = row.usages[0]
        data = every[: 16 * (usage >> 5)] + RANDOM + PADDING[algorithm]
        assert deliver(psam, f"{usage:02X}{row.psam_id:02X}", data) == "9000", row.name


def test_environment_is_chosen_by_name_and_absent_ones_are_not_found() -> None:
    psam = personalise_psam(
        psam_keys(TRIPLE_DES, one_root(), area_code=AREA), area_code=AREA, environments=["sx1"]
    )
    psam.power_on()
    assert send(psam, "00A404000F" + ENVIRONMENT[SM4_ALGORITHM]) == "6A82"
    assert send(psam, "00A404000F7378322E73682EC9E7BBE1B1A3D5CF") == "6A82", "SSF33 is not there"
    assert send(psam, "00A404000F" + ENVIRONMENT[TRIPLE_DES]) == "6115"


def test_psam_of_sm4_only_has_a_master_file_without_application() -> None:
    psam = personalise_psam(
        psam_keys(SM4_ALGORITHM, one_root(), area_code=AREA), area_code=AREA, environments=["sx3"]
    )
    psam.power_on()
    assert send(psam, "00A40000023F00") == "9000"
    assert send(psam, "00A4000002DF01") == "6A82"
    assert send(psam, "00B0960006") == "519900000001" + "9000"
    enter(psam, SM4_ALGORITHM)


def test_application_of_the_master_file_is_found_by_aid_right_after_reset() -> None:
    psam = make(level="provincial")  # card.md §12.5, the DES trace with a two-level root
    assert send(psam, "00A4040006D15600000590") == "610A"
    assert send(psam, "00C000000A") == "6F088406D156000005909000"
    assert deliver(psam, "4812", CARD + CITY + RANDOM) == "9000"
    assert send(psam, "80FA0000081122334455667788") == "6108"
    assert send(psam, "00C0000008")[16:] == "9000"


def test_initialize_environment_takes_des_except_for_beijing() -> None:
    psam = make(level="national")
    assert send(psam, "BFEC00000151") == "9000"
    assert deliver(psam, "670A", CARD + CITY + PROVINCE + RANDOM) == "9000"
    assert send(psam, "BFEC00000111") == "6A82", "11 asks for SSF33"
    assert send(psam, "BFEC0000021111") == "6700"


def test_delivery_needs_the_application_selected() -> None:
    psam = make()
    assert deliver(psam, "670A", CARD + CITY + PROVINCE + RANDOM) == "6985"


def test_selecting_again_forgets_the_delivered_key() -> None:
    psam = make(level="city")
    enter(psam, TRIPLE_DES)
    deliver(psam, "2708", CARD + RANDOM)
    enter(psam, TRIPLE_DES)
    assert cipher(psam, "00", ORIGINAL) == "6985"


def test_power_cycle_forgets_everything_but_the_contents() -> None:
    psam = make(level="city")
    enter(psam, TRIPLE_DES)
    deliver(psam, "2708", CARD + RANDOM)
    atr = psam.power_on()
    assert atr == psam.atr
    assert cipher(psam, "00", ORIGINAL) == "6985"
    psam.power_off()
    assert psam.transmit(bytes.fromhex("00A4040006D15600000590")) == b""


def test_files_hold_terminal_number_public_data_and_level_information() -> None:
    psam = make()
    assert send(psam, "00A40000020016") == "9000"
    assert send(psam, "00B0000006") == "519900000042" + "9000"
    assert send(psam, "00B0000008") == "6C06"
    assert send(psam, "00B0000600") == "6B00"
    assert send(psam, "00B0950000") == "01" + "42".rjust(20, "0") + "01010000" + "9000"
    assert send(psam, "00B0990004") == "6A82", "0019 lies in the application"
    enter(psam, SM4_ALGORITHM)
    assert send(psam, "00B0990004") == "00000000" + "9000"
    for sfi in ("9A", "9B", "9C"):
        assert send(psam, f"00B0{sfi}000A") == "01012010010120991231" + "9000"
    assert send(psam, "00A40200020016") == "6A82", "0016 lies above the application"


def test_answer_to_reset_ends_with_area_and_serial() -> None:
    psam = make()
    assert psam.atr.hex().upper() == "3B7D9400000081544C008684519900000042"


def test_get_response_gives_the_answer_in_parts_and_only_once() -> None:
    psam = make(level="city")
    enter(psam, SM4_ALGORITHM)
    assert send(psam, "00C0000000") == "6C0A", "the answer to SELECT still waits"
    deliver(psam, "2708", CARD + RANDOM + "00" * 8)
    assert send(psam, "00C0000008") == "6F00", "another command drops it"
    send(psam, "80FA000010" + ORIGINAL + "00" * 8)
    first = send(psam, "00C0000008")
    assert first.endswith("6108")
    second = send(psam, "00C0000008")
    assert second.endswith("9000")
    assert folded(first[:16] + second[:16]) == AUTHENTICATION[SM4_ALGORITHM]
    assert send(psam, "00C0000008") == "6F00"


def test_le_with_the_command_brings_the_answer_at_once() -> None:
    psam = make()
    assert send(psam, "00A4040006D1560000059000") == "6F088406D156000005909000"


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("00", "6700"),
        ("01A40400", "6E00"),
        ("00B60104", "6D00"),
        ("00A4050000", "6A86"),
        ("BFEC010001", "6A86"),
        ("80FA040008" + "00" * 8, "6A86"),
        ("00A4040003D15600", "6700"),
        ("00A4000001DF", "6700"),
        ("00A40400FFD156", "6700"),
        ("80FA00000700000000000000", "6700"),
        ("00B0000006", "6986"),
        ("00B0E00006", "6A86"),
        ("00A4000002EF05", "6A82"),
    ],
)
def test_what_it_does_not_understand_gets_a_status_word(command: str, status: str) -> None:
    psam = make(level="city")
    if status == "6700" and command.startswith("80FA"):
        enter(psam, TRIPLE_DES)
        deliver(psam, "2708", CARD + RANDOM)
    assert send(psam, command) == status


HEADERS = [bytes(name) for name in COMMANDS]


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=300),
            st.builds(lambda head, rest: head + rest, st.sampled_from(HEADERS), st.binary(max_size=60)),
        ),
        max_size=8,
    )
)
def test_any_bytes_get_an_answer_that_ends_in_a_status_word(commands: list[bytes]) -> None:
    psam = make()
    for command in commands:
        answer = psam.transmit(command)
        assert 2 <= len(answer) <= 258
        assert is_listed(int.from_bytes(answer[-2:], "big"))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"level": "county"}, "allowed: listed, national, provincial, city"),
        ({"without": ("RKSSE",)}, "'RKSSE' is not one of"),
        ({"levels": {"NOPE": "city"}}, "'NOPE' is not one of"),
    ],
    ids=["level", "absent-key", "level-of-key"],
)
def test_impossible_key_sets_are_refused_with_the_value(arguments: dict[str, object], complaint: str) -> None:
    with pytest.raises(PsamKeyError, match=complaint):
        psam_keys(TRIPLE_DES, one_root(), area_code=AREA, **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "identity",
    [
        {"area_code": "5199"},
        {"area_code": AREA, "serial": ""},
        {"area_code": AREA, "terminal_number": "51990000000X"},
        {"area_code": AREA, "environments": ["sx9"]},
    ],
    ids=["short-area", "no-serial", "letters-in-number", "unknown-environment"],
)
def test_malformed_identity_is_refused(identity: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="PSAM"):
        personalise_psam([], **identity)  # type: ignore[arg-type]


def test_two_keys_of_one_name_are_refused() -> None:
    key = PsamKey(TRIPLE_DES, 0x67, 0x0A, ROOT)
    with pytest.raises(PsamKeyError, match="given twice"):
        personalise_psam([key, key], area_code=AREA)


def test_levels_are_the_three_of_the_standard() -> None:
    assert LEVELS == {"national": 3, "provincial": 2, "city": 1}
