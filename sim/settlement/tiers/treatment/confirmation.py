"""3260 to 3262: out-of-area clearing details, their confirmation and its rollback (settlement.md §2.5).

An institution extracts the month's settlements of out-of-area patients in pages (§9 C-22); a row keeps its
number while later ones arrive or others are reversed, so no page leaves one out. It confirms rows in batches,
and can take a batch back until it is paid (C-23). Cancellations are rows with negative amounts, in the month
of their own day. A settlement that was reversed and its reversal are left out, unless the settlement was
confirmed before the reversal came: then the reversal is a row, and takes off what was paid.

Choices where the facts are silent: ``optins_pay_sumamt`` is funds and accounts together; ``cnfm_flag`` 1
confirms, 0 objects, and what was objected to can be confirmed later; ``otransid`` is the ``transid`` of 3261;
a batch with a wrong row is refused as a whole and names the row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.messages.amounts import fen_to_yuan
from onecard.sim.settlement.messages.clearing import MAX_CLEARING_ROWS
from onecard.sim.settlement.messages.outputs import (
    ClearingConfirmationOutput,
    ClearingConfirmationResult,
    ClearingDetail,
    ClearingDetailsOutput,
)
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.money.boundaries import landed_on
from onecard.sim.settlement.money.clearing import last_day
from onecard.sim.settlement.money.statement import days_of, is_reversed
from onecard.sim.settlement.store.rows_money import ConfirmationRow
from onecard.sim.settlement.tiers.call import amount_fen, whole
from onecard.sim.settlement.tiers.kernel import identifier
from onecard.sim.settlement.tiers.money import owed_fen

if TYPE_CHECKING:
    from onecard.sim.settlement.messages.inputs import ClearingConfirmationRow, ClearingQuery
    from onecard.sim.settlement.store.rows import SettlementRow
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = ["confirm_details", "extract_details", "roll_back_confirmation"]

PAID_BY_FUND = "0"
"""``fulamt_advpay_flag``: reimbursed in hospital (settlement.md §2.5)."""


def _month_rows(city: CityTier, fixmedins_code: str, month: str) -> list[tuple[int, SettlementRow]]:
    """Return an institution's out-of-area rows of a month with their numbers in 3260.

    Rows that are not listed have a number too, so the others keep theirs when a reversal takes one away.
    """
    days = days_of(f"{month[:4]}-{month[4:]}-01", last_day(month))
    rows = (
        row
        for day in days
        for row in landed_on(city, day)
        if row.fixmedins_code == fixmedins_code and not city.serves(row.insu_admdvs)
    )
    return [(number, row) for number, row in enumerate(rows, 1) if _listed(city, row)]


def _listed(city: CityTier, row: SettlementRow) -> bool:
    if not is_reversed(city, row):
        return True
    confirmed = row.setl_id if city.reversed.get(row.medins_setl_id) is not None else row.init_setl_id
    return _confirmed(city, confirmed) is not None


def _confirmed(city: CityTier, setl_id: str) -> ConfirmationRow | None:
    """Return the confirmation in force of a settlement."""
    rows: list[ConfirmationRow] = city.store.tables["CLR_CNFM_D"].by("setl_id", setl_id)
    return next((row for row in rows if row.vali_flag == "1" and row.cnfm_flag == "1"), None)


def extract_details(city: CityTier, call: Call) -> ClearingDetailsOutput:
    """Answer 3260; a ``startrow`` behind the last row gives an empty page."""
    data: ClearingQuery = call.node.data
    first = whole(data.startrow, "startrow")
    rows = _month_rows(city, call.here.fixmedins_code, data.trt_year + data.trt_month)
    page = [(number, row) for number, row in rows if number >= first][:MAX_CLEARING_ROWS]
    return ClearingDetailsOutput(data=[_detail(row, number) for number, row in page])


def _detail(row: SettlementRow, number: int) -> ClearingDetail:
    return ClearingDetail(
        seqno=str(number),
        mdtrtarea=row.mdtrtarea_admvs,
        medins_no=row.fixmedins_code,
        certno=row.certno,
        mdtrt_id=row.mdtrt_id,
        mdtrt_setl_time=row.setl_time,
        setl_sn=row.setl_id,
        fulamt_advpay_flag=PAID_BY_FUND,
        medfee_sumamt=fen_to_yuan(row.medfee_sumamt),
        optins_pay_sumamt=fen_to_yuan(owed_fen(row)),
    )


def confirm_details(city: CityTier, call: Call) -> ClearingConfirmationOutput:
    """Answer 3261."""
    data, detail = call.node.data, call.node.detail
    month = data.trt_year + data.trt_month
    if whole(data.totalrow, "totalrow") != len(detail):
        raise RefusedError(
            Reason.CLEARING_DIFFERS, f"totalrow is {data.totalrow}, detail has {len(detail)} rows"
        )
    if last_day(month) >= city.calendar.date(call.now_us):
        raise RefusedError(Reason.MONTH_OPEN, f"trt_month {month} is not over")
    known = {row.setl_id: row for _, row in _month_rows(city, call.here.fixmedins_code, month)}
    transid = identifier(city.admdvs, city.short_day(call.now_us), 18, "confirmation", call.request.msgid)
    for position, stated in enumerate(detail):
        row = _check(city, known, stated, f"detail[{position}]")
        del known[row.setl_id]
        city.store.tables["CLR_CNFM_D"].put(
            ConfirmationRow(
                confirmation=f"{transid}/{row.setl_id}",
                transid=transid,
                setl_id=row.setl_id,
                fixmedins_code=row.fixmedins_code,
                month=month,
                cnfm_flag=stated.cnfm_flag,
                payable_fen=owed_fen(row),
            )
        )
    return ClearingConfirmationOutput(result=ClearingConfirmationResult(transid=transid))


def _check(
    city: CityTier, known: dict[str, SettlementRow], stated: ClearingConfirmationRow, place: str
) -> SettlementRow:
    row = known.get(stated.setl_sn)
    if row is None:
        raise RefusedError(Reason.CLEARING_DIFFERS, f"{place}.setl_sn {stated.setl_sn}")
    if stated.cnfm_flag not in ("0", "1"):
        raise RefusedError(
            Reason.CLEARING_DIFFERS, f"{place}.cnfm_flag is {stated.cnfm_flag}, allowed are 0, 1"
        )
    own = (row.certno, row.mdtrt_id, row.setl_time)
    for name, value in zip(("certno", "mdtrt_id", "mdtrt_setl_time"), own, strict=True):
        if getattr(stated, name) != value:
            raise RefusedError(Reason.CLEARING_DIFFERS, f"{place}.{name}")
    for name, amount in (("medfee_sumamt", row.medfee_sumamt), ("optins_pay_sumamt", owed_fen(row))):
        if amount_fen(getattr(stated, name), name) != amount:
            raise RefusedError(Reason.CLEARING_DIFFERS, f"{place}.{name}")
    if _confirmed(city, row.setl_id) is not None:
        raise RefusedError(Reason.CLEARING_EXISTS, f"{place}.setl_sn {stated.setl_sn}")
    return row


def roll_back_confirmation(city: CityTier, call: Call) -> None:
    """Answer 3262: the rows of a confirmation can be confirmed again."""
    data = call.node.data
    table = city.store.tables["CLR_CNFM_D"]
    rows = [
        row
        for row in table.by("transid", data.otransid)
        if row.vali_flag == "1"
        and row.fixmedins_code == call.here.fixmedins_code
        and row.month == data.trt_year + data.trt_month
    ]
    if not rows:
        raise RefusedError(Reason.CLEARING_UNKNOWN, f"otransid {data.otransid}")
    if any(row.state == "21" for row in rows):
        raise RefusedError(Reason.CLEARING_PAID, f"otransid {data.otransid}")
    taken = {row.setl_id for row in rows}
    for row in rows:
        for later in city.store.tables["OUTMED_SETL_D"].by("init_setl_id", row.setl_id):
            if later.setl_id not in taken and _confirmed(city, later.setl_id) is not None:
                raise RefusedError(Reason.CLEARING_EXISTS, f"{later.setl_id} takes back {row.setl_id}")
        table.put(msgspec.structs.replace(row, vali_flag="0"))
