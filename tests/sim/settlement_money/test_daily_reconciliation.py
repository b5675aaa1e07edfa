"""Daily reconciliation between tiers: each kind of difference is found, told, repaired (§5.5)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from money_world import CHENGDU, LESHAN, SHANGHAI, World

from onecard.sim.settlement.money.agreement import books_agree, books_follow_rows
from onecard.sim.settlement.money.daily import reconcile_all, reconcile_day
from onecard.sim.settlement.money.sums import AMOUNTS, groups_of, row_digest, totals_of
from onecard.sim.settlement.tiers.between import messages as told
from onecard.sim.settlement.tiers.between.jobs import job

DAY = "2024-01-30"
ROUTE = (f"city/{CHENGDU}", "province/51", "ministry", "province/31", f"city/{SHANGHAI}")
"""The way of a settlement in Chengdu of somebody insured in Shanghai."""


def busy_world() -> tuple[World, Any]:
    """Settlements on every route; return also one of Shanghai in Chengdu."""
    world = World()
    for treatment in (SHANGHAI, CHENGDU, LESHAN):
        for home in (SHANGHAI, CHENGDU, LESHAN):
            world.settle(treatment, home, person=3)
    refunded = world.settle(CHENGDU, SHANGHAI, person=5)
    world.cancel(refunded)
    return world, world.settle(CHENGDU, SHANGHAI, person=4)


def spoil(world: World, address: str, setl_id: str, **columns: Any) -> None:
    """Make a tier's row other than it was, its posting left as it is."""
    table = world.tiers[address].store.tables["OUTMED_SETL_D"]
    table.put(msgspec.structs.replace(table.get(setl_id), **columns))


def states(world: World, address: str) -> dict[str, str]:
    return {row.peer: row.state for row in world.tiers[address].store.tables["STMT_D"]}


def _places(row: Any) -> tuple[str, str]:
    return row.insu_admdvs, row.mdtrtarea_admvs


# ---- the comparison


def test_every_boundary_is_equal_after_a_day_of_all_routes() -> None:
    world, _ = busy_world()
    results = reconcile_day(world.tiers, DAY)
    assert [result.boundary for result in results] == [
        f"city/{SHANGHAI} | province/31",
        f"city/{CHENGDU} | province/51",
        f"city/{LESHAN} | province/51",
        "province/31 | ministry | province/51",
        "province/51 | ministry | province/31",
    ]
    assert all(result.equal for result in results)
    pair = results[3]
    assert pair.sides["ministry"].rows == 5
    assert pair.sides["ministry"].person_times == 3
    assert pair.sides["ministry"].persons == 3


def test_three_sums_of_a_pair_of_provinces_are_equal() -> None:
    """C-30."""
    world, _ = busy_world()
    sides = reconcile_day(world.tiers, DAY)[3].sides
    assert len({side.values for side in sides.values()}) == 1
    assert sides["ministry"].medfee_sumamt_fen > 0


@pytest.mark.parametrize("address", ROUTE)
def test_a_row_that_one_tier_lacks_is_named_with_the_tier(address: str) -> None:
    world, lost = busy_world()
    world.forget(address, lost.result.setl_id)
    differences = [each for result in reconcile_day(world.tiers, DAY) for each in result.differences]
    assert {each.setl_id for each in differences} == {lost.result.setl_id}
    assert {lacking for each in differences for lacking in each.lacks} == {address}
    assert f"missing at {address}" in differences[0].text


@pytest.mark.parametrize("column", [*AMOUNTS, "certno", "clr_optins", "med_type"])
def test_a_column_that_differs_is_named_with_both_values(column: str) -> None:
    world, spoilt = busy_world()
    row = world.rows("ministry")[spoilt.result.setl_id]
    value = getattr(row, column)
    spoil(world, "ministry", row.setl_id, **{column: value + 1 if isinstance(value, int) else f"{value}9"})
    (result,) = reconcile_all(world.tiers)
    (difference,) = result.differences
    assert [name for name, _ in difference.columns] == [column]
    assert not difference.lacks
    assert column in difference.text


def test_whether_a_row_is_in_force_is_worked_out_by_each_tier_and_not_compared() -> None:
    world, settled = busy_world()
    spoil(world, "ministry", settled.result.setl_id, vali_flag="0")
    assert reconcile_all(world.tiers) == []


def test_groups_are_those_of_the_back_office_and_refunds_take_a_person_time_off() -> None:
    world, _ = busy_world()
    rows = list(world.rows("ministry").values())
    groups = groups_of(rows)
    columns = ("insu_admdvs", "mdtrtarea_admvs", "insutype", "psn_type", "med_type")
    assert set(groups) == {tuple(getattr(row, column) for column in columns) for row in rows}
    refund = next(row for row in rows if row.init_setl_id)
    members = [row for row in rows if (row.psn_type, *_places(row)) == (refund.psn_type, *_places(refund))]
    group = groups[tuple(getattr(refund, column) for column in columns)]
    assert (group.rows, group.person_times) == (len(members), len(members) - 2)
    assert group.persons == len({row.certno for row in members})
    by_institution = groups_of(world.rows("ministry").values(), ("fixmedins_code", "insu_admdvs"))
    assert len(by_institution) == 4


def test_totals_do_not_depend_on_the_order_of_rows() -> None:
    world, _ = busy_world()
    rows = list(world.rows("ministry").values())
    assert totals_of(rows) == totals_of(rows[::-1])
    assert len({row_digest(row) for row in rows}) == len(rows)


# ---- the jobs


def test_a_day_without_differences_passes_at_every_tier_and_fetches_nothing() -> None:
    world, _ = busy_world()
    world.next_day()
    answers = world.reconcile(DAY)
    assert {state for _, answer in answers for state in answer["states"].values()} == {"1"}
    assert sum(answer["fetched"] for _, answer in answers) == 0


@pytest.mark.parametrize("address", ROUTE[:-1])
def test_a_missing_row_is_fetched_and_landed_with_its_money(address: str) -> None:
    world, lost = busy_world()
    world.forget(address, lost.result.setl_id)
    assert books_agree(world.tiers) != []
    world.next_day()
    fetched = {at: answer["fetched"] for at, answer in world.reconcile(DAY) if answer["fetched"]}
    assert fetched == {address: 1}
    assert reconcile_all(world.tiers) == books_agree(world.tiers) == books_follow_rows(world.tiers) == []


def test_a_row_that_all_tiers_but_the_insured_city_lack_travels_back() -> None:
    world, lost = busy_world()
    for address in ROUTE[:-1]:
        world.forget(address, lost.result.setl_id)
    world.next_day()
    assert sum(answer["fetched"] for _, answer in world.reconcile(DAY)) == 4
    assert reconcile_all(world.tiers) == books_agree(world.tiers) == []


@pytest.mark.parametrize("address", ROUTE[:-1])
def test_a_row_with_other_amounts_is_put_right_by_the_side_nearer_to_the_insured_city(address: str) -> None:
    world, spoilt = busy_world()
    row = world.rows(address)[spoilt.result.setl_id]
    world.forget(address, row.setl_id)
    wrong = msgspec.structs.replace(row, medfee_sumamt=row.medfee_sumamt + 500, certno="somebody")
    world.tiers[address].land_again(wrong, now_us=world.now_us)
    assert books_agree(world.tiers) != []
    world.next_day()
    world.reconcile(DAY)
    assert world.rows(address)[row.setl_id] == row
    assert reconcile_all(world.tiers) == books_agree(world.tiers) == books_follow_rows(world.tiers) == []


def test_what_the_insured_city_lacks_is_told_and_not_repaired() -> None:
    world, lost = busy_world()
    city = f"city/{SHANGHAI}"
    world.forget(city, lost.result.setl_id)
    world.next_day()
    world.reconcile(DAY)
    assert lost.result.setl_id not in world.rows(city)
    assert states(world, city) == {"province/31": "2"}
    (row,) = world.tiers[city].store.tables["STMT_D"]
    assert row.differences == ((lost.result.setl_id, f"missing at {city}"),)


def test_a_reconciliation_without_repair_changes_nothing() -> None:
    world, lost = busy_world()
    world.forget("ministry", lost.result.setl_id)
    world.next_day()
    world.reconcile(DAY, repair=False)
    assert lost.result.setl_id not in world.rows("ministry")
    assert set(states(world, "ministry").values()) == {"2"}


def test_a_repair_that_is_repeated_changes_nothing() -> None:
    world, lost = busy_world()
    world.forget("ministry", lost.result.setl_id)
    world.next_day()
    world.reconcile(DAY)
    postings = len(world.tiers["ministry"].store.tables["POSTING"])
    world.reconcile(DAY)
    assert len(world.tiers["ministry"].store.tables["POSTING"]) == postings


def test_a_row_and_its_refund_that_were_both_missing_leave_it_cancelled() -> None:
    world = World()
    refunded = world.settle(CHENGDU, SHANGHAI, person=5)
    world.cancel(refunded)
    for setl_id in list(world.rows("ministry")):
        world.forget("ministry", setl_id)
    world.next_day()
    world.reconcile(DAY)
    in_force = [row for row in world.rows("ministry").values() if row.vali_flag == "1"]
    assert [bool(row.init_setl_id) for row in in_force] == [True]


def test_a_silent_neighbour_leaves_the_day_open_and_another_run_passes_it() -> None:
    world, _ = busy_world()
    world.next_day()
    world.lost = lambda address, _request: address == "province/31"
    world.reconcile(DAY)
    assert states(world, "ministry") == {"province/31": "0", "province/51": "1"}
    world.lost = lambda _address, _request: False
    world.reconcile(DAY)
    assert states(world, "ministry") == {"province/31": "1", "province/51": "1"}


def test_a_passed_record_is_final_and_a_late_row_opens_another() -> None:
    world, _ = busy_world()
    world.reconcile(DAY)
    world.settle(CHENGDU, SHANGHAI, person=6)
    world.reconcile(DAY)
    rows = [row for row in world.tiers["ministry"].store.tables["STMT_D"] if row.peer == "province/31"]
    assert [(row.statement[-1], row.state) for row in rows] == [("1", "1"), ("2", "1")]
    assert rows[0].rows + 1 == rows[1].rows


def test_the_ministry_keeps_the_tri_party_data_of_the_day() -> None:
    world, _ = busy_world()
    world.reconcile(DAY)
    rows = {
        (row.insured, row.treatment): row for row in world.tiers["ministry"].store.tables["TRIPARTY_STMT_D"]
    }
    assert set(rows) == {("31", "51"), ("51", "31")}
    for row in rows.values():
        assert row.state == "1"
        assert row.insured_amounts == row.ministry_amounts == row.treatment_amounts
    sides = reconcile_day(world.tiers, DAY)[3].sides
    assert rows["31", "51"].ministry_amounts == sides["ministry"].values


def test_a_thousand_rows_and_more_are_compared_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "MAX_LISTED", 2)
    world, lost = busy_world()
    world.forget("ministry", lost.result.setl_id)
    world.next_day()
    world.reconcile(DAY)
    assert reconcile_all(world.tiers) == []


@pytest.mark.parametrize("infno", ["RC01", "RC02", "RC03"])
def test_a_stranger_is_not_answered(infno: str) -> None:
    world, _ = busy_world()
    request = job("city/110000", infno, told.DayQuery(day=DAY), calendar=world.calendar, now_us=world.now_us)
    assert world.read(world.call("province/51", request))[0] == "wrong-role"


@pytest.mark.parametrize("infno", ["RC04", "CL01", "PP01", "PP02"])
@pytest.mark.parametrize("address", [f"city/{CHENGDU}", "province/51", "ministry"])
def test_a_job_is_done_for_the_tiers_own_office_alone(infno: str, address: str) -> None:
    world = World()
    request = job("province/31", infno, told.MonthJob(month="202401"), calendar=world.calendar, now_us=0)
    assert world.read(world.call(address, request))[0] == "wrong-role"


def test_rows_that_do_not_cross_the_boundary_are_not_given_away() -> None:
    world, _ = busy_world()
    local = [row.setl_id for row in world.rows(f"city/{CHENGDU}").values() if row.insu_admdvs == CHENGDU]
    query = told.RowsQuery(setl_ids=tuple(local))
    request = job("province/51", "RC03", query, calendar=world.calendar, now_us=world.now_us)
    reason, answer = world.read(world.call(f"city/{CHENGDU}", request))
    assert (reason, {row["insu_admdvs"] != row["mdtrtarea_admvs"] for row in answer["landing"]}) == (
        "",
        {True},
    )


def test_a_malformed_job_is_refused_with_the_field() -> None:
    world = World()
    request = job("ministry", "RC04", told.MonthJob(month="202401"), calendar=world.calendar, now_us=0)
    reason, text = world.read(world.call("ministry", request))
    assert (reason, "day" in text or "month" in text) == ("malformed", True)
