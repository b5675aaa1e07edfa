"""CREATE and CHANGE KEY, the PSAM's own keys, its directory and key files."""

from __future__ import annotations

import pytest
from card_samples import AREA
from purse_samples import begin_purchase, enter, exchange, purse_card, send

from onecard.virtual_cards.chip.nonvolatile import Tear
from onecard.virtual_cards.psam import (
    Psam,
    PsamKey,
    PsamKeyError,
    issue_psam,
    key_command,
    personalise_psam,
    psam_own_keys,
)
from onecard.virtual_cards.psam.files import key_file_of
from onecard.virtual_cards.purse.amounts import PurchaseAmounts
from onecard.virtual_cards.purse.state import PurseState
from onecard.virtual_cards.security.ciphers import SM4_ALGORITHM, TRIPLE_DES, Algorithm
from onecard.virtual_cards.security.test_keys import PUBLISHED_KEYS, Level

BOTH = pytest.mark.parametrize(
    ("version", "algorithm"), [("2.00", TRIPLE_DES), ("3.00", SM4_ALGORITHM)], ids=["3DES", "SM4"]
)
CARD_FACTOR = "86605199000001AC"


def bare_psam(version: str) -> Psam:
    """Return a PSAM that holds nothing but its own keys."""
    psam = personalise_psam([], area_code=AREA)
    enter(psam, version)
    return psam


def city_key(algorithm: Algorithm, usage: int = 0x27, identifier: int = 0x0A, value: bytes = b"") -> PsamKey:
    root = PUBLISHED_KEYS.root("RKSSSE", 1, algorithm, Level.CITY, AREA)
    return PsamKey(algorithm, usage, identifier, value or root)


def write(
    psam: Psam, key: PsamKey, *, create: bool = True, master: PsamKey | None = None, size: int = 8
) -> str:
    """Ask for a challenge and send CREATE or CHANGE KEY; return the status word."""
    challenge = bytes.fromhex(send(psam, f"00840000{size:02X}")[:-4])
    command = key_command(master or psam_own_keys(key.algorithm)[0], key, challenge=challenge, create=create)
    return exchange(psam, command).hex().upper()


def delivers(psam: Psam, algorithm: Algorithm, usage: str = "270A") -> str:
    """Return the status word of DELIVERY SESSION KEY with the card's factor and a random."""
    data = CARD_FACTOR + "11" * algorithm.block_size
    return send(psam, f"BFDE{usage}{len(data) // 2:02X}{data}")


@BOTH
def test_a_created_key_works_as_a_personalised_one(version: str, algorithm: Algorithm) -> None:
    psam = bare_psam(version)
    assert delivers(psam, algorithm) == "6A88"
    assert write(psam, city_key(algorithm)) == "9000"
    assert delivers(psam, algorithm) == "9000"
    blocks = "22" * algorithm.block_size
    created = send(psam, f"80FA0000{algorithm.block_size:02X}{blocks}")
    ready_made = issue_psam(PUBLISHED_KEYS, area_code=AREA, level="city")
    enter(ready_made, version)
    assert delivers(ready_made, algorithm) == "9000"
    assert send(ready_made, f"80FA0000{algorithm.block_size:02X}{blocks}") == created


@BOTH
def test_keys_are_created_once_and_changed_when_there(version: str, algorithm: Algorithm) -> None:
    psam = bare_psam(version)
    key = city_key(algorithm)
    assert write(psam, key, create=False) == "6A88"
    assert write(psam, key) == "9000"
    assert write(psam, key) == "6985"
    other = city_key(algorithm, value=bytes(16))
    assert write(psam, other, create=False) == "9000"
    assert psam.contents.key(algorithm, 7, 0x0A) == other


def test_a_single_des_key_is_written_as_one() -> None:
    psam = bare_psam("2.00")
    key = city_key(TRIPLE_DES, usage=0x26, identifier=0x09, value=b"8 bytes!")
    assert key.record().hex() == "2609000100000000" + b"8 bytes!".hex()
    assert write(psam, key) == "9000"
    assert delivers(psam, TRIPLE_DES, "2609") == "9000"


@BOTH
def test_a_new_master_key_locks_the_published_one_out(version: str, algorithm: Algorithm) -> None:
    psam = bare_psam(version)
    own = PsamKey(algorithm, 0x00, 0x00, bytes(range(16)))
    assert write(psam, own, create=False) == "9000"
    assert write(psam, city_key(algorithm)) == "6988"
    assert write(psam, city_key(algorithm), master=own) == "9000"


def test_a_purchase_key_can_be_replaced() -> None:
    card = purse_card("3.00", PurseState(balance=100))
    psam = issue_psam(PUBLISHED_KEYS, area_code=AREA)
    enter(psam)
    purchase_root = PUBLISHED_KEYS.root("DPK", 1, SM4_ALGORITHM, Level.CITY, AREA)
    assert write(psam, PsamKey(SM4_ALGORITHM, 0x22, 0x01, bytes(16)), create=False) == "9000"
    debit = begin_purchase(card, psam, PurchaseAmounts(account=1))
    assert exchange(card, debit).hex() == "9302"
    assert write(psam, PsamKey(SM4_ALGORITHM, 0x22, 0x01, purchase_root), create=False) == "9000"


@BOTH
@pytest.mark.parametrize("size", [4, 8, 16])
def test_challenges_are_of_three_sizes_and_fit_the_cipher(
    version: str, algorithm: Algorithm, size: int
) -> None:
    psam = bare_psam(version)
    if size <= algorithm.block_size:
        assert write(psam, city_key(algorithm), size=size) == "9000"
        return
    with pytest.raises(ValueError, match="challenge of 16 bytes: at most 8"):
        write(psam, city_key(algorithm), size=size)
    assert send(psam, "84D4001124" + "00" * 36) == "6984"


def test_a_challenge_is_used_once_and_gone_with_the_directory() -> None:
    psam = bare_psam("3.00")
    master, key = psam_own_keys(SM4_ALGORITHM)[0], city_key(SM4_ALGORITHM)
    challenge = bytes.fromhex(send(psam, "0084000008")[:-4])
    command = key_command(master, key, challenge=challenge, create=True)
    assert exchange(psam, command[:-1] + bytes([command[-1] ^ 1])).hex() == "6988"
    assert exchange(psam, command).hex() == "6984"
    challenge = bytes.fromhex(send(psam, "0084000008")[:-4])
    command = key_command(master, key, challenge=challenge, create=True)
    assert send(psam, "00A4000002DF01").endswith("9000")
    assert exchange(psam, command).hex() == "6984"
    assert send(psam, "0084000009") == "6700"


def test_two_psams_ask_different_challenges_and_each_repeats_its_own() -> None:
    first, second, again = (personalise_psam([], area_code=AREA, serial=serial) for serial in "121")
    for psam in (first, second, again):
        psam.power_on()
    challenges = [send(psam, "0084000008") for psam in (first, second, again)]
    assert challenges[0] == challenges[2] != challenges[1]
    assert send(first, "0084000008") != challenges[0]
    given = personalise_psam([], area_code=AREA, random_bytes=lambda size: b"\x5a" * size)
    given.power_on()
    assert send(given, "0084000004") == "5A5A5A5A9000"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"identifier": 0x12}, id="id-of-another-file"),
        pytest.param({"identifier": 0xC0}, id="id-of-no-level"),
        pytest.param({"usage": 0x07}, id="no-levels"),
        pytest.param({"usage": 0x2B}, id="type-without-meaning"),
        pytest.param({"value": b"15 bytes, short"}, id="short-value"),
    ],
)
def test_a_record_that_fits_nowhere_is_refused(
    change: dict[str, int | bytes],
) -> None:
    psam = bare_psam("3.00")
    before = dict(psam.contents.keys)
    challenge = bytes.fromhex(send(psam, "0084000008")[:-4])
    key = city_key(SM4_ALGORITHM, **change)  # type: ignore[arg-type]
    master = psam_own_keys(SM4_ALGORITHM)[0]
    command = key_command(master, key, challenge=challenge, create=True, file=0x11)
    assert exchange(psam, command).hex() == "6a80"
    assert psam.contents.keys == before


def test_a_key_of_another_cipher_or_nonsense_is_refused() -> None:
    psam = bare_psam("3.00")
    master = psam_own_keys(SM4_ALGORITHM)[0]
    des = PsamKey(TRIPLE_DES, 0x27, 0x0A, bytes(16))
    challenge = bytes.fromhex(send(psam, "0084000008")[:-4])
    assert exchange(psam, key_command(master, des, challenge=challenge, create=True)).hex() == "6a80"
    assert send(psam, "84D4001104" + "00" * 4) == "6984"
    send(psam, "0084000008")
    assert send(psam, "84D4001104" + "00" * 4) == "6700"
    assert send(psam, "84D4001404" + "00" * 4) == "6A86"
    assert send(psam, "00A40000023F00").endswith("9000")
    assert send(psam, "84D4001104" + "00" * 4) == "6985"


def test_a_key_torn_at_any_byte_is_the_old_one_or_the_new_one() -> None:
    psam = bare_psam("3.00")
    old, new = city_key(SM4_ALGORITHM), city_key(SM4_ALGORITHM, value=bytes(range(16)))
    psam.contents.supply = supply = Tear(1_000_000)
    assert write(psam, old) == "9000"
    found = set()
    for size in range(supply.spent):
        psam.contents.supply = Tear(size)
        assert write(psam, new, create=False) == ""
        psam.contents.supply = None
        enter(psam)
        now = psam.contents.key(SM4_ALGORITHM, 7, 0x0A)
        assert now in (old, new)
        found.add(now == new)
        assert write(psam, old, create=False) == "9000"
    assert found == {True, False}


@pytest.mark.parametrize(
    ("identifier", "file"),
    [
        (0x00, None),
        (0x07, None),
        (0x08, 0x11),
        (0x10, 0x12),
        (0x1F, 0x13),
        (0x20, 0x11),
        (0x7F, 0x12),
        (0xBF, 0x13),
    ],
)
def test_key_ids_belong_to_the_file_of_their_level(identifier: int, file: int | None) -> None:
    assert key_file_of(identifier) == file


def test_the_published_own_keys_are_replaced_by_given_ones() -> None:
    own = PsamKey(TRIPLE_DES, 0x00, 0x00, bytes(16))
    psam = personalise_psam([own], area_code=AREA, environments=["sx1"])
    assert psam.contents.key(TRIPLE_DES, 0, 0) == own
    assert psam.contents.key(TRIPLE_DES, 1, 0) == psam_own_keys(TRIPLE_DES)[1]


def test_a_record_reads_back_and_a_damaged_one_is_refused() -> None:
    for key in psam_own_keys(SM4_ALGORITHM) + psam_own_keys(TRIPLE_DES):
        assert PsamKey.parse(key.record()) == key
    record = city_key(SM4_ALGORITHM).record()
    for damaged in (b"", record[:-1], b"\x27\x0a\x01" + record[3:], record[:4] + b"\1" + record[5:]):
        with pytest.raises(PsamKeyError, match="malformed"):
            PsamKey.parse(damaged)
    with pytest.raises(PsamKeyError, match="type 10"):
        PsamKey.parse(b"\x2a" + record[1:])


def test_own_keys_and_purchase_keys_are_not_delivered_for_ciphering() -> None:
    psam = issue_psam(PUBLISHED_KEYS, area_code=AREA)
    enter(psam)
    assert send(psam, "BFDE0000" + "10" + "11" * 16) == "6A88"
    assert delivers(psam, SM4_ALGORITHM, "2201") == "9000"
    assert send(psam, "80FA000010" + "11" * 16) == "6985"
    assert send(psam, "80FA050020" + "11" * 32) == "6985"


def test_the_directory_names_the_application_and_key_files_are_secret() -> None:
    psam = issue_psam(PUBLISHED_KEYS, area_code=AREA)
    psam.power_on()
    directory = "610E4F06D1560000059050045053414D"
    assert send(psam, "00B2010C00") == directory + "9000"
    assert send(psam, "00B2010C10") == directory + "9000"
    assert send(psam, "00B2010C20") == "6C10"
    assert send(psam, "00B2020C00") == "6A83"
    assert send(psam, "00B2000C00") == "6A83"
    assert send(psam, "00B0810000") == "6981"
    assert send(psam, "00B201B400") == "6981", "0016 is transparent"
    assert send(psam, "00A40000020001") == "9000"
    assert send(psam, "00B2010400") == directory + "9000"
    assert send(psam, "00A40000020011") == "6A82", "key files lie in the application"
    assert send(psam, "00A4000002DF01").endswith("9000")
    for file in ("0011", "0012", "0013"):
        assert send(psam, "00A4020002" + file) == "9000"
        assert send(psam, "00B0000000") == "6982"
        assert send(psam, "00B2010400") == "6982"


def test_impossible_manners_are_refused() -> None:
    with pytest.raises(ValueError, match="wrong_mac2 9000"):
        personalise_psam([], area_code=AREA, wrong_mac2=0x9000)
