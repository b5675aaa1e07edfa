"""What a settlement moves in the book of each tier (settlement.md §5.1, §5.6; architecture §4).

X is what the insured place owes the place of treatment: funds, personal account, family account. Each tier
books its own side, and its entries sum to zero:

=====================  ==========================================  =====================================
tier                   gives                                       receives
=====================  ==========================================  =====================================
insured city           funds and accounts                          institution here, or owed upwards
insured province       claim on the insured city                   owed to the treatment province
ministry               claim on the insured province               owed to the treatment province
treatment province     prepayment of the insured province          owed to the treatment city
treatment city         claim on its province                       the institution's receivable
=====================  ==========================================  =====================================

``clearing/A:B`` in the book of A is what A owes B; below zero it is A's claim on B. What is paid later, and
how the books come back to zero, is in :mod:`onecard.sim.settlement.money.clearing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onecard.sim.settlement.store.rows import SettlementRow

__all__ = [
    "clearing",
    "ministry_entries",
    "owed_fen",
    "prepayment",
    "province_entries",
    "receivable",
    "transfer",
    "treatment_city_entries",
]

Entries = tuple[tuple[str, int], ...]


def owed_fen(row: SettlementRow) -> int:
    """Return what the insured place owes for a row: all but the cash and the hospital's own part (A-2).

    Funds and accounts, that is, whichever of the readings of Q-3 and Q-4 the insured place follows.
    """
    return row.medfee_sumamt - row.cash_payamt - row.ownpay_hosp_part


def clearing(owner: str, peer: str) -> str:
    """Return the account of what ``owner`` owes ``peer``."""
    return f"clearing/{owner}:{peer}"


def prepayment(province: str, insured_province: str) -> str:
    """Return the account of what an insured province has paid a treatment province in advance."""
    return f"prepayment/{province}:{insured_province}"


def transfer(owner: str, peer: str) -> str:
    """Return the account of what ``owner`` has paid ``peer``; below zero, of what it has received."""
    return f"transfer/{owner}:{peer}"


def receivable(fixmedins_code: str) -> str:
    """Return the account of what the insurance owes an institution."""
    return f"institution-receivable/{fixmedins_code}"


def treatment_city_entries(city: str, row: SettlementRow) -> Entries:
    """Book a settlement of somebody insured elsewhere at the city of treatment."""
    owed = owed_fen(row)
    return ((clearing(city, city[:2]), -owed), (receivable(row.fixmedins_code), owed))


def province_entries(province: str, row: SettlementRow, *, treatment_city: str, insured_city: str) -> Entries:
    """Book a settlement at a province, in one role or in both."""
    owed = owed_fen(row)
    treats, insures = treatment_city[:2] == province, insured_city[:2] == province
    gives = clearing(province, insured_city) if insures else prepayment(province, insured_city[:2])
    takes = clearing(province, treatment_city if treats else treatment_city[:2])
    return ((gives, -owed), (takes, owed))


def ministry_entries(row: SettlementRow, *, treatment_city: str, insured_city: str) -> Entries:
    """Book a settlement between two provinces at the ministry."""
    owed = owed_fen(row)
    return ((clearing("ministry", insured_city[:2]), -owed), (clearing("ministry", treatment_city[:2]), owed))
