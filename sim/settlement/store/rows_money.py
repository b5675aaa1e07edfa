"""Rows of reconciliation, clearing and prepayment (settlement.md §5.5, §5.6).

The names are this project's, but for ``CLR_APPY_EVT_C``, which is made after the filing tables of §5.7.
Amounts are fen; a month is ``yyyyMM``.
"""

from __future__ import annotations

import msgspec

__all__ = [
    "ClearingApplicationRow",
    "ClearingMonthRow",
    "ClearingNoticeRow",
    "ClearingTableRow",
    "ConfirmationRow",
    "PrepaymentAlarmRow",
    "PrepaymentRow",
    "PrepaymentYearRow",
    "StatementRow",
    "TripartyRow",
]


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    pass


class StatementRow(_Row, frozen=True, kw_only=True):
    """The daily reconciliation of a tier with one neighbour.

    Attributes:
        statement: day, neighbour, and which attempt it is.
        state: ``"0"`` open (the neighbour was silent), ``"1"`` passed, ``"2"`` failed; a passed one is final.
        rows: rows here, with those that were fetched.
        peer_rows: rows there.
        fetched: rows that were landed again from the neighbour's.
        differences: (settlement, what is wrong) that are left.
    """

    statement: str
    day: str
    peer: str
    state: str
    rows: int = 0
    peer_rows: int = 0
    medfee_sumamt: int = 0
    peer_medfee_sumamt: int = 0
    fetched: int = 0
    differences: tuple[tuple[str, str], ...] = ()
    checked_us: int


class TripartyRow(_Row, frozen=True, kw_only=True):
    """The tri-party daily data of a pair of provinces, written by the ministry (settlement.md §9 C-30).

    Attributes:
        triparty: day, insured province, province of treatment, and which attempt it is.
        insured_amounts: person-times and the sums of §5.5 as the insured province has them; then the
            ministry's and those of the province of treatment.
        state: ``"0"`` open (a province was silent), ``"1"`` all three equal, ``"2"`` not.
    """

    triparty: str
    day: str
    insured: str
    treatment: str
    insured_amounts: tuple[int, ...] = ()
    ministry_amounts: tuple[int, ...] = ()
    treatment_amounts: tuple[int, ...] = ()
    state: str
    checked_us: int


class ClearingApplicationRow(_Row, frozen=True, kw_only=True):
    """A monthly clearing application of an institution (3203).

    Attributes:
        status: clearing status (settlement.md §3.4): 10 applied … 60 paid, 70 refused.
        payable_fen: what is paid: fund, personal account, family account.
        trail: (status, time) as it went.
        vali_flag: ``"0"`` once it was withdrawn (3204).
    """

    clr_appy_evt_id: str
    fixmedins_code: str
    clr_type: str
    clr_way: str
    setlym: str
    begndate: str
    enddate: str
    psntime: int
    medfee_sumamt: int
    med_sumfee: int
    fund_appy_sum: int
    cash_payamt: int
    acct_pay: int
    payable_fen: int
    status: str
    trail: tuple[tuple[str, int], ...] = ()
    vali_flag: str = "1"


class ConfirmationRow(_Row, frozen=True, kw_only=True):
    """A settlement of an out-of-area patient that its institution confirmed for clearing (3261).

    Attributes:
        confirmation: transaction and settlement.
        transid: the confirmation's number, ``otransid`` of its rollback.
        cnfm_flag: ``"1"`` confirmed, ``"0"`` objected to.
        state: ``"11"`` ready to declare, ``"21"`` declared and paid (settlement.md §5.6).
        vali_flag: ``"0"`` once it was rolled back (3262).
    """

    confirmation: str
    transid: str
    setl_id: str
    fixmedins_code: str
    month: str
    cnfm_flag: str
    payable_fen: int
    state: str = "11"
    vali_flag: str = "1"


class ClearingTableRow(_Row, frozen=True, kw_only=True):
    """A line of a clearing table: what one city owes another for a month (settlement.md §5.6).

    The ministry's lines, between provinces, are the national table; a province has those between its cities.
    """

    line: str
    month: str
    insured: str
    treatment: str
    person_times: int
    medfee_sumamt: int
    amount_fen: int


class ClearingNoticeRow(_Row, frozen=True, kw_only=True):
    """A payment or collection notice, at the tier that issued it and at the one that received it.

    Attributes:
        notice: issuer, recipient and number.
        number: counts the issuer's notices to the recipient, from 1.
        kind: ``"clearing"`` or ``"prepayment"``.
        role: the recipient's: ``"pays"`` or ``"collects"``.
        period: the month, or the year of a prepayment.
        insured: who owes: province or city.
        treatment: whom: province or city.
        amount_fen: negative when refunds outweigh the month's settlements.
        cities: (insured city, city of treatment, amount) that it is made of.
        due: date by which it is to be paid.
        posted_us: when the recipient posted it; -1 at the issuer.
    """

    notice: str
    issuer: str
    recipient: str
    number: int
    kind: str
    role: str
    period: str
    insured: str
    treatment: str
    amount_fen: int
    cities: tuple[tuple[str, str, int], ...] = ()
    due: str = ""
    issued_us: int
    posted_us: int = -1


class ClearingMonthRow(_Row, frozen=True, kw_only=True):
    """A month that a tier has cleared."""

    month: str
    lines: int
    amount_fen: int
    closed_us: int


class PrepaymentRow(_Row, frozen=True, kw_only=True):
    """The prepayment of an insured province, at the province of treatment that holds it.

    Attributes:
        insured: the insured province, two digits.
        level_fen: what was paid in advance: at the opening, and topped up or returned since.
        alarm: ``"none"``, ``"yellow"`` or ``"red"``, as of the last use.
    """

    insured: str
    level_fen: int
    alarm: str = "none"


class PrepaymentAlarmRow(_Row, frozen=True, kw_only=True):
    """A prepayment of which 70 % or 90 % are used (settlement.md §9 C-31)."""

    alarm: str
    insured: str
    level: str
    used_fen: int
    level_fen: int
    raised_us: int


class PrepaymentYearRow(_Row, frozen=True, kw_only=True):
    """The closed year of a prepayment: balance = opening + topped up - used + cleared (C-31)."""

    year_of: str
    insured: str
    year: str
    opening_fen: int
    topped_up_fen: int
    used_fen: int
    cleared_fen: int
    balance_fen: int
    closed_us: int
