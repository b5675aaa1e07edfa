"""Two patients of two regions have the same visit: what is equal, and what each region decides (C-24, C-29).

Once as outpatients, once as a stay in hospital; the hospital is in Chengdu, the patients are insured in
Shanghai and in Leshan.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from money_world import CHENGDU, ITEMS, LESHAN, SHANGHAI, World, people

from onecard.sim.settlement.benefit import load_catalogue
from onecard.sim.settlement.clients.dialogue import Credential, charge
from onecard.sim.settlement.clients.inpatient_stay import InpatientStay
from onecard.sim.settlement.money.agreement import books_agree, books_follow_rows
from onecard.sim.settlement.money.daily import reconcile_day

ROUTES = {
    SHANGHAI: (f"city/{CHENGDU}", "province/51", "ministry", "province/31", f"city/{SHANGHAI}"),
    LESHAN: (f"city/{CHENGDU}", "province/51", f"city/{LESHAN}"),
}


def stay(world: World, home: str) -> Any:
    who = people(home)[3]
    items = tuple(charge(load_catalogue()[code], 40) for code in ITEMS)
    dialogue: Any = InpatientStay(
        desk=world.desk(world.institution(CHENGDU, "hospital")),
        credential=Credential(
            mdtrt_cert_type="03",
            mdtrt_cert_no=who.card_number,
            card_sn=who.card_sn,
            certno=who.certno,
            psn_name=who.psn_name,
        ),
        ipt_no=f"ZY-{home}",
        batches=(items,),
    )
    world._follow(dialogue, CHENGDU)
    return dialogue


def visit(world: World, home: str) -> Any:
    return world.settle(CHENGDU, home, person=3, kind="hospital", count=40)


@pytest.mark.parametrize("go", [visit, stay], ids=["outpatients", "inpatients"])
def test_the_same_in_scope_amount_another_pooled_payment_the_same_row_at_every_tier(go: Any) -> None:
    world = World()
    done = {home: go(world, home) for home in ROUTES}
    assert [dialogue.failure for dialogue in done.values()] == [None, None]
    rows = {home: world.rows(f"city/{home}")[done[home].result.setl_id] for home in ROUTES}

    in_scope = {row.inscp_amt for row in rows.values()}
    assert len(in_scope) == 1
    assert in_scope.pop() > 0
    assert len({row.medfee_sumamt for row in rows.values()}) == 1
    assert len({row.hifp_pay for row in rows.values()}) == 2

    for home, route in ROUTES.items():
        landed = [world.rows(address).get(rows[home].setl_id) for address in route]
        assert landed == [rows[home]] * len(route)
        others = set(world.tiers) - set(route)
        assert not any(rows[home].setl_id in world.rows(address) for address in others)

    day = world.today
    pair = next(
        result for result in reconcile_day(world.tiers, day) if result.boundary.startswith("province/31")
    )
    assert list(pair.sides) == ["province/31", "ministry", "province/51"]
    assert len({side.values for side in pair.sides.values()}) == 1
    assert all(result.equal for result in reconcile_day(world.tiers, day))

    hospital = world.institution(CHENGDU, "hospital")
    clr_type = rows[SHANGHAI].clr_type
    assert world.statement(hospital, day, clr_type=clr_type)[1]["stmt_rslt"] == "000000"
    assert books_agree(world.tiers) == books_follow_rows(world.tiers) == []


@pytest.mark.parametrize("go", [visit, stay], ids=["outpatients", "inpatients"])
def test_a_cancellation_is_the_negated_row_at_every_tier_and_leaves_nothing_owed(go: Any) -> None:
    world = World()
    done = go(world, SHANGHAI)
    setl_id = done.result.setl_id
    world.cancel(done)
    for address in ROUTES[SHANGHAI]:
        original = world.rows(address)[setl_id]
        (refund,) = [row for row in world.rows(address).values() if row.init_setl_id]
        assert (original.vali_flag, refund.init_setl_id) == ("0", setl_id)
        assert refund.medfee_sumamt == -original.medfee_sumamt
        assert refund.hifp_pay == -original.hifp_pay
    owed = {
        account: tier.book.balance(account)
        for tier in world.tiers.values()
        for account in tier.book.ledger.accounts("clearing")
    }
    assert set(owed.values()) == {0}
    assert books_agree(world.tiers) == books_follow_rows(world.tiers) == []
    assert msgspec.structs.asdict(world.rows("ministry")[setl_id])["vali_flag"] == "0"
