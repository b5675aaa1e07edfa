"""Who pays what in many settlements at once: :mod:`.settle` in int64 arrays, equal to it to the fen.

The steps and their order are those of the scalar form; a branch becomes a mask, a band that a case does not
reach has nothing inside. No float occurs. The largest product is a bill of 10^10 fen times 10^6, and no cap
times 10^6 is 4 * 10^18, both below 2^63; the door refuses larger amounts.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from onecard.sim.settlement.benefit.array_checks import check_arrays, check_sums
from onecard.sim.settlement.benefit.arrays import BenefitArrays
from onecard.sim.settlement.benefit.tables import tables_of
from onecard.sim.settlement.benefit.terms import PERIODS, UNLIMITED_FEN, WHOLE

if TYPE_CHECKING:
    from onecard.sim.settlement.benefit.arrays import (
        CaseArrays,
        IntArray,
        MoneyArrays,
        SplitArrays,
        UsedArrays,
    )
    from onecard.sim.settlement.benefit.policy import Policy
    from onecard.sim.settlement.benefit.tables import BandTable, PolicyTables

__all__ = ["settle_benefits"]

_HALF = WHOLE // 2
_YEAR = PERIODS.index("year")
_TOP_UP = PERIODS.index("year-top-up")


def settle_benefits(
    policy: Policy, cases: CaseArrays, used: UsedArrays, split: SplitArrays, money: MoneyArrays
) -> BenefitArrays:
    """Compute who pays what, one element per settlement; they do not see each other.

    Args:
        policy: of the insured place.
        cases: persons, visits and filings, ``[n]``.
        used: what each person's year has used before, ``[n]``.
        split: the bills, ``[n]``.
        money: accounts, ``[n]``.

    Returns:
        All amounts, ``[n]``, in fen.

    Raises:
        InputError: arrays differ in length, or a value is out of range; names field and value.
    """
    for arrays in (cases, used, split, money):
        check_arrays(arrays, len(cases))
    check_sums(split)
    tables = tables_of(policy)
    row = tables.rows(cases)
    found = row >= 0
    terms = tables.terms(np.maximum(row, 0), cases)
    scope = split.inscp_scp_fen
    applied, charged, start = _before(tables, terms, used)
    current = np.maximum(0, applied - charged)
    deductible = np.minimum(current, scope)
    pool_left = np.maximum(0, tables.pool_cap_fen[terms] - used.pool_fen)
    large_left = np.maximum(0, tables.large_cap_fen[terms] - used.large_fen)
    pool, large, reached = _basic(
        tables, terms, start + deductible, start + scope, pool_left=pool_left, large_left=large_left
    )
    critical_row, aid_row = tables.critical(cases), tables.aid(cases)
    counted = np.where(tables.counts_preselfpay[critical_row] != 0, split.preselfpay_fen, 0)
    burden = np.where(tables.burden[terms], scope - pool - large + counted, 0)
    critical = _critical(tables, critical_row, used, burden)
    left = burden - critical
    aid = _aid(tables, aid_row, used, left)
    left -= aid
    shares = []
    for fund in ("cvlserv", "hifes", "hifdm"):
        ratio = tables.supplement(fund, cases)
        share = np.zeros_like(left) if ratio is None else (left * ratio + _HALF) // WHOLE
        left = left - share
        shares.append(share)
    funds = pool + large + critical + aid + shares[0] + shares[1] + shares[2]
    person = split.amount_fen - funds
    hospital = np.minimum(money.hosp_part_fen, person)
    person -= hospital
    own = np.where(money.use_account, np.minimum(np.maximum(0, money.balance_fen), person), 0)
    family = np.where(money.use_account, np.minimum(money.family_fen, person - own), 0)
    account = own if policy.account_separate else own + family
    paid = BenefitArrays(
        found=found,
        deductible_standard_fen=applied,
        crt_dedc_fen=current,
        act_pay_dedc_fen=deductible,
        hifp_pay_fen=pool,
        hifob_pay_fen=large,
        hifmi_pay_fen=critical,
        maf_pay_fen=aid,
        cvlserv_pay_fen=shares[0],
        hifes_pay_fen=shares[1],
        hifdm_pay_fen=shares[2],
        fund_pay_sumamt_fen=funds + account if policy.fund_includes_account else funds,
        pool_prop_selfpay_millionths=reached,
        pool_limit_fen=np.where(tables.pool_cap_fen[terms] == UNLIMITED_FEN, -1, pool_left),
        large_limit_fen=np.where(tables.large_cap_fen[terms] == UNLIMITED_FEN, -1, large_left),
        critical_limit_fen=_limit(tables.critical_cap_fen[critical_row], used.critical_fen),
        aid_limit_fen=_limit(tables.aid_cap_fen[aid_row], used.aid_fen),
        burden_fen=burden,
        hosp_part_amt_fen=hospital,
        psn_part_amt_fen=person,
        acct_pay_fen=account,
        acct_mulaid_pay_fen=family,
        psn_cash_pay_fen=person - own - family,
        balc_fen=money.balance_fen - own,
        family_balc_fen=money.family_fen - family,
        standard_raise_fen=np.maximum(0, applied - used.standard_fen),
        stays_begun=(cases.stay_day == 0).astype(np.int64),
    )
    return paid if found.all() else _masked(paid)


def _before(tables: PolicyTables, terms: IntArray, used: UsedArrays) -> tuple[IntArray, IntArray, IntArray]:
    """Return the standard deductible that applies, what its period was charged, and where the axis stands."""
    period = tables.period[terms]
    standard = tables.standard_fen[terms]
    first = (period == _YEAR) & (used.standard_fen > 0)
    yearly = (period == _YEAR) | (period == _TOP_UP)
    charged = np.where(yearly, used.deductible_fen, used.window_deductible_fen)
    start = np.where(tables.yearly_bands[terms], used.in_scope_fen, used.window_in_scope_fen)
    return np.where(first, used.standard_fen, standard), charged, start


def _basic(
    tables: PolicyTables,
    terms: IntArray,
    begin: IntArray,
    end: IntArray,
    *,
    pool_left: IntArray,
    large_left: IntArray,
) -> tuple[IntArray, IntArray, IntArray]:
    """Pay an interval of the in-scope axis: pool, large-amount fund, ratio of the highest pooled band."""
    pool, large, over, reached, lower = (np.zeros_like(begin) for _ in range(5))
    left = pool_left * WHOLE
    for place, of_large in enumerate(tables.bands.large):
        upper, ratio, inside = _inside(tables.bands, place, terms, begin, end, lower)
        lower = upper
        pays = inside * ratio
        if of_large.any():
            is_large = of_large[terms]
            large += np.where(is_large, pays, 0)
            pays[is_large] = 0
            inside[is_large] = 0
        reached = np.where(inside > 0, ratio, reached)
        beyond = np.flatnonzero(pays > left)
        if beyond.size:
            over[beyond] += inside[beyond] - -(-left[beyond] // ratio[beyond])
            pays[beyond] = left[beyond]
        left -= pays
        pool += pays
    large += over * tables.over_ratio[terms]
    large = np.minimum(large, large_left * WHOLE)
    return (pool + _HALF) // WHOLE, (large + _HALF) // WHOLE, reached


def _inside(
    bands: BandTable, place: int, number: IntArray, begin: IntArray, end: IntArray, lower: IntArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Return upper edge, ratio and what lies inside the band at one place."""
    upper = bands.upper_fen[place][number]
    inside = np.maximum(0, np.minimum(end, upper) - np.maximum(begin, lower))
    return upper, bands.ratio_millionths[place][number], inside


def _critical(tables: PolicyTables, row: IntArray, used: UsedArrays, burden: IntArray) -> IntArray:
    """Pay the part of the year's burden that this settlement adds above the threshold."""
    begin = np.maximum(used.burden_fen, tables.critical_threshold_fen[row])
    end = used.burden_fen + burden
    pays, lower = np.zeros_like(burden), np.zeros_like(burden)
    for place in range(len(tables.critical_bands.large)):
        upper, ratio, inside = _inside(tables.critical_bands, place, row, begin, end, lower)
        lower = upper
        pays += inside * ratio
    cap_left = np.maximum(0, tables.critical_cap_fen[row] - used.critical_fen)
    paid: IntArray = np.minimum((pays + _HALF) // WHOLE, cap_left)
    return paid


def _aid(tables: PolicyTables, row: IntArray, used: UsedArrays, left: IntArray) -> IntArray:
    """Pay a ratio of what critical illness left of the year's burden above the threshold."""
    before = np.maximum(0, used.burden_fen - used.critical_fen)
    inside = np.maximum(0, before + left - np.maximum(before, tables.aid_threshold_fen[row]))
    pays: IntArray = (inside * tables.aid_ratio[row] + _HALF) // WHOLE
    paid: IntArray = np.minimum(pays, np.maximum(0, tables.aid_cap_fen[row] - used.aid_fen))
    return paid


def _limit(cap: IntArray, used: IntArray) -> IntArray:
    return np.where(cap == UNLIMITED_FEN, -1, np.maximum(0, cap - used))


def _masked(paid: BenefitArrays) -> BenefitArrays:
    """Return zero wherever the policy has no rule."""
    names = [field.name for field in fields(paid) if field.name != "found"]
    return BenefitArrays(
        found=paid.found, **{name: np.where(paid.found, getattr(paid, name), 0) for name in names}
    )
