"""One visit from registration to settlement and back: amounts, money, state rules, card authentication."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from institutions_world import CATALOGUE, World, bill, person

from onecard.sim.authority import CardStatus
from onecard.sim.ledger import Posting
from onecard.sim.settlement.benefit import KindUsed, Used
from onecard.sim.settlement.benefit.catalogue import line_amount_fen
from onecard.sim.settlement.clients.dialogue import Charge
from onecard.sim.settlement.messages.identities import check_identities
from onecard.sim.settlement.messages.reasons import Reason
from onecard.sim.units.money import yuan_to_fen


def reason(answer: dict[str, Any]) -> str:
    assert answer["infcode"] == -1
    return str(answer["err_msg"]).partition(":")[0]


def settled(world: World, **options: Any) -> tuple[Any, list[dict[str, Any]]]:
    visit = world.visit(**options)
    answers = world.follow(visit)
    assert visit.failure is None, visit.failure
    return visit, answers


def settlements(world: World) -> list[Posting]:
    return [posting for posting in world.postings if "settlement" in posting.purpose]


def test_an_outpatient_visit_settles_with_every_identity() -> None:
    world = World()
    visit, answers = settled(world)
    assert [visit.done, visit.next_infno] == [["1101", "2201", "2203", "2204", "2206", "2207"], None]
    fees, before, after = (answer["output"] for answer in answers[3:])
    violations = check_identities(
        after["setlinfo"],
        setldetail=after["setldetail"],
        lines=fees["result"],
        presettlement=before["setlinfo"],
        balance_before_fen=30_000,
        deductible_standard_fen=50_000,
        acct_used_flag="1",
        msgid=after["setlinfo"]["medins_setl_id"],
    )
    assert violations == []
    assert after["setlinfo"]["hifp_pay"] == "175.41"  # 0.70 of 250.59 in scope, the deductible is used up
    assert "setl_id" not in before["setlinfo"]


def test_the_money_follows_the_settlement() -> None:
    world = World()
    visit, _ = settled(world)
    result = visit.result
    paid_fen = result.fund_pay_sumamt_fen + result.acct_pay_fen
    assert world.balance("institution-receivable/H31010100001") == paid_fen
    assert world.balance("fund-employee-pool/310000") == 10**12 - result.fund_pay_sumamt_fen
    assert world.balance("person-medical/1") == 30_000 - result.acct_pay_fen == result.balc_fen
    assert result.medfee_sumamt_fen == paid_fen + result.psn_cash_pay_fen
    assert [posting.reference for posting in settlements(world)] == [result.setl_id]


def test_a_resident_pays_from_the_resident_pool_and_has_no_account() -> None:
    world = World(person(2))
    visit, answers = settled(world)
    assert visit.result.acct_pay_fen == 0
    assert answers[-1]["output"]["setldetail"][0]["fund_pay_type"] == "390100"
    assert world.balance("fund-resident-pool/310000") == 10**12 - visit.result.fund_pay_sumamt_fen


def test_a_person_may_leave_the_account_alone() -> None:
    world = World()
    visit, _ = settled(world, use_account=False)
    assert (visit.result.acct_pay_fen, visit.result.balc_fen) == (0, 30_000)


def test_what_exceeds_the_account_is_cash() -> None:
    world = World(account_fen=100)
    visit, _ = settled(world)
    assert visit.result.acct_pay_fen == 100
    assert (
        visit.result.psn_cash_pay_fen
        == visit.result.medfee_sumamt_fen - visit.result.fund_pay_sumamt_fen - 100
    )


def test_a_settlement_that_only_the_person_pays_still_has_its_posting() -> None:
    world = World(person(2, used=Used()))
    visit, _ = settled(world, charges=bill("SYN-W-5001"))
    assert visit.result.fund_pay_sumamt_fen == 0
    assert [posting.reference for posting in settlements(world)] == [visit.result.setl_id]


def test_a_cancellation_restores_everything() -> None:
    world = World()
    accounts = ("person-medical/1", "fund-employee-pool/310000", "institution-receivable/H31010100001")
    before = [world.balance(name) for name in accounts]
    visit, answers = settled(world)
    original = answers[-1]["output"]["setlinfo"]
    visit.undo()
    undone = world.follow(visit)
    assert [answer["infcode"] for answer in undone] == [0, 0, 0]
    cancellation = undone[0]["output"]["setlinfo"]
    assert (
        check_identities(cancellation, setldetail=undone[0]["output"]["setldetail"], cancelled=original) == []
    )
    assert cancellation["setl_id"] != original["setl_id"]
    assert cancellation["balc"] == "300.00"
    assert cancellation["pdn_cash_pay"] == cancellation["psn_cash_pay"]
    assert "psn_name" not in cancellation
    assert [world.balance(name) for name in accounts] == before
    row = world.settlements()[cancellation["setl_id"]]
    assert (row.init_setl_id, row.refd_setl_flag) == (original["setl_id"], "1")
    assert world.settlements()[original["setl_id"]].vali_flag == "0"


def cancel_node(visit: Any, setl_id: str) -> dict[str, Any]:
    return {"data": {"setl_id": setl_id, "mdtrt_id": visit.mdtrt_id, "psn_no": visit.psn_no}}


def test_after_a_cancellation_the_visit_settles_again_under_a_new_number() -> None:
    world = World()
    visit, answers = settled(world)
    first = visit.result
    assert world.send("2208", cancel_node(visit, first.setl_id))["infcode"] == 0
    visit._plan = ["2206", "2207"]
    again = world.follow(visit)
    assert visit.result.setl_id != first.setl_id
    assert visit.result.fund_pay_sumamt_fen == first.fund_pay_sumamt_fen
    assert (
        check_identities(again[-1]["output"]["setlinfo"], presettlement=answers[-1]["output"]["setlinfo"])
        == []
    )


def test_a_settlement_is_cancelled_once_st_8() -> None:
    world = World()
    visit, _ = settled(world)
    node = cancel_node(visit, visit.result.setl_id)
    done = world.send("2208", node)
    assert reason(world.send("2208", node)) == Reason.SETTLEMENT_CANCELLED
    node["data"]["setl_id"] = done["output"]["setlinfo"]["setl_id"]
    assert reason(world.send("2208", node)) == Reason.SETTLEMENT_UNKNOWN, "a cancellation cannot be cancelled"


def test_the_deductible_accumulates_over_visits_and_comes_back() -> None:
    world = World(person(1, used=Used(outpatient=KindUsed(in_scope_fen=40_000, deductible_fen=40_000))))
    first, _ = settled(world)
    second, _ = settled(world, ipt_otp_no="0002")
    assert (first.result.act_pay_dedc_fen, second.result.act_pay_dedc_fen) == (10_000, 0)
    assert world.send("2208", cancel_node(first, first.result.setl_id))["infcode"] == 0
    third, _ = settled(world, ipt_otp_no="0003")
    assert third.result.act_pay_dedc_fen == 10_000


def visit_node(visit: Any, **more: Any) -> dict[str, Any]:
    return {"data": {"psn_no": visit.psn_no, "mdtrt_id": visit.mdtrt_id, "ipt_otp_no": "0001", **more}}


@pytest.mark.parametrize(
    ("until", "expected"),
    [("2204", None), ("2206", Reason.FEES_UNSETTLED), ("", Reason.SETTLEMENT_EXISTS)],
    ids=["no-fees", "unsettled-fees", "settlement"],
)
def test_a_registration_is_cancelled_only_when_nothing_hangs_on_it_st_2(
    until: str, expected: str | None
) -> None:
    world = World()
    visit = world.visit()
    world.follow(visit, until=until)
    answer = world.send("2202", visit_node(visit))
    assert (answer["infcode"] == 0) if expected is None else (reason(answer) == expected)


def test_after_the_registration_is_cancelled_nothing_can_be_sent_st_1() -> None:
    world = World()
    visit = world.visit()
    world.follow(visit, until="2203")
    assert world.send("2202", visit_node(visit))["infcode"] == 0
    world.follow(visit)
    assert visit.failure is not None
    assert visit.failure.reason == Reason.VISIT_CLOSED
    again = world.visit()
    world.follow(again)
    assert again.result is not None
    assert again.mdtrt_id != visit.mdtrt_id


def test_an_outpatient_number_is_registered_once() -> None:
    world = World()
    world.follow(world.visit(), until="2203")
    second = world.visit()
    world.follow(second)
    assert second.failure is not None
    assert second.failure.reason == Reason.VISIT_EXISTS


def test_another_person_cannot_use_the_visit_st_1() -> None:
    world = World()
    visit = world.visit()
    world.follow(visit, until="2206")
    other = list(world.people.values())[1]
    node = {"data": {"psn_no": other.psn_no, "mdtrt_id": visit.mdtrt_id, "chrg_bchno": "0000"}}
    assert reason(world.send("2205", node)) == Reason.VISIT_UNKNOWN


def test_settled_lines_are_never_removed_st_3() -> None:
    world = World()
    visit, _ = settled(world)
    node = visit_node(visit, chrg_bchno="0000")
    assert world.send("2205", node)["infcode"] == 0
    assert len(world.lines(visit)) == 5


def test_cancelling_fees_clears_all_unsettled_lines() -> None:
    world = World()
    visit = world.visit()
    world.follow(visit, until="2206")
    assert world.send("2205", visit_node(visit, chrg_bchno="0000"))["infcode"] == 0
    assert world.lines(visit) == []
    world.follow(visit)
    assert visit.failure is not None
    assert visit.failure.reason == Reason.NO_FEES


@pytest.mark.parametrize(
    "field", ["medfee_sumamt", "inscp_scp_amt", "preselfpay_amt", "overlmt_selfpay", "fulamt_ownpay_amt"]
)
def test_amounts_that_differ_from_the_lines_are_refused_st_6(field: str) -> None:
    world = World()
    visit = world.visit()
    world.follow(visit, until="2207")
    node = visit._settlement("").data
    setattr(node, field, "1.23")
    answer = world.send("2207", {"data": {name: getattr(node, name) for name in node.__struct_fields__}})
    assert reason(answer) == Reason.AMOUNT_DIFFERS
    assert settlements(world) == []


STATUS_REASONS = {
    CardStatus.SEALED: Reason.CARD_NOT_ACTIVATED,
    CardStatus.FORMAL_LOSS: Reason.CARD_LOST,
    CardStatus.LOCKED: Reason.CARD_LOCKED,
    CardStatus.TEMPORARY_LOSS: Reason.CARD_LOST,
    CardStatus.CANCELLED: Reason.CARD_CANCELLED,
}


@pytest.mark.parametrize("status", STATUS_REASONS)
@pytest.mark.parametrize("kind", ["03", "01"], ids=["card", "e-card"])
def test_a_card_that_is_not_normal_settles_nothing_and_queries_still_work(
    status: CardStatus, kind: str
) -> None:
    world = World()
    who = next(iter(world.people.values()))
    world.statuses[who.card_number] = status
    visit = world.visit(credential=world.credential(who, kind))
    answers = world.follow(visit)
    assert visit.failure is not None
    assert (visit.failure.infno, visit.failure.reason) == ("2207", STATUS_REASONS[status])
    assert answers[0]["infcode"] == 0, "1101 is a query and does not ask the card authority"
    assert settlements(world) == []
    assert world.settlements() == {}
    visit.undo()
    assert [answer["infcode"] for answer in world.follow(visit)] == [0, 0]


def test_an_expired_card_settles_nothing() -> None:
    world = World()
    who = next(iter(world.people.values()))
    world.expires[who.card_number] = "2023-09-03"
    visit = world.visit()
    world.follow(visit)
    assert visit.failure is not None
    assert visit.failure.reason == Reason.CARD_EXPIRED


def test_only_the_settlement_asks_the_card_authority_ca_1() -> None:
    world = World()
    visit = world.visit()
    world.follow(visit, until="2207")
    assert world.asked == []
    world.follow(visit)
    assert world.asked == ["authority/card"]


def test_an_identity_card_needs_no_card_authentication() -> None:
    world = World()
    who = next(iter(world.people.values()))
    settled(world, credential=world.credential(who, "02"))
    assert world.asked == []


def test_a_silent_card_authority_refuses_the_settlement() -> None:
    world = World()
    world.silent = True
    visit = world.visit()
    world.follow(visit)
    assert visit.failure is not None
    assert visit.failure.reason == Reason.AUTHORITY_SILENT


def test_a_card_of_another_person_is_refused() -> None:
    world = World()
    first, second = world.people.values()
    visit = world.visit(first)
    world.follow(visit, until="2201")
    visit.credential = world.credential(second)
    world.follow(visit)
    assert visit.failure is not None
    assert visit.failure.reason == Reason.CREDENTIAL_DIFFERS


def test_an_exhausted_fund_refuses_and_stores_nothing() -> None:
    world = World(fund_fen=100)
    visit = world.visit()
    world.follow(visit)
    assert visit.failure is not None
    assert visit.failure.reason == Reason.FUND_EXHAUSTED
    assert world.settlements() == {}
    assert world.balance("person-medical/1") == 30_000


def test_a_purchase_in_a_pharmacy_uses_the_account_and_can_be_taken_back() -> None:
    world = World()
    purchase = world.purchase()
    answers = world.follow(purchase)
    assert purchase.result is not None
    assert (purchase.result.fund_pay_sumamt_fen, purchase.result.acct_pay_fen) == (0, 2_980)
    output = answers[-1]["output"]
    assert (
        check_identities(
            output["setlinfo"],
            setldetail=output["setldetail"],
            lines=output["detlcutinfo"],
            presettlement=answers[1]["output"]["setlinfo"],
        )
        == []
    )
    purchase.undo()
    world.follow(purchase)
    assert world.balance("person-medical/1") == 30_000
    assert world.balance("institution-receivable/P31010100003") == 0


def test_a_hospital_cannot_send_a_pharmacy_purchase() -> None:
    world = World()
    purchase = world.purchase(desk=world.desk())
    world.follow(purchase)
    assert purchase.failure is not None
    assert purchase.failure.reason == Reason.KIND_OF_VISIT


def test_an_unusable_answer_is_an_unknown_result() -> None:
    world = World()
    visit = world.visit()
    visit.next_request(world.now_us)
    visit.receive(b"")
    assert visit.failure is not None
    assert visit.failure.reason == Reason.NO_ANSWER
    assert visit.next_request(world.now_us) is None


lines = st.builds(
    lambda item, price, count: Charge(
        med_list_codg=item,
        price_micro=price * 100,
        count_e4=count * 100,
        amount_fen=line_amount_fen(price * 100, count * 100),
    ),
    st.sampled_from([*(each.code for each in CATALOGUE.items), "SYN-UNKNOWN"]),
    st.integers(0, 50_000_000),
    st.integers(1, 2_000),
)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["shanghai-2023", "chengdu-2023", "beijing-2023", "hangzhou-2020"]),
    st.lists(st.lists(lines, min_size=1, max_size=6), min_size=1, max_size=4),
    st.integers(0, 500_000),
    st.sampled_from(["1101", "1201"]),
    st.data(),
)
def test_any_bills_settle_with_identities_and_agree_with_the_ledger(
    policy: str, bills: list[list[Charge]], account_fen: int, psn_type: str, data: st.DataObject
) -> None:
    world = World(person(1, psn_type=psn_type), policy=policy, account_fen=account_fen)
    fund_fen = account_paid_fen = 0
    for number, charges in enumerate(bills):
        before_fen = world.balance("person-medical/1")
        use_account = data.draw(st.booleans())
        visit, answers = settled(
            world, charges=tuple(charges), ipt_otp_no=f"{number}", use_account=use_account
        )
        fees, before, after = (answer["output"] for answer in answers[3:])
        assert (
            check_identities(
                after["setlinfo"],
                setldetail=after["setldetail"],
                lines=fees["result"],
                presettlement=before["setlinfo"],
                balance_before_fen=before_fen,
                acct_used_flag="1" if use_account else "0",
            )
            == []
        )
        fund_fen += visit.result.fund_pay_sumamt_fen
        account_paid_fen += visit.result.acct_pay_fen
        if data.draw(st.booleans()):
            visit.undo()
            world.follow(visit, until="2205")
            fund_fen -= yuan_to_fen(after["setlinfo"]["fund_pay_sumamt"])
            account_paid_fen -= yuan_to_fen(after["setlinfo"]["acct_pay"])
    audit = world.city.book.ledger.audit()
    assert audit.clean
    funds = [name for name in world.city.book.ledger.accounts() if name.startswith("fund-")]
    assert sum(10**12 - world.balance(name) for name in funds) == fund_fen
    assert account_fen - world.balance("person-medical/1") == account_paid_fen
    stored = list(world.settlements())
    assert [posting.reference for posting in settlements(world)] == stored
