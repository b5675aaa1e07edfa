"""The computation at the insured place: pre-settlement and settlement (settlement.md §5.1, §6.1).

A settlement is computed, posted and stored in one step, so there is no posting without a stored settlement
nor the other way round. Nothing here knows whether the institution stands in this city or at the other end
of the country: what the place of treatment has to say comes in
:class:`~onecard.sim.settlement.tiers.call.Treatment`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from onecard.sim.errors import InputError
from onecard.sim.ledger import OverdraftError, Posting
from onecard.sim.settlement.benefit import Benefit, LineSplit, Money, settle_benefit
from onecard.sim.settlement.messages.outputs import PurchaseOutput, SettlementOutput
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.store.rows import CalculationRow, CardTacRow, SettlementRow
from onecard.sim.settlement.tiers.authentication import CARD_CREDENTIALS, credential_node
from onecard.sim.settlement.tiers.call import Treatment, read_treatment
from onecard.sim.settlement.tiers.insured.amounts import row_of, settlement_info
from onecard.sim.settlement.tiers.insured.case import Chosen, choose_case
from onecard.sim.settlement.tiers.insured.filing_state import use_filing
from onecard.sim.settlement.tiers.insured.funds import fund_accounts, fund_details, fund_entries
from onecard.sim.settlement.tiers.insured.person import check_credential
from onecard.sim.settlement.tiers.insured.visits import insured_visit, open_insured_visit
from onecard.sim.settlement.tiers.kernel import UNDECODABLE, identifier
from onecard.sim.settlement.tiers.money import clearing, receivable

if TYPE_CHECKING:
    from onecard.sim.settlement.registry import InsuredPerson
    from onecard.sim.settlement.store.rows import InsuredVisitRow
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = ["family_of", "post", "presettle", "presettle_purchase", "purchase", "settle"]

Landing = tuple[SettlementRow, ...]


class Computed(msgspec.Struct, frozen=True):
    """A benefit, whose it is, and what it was chosen by."""

    person: InsuredPerson
    family: InsuredPerson | None
    chosen: Chosen
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


def compute(city: CityTier, call: Call, data: Any, visit: InsuredVisitRow | None) -> Computed:
    """Check the person and compute who pays what.

    Args:
        city: the insured city.
        call: the settlement or pre-settlement.
        data: its input.
        visit: the visit; None for a purchase.

    Raises:
        RefusedError: person, credential or what the place of treatment says is wrong; no policy.
    """
    treatment = treatment_of(call)
    person = city.person(call, data.psn_no, data.insutype)
    check_credential(city, data.mdtrt_cert_type, data.mdtrt_cert_no, data.psn_no)
    if visit is not None and visit.kind != treatment.kind:
        raise RefusedError(Reason.KIND_OF_VISIT, f"{visit.mdtrt_id} is a visit of kind {visit.kind}")
    if treatment.categories and sum(treatment.categories.values()) != treatment.amounts[0]:
        raise RefusedError(Reason.AMOUNT_DIFFERS, "national major categories")
    family = family_of(city, person)
    total, own, over, before, in_scope = treatment.amounts
    split = LineSplit(
        amount_fen=total,
        fulamt_ownpay_fen=own,
        overlmt_fen=over,
        preselfpay_fen=before,
        inscp_scp_fen=in_scope,
    )
    money = Money(
        balance_fen=city.balance_fen(person),
        family_fen=0 if family is None else city.balance_fen(family),
        use_account=data.acct_used_flag == "1",
        hosp_part_fen=treatment.hosp_part_fen,
    )
    try:
        chosen = choose_case(city, call, person, data, visit, treatment)
        paid = settle_benefit(city.policy, chosen.case, chosen.used, split, money)
    except InputError as error:
        raise RefusedError(Reason.OUT_OF_RANGE, str(error)) from None
    if paid is None:
        raise RefusedError(Reason.NO_POLICY, f"{person.insutype} {person.psn_type} {treatment.kind}")
    return Computed(person, family, chosen, paid)


def family_of(city: CityTier, person: InsuredPerson) -> InsuredPerson | None:
    """Return the family member whose account pays too; one insured elsewhere cannot."""
    if not person.family_psn_no or person.family_psn_no == person.psn_no:
        return None
    member = city.registry.person(person.family_psn_no)
    usable = member is not None and member.medical_account and city.serves(member.insuplc_admdvs)
    return member if usable else None


def _output(
    city: CityTier, call: Call, data: Any, computed: Computed, *, mdtrt_id: str, setl_id: str | None
) -> SettlementOutput:
    info = settlement_info(
        city,
        call,
        computed.person,
        computed.paid,
        age=computed.chosen.case.age,
        mdtrt_id=mdtrt_id,
        med_type=getattr(data, "med_type", "") or treatment_of(call).med_type,
        mdtrt_cert_type=data.mdtrt_cert_type,
        setl_id=setl_id,
    )
    return SettlementOutput(setlinfo=info, setldetail=fund_details(computed.person, computed.paid))


def presettle(city: CityTier, call: Call) -> SettlementOutput:
    """Answer 2206 or 2303: the same computation as 2207 or 2304, nothing stored."""
    data = call.node.data
    visit = insured_visit(city, data.mdtrt_id, data.psn_no)
    computed = compute(city, call, data, visit)
    return _output(city, call, data, computed, mdtrt_id=visit.mdtrt_id, setl_id=None)


def settle(city: CityTier, call: Call) -> tuple[SettlementOutput, Landing]:
    """Answer 2207 or 2304: compute, post, store."""
    data = call.node.data
    visit = insured_visit(city, data.mdtrt_id, data.psn_no)
    computed = compute(city, call, data, visit)
    setl_id = settlement_number(city, call, visit.mdtrt_id, str(visit.settled_times))
    output = _output(city, call, data, computed, mdtrt_id=visit.mdtrt_id, setl_id=setl_id)
    row = commit(city, call, data, computed, output)
    return output, (row,)


def settlement_number(city: CityTier, call: Call, *parts: str) -> str:
    """Give a settlement its number; one elsewhere has the form of settlement.md §2.4."""
    day = city.short_day(call.now_us)
    if city.serves(call.request.mdtrtarea_admvs):
        return identifier(city.admdvs, day, 18, "settlement", *parts)
    return f"A{city.admdvs}{day}{city.sequence(f'settlement {day}'):07d}"


def receiver_of(city: CityTier, mdtrtarea_admvs: str, fixmedins_code: str) -> str:
    """Return the account that funds pay into: the institution's claim, or what is owed to the province."""
    if city.serves(mdtrtarea_admvs):
        return receivable(fixmedins_code)
    return clearing(city.admdvs, city.admdvs[:2])


def commit(
    city: CityTier, call: Call, data: Any, computed: Computed, output: SettlementOutput
) -> SettlementRow:
    """Post and store a settlement; return the row that every tier lands."""
    person, chosen, paid, info = computed.person, computed.chosen, computed.paid, output.setlinfo
    now_us, setl_id = call.now_us, info.setl_id or ""
    receiver = receiver_of(city, call.request.mdtrtarea_admvs, call.request.fixmedins_code)
    entries = fund_entries(city, person, computed.family, paid, receiver)
    post(city, Posting(now_us, setl_id, f"{paid.visit}-settlement", entries), person, computed.family)
    city.calculations.put(
        CalculationRow(
            setl_id=setl_id,
            psn_no=person.psn_no,
            insutype=person.insutype,
            kind=paid.visit,
            year=chosen.year,
            setl_time_us=now_us,
            benefit=paid,
            entries=entries,
            stay=chosen.case.stay,
            filing=chosen.filing,
        )
    )
    city.put_used(person, chosen.year, chosen.used.plus(paid))
    visit = city.insured_visits.get(info.mdtrt_id)
    if visit is not None:
        city.insured_visits.put(
            msgspec.structs.replace(
                visit,
                stay=chosen.case.stay if paid.visit == "inpatient" else 0,
                live_settlements=visit.live_settlements + 1,
                settled_times=visit.settled_times + 1,
            )
        )
    if chosen.filing:
        use_filing(city, person, chosen.filing, info.mdtrt_id, setl_id)
    keep_tac(city, call, data, person, info.mdtrt_id, setl_id)
    return row_of(
        call,
        info,
        output.setldetail,
        person,
        paid=paid,
        mid_setl_flag=getattr(data, "mid_setl_flag", ""),
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


def post(city: CityTier, posting: Posting, *holders: InsuredPerson | None) -> None:
    """Move money, opening the accounts that are needed.

    Args:
        city: the insured city.
        posting: what moves.
        holders: people whose personal accounts it may touch.

    Raises:
        RefusedError: a fund or an account lacks it.
    """
    openings = dict.fromkeys(fund_accounts(city.admdvs), city.fund_opening_fen)
    for holder in holders:
        if holder is not None and holder.medical_account:
            openings[holder.medical_account] = holder.medical_opening_fen
    for account, _ in posting.entries:
        city.book.ensure(account, openings.get(account, 0), posting.time_us)
    try:
        city.book.post(posting)
    except OverdraftError as error:
        raise RefusedError(Reason.FUND_EXHAUSTED, str(error)) from None


# ---- pharmacy: visit and settlement in one


def presettle_purchase(city: CityTier, call: Call) -> PurchaseOutput:
    """Answer 2101: compute a purchase, nothing stored."""
    data = call.node.druginfo
    computed = compute(city, call, data, None)
    mdtrt_id = identifier(city.admdvs, city.short_day(call.now_us), 18, "purchase", call.request.msgid)
    output = _output(city, call, data, computed, mdtrt_id=mdtrt_id, setl_id=None)
    return PurchaseOutput(setlinfo=output.setlinfo, setldetail=output.setldetail, detlcutinfo=[])


def purchase(city: CityTier, call: Call) -> tuple[PurchaseOutput, Landing]:
    """Answer 2102: open the visit and settle it."""
    data = call.node.druginfo
    computed = compute(city, call, data, None)
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
    output = _output(city, call, data, computed, mdtrt_id=mdtrt_id, setl_id=setl_id)
    row = commit(city, call, data, computed, output)
    return PurchaseOutput(setlinfo=output.setlinfo, setldetail=output.setldetail, detlcutinfo=[]), (row,)
