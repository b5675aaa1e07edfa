"""What tiers do among themselves about reconciliation and money: the table of their transactions."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from onecard.sim.actors import Ask, Heard
from onecard.sim.settlement.tiers.between import daily, monthly, notices, prepayments

if TYPE_CHECKING:
    from onecard.sim.settlement.tiers.kernel import Arrived, Tier

__all__ = ["BETWEEN_TIERS", "serve_between"]

Work = Callable[["Tier", "Arrived"], "bytes | Generator[Ask, Heard, bytes]"]

BETWEEN_TIERS: dict[str, tuple[Work, tuple[str, str]]] = {
    "RC01": (daily.day_totals, ("totals of a day", "层级间日对账总额")),
    "RC02": (daily.day_rows, ("rows of a day", "层级间日对账明细")),
    "RC03": (daily.rows_by_number, ("rows by number", "结算数据补传")),
    "RC04": (daily.reconcile_neighbours, ("reconcile a day", "日对账任务")),
    "CL01": (monthly.clear_month, ("clear a month", "月清算任务")),
    "CL02": (notices.answer_notices, ("notices", "付款和收款通知书")),
    "PP01": (prepayments.issue_prepayment, ("raise or return a prepayment", "预付金调整")),
    "PP02": (prepayments.close_year, ("close a year of prepayments", "预付金年度清算")),
}
"""Transaction number → (who does it, English and Chinese name). An institution is never answered to one."""


def serve_between(tier: Tier, arrived: Arrived) -> Generator[Ask, Heard, bytes]:
    """Do a transaction between tiers."""
    done = BETWEEN_TIERS[arrived.request.infno][0](tier, arrived)
    if isinstance(done, bytes):
        return done
    return (yield from done)
