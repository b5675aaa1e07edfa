"""Purchase in a pharmacy: 2101 to 2103.

The field tables of these transactions are not in the facts; the nodes follow the outpatient ones [?].
The cancellation has the input and output of 2208.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from onecard.sim.settlement.messages.fields import (
    Amount,
    Code1,
    Code3,
    Code6,
    DateTime,
    Days,
    Extension,
    Message,
    Node,
    Optional20,
    Optional30,
    Optional32,
    Optional50,
    Optional200,
    Optional500,
    OptionalCode6,
    Price,
    Quantity,
    Text30,
    Text50,
    Text150,
)
from onecard.sim.settlement.messages.outpatient import MAX_FEE_LINES, FeeResult
from onecard.sim.settlement.messages.settlement import FundDetail, SettlementInfo

__all__ = ["DrugDetail", "DrugInfo", "DrugPurchaseInput", "PurchaseOutput"]


class DrugInfo(Node, kw_only=True):
    """2101 and 2102 ``druginfo`` [?]."""

    psn_no: Text30
    mdtrt_cert_type: Code3
    mdtrt_cert_no: Text50
    begntime: DateTime
    medfee_sumamt: Amount
    invono: Optional20 = None
    insutype: Code6
    dise_codg: Optional30 = None
    dise_name: Optional500 = None
    acct_used_flag: Code1
    med_type: Code6
    card_sn: Optional32 = None
    certno: Optional50 = None
    psn_name: Optional50 = None
    expContent: Extension = None  # noqa: N815 - the interface's own spelling


class DrugDetail(Node, kw_only=True):
    """2101 and 2102 ``drugdetail`` row [?]."""

    feedetl_sn: Text30
    rxno: Optional30 = None
    rx_circ_flag: Code3
    fee_ocur_time: DateTime
    med_list_codg: Text50
    medins_list_codg: Text150
    det_item_fee_sumamt: Amount
    cnt: Quantity
    pric: Price
    sin_dos_dscr: Optional200 = None
    used_frqu_dscr: Optional200 = None
    prd_days: Days | None = None
    medc_way_dscr: Optional200 = None
    bilg_dr_codg: Optional30 = None
    bilg_dr_name: Optional50 = None
    tcmdrug_used_way: OptionalCode6 = None


class DrugPurchaseInput(Message):
    """Input of 2101 and 2102 [?]."""

    druginfo: DrugInfo
    drugdetail: Annotated[list[DrugDetail], Meta(min_length=1, max_length=MAX_FEE_LINES)]


class PurchaseOutput(Message, kw_only=True):
    """Output of 2101 and 2102 [?]."""

    setlinfo: SettlementInfo
    setldetail: list[FundDetail]
    detlcutinfo: list[FeeResult]
