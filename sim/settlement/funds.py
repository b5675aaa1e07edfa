"""Fund payment types and how a benefit becomes ``setlinfo`` and ``setldetail`` (settlement.md §2.3, §3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.city import age_on, fund_account
from onecard.sim.settlement.messages.amounts import fen_to_yuan, scaled_to_text
from onecard.sim.settlement.messages.codes import CODES
from onecard.sim.settlement.messages.outputs import FundDetail, SettlementInfo

if TYPE_CHECKING:
    from onecard.sim.settlement.benefit import Benefit
    from onecard.sim.settlement.city import Call, City
    from onecard.sim.settlement.registry import InsuredPerson

__all__ = [
    "ACCOUNT_FUND",
    "FUND_PAY_TYPES",
    "HOSPITAL_PART",
    "fund_details",
    "negated",
    "negated_details",
    "posting_entries",
    "settlement_info",
]

FUND_PAY_TYPES: dict[tuple[bool, str], str] = {
    (True, "pool"): "310100",
    (True, "large"): "330100",
    (True, "critical"): "330100",
    (False, "pool"): "390100",
    (False, "large"): "390200",
    (False, "critical"): "390200",
}
"""(employee insurance?, fund of the policy) → ``fund_pay_type``."""
ACCOUNT_FUND = "310200"
HOSPITAL_PART = "999996"

_AMOUNTS = (
    "medfee_sumamt",
    "fulamt_ownpay_amt",
    "overlmt_selfpay",
    "preselfpay_amt",
    "inscp_scp_amt",
    "act_pay_dedc",
    "hifp_pay",
    "cvlserv_pay",
    "hifes_pay",
    "hifmi_pay",
    "hifob_pay",
    "maf_pay",
    "hosp_part_amt",
    "oth_pay",
    "fund_pay_sumamt",
    "psn_part_amt",
    "acct_pay",
    "psn_cash_pay",
    "acct_mulaid_pay",
)
"""Amount fields that a cancellation negates (A-16); the balance is not one of them."""

_PERSON_FIELDS = (
    "psn_no",
    "psn_name",
    "psn_cert_type",
    "certno",
    "gend",
    "naty",
    "brdy",
    "age",
    "insutype",
    "psn_type",
    "cvlserv_flag",
    "mdtrt_cert_type",
    "med_type",
)
"""Fields that a cancellation does not carry (settlement.md §2.3, 2208)."""

_ZERO = "0.00"


def _paid_by_fund(paid: Benefit) -> tuple[tuple[str, int], ...]:
    return (("pool", paid.hifp_pay_fen), ("large", paid.hifob_pay_fen), ("critical", paid.hifmi_pay_fen))


def settlement_info(
    city: City,
    call: Call,
    person: InsuredPerson,
    paid: Benefit,
    *,
    mdtrt_id: str,
    med_type: str,
    mdtrt_cert_type: str,
    setl_id: str | None,
) -> SettlementInfo:
    """Write a benefit as ``setlinfo``."""
    split = paid.split
    return SettlementInfo(
        mdtrt_id=mdtrt_id,
        setl_id=setl_id,
        psn_no=person.psn_no,
        psn_name=person.psn_name,
        psn_cert_type=person.psn_cert_type,
        certno=person.certno,
        gend=person.gend,
        naty=person.naty,
        brdy=person.brdy,
        age=f"{age_on(person.brdy, city.calendar.on(call.now_us))}.0",
        insutype=person.insutype,
        psn_type=person.psn_type,
        cvlserv_flag=person.cvlserv_flag,
        setl_time=city.calendar.datetime(call.now_us),
        mdtrt_cert_type=mdtrt_cert_type,
        med_type=med_type,
        medfee_sumamt=fen_to_yuan(split.amount_fen),
        fulamt_ownpay_amt=fen_to_yuan(split.fulamt_ownpay_fen),
        overlmt_selfpay=fen_to_yuan(split.overlmt_fen),
        preselfpay_amt=fen_to_yuan(split.preselfpay_fen),
        inscp_scp_amt=fen_to_yuan(split.inscp_scp_fen),
        act_pay_dedc=fen_to_yuan(paid.act_pay_dedc_fen),
        hifp_pay=fen_to_yuan(paid.hifp_pay_fen),
        pool_prop_selfpay=scaled_to_text((paid.pool_ratio_millionths + 50) // 100, 4),
        cvlserv_pay=_ZERO,
        hifes_pay=_ZERO,
        hifmi_pay=fen_to_yuan(paid.hifmi_pay_fen),
        hifob_pay=fen_to_yuan(paid.hifob_pay_fen),
        maf_pay=_ZERO,
        hosp_part_amt=_ZERO,
        oth_pay=_ZERO,
        fund_pay_sumamt=fen_to_yuan(paid.fund_pay_sumamt_fen),
        psn_part_amt=fen_to_yuan(paid.psn_part_fen),
        acct_pay=fen_to_yuan(paid.acct_pay_fen),
        psn_cash_pay=fen_to_yuan(paid.psn_cash_pay_fen),
        balc=fen_to_yuan(paid.balance_fen),
        acct_mulaid_pay=_ZERO,
        medins_setl_id=call.request.msgid,
        clr_optins=city.admdvs,
        clr_way="1",
        clr_type="41" if med_type[:2] == "41" else "11",
    )


def fund_details(person: InsuredPerson, paid: Benefit) -> list[FundDetail]:
    """Write a benefit fund by fund; the basic pool always has a row, the others when they pay."""
    employee = person.insutype == "310"
    in_scope = fen_to_yuan(paid.split.inscp_scp_fen)
    rows = [
        (FUND_PAY_TYPES[employee, fund], pays_fen)
        for fund, pays_fen in _paid_by_fund(paid)
        if pays_fen or fund == "pool"
    ]
    if paid.acct_pay_fen:
        rows.append((ACCOUNT_FUND, paid.acct_pay_fen))
    limit_fen = paid.split.inscp_scp_fen if paid.pool_limit_fen < 0 else paid.pool_limit_fen
    return [
        FundDetail(
            fund_pay_type=fund_pay_type,
            inscp_scp_amt=in_scope,
            crt_payb_lmt_amt=fen_to_yuan(limit_fen if row == 0 else pays_fen),
            fund_payamt=fen_to_yuan(pays_fen),
            fund_pay_type_name=CODES["fund_pay_type"][fund_pay_type][1],
        )
        for row, (fund_pay_type, pays_fen) in enumerate(rows)
    ]


def posting_entries(
    city: City, call: Call, person: InsuredPerson, paid: Benefit
) -> tuple[tuple[str, int], ...]:
    """Write a benefit as ledger entries: funds and personal account pay the institution.

    The pool and the institution always have an entry, if of zero, so that every settlement has a posting.
    """
    given = [
        (fund_account(city.admdvs, person.insutype, fund), -pays_fen)
        for fund, pays_fen in _paid_by_fund(paid)
        if pays_fen or fund == "pool"
    ]
    if paid.acct_pay_fen:
        given.append((person.medical_account, -paid.acct_pay_fen))
    received_fen = paid.fund_pay_sumamt_fen + paid.acct_pay_fen
    return (*given, (call.institution.account, received_fen))


def _negative(amount: str) -> str:
    return amount if amount == _ZERO else amount[1:] if amount[0] == "-" else f"-{amount}"


def negated(
    info: SettlementInfo, *, setl_id: str, setl_time: str, balc: str, medins_setl_id: str
) -> SettlementInfo:
    """Turn ``setlinfo`` into that of its cancellation (A-16)."""
    amounts = {name: _negative(getattr(info, name)) for name in _AMOUNTS}
    return msgspec.structs.replace(
        info,
        **amounts,
        **dict.fromkeys(_PERSON_FIELDS),
        pdn_cash_pay=amounts["psn_cash_pay"],
        setl_id=setl_id,
        setl_time=setl_time,
        balc=balc,
        medins_setl_id=medins_setl_id,
    )


def negated_details(details: list[FundDetail]) -> list[FundDetail]:
    """Turn ``setldetail`` into that of a cancellation."""
    return [
        msgspec.structs.replace(
            row, inscp_scp_amt=_negative(row.inscp_scp_amt), fund_payamt=_negative(row.fund_payamt)
        )
        for row in details
    ]
