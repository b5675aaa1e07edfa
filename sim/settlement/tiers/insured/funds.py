"""The funds of a city: their ledger accounts, what they pay, and the rows of ``setldetail`` (§2.3, §3.5)."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.benefit.fund_rows import FUND_TYPES, RESIDENT_POOL, fund_rows
from onecard.sim.settlement.messages.amounts import fen_to_yuan
from onecard.sim.settlement.messages.outputs import FundDetail

if TYPE_CHECKING:
    from onecard.sim.settlement.benefit.outcome import Benefit
    from onecard.sim.settlement.registry import InsuredPerson
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = [
    "FUND_KINDS",
    "fund_account",
    "fund_accounts",
    "fund_details",
    "fund_entries",
    "negated_details",
    "pool_type",
]

FUND_KINDS: dict[str, str] = {
    "hifp_pay": "fund-employee-pool",
    "hifob_pay": "fund-employee-large",
    "hifmi_pay": "fund-resident-critical",
    "maf_pay": "fund-medical-aid",
    "cvlserv_pay": "fund-civil-servant",
    "hifes_pay": "fund-enterprise",
    "hifdm_pay": "fund-disabled-soldiers",
    "oth_pay": "fund-other",
}
"""Amount of the interface → kind of ledger account that pays it, for employees (settlement.md §3.5)."""
RESIDENT_POOL_KIND = "fund-resident-pool"
_POOL = "hifp_pay"
_RESIDENT = "39"
_ZERO = "0.00"
_LONGEST_TEXT = 4000


def pool_type(insutype: str) -> str:
    """Return the ``fund_pay_type`` of an insurance's basic pool."""
    return RESIDENT_POOL[0] if insutype.startswith(_RESIDENT) else FUND_TYPES[_POOL][0]


def fund_account(admdvs: str, insutype: str, field: str) -> str:
    """Return the ledger account of the fund of a city that pays an amount."""
    kind = RESIDENT_POOL_KIND if field == _POOL and insutype.startswith(_RESIDENT) else FUND_KINDS[field]
    return f"{kind}/{admdvs}"


@functools.cache
def fund_accounts(admdvs: str) -> tuple[str, ...]:
    """Return the ledger accounts of all of a city's funds."""
    return tuple(f"{kind}/{admdvs}" for kind in (*FUND_KINDS.values(), RESIDENT_POOL_KIND))


def fund_details(person: InsuredPerson, paid: Benefit) -> list[FundDetail]:
    """Write a benefit fund by fund, with the limit of each and the calculation as text."""
    return [
        FundDetail(
            fund_pay_type=row.fund_pay_type,
            inscp_scp_amt=fen_to_yuan(row.inscp_scp_fen),
            crt_payb_lmt_amt=fen_to_yuan(row.crt_payb_lmt_fen),
            fund_payamt=fen_to_yuan(row.fund_payamt_fen),
            fund_pay_type_name=row.fund_pay_type_name,
            setl_proc_info=row.setl_proc_info[:_LONGEST_TEXT],
        )
        for row in fund_rows(paid, insutype=person.insutype)
    ]


def fund_entries(
    city: CityTier, person: InsuredPerson, family: InsuredPerson | None, paid: Benefit, receiver: str
) -> tuple[tuple[str, int], ...]:
    """Write a benefit as ledger entries: funds, personal and family account pay ``receiver``.

    The pool and the receiver always have an entry, if of zero, so that every settlement has a posting.
    """
    funds = {field: getattr(paid, f"{field}_fen") for field in FUND_KINDS}
    given = [
        (fund_account(city.admdvs, person.insutype, field), -pays_fen)
        for field, pays_fen in funds.items()
        if pays_fen or field == _POOL
    ]
    if paid.own_account_fen:
        given.append((person.medical_account, -paid.own_account_fen))
    if family is not None and paid.acct_mulaid_pay_fen:
        given.append((family.medical_account, -paid.acct_mulaid_pay_fen))
    return (*given, (receiver, -sum(amount_fen for _, amount_fen in given)))


def _negative(amount: str) -> str:
    return amount if amount == _ZERO else amount[1:] if amount[0] == "-" else f"-{amount}"


def negated_details(details: list[FundDetail]) -> list[FundDetail]:
    """Turn ``setldetail`` into that of a cancellation."""
    return [
        msgspec.structs.replace(
            row, inscp_scp_amt=_negative(row.inscp_scp_amt), fund_payamt=_negative(row.fund_payamt)
        )
        for row in details
    ]
