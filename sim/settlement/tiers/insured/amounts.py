"""How a computed benefit is written: ``setlinfo``, ``setldetail``, landed row, ledger entries (§2.3, §3.5, §5.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.messages.amounts import fen_of, fen_to_yuan, scaled_of, scaled_to_text
from onecard.sim.settlement.messages.codes import CODES
from onecard.sim.settlement.messages.outputs import FundDetail, SettlementInfo
from onecard.sim.settlement.store.rows import SettlementRow

if TYPE_CHECKING:
    import datetime

    from onecard.sim.settlement.benefit import Benefit
    from onecard.sim.settlement.registry import InsuredPerson
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = [
    "ACCOUNT_FUND",
    "AMOUNTS",
    "FUND_PAY_TYPES",
    "HOSPITAL_PART",
    "age_on",
    "fund_accounts",
    "fund_details",
    "fund_entries",
    "info_of",
    "negated_details",
    "row_of",
    "settlement_info",
    "taken_back",
]

_EMPLOYEE_INSURANCES = ("310", "320", "330", "340", "350", "370")
_FUND_KINDS: dict[tuple[bool, str], str] = {
    (True, "pool"): "fund-employee-pool",
    (True, "large"): "fund-employee-large",
    (True, "critical"): "fund-employee-large",
    (False, "pool"): "fund-resident-pool",
    (False, "large"): "fund-resident-critical",
    (False, "critical"): "fund-resident-critical",
}
"""(employee insurance?, fund of the policy) → kind of ledger account."""
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

AMOUNTS: dict[str, str] = {
    "medfee_sumamt": "medfee_sumamt",
    "fulamt_ownpay_amt": "fulamt_ownpay_amt",
    "overlmt_selfpay": "overlmt_selfpay",
    "preselfpay_amt": "preselfpay_amt",
    "inscp_scp_amt": "inscp_amt",
    "act_pay_dedc": "act_pay_dedc",
    "hifp_pay": "hifp_pay",
    "cvlserv_pay": "cvlserv_pay",
    "hifes_pay": "hifes_pay",
    "hifmi_pay": "hifmi_pay",
    "hifob_pay": "hifob_pay",
    "maf_pay": "maf_pay",
    "hosp_part_amt": "ownpay_hosp_part",
    "oth_pay": "othfund_pay",
    "fund_pay_sumamt": "fund_pay_sumamt",
    "psn_part_amt": "psn_pay",
    "acct_pay": "acct_pay",
    "psn_cash_pay": "cash_payamt",
    "acct_mulaid_pay": "acct_mulaid_pay",
}
"""Amount of the interface → column of the landed row (settlement.md §5.7); a cancellation negates them (A-16)."""

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
_CLR_TYPES = {"outpatient": "11", "inpatient": "21", "pharmacy": "41"}


def age_on(brdy: str, date: datetime.date) -> int:
    """Return the age in whole years; 0 for an unknown birth date."""
    if len(brdy) != 10:
        return 0
    had_birthday = (date.month, date.day) >= (int(brdy[5:7]), int(brdy[8:10]))
    return date.year - int(brdy[:4]) - (0 if had_birthday else 1)


def fund_account(admdvs: str, insutype: str, fund: str) -> str:
    """Return the ledger account of one of a city's funds."""
    return f"{_FUND_KINDS[insutype in _EMPLOYEE_INSURANCES, fund]}/{admdvs}"


def fund_accounts(admdvs: str) -> tuple[str, ...]:
    """Return the ledger accounts of all of a city's funds."""
    return tuple(f"{kind}/{admdvs}" for kind in dict.fromkeys(_FUND_KINDS.values()))


def _paid_by_fund(paid: Benefit) -> tuple[tuple[str, int], ...]:
    return (("pool", paid.hifp_pay_fen), ("large", paid.hifob_pay_fen), ("critical", paid.hifmi_pay_fen))


def settlement_info(
    city: CityTier,
    call: Call,
    person: InsuredPerson,
    paid: Benefit,
    *,
    kind: str,
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
        clr_optins=call.request.mdtrtarea_admvs,
        clr_way="1",
        clr_type=_CLR_TYPES[kind],
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


def fund_entries(
    city: CityTier, person: InsuredPerson, paid: Benefit, receiver: str
) -> tuple[tuple[str, int], ...]:
    """Write a benefit as ledger entries: funds and personal account pay ``receiver``.

    The pool and the receiver always have an entry, if of zero, so that every settlement has a posting.
    """
    given = [
        (fund_account(city.admdvs, person.insutype, fund), -pays_fen)
        for fund, pays_fen in _paid_by_fund(paid)
        if pays_fen or fund == "pool"
    ]
    if paid.acct_pay_fen:
        given.append((person.medical_account, -paid.acct_pay_fen))
    return (*given, (receiver, paid.fund_pay_sumamt_fen + paid.acct_pay_fen))


def row_of(
    call: Call,
    info: SettlementInfo,
    details: list[FundDetail],
    person: InsuredPerson,
    *,
    dedc_std_fen: int,
    clr_day: str,
) -> SettlementRow:
    """Write the row that every tier lands."""
    treatment = call.treatment
    amounts = {column: fen_of(getattr(info, field), field) for field, column in AMOUNTS.items()}
    return SettlementRow(
        setl_id=info.setl_id or "",
        mdtrt_id=info.mdtrt_id,
        medins_setl_id=info.medins_setl_id,
        psn_no=person.psn_no,
        psn_name=person.psn_name,
        psn_cert_type=person.psn_cert_type,
        certno=person.certno,
        gend=person.gend,
        brdy=person.brdy,
        insutype=person.insutype,
        psn_type=person.psn_type,
        cvlserv_flag=person.cvlserv_flag,
        insu_admdvs=person.insuplc_admdvs,
        mdtrtarea_admvs=call.request.mdtrtarea_admvs,
        pay_loc=pay_loc(call.request.mdtrtarea_admvs, person.insuplc_admdvs),
        fixmedins_code=call.request.fixmedins_code,
        dedc_hosp_lv=str(treatment.dedc_hosp_lv) if treatment else "",
        setl_time=info.setl_time,
        med_type=info.med_type or "",
        pool_prop_selfpay_e4=scaled_of(info.pool_prop_selfpay, 4, "pool_prop_selfpay"),
        dedc_std=dedc_std_fen,
        crt_dedc=dedc_std_fen,
        balc=fen_of(info.balc, "balc"),
        clr_optins=info.clr_optins,
        clr_type=info.clr_type,
        clr_way=info.clr_way or "",
        clr_day=clr_day,
        auth_serial=treatment.auth_serial if treatment else "",
        details=msgspec.json.encode(details).decode(),
        opter_name=call.request.opter,
        opt_time_us=call.now_us,
        **amounts,
    )


def pay_loc(mdtrtarea_admvs: str, insuplc_admdvs: str) -> str:
    """Return the place of payment: 2 institution of the insured city, 3 inside the province, 4 another (§3.2)."""
    if mdtrtarea_admvs[:2] != insuplc_admdvs[:2]:
        return "4"
    return "2" if mdtrtarea_admvs[:4] == insuplc_admdvs[:4] else "3"


def taken_back(
    row: SettlementRow, *, setl_id: str, msgid: str, setl_time: str, clr_day: str, balc_fen: int, now_us: int
) -> SettlementRow:
    """Write the row that takes another back: every amount negated (A-16), its own day of reconciliation."""
    negative = {column: -getattr(row, column) for column in AMOUNTS.values()}
    details = negated_details(msgspec.json.decode(row.details, type=list[FundDetail]))
    return msgspec.structs.replace(
        row,
        **negative,
        setl_id=setl_id,
        init_setl_id=row.setl_id,
        medins_setl_id=msgid,
        setl_time=setl_time,
        clr_day=clr_day,
        balc=balc_fen,
        details=msgspec.json.encode(details).decode(),
        refd_setl_flag="1" if row.refd_setl_flag == "0" else "0",
        vali_flag="1",
        opt_time_us=now_us,
    )


def info_of(row: SettlementRow) -> SettlementInfo:
    """Write the ``setlinfo`` of a cancellation from its row; person fields are absent (§2.3, 2208)."""
    amounts = {field: fen_to_yuan(getattr(row, column)) for field, column in AMOUNTS.items()}
    return SettlementInfo(
        **amounts,
        **dict.fromkeys(_PERSON_FIELDS),
        mdtrt_id=row.mdtrt_id,
        setl_id=row.setl_id,
        setl_time=row.setl_time,
        pool_prop_selfpay=scaled_to_text(row.pool_prop_selfpay_e4, 4),
        pdn_cash_pay=amounts["psn_cash_pay"],
        balc=fen_to_yuan(row.balc),
        medins_setl_id=row.medins_setl_id,
        clr_optins=row.clr_optins,
        clr_way=row.clr_way or None,
        clr_type=row.clr_type,
    )


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
