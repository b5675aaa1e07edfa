"""Who pays what in one settlement: the steps of settlement.md §6.1, as one pure function of integers.

Theory of operation. The in-scope amount of a visit is an interval on an axis that begins with what the year
(or the deductible's period) settled before. The deductible takes the first part of the interval as far as it
is not used up; every band of the policy pays its ratio of what is left inside it (§6.6: bands of the total
in-scope amount, the deductible inside the first). Where the pool reaches its cap of the year, the
large-amount fund pays its ratio of the rest, up to its own cap. What the person still bears is an interval
on a second axis, the burden of the year; there critical-illness insurance pays in bands above its threshold,
then medical aid, then the supplements, each of what the one before left. Accounts pay last and the rest is
cash.

Every fund is rounded once, half up (§10 Q-21), before the next one looks at what is left. Bands are cut at
whole fen, so no rounding ever pays more than its part, and more in scope never pays less.
The vectorised form is :mod:`.settle_arrays`; tests hold the two equal to the fen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.errors import InputError
from onecard.sim.settlement.benefit.outcome import Benefit, Step, limit_of
from onecard.sim.settlement.benefit.terms import LARGEST_BILL_FEN, LARGEST_YEAR_FEN, WHOLE, window_of

if TYPE_CHECKING:
    from onecard.sim.settlement.benefit.case import Case, Money
    from onecard.sim.settlement.benefit.catalogue import LineSplit
    from onecard.sim.settlement.benefit.policy import Policy
    from onecard.sim.settlement.benefit.terms import Aid, Critical, Terms
    from onecard.sim.settlement.benefit.used import KindUsed, Used

__all__ = ["settle_benefit"]

_HALF = WHOLE // 2


def settle_benefit(policy: Policy, case: Case, used: Used, split: LineSplit, money: Money) -> Benefit | None:
    """Compute who pays what.

    Args:
        policy: of the insured place, for the year of discharge.
        case: person, visit and filing.
        used: what the year has used before this settlement.
        split: the bill, split by the catalogue of the treatment place.
        money: accounts, and what the hospital bears.

    Returns:
        All amounts; None if the policy has no rule for the case.

    Raises:
        InputError: an amount is negative or beyond what the money fields carry.
    """
    _check(split, money)
    terms = policy.terms(case)
    if terms is None:
        return None
    cover = policy.cover(case)
    kind = used.of(case.visit)
    scope_fen = split.inscp_scp_fen
    window = window_of(terms, case)
    applied_fen, charged_fen, start_fen = _before(terms, kind, window)
    current_fen = max(0, applied_fen - charged_fen)
    deductible_fen = min(current_fen, scope_fen)
    steps: list[Step] = []
    pool_fen, large_fen, reached = _basic(
        terms,
        start_fen + deductible_fen,
        start_fen + scope_fen,
        pool_left_fen=max(0, terms.pool_cap_fen - kind.pool_fen),
        large_left_fen=max(0, terms.large_cap_fen - used.large_fen),
        steps=steps,
    )
    burden_fen = scope_fen - pool_fen - large_fen if terms.burden else 0
    critical, aid = cover.critical, cover.aid
    if terms.burden and critical is not None and critical.counts_preselfpay:
        burden_fen += split.preselfpay_fen
    left_fen = burden_fen
    critical_fen = _critical(critical, used, burden_fen, steps) if critical is not None else 0
    left_fen -= critical_fen
    aid_fen = _aid(aid, used, left_fen, steps) if aid is not None else 0
    left_fen -= aid_fen
    cvlserv_fen = _share("cvlserv_pay", left_fen, cover.cvlserv_millionths, steps)
    left_fen -= cvlserv_fen
    hifes_fen = _share("hifes_pay", left_fen, cover.hifes_millionths, steps)
    left_fen -= hifes_fen
    hifdm_fen = _share("hifdm_pay", left_fen, cover.hifdm_millionths, steps)
    funds_fen = pool_fen + large_fen + critical_fen + aid_fen + cvlserv_fen + hifes_fen + hifdm_fen
    person_fen = split.amount_fen - funds_fen
    hospital_fen = min(money.hosp_part_fen, person_fen)
    person_fen -= hospital_fen
    own_fen = min(max(0, money.balance_fen), person_fen) if money.use_account else 0
    family_fen = min(money.family_fen, person_fen - own_fen) if money.use_account else 0
    return Benefit(
        visit=case.visit,
        split=split,
        deductible_standard_fen=applied_fen,
        crt_dedc_fen=current_fen,
        act_pay_dedc_fen=deductible_fen,
        hifp_pay_fen=pool_fen,
        hifob_pay_fen=large_fen,
        hifmi_pay_fen=critical_fen,
        maf_pay_fen=aid_fen,
        cvlserv_pay_fen=cvlserv_fen,
        hifes_pay_fen=hifes_fen,
        hifdm_pay_fen=hifdm_fen,
        pool_prop_selfpay_millionths=reached,
        pool_limit_fen=limit_of(terms.pool_cap_fen, kind.pool_fen),
        large_limit_fen=limit_of(terms.large_cap_fen, used.large_fen),
        critical_limit_fen=None if critical is None else limit_of(critical.cap_fen, used.critical_fen),
        aid_limit_fen=None if aid is None else limit_of(aid.cap_fen, used.aid_fen),
        burden_fen=burden_fen,
        hosp_part_amt_fen=hospital_fen,
        acct_pay_fen=own_fen if policy.account_separate else own_fen + family_fen,
        acct_mulaid_pay_fen=family_fen,
        balc_fen=money.balance_fen - own_fen,
        family_balc_fen=money.family_fen - family_fen,
        fund_includes_account=policy.fund_includes_account,
        account_separate=policy.account_separate,
        steps=tuple(steps),
        window=window,
        standard_raise_fen=max(0, applied_fen - kind.standard_fen),
        stays_begun=1 if case.stay_day == 0 else 0,
    )


def _check(split: LineSplit, money: Money) -> None:
    """Refuse amounts that no bill has; the limits keep the vectorised form inside 63 bits."""
    parts = (split.fulamt_ownpay_fen, split.overlmt_fen, split.preselfpay_fen, split.inscp_scp_fen)
    if min(parts) < 0 or not split.amount_fen <= LARGEST_BILL_FEN:
        raise InputError(
            "amount is out of range", where="split", value=split, allowed=f"0 to {LARGEST_BILL_FEN} fen"
        )
    if sum(parts) != split.amount_fen:
        raise InputError("the four parts do not sum to the amount", where="split", value=split)
    if not -LARGEST_YEAR_FEN <= money.balance_fen <= LARGEST_YEAR_FEN:
        raise InputError("balance is out of range", where="balance_fen", value=money.balance_fen)
    if not (0 <= money.family_fen <= LARGEST_YEAR_FEN and 0 <= money.hosp_part_fen <= LARGEST_YEAR_FEN):
        raise InputError("amount is out of range", where="money", value=money)


def _before(terms: Terms, kind: KindUsed, window: int | None) -> tuple[int, int, int]:
    """Return the standard deductible that applies, what its period was charged, and where the axis stands."""
    if window is not None:
        charged_fen, settled_fen = kind.window(window)
        return terms.standard_fen, charged_fen, kind.in_scope_fen if terms.yearly_bands else settled_fen
    first = terms.period == "year" and kind.standard_fen
    return kind.standard_fen if first else terms.standard_fen, kind.deductible_fen, kind.in_scope_fen


def _basic(
    terms: Terms, begin_fen: int, end_fen: int, *, pool_left_fen: int, large_left_fen: int, steps: list[Step]
) -> tuple[int, int, int]:
    """Pay an interval of the in-scope axis: pool, large-amount fund, ratio of the highest pooled band."""
    pool = large = over_fen = reached = lower_fen = 0
    pool_left = pool_left_fen * WHOLE
    for band in terms.bands:
        inside_fen = min(end_fen, band.upper_fen) - max(begin_fen, lower_fen)
        lower_fen = band.upper_fen
        if inside_fen <= 0:
            continue
        ratio = band.ratio_millionths
        pays = inside_fen * ratio
        if band.large:
            large += pays
            steps.append(Step("hifob_pay", inside_fen, ratio))
            continue
        reached = ratio
        steps.append(Step("hifp_pay", inside_fen, ratio))
        if pays > pool_left:
            over_fen += inside_fen - -(-pool_left // ratio)
            pays = pool_left
        pool_left -= pays
        pool += pays
    if over_fen and terms.over_ratio_millionths:
        large += over_fen * terms.over_ratio_millionths
        steps.append(Step("hifob_pay", over_fen, terms.over_ratio_millionths))
    large = min(large, large_left_fen * WHOLE)
    return (pool + _HALF) // WHOLE, (large + _HALF) // WHOLE, reached


def _critical(critical: Critical, used: Used, burden_fen: int, steps: list[Step]) -> int:
    """Pay the part of the year's burden that this settlement adds above the threshold."""
    begin_fen = max(used.burden_fen, critical.threshold_fen)
    end_fen = used.burden_fen + burden_fen
    lower_fen = pays = 0
    for band in critical.bands:
        inside_fen = min(end_fen, band.upper_fen) - max(begin_fen, lower_fen)
        lower_fen = band.upper_fen
        if inside_fen > 0:
            pays += inside_fen * band.ratio_millionths
            steps.append(Step("hifmi_pay", inside_fen, band.ratio_millionths))
    return min((pays + _HALF) // WHOLE, max(0, critical.cap_fen - used.critical_fen))


def _aid(aid: Aid, used: Used, left_fen: int, steps: list[Step]) -> int:
    """Pay a ratio of what critical illness left of the year's burden above the threshold."""
    before_fen = max(0, used.burden_fen - used.critical_fen)
    inside_fen = max(0, before_fen + left_fen - max(before_fen, aid.threshold_fen))
    share_fen = _share("maf_pay", inside_fen, aid.ratio_millionths, steps)
    return min(share_fen, max(0, aid.cap_fen - used.aid_fen))


def _share(field: str, base_fen: int, ratio_millionths: int, steps: list[Step]) -> int:
    if not base_fen or not ratio_millionths:
        return 0
    steps.append(Step(field, base_fen, ratio_millionths))
    return (base_fen * ratio_millionths + _HALF) // WHOLE
