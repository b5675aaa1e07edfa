"""MACs, TACs and year totals of the purse, as card, PSAM and host compute them."""

from __future__ import annotations

import msgspec
import pytest

from onecard.virtual_cards.purse import cryptograms
from onecard.virtual_cards.purse.amounts import (
    PurchaseAmounts,
    PurseConditionError,
    date_of,
    is_starting_day,
    loaded,
    payment_year_of,
    purchased,
)
from onecard.virtual_cards.purse.state import MONEY_LIMIT, PurseProof, PurseState
from onecard.virtual_cards.security.ciphers import SM4_ALGORITHM, TRIPLE_DES, Algorithm
from onecard.virtual_cards.security.diversification import (
    city_factor,
    diversify_through,
    province_factor,
)

ROOT = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
TERMINAL, SERIAL = bytes.fromhex("999900000001"), bytes.fromhex("00000012")
TIME = bytes.fromhex("20250102030405")


def card_key(algorithm: Algorithm) -> bytes:
    factors = (province_factor("999900"), city_factor("999900"), bytes.fromhex("8660999900000001"))
    return diversify_through(algorithm, ROOT, factors)


@pytest.mark.parametrize(
    ("algorithm", "mac1", "mac2", "tac"),
    [
        pytest.param(TRIPLE_DES, "b84a6b77", "18b0813e", "13ee2639", id="3DES"),
        pytest.param(SM4_ALGORITHM, "1c9f0abb", "d6a7a2e6", "ff2d05d2", id="SM4"),
    ],
)
def test_a_purchase_gives_the_published_vectors(algorithm: Algorithm, mac1: str, mac2: str, tac: str) -> None:
    # terminal.md §4.3, "debit"
    key, amounts = card_key(algorithm), PurchaseAmounts(self_pay=0x3039, pooled=0x2710)
    sespk = cryptograms.purchase_session_key(
        algorithm, key, random=bytes.fromhex("61626364"), counter=7, terminal_serial=SERIAL
    )
    found = (
        cryptograms.purchase_mac1(
            algorithm, sespk, amounts=amounts, terminal_number=TERMINAL, time=TIME
        ).hex(),
        cryptograms.purchase_mac2(algorithm, sespk, amounts=amounts).hex(),
        cryptograms.purchase_tac(
            algorithm, key, amounts=amounts, terminal_number=TERMINAL, terminal_serial=SERIAL, time=TIME
        ).hex(),
    )
    assert found == (mac1, mac2, tac)


def test_the_tac_key_of_the_des_family_is_both_halves_in_one() -> None:
    assert cryptograms.tac_key(TRIPLE_DES, ROOT) == bytes.fromhex("FF" * 8)
    assert cryptograms.tac_key(SM4_ALGORITHM, ROOT) == ROOT


@pytest.mark.parametrize("algorithm", [TRIPLE_DES, SM4_ALGORITHM], ids=lambda algorithm: algorithm.name)
def test_every_datum_of_a_load_counts(algorithm: Algorithm) -> None:
    key = card_key(algorithm)
    base = {"balance": 5, "amount": 7, "terminal_number": TERMINAL}
    assert len({cryptograms.load_mac1(algorithm, key[: algorithm.session_key_size], **base)}) == 1

    def tac(**other: object) -> bytes:
        data = {**base, "counter": 3, "time": TIME, **other}
        return cryptograms.load_tac(algorithm, key, **data)  # type: ignore[arg-type]

    variants = [
        tac(),
        tac(balance=6),
        tac(amount=8),
        tac(counter=4),
        tac(time=TIME[::-1]),
        tac(terminal_number=TERMINAL[::-1]),
    ]
    assert len(set(variants)) == len(variants)


# Payment year, starting day, date of the purchase -> payment year and totals after a purchase of 10 and 20
# by a card that has 100 and 200.
YEARS = [
    pytest.param(2025, 101, 20250101, (2025, 110, 220), id="first-day"),
    pytest.param(2025, 101, 20251231, (2025, 110, 220), id="last-day"),
    pytest.param(2025, 101, 20260101, (2026, 10, 20), id="new-year"),
    pytest.param(2025, 401, 20260331, (2025, 110, 220), id="last-day-of-a-year-from-april"),
    pytest.param(2025, 401, 20260401, (2026, 10, 20), id="new-year-from-april"),
    pytest.param(2024, 401, 20260115, (2025, 10, 20), id="a-year-skipped-in-its-fourth-quarter"),
    pytest.param(2022, 401, 20260501, (2026, 10, 20), id="three-years-skipped"),
    pytest.param(0, 401, 20260115, (2025, 10, 20), id="first-purchase"),
    pytest.param(2025, 401, 20250331, (2025, 110, 220), id="terminal-clock-behind"),
]


@pytest.mark.parametrize(("year", "day", "date", "expected"), YEARS)
def test_totals_belong_to_the_payment_year(
    year: int, day: int, date: int, expected: tuple[int, int, int]
) -> None:
    state = PurseState(balance=500, payment_year=year, starting_day=day, self_pay_total=100, pooled_total=200)
    after = purchased(state, PurchaseAmounts(account=1, self_pay=10, pooled=20), date)
    assert (after.payment_year, after.self_pay_total, after.pooled_total) == expected
    assert (after.balance, after.purchase_counter) == (499, 1)
    again = purchased(after, PurchaseAmounts(self_pay=1), date)
    assert again.payment_year == after.payment_year, "a second purchase of the day stays in that year"
    assert again.self_pay_total == after.self_pay_total + 1


def test_account_only_mode_keeps_no_year() -> None:
    after = purchased(PurseState(balance=500), PurchaseAmounts(account=20), 20250101, totals=False)
    assert (after.balance, after.payment_year, after.self_pay_total) == (480, 0, 0)


def test_what_outgrows_four_bytes_is_refused() -> None:
    with pytest.raises(PurseConditionError, match=r"balance 4294967295 \+ 1"):
        loaded(PurseState(balance=MONEY_LIMIT), 1)
    full = PurseState(payment_year=2025, pooled_total=MONEY_LIMIT)
    with pytest.raises(PurseConditionError, match="pooled_total"):
        purchased(full, PurchaseAmounts(pooled=1), 20250101)
    with pytest.raises(ValueError, match="amount self_pay -1"):
        PurchaseAmounts(self_pay=-1)


def test_dates_are_packed_digits() -> None:
    assert date_of(TIME) == 20250102
    with pytest.raises(PurseConditionError, match="2025010a030405"):
        date_of(bytes.fromhex("2025010A030405"))
    assert payment_year_of(20250331, 401) == 2024


@pytest.mark.parametrize(
    ("day", "valid"), [(101, True), (229, True), (230, False), (1301, False), (0, False)]
)
def test_a_starting_day_is_a_day_of_the_calendar(day: int, *, valid: bool) -> None:
    assert is_starting_day(day) is valid


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"balance": -1}, "purse balance -1"),
        ({"load_counter": 0x10000}, "load_counter 65536"),
        ({"payment_year": 10000}, "payment_year 10000"),
    ],
    ids=["balance", "counter", "year"],
)
def test_impossible_states_are_refused_also_from_a_card_image(fields: dict[str, int], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        PurseState(**fields)  # type: ignore[arg-type]
    damaged = [fields.get(name, 0) for name in PurseState.__struct_fields__[:7]]
    with pytest.raises(msgspec.ValidationError, match=complaint):
        msgspec.msgpack.decode(msgspec.msgpack.encode(damaged), type=PurseState)


def test_a_proof_of_the_wrong_size_is_refused() -> None:
    with pytest.raises(ValueError, match="mac 'aa'"):
        PurseProof(counter=0, mac=b"\xaa", tac=bytes(4))


def test_a_state_survives_its_encoding_and_older_ones_are_read() -> None:
    proof = PurseProof(counter=4, mac=b"abcd", tac=b"efgh")
    state = PurseState(balance=7, purchase_proof=proof)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=PurseState) == state
    older = msgspec.msgpack.encode([1, 2, 3, 4, 5, 2025, 101])
    assert msgspec.msgpack.decode(older, type=PurseState).payment_year == 2025
