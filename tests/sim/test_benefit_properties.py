"""What holds of any settlement: the amount identities; more never pays less; cancelling leaves no trace."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from onecard.sim.settlement.benefit import (
    Benefit,
    Case,
    KindUsed,
    LineSplit,
    Money,
    Policy,
    Used,
    fund_rows,
    load_policy,
    policy_names,
    settle_benefit,
)
from onecard.sim.settlement.benefit.case import FILINGS, IDENTITIES, VISITS
from onecard.sim.settlement.messages.identities import check_identities
from onecard.sim.units.money import fen_to_yuan

FUNDS = ("hifp", "cvlserv", "hifes", "hifmi", "hifob", "maf", "oth", "hifdm")
FEN = st.integers(0, 60_000_000)

policies = st.sampled_from(policy_names()).map(load_policy)
cases = st.builds(
    lambda person, **values: Case(insutype=person[0], psn_type=person[1], **values),
    st.sampled_from([("310", "1101"), ("310", "1201"), ("390", "1403"), ("390", "1501"), ("390", "16")]),
    age=st.integers(0, 100),
    visit=st.sampled_from(VISITS),
    level=st.integers(0, 3),
    stay=st.integers(1, 10),
    filing=st.sampled_from(FILINGS),
    same_province=st.booleans(),
    cvlserv_flag=st.sampled_from("01"),
    identities=st.lists(st.sampled_from(list(IDENTITIES)), max_size=2, unique=True).map(tuple),
    month=st.integers(1, 12),
    stay_day=st.sampled_from([0, 0, 90, 200]),
)
kinds = st.builds(
    KindUsed,
    in_scope_fen=FEN,
    deductible_fen=st.integers(0, 200_000),
    standard_fen=st.integers(0, 200_000),
    pool_fen=FEN,
    stays=st.integers(0, 9),
)
years = st.builds(
    Used,
    outpatient=kinds,
    inpatient=kinds,
    pharmacy=kinds,
    large_fen=FEN,
    burden_fen=FEN,
    critical_fen=FEN,
    aid_fen=FEN,
)
splits = st.builds(
    lambda own, over, pre, scope: LineSplit(
        amount_fen=own + over + pre + scope,
        fulamt_ownpay_fen=own,
        overlmt_fen=over,
        preselfpay_fen=pre,
        inscp_scp_fen=scope,
    ),
    *[st.integers(0, 100_000)] * 3,
    st.integers(0, 5_000) | FEN,
)
purses = st.builds(
    Money,
    balance_fen=st.integers(-500, 2_000_000),
    family_fen=st.integers(0, 2_000_000),
    use_account=st.booleans(),
    hosp_part_fen=st.just(0) | st.integers(0, 50_000),
)


def settled(policy: Policy, case: Case, used: Used, split: LineSplit, money: Money) -> Benefit:
    paid = settle_benefit(policy, case, used, split, money)
    assert paid is not None
    return paid


def setlinfo(paid: Benefit, sign: int = 1) -> dict[str, Any]:
    """Return the settlement's node as a platform sends it."""
    split = paid.split
    amounts = {
        "medfee_sumamt": split.amount_fen,
        "fulamt_ownpay_amt": split.fulamt_ownpay_fen,
        "overlmt_selfpay": split.overlmt_fen,
        "preselfpay_amt": split.preselfpay_fen,
        "inscp_scp_amt": split.inscp_scp_fen,
        "act_pay_dedc": paid.act_pay_dedc_fen,
        "hosp_part_amt": paid.hosp_part_amt_fen,
        "fund_pay_sumamt": paid.fund_pay_sumamt_fen,
        "psn_part_amt": paid.psn_part_amt_fen,
        "acct_pay": paid.acct_pay_fen,
        "acct_mulaid_pay": paid.acct_mulaid_pay_fen,
        "psn_cash_pay": paid.psn_cash_pay_fen,
        **{f"{fund}_pay": getattr(paid, f"{fund}_pay_fen") for fund in FUNDS},
    }
    node: dict[str, Any] = {name: fen_to_yuan(sign * fen) for name, fen in amounts.items()}
    node["pool_prop_selfpay"] = f"{paid.pool_prop_selfpay_millionths / 1_000_000:.4f}"
    node["balc"] = fen_to_yuan(paid.balc_fen)
    return node


@given(policies, cases, years, splits, purses)
def test_the_amount_identities_hold(
    policy: Policy, case: Case, used: Used, split: LineSplit, money: Money
) -> None:
    paid = settled(policy, case, used, split, money)
    rows = [
        {"fund_pay_type": row.fund_pay_type, "fund_payamt": fen_to_yuan(row.fund_payamt_fen)}
        for row in fund_rows(paid, insutype=case.insutype)
    ]
    evidence: dict[str, Any] = {
        "setldetail": rows,
        "deductible_standard_fen": paid.deductible_standard_fen,
        "acct_used_flag": "1" if money.use_account else "0",
        "fund_includes_account": policy.fund_includes_account,
        "account_separate": policy.account_separate,
    }
    if money.balance_fen >= 0:  # A-19 speaks of accounts that are not overdrawn
        evidence["balance_before_fen"] = money.balance_fen
    assert check_identities(setlinfo(paid), **evidence) == []
    assert paid.act_pay_dedc_fen <= paid.crt_dedc_fen <= paid.deductible_standard_fen
    cancelled = setlinfo(paid, -1) | {"balc": fen_to_yuan(money.balance_fen)}
    flags = {key: evidence[key] for key in ("fund_includes_account", "account_separate")}
    assert check_identities(cancelled, cancelled=setlinfo(paid), **flags) == []


@given(policies, cases, years, splits, purses)
def test_nobody_pays_beyond_the_limits(
    policy: Policy, case: Case, used: Used, split: LineSplit, money: Money
) -> None:
    paid = settled(policy, case, used, split, money)
    funds = [getattr(paid, f"{fund}_pay_fen") for fund in FUNDS]
    assert min(funds) >= 0
    assert sum(funds) <= split.inscp_scp_fen + split.preselfpay_fen
    assert paid.psn_cash_pay_fen >= 0
    assert paid.family_balc_fen >= 0
    for limit_fen, paid_fen in (
        (paid.pool_limit_fen, paid.hifp_pay_fen),
        (paid.large_limit_fen, paid.hifob_pay_fen),
        (paid.critical_limit_fen, paid.hifmi_pay_fen),
        (paid.aid_limit_fen, paid.maf_pay_fen),
    ):
        assert limit_fen is None or paid_fen <= limit_fen


@given(policies, cases, years, st.lists(FEN, min_size=2, max_size=5).map(sorted))
def test_more_in_scope_never_pays_less(policy: Policy, case: Case, used: Used, scopes: list[int]) -> None:
    bills = [LineSplit(amount_fen=scope, inscp_scp_fen=scope) for scope in scopes]
    paid = [settled(policy, case, used, bill, Money()) for bill in bills]
    for less, more in pairwise(paid):
        assert more.funds_fen >= less.funds_fen
        assert more.psn_part_amt_fen >= less.psn_part_amt_fen
        for fund in ("hifp", "hifob", "hifmi", "maf"):
            assert getattr(more, f"{fund}_pay_fen") >= getattr(less, f"{fund}_pay_fen")


@given(
    policies,
    years,
    st.lists(st.tuples(cases, splits), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_cancelling_in_any_order_restores_the_year(
    policy: Policy, year: Used, visits: list[tuple[Case, LineSplit]], order: Any
) -> None:
    used, settlements = year, []
    for case, split in visits:
        paid = settled(policy, case, used, split, Money())
        assert used.plus(paid).minus(paid) == used
        used = used.plus(paid)
        settlements.append(paid)
    order.shuffle(settlements)
    for paid in settlements:
        used = used.minus(paid)
    assert used == year


@given(policies, cases, st.lists(st.integers(1, 400_000), min_size=1, max_size=6))
def test_a_stay_in_parts_is_charged_one_deductible(policy: Policy, case: Case, scopes: list[int]) -> None:
    used, charged_fen, standard_fen = Used(), 0, 0
    for scope in scopes:
        paid = settled(policy, case, used, LineSplit(amount_fen=scope, inscp_scp_fen=scope), Money())
        used = used.plus(paid)
        charged_fen, standard_fen = charged_fen + paid.act_pay_dedc_fen, paid.deductible_standard_fen
    assert charged_fen == min(sum(scopes), standard_fen)
