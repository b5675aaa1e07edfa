"""How a benefit is written: ``setlinfo`` and the row that every tier lands (settlement.md §2.3, §5.7)."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec

from onecard.sim.settlement.messages.amounts import fen_to_yuan, scaled_to_text
from onecard.sim.settlement.messages.outputs import FundDetail, SettlementInfo
from onecard.sim.settlement.store.rows import SettlementRow
from onecard.sim.settlement.tiers.insured.funds import negated_details

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable

    from onecard.sim.settlement.benefit.outcome import Benefit
    from onecard.sim.settlement.registry import InsuredPerson
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = [
    "AMOUNTS",
    "age_on",
    "info_of",
    "row_of",
    "settlement_info",
    "taken_back",
]

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

_OF_SPLIT = {
    "medfee_sumamt": "split.amount_fen",
    "fulamt_ownpay_amt": "split.fulamt_ownpay_fen",
    "overlmt_selfpay": "split.overlmt_fen",
    "preselfpay_amt": "split.preselfpay_fen",
    "inscp_scp_amt": "split.inscp_scp_fen",
}
_amounts_fen: Callable[[Benefit], tuple[int, ...]] = attrgetter(
    *(_OF_SPLIT.get(field, f"{field}_fen") for field in AMOUNTS)
)
"""The amounts of a benefit in fen, in the order of :data:`AMOUNTS`."""

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
_CLR_TYPES = {"outpatient": "11", "inpatient": "21", "pharmacy": "41"}


def age_on(brdy: str, date: datetime.date) -> int:
    """Return the age in whole years; 0 for an unknown birth date."""
    if len(brdy) != 10:
        return 0
    had_birthday = (date.month, date.day) >= (int(brdy[5:7]), int(brdy[8:10]))
    return date.year - int(brdy[:4]) - (0 if had_birthday else 1)


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
    amounts: dict[str, Any] = dict(zip(AMOUNTS, map(fen_to_yuan, _amounts_fen(paid)), strict=True))
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
        pool_prop_selfpay=scaled_to_text(_selfpay_e4(paid), 4),
        balc=fen_to_yuan(paid.balc_fen),
        medins_setl_id=call.request.msgid,
        clr_optins=call.request.mdtrtarea_admvs,
        clr_way="1",
        clr_type=_CLR_TYPES[paid.visit],
        **amounts,
    )


def _selfpay_e4(paid: Benefit) -> int:
    """Return the pool's self-pay share in ten-thousandths, half up."""
    return (paid.pool_prop_selfpay_millionths + 50) // 100


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
    amounts: dict[str, Any] = dict(zip(AMOUNTS.values(), _amounts_fen(paid), strict=True))
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
        pool_prop_selfpay_e4=_selfpay_e4(paid),
        dedc_std=paid.deductible_standard_fen,
        crt_dedc=paid.crt_dedc_fen,
        balc=paid.balc_fen,
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
