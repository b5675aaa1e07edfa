"""Jobs about prepayments: PP01 at the ministry, PP02 at a province of treatment (settlement.md §5.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.money.prepayment import prepayment_statement
from onecard.sim.settlement.store.rows_money import PrepaymentYearRow
from onecard.sim.settlement.tiers.between import messages as told
from onecard.sim.settlement.tiers.between.notices import issue_notice
from onecard.sim.settlement.tiers.directory import MINISTRY, province_address

if TYPE_CHECKING:
    from onecard.sim.settlement.tiers.kernel import Arrived, Tier

__all__ = ["close_year", "issue_prepayment"]


def issue_prepayment(tier: Tier, arrived: Arrived) -> bytes:
    """Do PP01: notices to both provinces, which they fetch with the next month's."""
    told.check_job(tier, arrived)
    job = told.read_input(arrived, told.PrepaymentJob)
    arrived.remembered = True
    known = tier.directory.provinces if tier.address == MINISTRY else ()  # type: ignore[attr-defined]
    if job.insured not in known or job.treatment not in known or job.insured == job.treatment:
        raise RefusedError(Reason.NO_ROUTE, f"prepayment of {job.insured} to {job.treatment}")
    for role, place in (("pays", job.insured), ("collects", job.treatment)):
        issue_notice(
            tier,
            province_address(place),
            kind="prepayment",
            role=role,
            period=job.year,
            pair=(job.insured, job.treatment),
            cities=(),
            amount_fen=job.amount_fen,
            now_us=arrived.now_us,
        )
    return tier.success(arrived, None)


def close_year(tier: Tier, arrived: Arrived) -> bytes:
    """Do PP02: the year's account of every prepayment held here, once its December is cleared."""
    told.check_job(tier, arrived)
    year = told.read_input(arrived, told.YearJob).year
    if not tier.address.startswith("province/"):
        raise RefusedError(Reason.WRONG_ROLE, tier.address)
    if tier.store.tables["CLR_MONTH_D"].get(f"{year}12") is None:
        raise RefusedError(Reason.MONTH_OPEN, f"{year}12")
    table = tier.store.tables["PREPAY_YEAR_D"]
    balances: dict[str, int] = {}
    for insured in tier.directory.provinces:  # type: ignore[attr-defined] # a province has one
        if insured == tier.address[9:]:
            continue
        row = table.get(f"{insured} {year}")
        if row is None:
            account = prepayment_statement(tier, insured, year)  # type: ignore[arg-type]
            row = PrepaymentYearRow(
                year_of=f"{insured} {year}",
                insured=insured,
                year=year,
                opening_fen=account.opening_fen,
                topped_up_fen=account.topped_up_fen,
                used_fen=account.used_fen,
                cleared_fen=account.cleared_fen,
                balance_fen=account.balance_fen,
                closed_us=arrived.now_us,
            )
            table.put(row)
        balances[insured] = row.balance_fen
    return tier.success(arrived, told.YearClosed(balances_fen=balances))
