"""Paying institutions: what they applied for (3203) or confirmed (3261), once its month is cleared (§5.6).

Before an application is paid it is held against the settlements again; one that no longer agrees is refused
(status 70). Amounts are signed: refunds are taken off what is paid, and while they outweigh it, nothing is
paid and they wait for the next month.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.ledger import Posting
from onecard.sim.settlement.money.statement import applied_for
from onecard.sim.settlement.store.rows_money import ClearingApplicationRow, ConfirmationRow
from onecard.sim.settlement.tiers.money import receivable

if TYPE_CHECKING:
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = ["pay_institutions"]

AUDITED_STEPS = ("20", "30", "40", "50")
"""What an application passes when its month is cleared: accepted, in audit, audited, cleared (§3.4)."""


def pay_institutions(city: CityTier, month: str, now_us: int) -> tuple[int, int]:
    """Pay what institutions applied for or confirmed up to a month.

    Returns:
        How many institutions were paid, and how much, in fen.
    """
    _audit(city, month, now_us)
    cleared: dict[str, tuple[list[ClearingApplicationRow], list[ConfirmationRow]]] = {}
    for application in city.store.tables["CLR_APPY_EVT_C"]:
        if application.status == "50" and application.vali_flag == "1":
            cleared.setdefault(application.fixmedins_code, ([], []))[0].append(application)
    for confirmed in city.store.tables["CLR_CNFM_D"]:
        payable = confirmed.vali_flag == "1" and confirmed.cnfm_flag == "1" and confirmed.state == "11"
        if payable and confirmed.month <= month:
            cleared.setdefault(confirmed.fixmedins_code, ([], []))[1].append(confirmed)
    paid = [_pay(city, code, *items, month, now_us) for code, items in sorted(cleared.items())]
    return sum(1 for amount in paid if amount), sum(paid)


def _audit(city: CityTier, month: str, now_us: int) -> None:
    table = city.store.tables["CLR_APPY_EVT_C"]
    for application in list(table):
        if application.status == "10" and application.vali_flag == "1" and application.setlym <= month:
            steps = AUDITED_STEPS if _agrees(city, application) else ("20", "30", "70")
            trail = (*application.trail, *((step, now_us) for step in steps))
            table.put(msgspec.structs.replace(application, status=steps[-1], trail=trail))


def _agrees(city: CityTier, application: ClearingApplicationRow) -> bool:
    found = applied_for(
        city,
        application.fixmedins_code,
        clr_type=application.clr_type,
        clr_way=application.clr_way,
        begndate=application.begndate,
        enddate=application.enddate,
    )
    stated = (application.psntime, application.medfee_sumamt, application.payable_fen)
    return (found.person_times, found.medfee_sumamt, found.payable_fen) == stated


def _pay(
    city: CityTier,
    fixmedins_code: str,
    applications: list[ClearingApplicationRow],
    confirmed: list[ConfirmationRow],
    month: str,
    now_us: int,
) -> int:
    amount_fen = sum(row.payable_fen for row in applications) + sum(row.payable_fen for row in confirmed)
    if amount_fen < 0:
        return 0
    if amount_fen:
        source, target = receivable(fixmedins_code), f"institution/{fixmedins_code}"
        for account in (source, target):
            city.book.ensure(account, 0, now_us)
        number = city.sequence(f"payment {fixmedins_code}")
        city.book.post(
            Posting(
                now_us,
                f"{month} {fixmedins_code} {number}",
                "institution-payment",
                ((source, -amount_fen), (target, amount_fen)),
            )
        )
    for application in applications:
        trail = (*application.trail, ("60", now_us))
        city.store.tables["CLR_APPY_EVT_C"].put(
            msgspec.structs.replace(application, status="60", trail=trail)
        )
    for row in confirmed:
        city.store.tables["CLR_CNFM_D"].put(msgspec.structs.replace(row, state="21"))
    return amount_fen
