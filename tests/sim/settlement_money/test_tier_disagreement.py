"""One tier is wrong in exactly one way: it is found, repaired where it may be, and nobody else is made wrong.

Every case compares all tiers before and after: a repair changes the tier that was wrong and no other (§5.5).
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from money_world import CHENGDU, CITIES, LESHAN, SHANGHAI, World

from onecard.sim.ledger import LedgerError, Posting
from onecard.sim.settlement.money.agreement import books_agree, books_follow_rows
from onecard.sim.settlement.money.daily import days_landed, reconcile_all, reconcile_day

DAY, NEXT_DAY = "2024-01-30", "2024-01-31"
ROUTE = (f"city/{CHENGDU}", "province/51", "ministry", "province/31", f"city/{SHANGHAI}")
"""The way of a settlement in Chengdu of somebody insured in Shanghai, who is written at its end."""
INSURED_CITY = ROUTE[-1]
OFF_ROUTE = f"city/{LESHAN}"


def busy_world() -> tuple[World, str]:
    """Settlements on every route; return also the number of one of Shanghai in Chengdu."""
    world = World()
    for there in CITIES:
        for home in CITIES:
            world.settle(there, home, person=3)
    return world, str(world.settle(CHENGDU, SHANGHAI, person=4).result.setl_id)


def table_of(world: World, address: str, row: Any) -> Any:
    """Return the table in which a tier has the rows of this kind."""
    tables = world.tiers[address].store.tables
    insured_here = address == f"city/{row.insu_admdvs}"
    return tables["SETL_D" if insured_here else "OUTMED_SETL_D"]


def make_up(world: World, address: str, setl_id: str, **columns: Any) -> Any:
    """Give a tier a settlement with its money that nobody else has, made after one that exists."""
    row = world.rows(INSURED_CITY)[setl_id]
    made_up = msgspec.structs.replace(row, setl_id="X1", medins_setl_id="X1", mdtrt_id="X1", **columns)
    world.tiers[address].land_again(made_up, now_us=world.now_us)
    assert "X1" in world.rows(address)
    return made_up


def picture(world: World) -> dict[str, dict[str, Any]]:
    """Return what each tier holds: rows and balances."""
    return {
        address: {
            "rows": world.rows(address),
            "balances": {
                account: tier.book.balance(account)
                for account in tier.book.ledger.accounts()
                if tier.book.balance(account)
            },
        }
        for address, tier in world.tiers.items()
    }


def reconcile_everything(world: World) -> None:
    for day in days_landed(world.tiers):
        world.reconcile(day)


def books(world: World) -> list[str]:
    return books_agree(world.tiers) + books_follow_rows(world.tiers)


# ---- a row that one tier lacks, or has otherwise


@pytest.mark.parametrize("address", ROUTE[:-1])
def test_a_row_that_a_tier_lacks_is_repaired_at_that_tier_alone(address: str) -> None:
    world, setl_id = busy_world()
    sound = picture(world)
    world.forget(address, setl_id)
    world.next_day()
    world.reconcile(DAY)
    assert picture(world) == sound


@pytest.mark.parametrize("column", ["hifp_pay", "medfee_sumamt", "acct_pay", "cash_payamt"])
@pytest.mark.parametrize("address", ROUTE[:-1])
def test_one_fen_in_one_column_is_put_right_and_moves_no_fen_anywhere(address: str, column: str) -> None:
    """The book was right and the row was not: the repair must not carry the row's error into the book."""
    world, setl_id = busy_world()
    sound = picture(world)
    row = world.rows(address)[setl_id]
    wrong = msgspec.structs.replace(row, **{column: getattr(row, column) + 1})
    table_of(world, address, row).put(wrong)
    assert reconcile_all(world.tiers) != []
    world.next_day()
    world.reconcile(DAY)
    assert picture(world) == sound
    assert books(world) == []


@pytest.mark.parametrize("address", ROUTE[:-1])
def test_a_row_that_lies_on_another_day_comes_back_to_its_own(address: str) -> None:
    world, setl_id = busy_world()
    sound = picture(world)
    row = world.rows(address)[setl_id]
    table_of(world, address, row).put(msgspec.structs.replace(row, clr_day=NEXT_DAY))
    assert {result.day for result in reconcile_all(world.tiers)} == {DAY, NEXT_DAY}
    world.next_day(2)
    reconcile_everything(world)
    assert reconcile_all(world.tiers) == []
    assert picture(world) == sound


def test_only_the_tier_that_is_wrong_posts_a_correction() -> None:
    """A wrong row at the ministry must not travel to the province of treatment on its way to be put right."""
    world, setl_id = busy_world()
    row = world.rows("ministry")[setl_id]
    table_of(world, "ministry", row).put(msgspec.structs.replace(row, certno="somebody"))
    before = {address: len(tier.store.tables["POSTING"]) for address, tier in world.tiers.items()}
    world.next_day()
    fetched = {address for address, answer in world.reconcile(DAY) if answer["fetched"]}
    assert fetched == {"ministry"}
    for address, tier in world.tiers.items():
        assert len(tier.store.tables["POSTING"]) - before[address] == 0, address


# ---- a row too many


@pytest.mark.parametrize("address", ROUTE[:-1])
def test_a_row_that_the_insured_city_never_wrote_is_told_and_copied_by_nobody(address: str) -> None:
    world, setl_id = busy_world()
    make_up(world, address, setl_id)
    wrong = picture(world)
    world.next_day()
    world.reconcile(DAY)
    assert picture(world) == wrong
    results = [result for result in reconcile_all(world.tiers) if not result.equal]
    assert {each.setl_id for result in results for each in result.differences} == {"X1"}
    states = [
        row.state
        for tier in world.tiers.values()
        for row in tier.store.tables["STMT_D"]
        if row.differences and row.differences[0][0] == "X1"
    ]
    assert set(states) == {"2"}


@pytest.mark.parametrize(
    ("address", "places"),
    [
        ("province/31", (CHENGDU, LESHAN)),
        ("province/51", (CHENGDU, CHENGDU)),
        ("ministry", (CHENGDU, LESHAN)),
        (OFF_ROUTE, (SHANGHAI, CHENGDU)),
    ],
    ids=["province between two others", "province of a local one", "ministry", "city of none"],
)
def test_a_row_at_a_tier_off_its_way_is_reported(address: str, places: tuple[str, str]) -> None:
    world, setl_id = busy_world()
    row = world.rows(INSURED_CITY)[setl_id]
    stray = msgspec.structs.replace(row, setl_id="X1", insu_admdvs=places[0], mdtrtarea_admvs=places[1])
    table_of(world, address, stray).put(stray)
    results = reconcile_all(world.tiers)
    assert any(each.setl_id == "X1" for result in results for each in result.differences)
    assert any(address in result.boundary for result in results)


def test_a_row_that_a_city_has_twice_is_reported() -> None:
    world, setl_id = busy_world()
    row = world.rows(INSURED_CITY)[setl_id]
    world.tiers[INSURED_CITY].store.tables["OUTMED_SETL_D"].put(row)
    assert any(
        each.setl_id == setl_id for result in reconcile_all(world.tiers) for each in result.differences
    )


def test_a_local_row_at_the_ministry_is_told_and_the_ministry_is_named() -> None:
    world, _ = busy_world()
    rows = world.rows(f"city/{CHENGDU}").values()
    local = next(row for row in rows if row.insu_admdvs == row.mdtrtarea_admvs)
    world.tiers["ministry"].store.tables["OUTMED_SETL_D"].put(local)
    (result,) = reconcile_all(world.tiers)
    assert result.boundary == "ministry"
    assert local.setl_id in result.differences[0].text


# ---- records


def records(world: World, address: str, peer: str) -> list[str]:
    return [row.state for row in world.tiers[address].store.tables["STMT_D"] if row.peer == peer]


def test_a_passed_record_stays_passed_when_the_neighbour_is_silent_later() -> None:
    world, _ = busy_world()
    world.next_day()
    world.reconcile(DAY)
    world.lost = lambda address, _request: address == "province/31"
    world.reconcile(DAY)
    assert records(world, "ministry", "province/31") == ["1"]
    triparty = world.tiers["ministry"].store.tables["TRIPARTY_STMT_D"]
    assert {row.state for row in triparty} == {"1"}


def test_a_day_that_failed_after_it_had_passed_passes_again_when_it_is_mended() -> None:
    world, setl_id = busy_world()
    world.next_day()
    world.reconcile(DAY)
    row = world.rows("ministry")[setl_id]
    table_of(world, "ministry", row).put(msgspec.structs.replace(row, certno="somebody"))
    world.reconcile(DAY, repair=False)
    assert records(world, "ministry", "province/31")[-1] == "2"
    world.reconcile(DAY)
    assert "2" not in records(world, "ministry", "province/31")
    assert "1" in records(world, "ministry", "province/31")


def test_tri_party_data_of_a_silent_province_are_open_and_not_failed() -> None:
    world, _ = busy_world()
    world.next_day()
    world.lost = lambda address, _request: address == "province/31"
    world.reconcile(DAY)
    triparty = world.tiers["ministry"].store.tables["TRIPARTY_STMT_D"]
    assert {row.state for row in triparty} == {"0"}
    world.lost = lambda _address, _request: False
    world.reconcile(DAY)
    assert {row.state for row in triparty} == {"1"}


# ---- the book


def test_a_second_posting_under_the_name_of_the_first_is_refused_and_not_written_over_it() -> None:
    """A book is loaded from its rows: a row that is written over is money lost at the next start."""
    world, setl_id = busy_world()
    book = world.tiers["ministry"].book
    posting = next(row for row in world.tiers["ministry"].store.tables["POSTING"] if row.reference == setl_id)
    with pytest.raises(LedgerError, match=setl_id):
        book.post(Posting(world.now_us, setl_id, posting.purpose, posting.entries))
    again = world.nation.tier("ministry")
    again.restore(world.tiers["ministry"].store.take_changes())
    account = posting.entries[0][0]
    assert again.book.balance(account) == book.balance(account)


@pytest.mark.parametrize("address", ROUTE[:-1])
def test_a_row_that_was_lost_without_its_money_is_landed_without_it(address: str) -> None:
    world, setl_id = busy_world()
    sound = picture(world)
    tier = world.nation.tier(address)
    for name, table in world.tiers[address].store.tables.items():
        for row in table:
            if getattr(row, "setl_id", "") != setl_id:
                tier.store.tables[name].load(row)
                if name == "POSTING":
                    tier.book.load(row)
    world.tiers[address] = tier
    world.next_day()
    world.reconcile(DAY)
    assert picture(world) == sound


def test_money_of_an_institution_that_settled_nothing_is_found_by_the_rows() -> None:
    world, _ = busy_world()
    idle = world.institution(CHENGDU, "hospital", 0).fixmedins_code
    busy = world.institution(CHENGDU).fixmedins_code
    book = world.city(CHENGDU).book
    book.ledger.open(f"institution-receivable/{idle}")
    entries = ((f"institution-receivable/{idle}", 5), (f"fund-employee-pool/{CHENGDU}", -5))
    book.ledger.post(Posting(0, "tamper", "tamper", entries))
    lines = books_follow_rows(world.tiers)
    assert any(idle in line for line in lines)
    assert not any(busy in line for line in lines)


def test_every_boundary_of_a_sound_network_is_equal() -> None:
    world, _ = busy_world()
    assert all(result.equal for result in reconcile_day(world.tiers, DAY))
    assert books(world) == []


def test_rows_that_are_lost_again_after_a_passed_day_are_repaired_again() -> None:
    """The neighbour landed its row anew after the day had passed, and still vouches for it."""
    world, setl_id = busy_world()
    sound = picture(world)
    world.next_day()
    for lacking in ((), ("province/31", "ministry"), ("province/31",), ROUTE[:-1]):
        for address in lacking:
            world.forget(address, setl_id)
        world.reconcile(DAY)
        assert picture(world) == sound
