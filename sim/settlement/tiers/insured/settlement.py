"""The computation at the insured place: pre-settlement, settlement, cancellation (settlement.md §5.1, §6.1).

A settlement is computed, posted and stored in one step, so there is no posting without a stored settlement
nor the other way round. Nothing here knows whether the institution stands in this city or at the other end
of the
country: what the place of treatment has to say comes in
    :class:`~onecard.sim.settlement.tiers.call.Treatment`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from onecard.sim.ledger import OverdraftError, Posting
from onecard.sim.settlement.benefit import Benefit, LineSplit, benefit
from onecard.sim.settlement.messages.outputs import FundDetail, PurchaseOutput, SettlementOutput
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.store.rows import CalculationRow, CardTacRow, SettlementRow
from onecard.sim.settlement.tiers.authentication import CARD_CREDENTIALS, credential_node
from onecard.sim.settlement.tiers.call import Treatment, read_treatment
from onecard.sim.settlement.tiers.insured.amounts import (
    age_on,
    fund_accounts,
    fund_details,
    fund_entries,
    info_of,
    row_of,
    settlement_info,
    taken_back,
)
from onecard.sim.settlement.tiers.insured.person import check_credential
from onecard.sim.settlement.tiers.insured.visits import insured_visit, open_insured_visit
from onecard.sim.settlement.tiers.kernel import UNDECODABLE, identifier
from onecard.sim.settlement.tiers.money import clearing, receivable

if TYPE_CHECKING:
    from onecard.sim.settlement.registry import InsuredPerson
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = ["cancel", "post", "presettle", "presettle_purchase", "purchase", "settle", "take_back"]

Landing = tuple[SettlementRow, ...]


class Computed(msgspec.Struct, frozen=True):
    """A benefit and whose it is."""

    person: InsuredPerson
    paid: Benefit


def treatment_of(call: Call) -> Treatment:
    """Return what the place of treatment says; out of the message where it came from elsewhere.

    Raises:
        RefusedError: it says nothing, or not in the agreed form.
    """
    if call.treatment is None:
        try:
            call.treatment = read_treatment(credential_node(call.node).expContent)
        except UNDECODABLE as error:
            raise RefusedError(Reason.MALFORMED, f"expContent: {error}") from None
        if call.treatment is None:
            raise RefusedError(Reason.MALFORMED, "expContent says nothing of the treatment")
    return call.treatment


def compute(city: CityTier, call: Call, data: Any, med_type: str) -> Computed:
    """Check the person and compute who pays what."""
    treatment = treatment_of(call)
    person = city.person(call, data.psn_no, data.insutype)
    check_credential(city, data.mdtrt_cert_type, data.mdtrt_cert_no, data.psn_no)
    rule = city.policy.rule(
        insutype=person.insutype,
        psn_type=person.psn_type,
        age=age_on(person.brdy, city.calendar.on(call.now_us)),
        visit=treatment.kind,  # type: ignore[arg-type] # one of the three kinds
        level=treatment.dedc_hosp_lv,
    )
    if rule is None:
        raise RefusedError(
            Reason.NO_POLICY, f"{person.insutype} {person.psn_type} {treatment.kind} {med_type}"
        )
    total, own, over, before, in_scope = treatment.amounts
    split = LineSplit(
        amount_fen=total,
        fulamt_ownpay_fen=own,
        overlmt_fen=over,
        preselfpay_fen=before,
        inscp_scp_fen=in_scope,
    )
    paid = benefit(
        rule,
        city.used(person, city.year(call.now_us)),
        (split,),
        balance_fen=city.balance_fen(person),
        use_account=data.acct_used_flag == "1",
    )
    return Computed(person, paid)


def _output(
    city: CityTier,
    call: Call,
    data: Any,
    computed: Computed,
    *,
    mdtrt_id: str,
    med_type: str,
    setl_id: str | None,
) -> SettlementOutput:
    info = settlement_info(
        city,
        call,
        computed.person,
        computed.paid,
        kind=treatment_of(call).kind,
        mdtrt_id=mdtrt_id,
        med_type=med_type,
        mdtrt_cert_type=data.mdtrt_cert_type,
        setl_id=setl_id,
    )
    return SettlementOutput(setlinfo=info, setldetail=fund_details(computed.person, computed.paid))


def presettle(city: CityTier, call: Call) -> SettlementOutput:
    """Answer 2206: the same computation as 2207, nothing stored."""
    data = call.node.data
    insured_visit(city, data.mdtrt_id, data.psn_no)
    computed = compute(city, call, data, data.med_type)
    return _output(city, call, data, computed, mdtrt_id=data.mdtrt_id, med_type=data.med_type, setl_id=None)


def settle(city: CityTier, call: Call) -> tuple[SettlementOutput, Landing]:
    """Answer 2207: compute, post, store."""
    data = call.node.data
    visit = insured_visit(city, data.mdtrt_id, data.psn_no)
    computed = compute(city, call, data, data.med_type)
    setl_id = settlement_number(city, call, visit.mdtrt_id, str(visit.settled_times))
    output = _output(
        city, call, data, computed, mdtrt_id=visit.mdtrt_id, med_type=data.med_type, setl_id=setl_id
    )
    row = commit(city, call, data, computed, output)
    return output, (row,)


def settlement_number(city: CityTier, call: Call, *parts: str) -> str:
    """Give a settlement its number; one elsewhere has the form of settlement.md §2.4."""
    day = city.short_day(call.now_us)
    if city.serves(call.request.mdtrtarea_admvs):
        return identifier(city.admdvs, day, 18, "settlement", *parts)
    return f"A{city.admdvs}{day}{city.sequence(f'settlement {day}'):07d}"


def receiver_of(city: CityTier, mdtrtarea_admvs: str, fixmedins_code: str) -> str:
    """Return the account that funds pay into: the institution's claim here, or what is owed to the province."""
    if city.serves(mdtrtarea_admvs):
        return receivable(fixmedins_code)
    return clearing(city.admdvs, city.admdvs[:2])


def commit(
    city: CityTier, call: Call, data: Any, computed: Computed, output: SettlementOutput
) -> SettlementRow:
    """Post and store a settlement; return the row that every tier lands."""
    person, paid, info = computed.person, computed.paid, output.setlinfo
    now_us, setl_id = call.now_us, info.setl_id or ""
    receiver = receiver_of(city, call.request.mdtrtarea_admvs, call.request.fixmedins_code)
    entries = fund_entries(city, person, paid, receiver)
    year = city.year(now_us)
    post(city, person, Posting(now_us, setl_id, f"{treatment_of(call).kind}-settlement", entries))
    city.calculations.put(
        CalculationRow(
            setl_id=setl_id,
            psn_no=person.psn_no,
            insutype=person.insutype,
            kind=treatment_of(call).kind,
            year=year,
            setl_time_us=now_us,
            benefit=paid,
            entries=entries,
        )
    )
    city.put_used(person, year, city.used(person, year).plus(paid))
    visit = city.insured_visits.get(info.mdtrt_id)
    if visit is not None:
        city.insured_visits.put(
            msgspec.structs.replace(
                visit,
                live_settlements=visit.live_settlements + 1,
                settled_times=visit.settled_times + 1,
            )
        )
    keep_tac(city, call, data, person, info.mdtrt_id, setl_id)
    return row_of(
        call,
        info,
        output.setldetail,
        person,
        dedc_std_fen=paid.deductible_standard_fen,
        clr_day=city.calendar.date(now_us),
    )


def keep_tac(
    city: CityTier, call: Call, data: Any, person: InsuredPerson, mdtrt_id: str, setl_id: str
) -> None:
    """Store the transaction check code of a settlement with a card (CA-6)."""
    treatment = treatment_of(call)
    if data.mdtrt_cert_type not in CARD_CREDENTIALS:
        return
    city.tacs.put(
        CardTacRow(
            setl_id=setl_id,
            tac=treatment.tac,
            auth_serial=treatment.auth_serial,
            fixmedins_code=call.request.fixmedins_code,
            mdtrt_id=mdtrt_id,
            certno=person.certno,
            psn_no=person.psn_no,
            card_no=data.mdtrt_cert_no,
            psn_name=person.psn_name,
            rw_time=city.calendar.datetime(call.now_us),
        )
    )


def post(city: CityTier, person: InsuredPerson | None, posting: Posting) -> None:
    """Move money, opening the accounts that are needed.

    Raises:
        RefusedError: a fund or an account lacks it.
    """
    funds = fund_accounts(city.admdvs)
    for account, _ in posting.entries:
        if person is not None and account == person.medical_account:
            city.book.ensure(account, person.medical_opening_fen, posting.time_us)
        else:
            city.book.ensure(account, city.fund_opening_fen if account in funds else 0, posting.time_us)
    try:
        city.book.post(posting)
    except OverdraftError as error:
        raise RefusedError(Reason.FUND_EXHAUSTED, str(error)) from None


def cancel(city: CityTier, call: Call) -> tuple[SettlementOutput, Landing]:
    """Answer 2208, 2103 and 2305 at the insured place (A-16, ST-8)."""
    data = call.node.data
    city.person(call, data.psn_no)
    row = city.settlement(data.setl_id)
    if row is None or row.init_setl_id or (row.mdtrt_id, row.psn_no) != (data.mdtrt_id, data.psn_no):
        raise RefusedError(Reason.SETTLEMENT_UNKNOWN, data.setl_id)
    if row.vali_flag != "1":
        raise RefusedError(Reason.SETTLEMENT_CANCELLED, f"ST-8 {data.setl_id}")
    landed = take_back(
        city, row, msgid=call.request.msgid, now_us=call.now_us, purpose="settlement-cancellation"
    )
    details = msgspec.json.decode(landed.details, type=list[FundDetail])
    return SettlementOutput(setlinfo=info_of(landed), setldetail=details), (landed,)


def take_back(city: CityTier, row: SettlementRow, *, msgid: str, now_us: int, purpose: str) -> SettlementRow:
    """Take a settlement back, or the taking back of one: money, accumulations, visit; return the new row.

    The calculation of a taking back is that of the settlement with the sign turned, so the same function
    serves the cancellation, the reversal, and the reversal of a cancellation (UR-6).
    """
    calculation = city.calculations.get(row.setl_id)
    if calculation is None:
        raise RefusedError(Reason.SETTLEMENT_UNKNOWN, row.setl_id)
    person = city.registry.person(row.psn_no)
    if person is None:
        raise RefusedError(Reason.PERSON_UNKNOWN, row.psn_no)
    restores = bool(row.init_setl_id)
    setl_id = identifier(city.admdvs, city.short_day(now_us), 18, purpose, row.setl_id)
    entries = tuple((account, -amount_fen) for account, amount_fen in calculation.entries)
    post(city, person, Posting(now_us, setl_id, purpose, entries))
    used = city.used(person, calculation.year)
    used = used.plus(calculation.benefit) if restores else used.minus(calculation.benefit)
    city.put_used(person, calculation.year, used)
    city.calculations.put(
        msgspec.structs.replace(calculation, setl_id=setl_id, setl_time_us=now_us, entries=entries)
    )
    visit = city.insured_visits.get(row.mdtrt_id)
    if visit is not None:
        live = visit.live_settlements + (1 if restores else -1)
        city.insured_visits.put(msgspec.structs.replace(visit, live_settlements=live))
    return taken_back(
        row,
        setl_id=setl_id,
        msgid=msgid,
        setl_time=city.calendar.datetime(now_us),
        clr_day=city.calendar.date(now_us),
        balc_fen=city.balance_fen(person),
        now_us=now_us,
    )


# ---- pharmacy: visit and settlement in one


def presettle_purchase(city: CityTier, call: Call) -> PurchaseOutput:
    """Answer 2101: compute a purchase, nothing stored."""
    data = call.node.druginfo
    computed = compute(city, call, data, data.med_type)
    mdtrt_id = identifier(city.admdvs, city.short_day(call.now_us), 18, "purchase", call.request.msgid)
    output = _output(city, call, data, computed, mdtrt_id=mdtrt_id, med_type=data.med_type, setl_id=None)
    return PurchaseOutput(setlinfo=output.setlinfo, setldetail=output.setldetail, detlcutinfo=[])


def purchase(city: CityTier, call: Call) -> tuple[PurchaseOutput, Landing]:
    """Answer 2102: open the visit and settle it."""
    data = call.node.druginfo
    computed = compute(city, call, data, data.med_type)
    mdtrt_id = open_insured_visit(
        city,
        call,
        kind="pharmacy",
        psn_no=data.psn_no,
        insutype=data.insutype,
        begntime=data.begntime,
        number=call.request.msgid,
    )
    setl_id = settlement_number(city, call, call.request.msgid)
    output = _output(city, call, data, computed, mdtrt_id=mdtrt_id, med_type=data.med_type, setl_id=setl_id)
    row = commit(city, call, data, computed, output)
    return PurchaseOutput(setlinfo=output.setlinfo, setldetail=output.setldetail, detlcutinfo=[]), (row,)
