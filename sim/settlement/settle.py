"""2206 to 2208 and 2101 to 2103: pre-settlement, settlement and its cancellation.

A settlement is computed, authenticated, posted and stored in this order; a refusal at any step leaves
nothing behind, and there is no posting without a stored settlement nor the other way round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.ledger import OverdraftError, Posting
from onecard.sim.settlement.authenticate import authenticate_card
from onecard.sim.settlement.benefit import Benefit, LineSplit, benefit
from onecard.sim.settlement.city import age_on
from onecard.sim.settlement.funds import (
    fund_details,
    negated,
    negated_details,
    posting_entries,
    settlement_info,
)
from onecard.sim.settlement.messages.amounts import fen_of, fen_to_yuan
from onecard.sim.settlement.messages.inputs import DrugInfo, Settlement
from onecard.sim.settlement.messages.outputs import FeeResult, PurchaseOutput, SettlementOutput
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.outpatient import check_credential, split_fee
from onecard.sim.settlement.person import VISIT_BY_MED_TYPE
from onecard.sim.settlement.registry import InsuredPerson
from onecard.sim.settlement.state import FeeRow, SettlementRow, Visit, identifier

if TYPE_CHECKING:
    from onecard.sim.settlement.city import Call, City
    from onecard.sim.settlement.messages.inputs import DrugDetail

__all__ = ["cancel", "presettle", "presettle_purchase", "purchase", "settle"]

_SPLIT_FIELDS = (
    ("fulamt_ownpay_amt", "fulamt_ownpay_fen"),
    ("overlmt_selfpay", "overlmt_fen"),
    ("preselfpay_amt", "preselfpay_fen"),
    ("inscp_scp_amt", "inscp_scp_fen"),
)


class _Computed(msgspec.Struct, frozen=True):
    person: InsuredPerson
    paid: Benefit


def _compute(
    city: City, call: Call, data: Settlement | DrugInfo, kind: str, splits: tuple[LineSplit, ...]
) -> _Computed:
    person = city.person(call, data.psn_no, data.insutype)
    check_credential(city, data.mdtrt_cert_type, data.mdtrt_cert_no, data.psn_no)
    visit_kind = VISIT_BY_MED_TYPE.get(data.med_type[:2], "outpatient")
    if visit_kind != kind:
        raise RefusedError(Reason.KIND_OF_VISIT, f"med_type {data.med_type}")
    rule = city.policy.rule(
        insutype=person.insutype,
        psn_type=person.psn_type,
        age=age_on(person.brdy, city.calendar.on(call.now_us)),
        visit=visit_kind,
        level=call.institution.level,
    )
    if rule is None:
        raise RefusedError(Reason.NO_POLICY, f"{person.insutype} {person.psn_type} {visit_kind}")
    if _fen(data.medfee_sumamt, "medfee_sumamt") != sum(split.amount_fen for split in splits):
        raise RefusedError(Reason.AMOUNT_DIFFERS, "ST-6 medfee_sumamt")
    paid = benefit(
        rule,
        city.used(person, call.now_us),
        splits,
        balance_fen=city.balance_fen(person),
        use_account=data.acct_used_flag == "1",
    )
    return _Computed(person, paid)


def _fen(value: str | float, field: str) -> int:
    try:
        return fen_of(value, field)
    except ValueError as error:
        raise RefusedError(Reason.MALFORMED, str(error)) from None


def _check_split(data: Settlement, split: LineSplit) -> None:
    """Refuse split amounts that are not the sums of the uploaded lines (2207, A-13)."""
    for field, attribute in _SPLIT_FIELDS:
        given = getattr(data, field)
        if given is None:
            raise RefusedError(Reason.MALFORMED, f"required field {field} is missing")
        if _fen(given, field) != getattr(split, attribute):
            raise RefusedError(Reason.AMOUNT_DIFFERS, f"A-13 {field}")


def _lines(city: City, call: Call, data: Settlement) -> tuple[Visit, list[FeeRow]]:
    visit = city.visit(call, data.mdtrt_id, data.psn_no)
    rows = visit.unsettled(data.chrg_bchno)
    if not rows:
        raise RefusedError(Reason.NO_FEES, f"chrg_bchno {data.chrg_bchno}")
    return visit, rows


def presettle(city: City, call: Call) -> SettlementOutput:
    """Answer 2206: the same computation as 2207, nothing stored."""
    data: Settlement = call.node.data
    visit, rows = _lines(city, call, data)
    computed = _compute(city, call, data, "outpatient", tuple(row.split for row in rows))
    return _output(city, call, data, computed, mdtrt_id=visit.mdtrt_id, setl_id=None)


def settle(city: City, call: Call) -> SettlementOutput:
    """Answer 2207: compute, authenticate the card, post, store."""
    data: Settlement = call.node.data
    visit, rows = _lines(city, call, data)
    computed = _compute(city, call, data, "outpatient", tuple(row.split for row in rows))
    _check_split(data, computed.paid.split)
    setl_id = _setl_id(city, call, visit)
    output = _output(city, call, data, computed, mdtrt_id=visit.mdtrt_id, setl_id=setl_id)
    _commit(city, call, data, computed, output)
    visit.live_settlements += 1
    visit.settled_times += 1
    for row in rows:
        row.setl_id = setl_id
    return output


def _setl_id(city: City, call: Call, visit: Visit) -> str:
    day = city.short_day(call.now_us)
    return identifier(city.admdvs, day, 18, "settlement", visit.mdtrt_id, str(visit.settled_times))


def _output(
    city: City,
    call: Call,
    data: Settlement | DrugInfo,
    computed: _Computed,
    *,
    mdtrt_id: str,
    setl_id: str | None,
) -> SettlementOutput:
    info = settlement_info(
        city,
        call,
        computed.person,
        computed.paid,
        mdtrt_id=mdtrt_id,
        med_type=data.med_type,
        mdtrt_cert_type=data.mdtrt_cert_type,
        setl_id=setl_id,
    )
    return SettlementOutput(setlinfo=info, setldetail=fund_details(computed.person, computed.paid))


def _commit(
    city: City, call: Call, data: Settlement | DrugInfo, computed: _Computed, output: SettlementOutput
) -> None:
    person, paid, info = computed.person, computed.paid, output.setlinfo
    auth_serial = authenticate_card(city, call, data, person)
    entries = posting_entries(city, call, person, paid)
    setl_id = info.setl_id or ""
    purpose = "pharmacy-settlement" if data.med_type[:2] == "41" else "outpatient-settlement"
    _post(city, Posting(call.now_us, setl_id, purpose, entries))
    city.store.settlements[setl_id] = SettlementRow(
        setl_id=setl_id,
        mdtrt_id=info.mdtrt_id,
        psn_no=person.psn_no,
        insutype=person.insutype,
        fixmedins_code=call.institution.fixmedins_code,
        setl_time_us=call.now_us,
        year=city.year(call.now_us),
        info=info,
        details=output.setldetail,
        benefit=paid,
        entries=entries,
        auth_serial=auth_serial,
    )
    city.use(person, call.now_us, paid)


def _post(city: City, posting: Posting) -> None:
    try:
        city.ledger.post(posting)
    except OverdraftError as error:
        raise RefusedError(Reason.FUND_EXHAUSTED, str(error)) from None


def cancel(city: City, call: Call) -> SettlementOutput:
    """Answer 2208 and 2103: a new row with every amount negated, the money back (A-16, ST-8)."""
    data = call.node.data
    person = city.person(call, data.psn_no)
    row = city.store.settlements.get(data.setl_id)
    named = (data.mdtrt_id, data.psn_no, call.institution.fixmedins_code)
    if row is None or row.init_setl_id or (row.mdtrt_id, row.psn_no, row.fixmedins_code) != named:
        raise RefusedError(Reason.SETTLEMENT_UNKNOWN, data.setl_id)
    if row.vali_flag != "1":
        raise RefusedError(Reason.SETTLEMENT_CANCELLED, f"ST-8 {data.setl_id}")
    setl_id = identifier(city.admdvs, city.short_day(call.now_us), 18, "cancellation", row.setl_id)
    entries = tuple((account, -amount_fen) for account, amount_fen in row.entries)
    _post(city, Posting(call.now_us, setl_id, "settlement-cancellation", entries))
    info = negated(
        row.info,
        setl_id=setl_id,
        setl_time=city.calendar.datetime(call.now_us),
        balc=fen_to_yuan(city.balance_fen(person)),
        medins_setl_id=call.request.msgid,
    )
    details = negated_details(row.details)
    row.vali_flag = "0"
    city.store.settlements[setl_id] = msgspec.structs.replace(
        row,
        setl_id=setl_id,
        setl_time_us=call.now_us,
        info=info,
        details=details,
        entries=entries,
        init_setl_id=row.setl_id,
        refd_setl_flag="1",
        vali_flag="1",
    )
    city.give_back(person, row)
    visit = city.store.visits[row.mdtrt_id]
    visit.live_settlements -= 1
    for line in visit.lines.values():
        if line.setl_id == row.setl_id:
            line.setl_id = None
    return SettlementOutput(setlinfo=info, setldetail=details)


def _drug_rows(city: City, details: list[DrugDetail]) -> list[tuple[LineSplit, FeeResult]]:
    serials = [line.feedetl_sn for line in details]
    if len(set(serials)) != len(serials):
        raise RefusedError(Reason.FEE_LINE, "feedetl_sn appears twice")
    return [split_fee(city, line, approved=False) for line in details]


def _purchase(city: City, call: Call, setl_id: str | None) -> tuple[PurchaseOutput, _Computed]:
    data: DrugInfo = call.node.druginfo
    if call.institution.kind != "pharmacy":
        raise RefusedError(Reason.KIND_OF_VISIT, f"{call.institution.fixmedins_code} is no pharmacy")
    rows = _drug_rows(city, call.node.drugdetail)
    computed = _compute(city, call, data, "pharmacy", tuple(split for split, _ in rows))
    mdtrt_id = identifier(city.admdvs, city.short_day(call.now_us), 18, "purchase", call.request.msgid)
    output = _output(city, call, data, computed, mdtrt_id=mdtrt_id, setl_id=setl_id)
    return (
        PurchaseOutput(
            setlinfo=output.setlinfo,
            setldetail=output.setldetail,
            detlcutinfo=[result for _, result in rows],
        ),
        computed,
    )


def presettle_purchase(city: City, call: Call) -> PurchaseOutput:
    """Answer 2101: compute a purchase in a pharmacy, nothing stored."""
    return _purchase(city, call, None)[0]


def purchase(city: City, call: Call) -> PurchaseOutput:
    """Answer 2102: settle a purchase in a pharmacy; visit and settlement in one."""
    data: DrugInfo = call.node.druginfo
    setl_id = identifier(city.admdvs, city.short_day(call.now_us), 18, "settlement", call.request.msgid)
    output, computed = _purchase(city, call, setl_id)
    settled = SettlementOutput(setlinfo=output.setlinfo, setldetail=output.setldetail)
    _commit(city, call, data, computed, settled)
    mdtrt_id = output.setlinfo.mdtrt_id
    city.store.visits[mdtrt_id] = Visit(
        mdtrt_id=mdtrt_id,
        fixmedins_code=call.institution.fixmedins_code,
        psn_no=data.psn_no,
        ipt_otp_no=mdtrt_id,
        insutype=data.insutype,
        med_type=data.med_type,
        live_settlements=1,
        settled_times=1,
    )
    return output
