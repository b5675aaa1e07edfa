"""How a benefit is written: ``setlinfo``, ``setldetail``, landed row, ledger entries (§2.3, §3.5, §5.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from onecard.sim.settlement.benefit.fund_rows import FUND_TYPES, RESIDENT_POOL, fund_rows
from onecard.sim.settlement.messages.amounts import fen_of, fen_to_yuan, scaled_of, scaled_to_text
from onecard.sim.settlement.messages.outputs import FundDetail, SettlementInfo
from onecard.sim.settlement.store.rows import SettlementRow

if TYPE_CHECKING:
    import datetime

    from onecard.sim.settlement.benefit.outcome import Benefit
    from onecard.sim.settlement.registry import InsuredPerson
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = [
    "AMOUNTS",
    "FUND_KINDS",
    "age_on",
    "fund_accounts",
    "fund_details",
    "fund_entries",
    "info_of",
    "negated_details",
    "pool_type",
    "row_of",
    "settlement_info",
    "taken_back",
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
    "hifdm_pay": "hifdm_pay",
    "maf_pay": "maf_pay",
    "hosp_part_amt": "ownpay_hosp_part",
    "oth_pay": "othfund_pay",
    "fund_pay_sumamt": "fund_pay_sumamt",
    "psn_part_amt": "psn_pay",
    "acct_pay": "acct_pay",
    "psn_cash_pay": "cash_payamt",
    "acct_mulaid_pay": "acct_mulaid_pay",
}
"""Amount of the interface → column of the landed row (§5.7); a cancellation negates them (A-16)."""

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
_LONGEST_TEXT = 4000
_CLR_TYPES = {"outpatient": "11", "inpatient": "21", "pharmacy": "41"}


def age_on(brdy: str, date: datetime.date) -> int:
    """Return the age in whole years; 0 for an unknown birth date."""
    if len(brdy) != 10:
        return 0
    had_birthday = (date.month, date.day) >= (int(brdy[5:7]), int(brdy[8:10]))
    return date.year - int(brdy[:4]) - (0 if had_birthday else 1)


def pool_type(insutype: str) -> str:
    """Return the ``fund_pay_type`` of an insurance's basic pool."""
    return RESIDENT_POOL[0] if insutype.startswith(_RESIDENT) else FUND_TYPES[_POOL][0]


def fund_account(admdvs: str, insutype: str, field: str) -> str:
    """Return the ledger account of the fund of a city that pays an amount."""
    kind = RESIDENT_POOL_KIND if field == _POOL and insutype.startswith(_RESIDENT) else FUND_KINDS[field]
    return f"{kind}/{admdvs}"


def fund_accounts(admdvs: str) -> tuple[str, ...]:
    """Return the ledger accounts of all of a city's funds."""
    return tuple(f"{kind}/{admdvs}" for kind in (*FUND_KINDS.values(), RESIDENT_POOL_KIND))


def settlement_info(
    city: CityTier,
    call: Call,
    person: InsuredPerson,
    paid: Benefit,
    *,
    age: int,
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
        age=f"{age}.0",
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
        pool_prop_selfpay=scaled_to_text((paid.pool_prop_selfpay_millionths + 50) // 100, 4),
        cvlserv_pay=fen_to_yuan(paid.cvlserv_pay_fen),
        hifes_pay=fen_to_yuan(paid.hifes_pay_fen),
        hifmi_pay=fen_to_yuan(paid.hifmi_pay_fen),
        hifob_pay=fen_to_yuan(paid.hifob_pay_fen),
        hifdm_pay=fen_to_yuan(paid.hifdm_pay_fen),
        maf_pay=fen_to_yuan(paid.maf_pay_fen),
        hosp_part_amt=fen_to_yuan(paid.hosp_part_amt_fen),
        oth_pay=fen_to_yuan(paid.oth_pay_fen),
        fund_pay_sumamt=fen_to_yuan(paid.fund_pay_sumamt_fen),
        psn_part_amt=fen_to_yuan(paid.psn_part_amt_fen),
        acct_pay=fen_to_yuan(paid.acct_pay_fen),
        psn_cash_pay=fen_to_yuan(paid.psn_cash_pay_fen),
        balc=fen_to_yuan(paid.balc_fen),
        acct_mulaid_pay=fen_to_yuan(paid.acct_mulaid_pay_fen),
        medins_setl_id=call.request.msgid,
        clr_optins=call.request.mdtrtarea_admvs,
        clr_way="1",
        clr_type=_CLR_TYPES[paid.visit],
    )


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


def row_of(
    call: Call,
    info: SettlementInfo,
    details: list[FundDetail],
    person: InsuredPerson,
    *,
    paid: Benefit,
    mid_setl_flag: str,
    clr_day: str,
) -> SettlementRow:
    """Write the row that every tier lands."""
    treatment = call.treatment
    amounts: dict[str, Any] = {
        column: fen_of(getattr(info, field), field) for field, column in AMOUNTS.items()
    }
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
        mid_setl_flag=mid_setl_flag,
        pool_prop_selfpay_e4=scaled_of(info.pool_prop_selfpay, 4, "pool_prop_selfpay"),
        dedc_std=paid.deductible_standard_fen,
        crt_dedc=paid.crt_dedc_fen,
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
    """Return the place of payment: 2 in the insured city, 3 inside its province, 4 in another (§3.2)."""
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
    amounts: dict[str, Any] = {field: fen_to_yuan(getattr(row, column)) for field, column in AMOUNTS.items()}
    absent: dict[str, Any] = dict.fromkeys(_PERSON_FIELDS)
    return SettlementInfo(
        **amounts,
        **absent,
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
