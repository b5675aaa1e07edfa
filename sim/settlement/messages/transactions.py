"""The table of transactions: number, names, structures and properties of every message (settlement.md §2.1).

One place: dispatch, documentation and test suites are generated from it. Who handles a transaction is not
here, because a hospital, a city and a ministry do different things with the same message. What can be read
off the structures is: whether a person is named, which nodes have code lists, and the field table itself
(:func:`field_table`).

Choices where the facts are silent: the A variants are aliases and as reversible as what they stand for;
fees may be longer than ``str 40000``, because a place was seen that allows 500 lines of a few hundred
characters each; a file of 9101 is longer by its nature.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from onecard.sim.settlement.messages import inputs, outputs
from onecard.sim.settlement.messages.authentication import AuthenticationInput, AuthenticationOutput
from onecard.sim.settlement.messages.codes import CODES
from onecard.sim.settlement.messages.envelope import MAX_INPUT_BYTES, MAX_MESSAGE_BYTES
from onecard.sim.settlement.messages.field_rows import FieldRow, NodeRow, field_rows, node_rows
from onecard.sim.settlement.messages.hot_list import CardReportInput

__all__ = ["PATH_PREFIX", "TRANSACTIONS", "TransactionSpec", "field_table", "node_table"]

PATH_PREFIX = "/fsi/api/"
"""What the paths of entry style b begin with (settlement.md §1.3)."""

MAX_FEE_INPUT_BYTES = 1024 * 1024
_INPUT_LIMITS = {
    **dict.fromkeys(("2101", "2102", "2204", "2301"), MAX_FEE_INPUT_BYTES),
    "9101": MAX_MESSAGE_BYTES,
}

_LOOSE = msgspec.json.Decoder(float_hook=str)


class TransactionSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What a transaction is.

    Attributes:
        infno: its number.
        title: English and Chinese name.
        input: structure of the input.
        output: structure of the output; None for a transaction that has none.
        path: path of entry style b behind :data:`PATH_PREFIX`; empty where none is known (§1.3).
        mark: confidence of the field table (settlement.md §0.1).
        changes_state: the platform keeps something because of it.
        reversible: 2601 undoes it (UR-4).
        alias_of: the transaction that this number stands for, or empty.
        answers_file: the answer is a file, not an envelope (9102).
        max_input_bytes: how long the input may be.
        names_person: the input names a person by ``psn_no``, so the insured place is required (ENV-4).
        coded_nodes: input nodes that have fields with a code list, for warnings.
    """

    infno: str
    title: tuple[str, str]
    input: type[msgspec.Struct]
    output: type[msgspec.Struct] | None = None
    path: str = ""
    mark: Literal["S", "M", "1", "?"] = "S"
    changes_state: bool
    reversible: bool = False
    alias_of: str = ""
    answers_file: bool = False
    max_input_bytes: int = MAX_INPUT_BYTES
    names_person: bool = False
    coded_nodes: tuple[str, ...] = ()

    def read_input(self, data: bytes) -> Any:
        """Decode an input.

        Raises:
            msgspec.DecodeError: not JSON, or against the field table; see :func:`decode_request`.
        """
        return _DECODERS[self.input].decode(data)

    def read_output(self, data: bytes) -> Any:
        """Decode an output as other platforms write it too: nulls (ENV-6), JSON numbers (ENV-5), misspelt.

        Raises:
            msgspec.DecodeError: not JSON, or against the field table.
            ValueError: this transaction has no output.
        """
        if self.output is None:
            raise ValueError(f"{self.infno} has no output")
        try:
            return _DECODERS[self.output].decode(data)
        except msgspec.ValidationError:
            return msgspec.convert(_plain(_LOOSE.decode(data)), self.output)


def _plain(value: Any) -> Any:
    """Drop nulls, write numbers as text, and give the cash field of V1.0 2208 its right name."""
    if isinstance(value, dict):
        node = {name: _plain(each) for name, each in value.items() if each is not None}
        if "pdn_cash_pay" in node:
            node.setdefault("psn_cash_pay", node["pdn_cash_pay"])
        return node
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return str(value) if type(value) is int else value


def _spec(
    infno: str,
    english: str,
    chinese: str,
    path: str,
    kind: type[msgspec.Struct],
    output: type[msgspec.Struct] | None,
    *,
    changes_state: bool = False,
    reversible: bool = False,
    **properties: Any,
) -> TransactionSpec:
    """Build a row; what can be reversed has changed something."""
    coded = {row.node.removesuffix("[]") for row in field_rows(kind) if row.field in CODES}
    return TransactionSpec(
        infno=infno,
        title=(english, chinese),
        path=path,
        max_input_bytes=_INPUT_LIMITS.get(infno, MAX_INPUT_BYTES),
        input=kind,
        output=output,
        changes_state=changes_state or reversible,
        reversible=reversible,
        names_person=any(row.field == "psn_no" for row in field_rows(kind)),
        coded_nodes=tuple(name for name in kind.__struct_fields__ if name in coded),
        **properties,
    )


# fmt: off
_SPECS: tuple[TransactionSpec, ...] = (
    _spec("1101", "person information", "人员基本信息获取", "fsiPsnInfoService/queryPsnInfo",
          inputs.PersonQueryInput, outputs.PersonOutput),
    _spec("1201", "institution information", "医药机构信息获取", "fsiFixMedInsService/queryFixMedIns",
          inputs.InstitutionQueryInput, outputs.InstitutionOutput),
    _spec("2001", "benefit check", "待遇检查", "fsiPsnPriorityInfoService/queryPsnPriorityInfo",
          inputs.TreatmentCheckInput, outputs.TreatmentOutput),
    _spec("2101", "pharmacy pre-settlement", "药店预结算", "",
          inputs.DrugPurchaseInput, outputs.PurchaseOutput, mark="?"),
    _spec("2102", "pharmacy settlement", "药店结算", "",
          inputs.DrugPurchaseInput, outputs.PurchaseOutput, reversible=True, mark="?"),
    _spec("2103", "cancel pharmacy settlement", "药店结算撤销", "",
          inputs.CancellationInput, outputs.SettlementOutput, reversible=True, mark="?"),
    _spec("2201", "outpatient registration", "门诊挂号", "outpatientDocInfoService/outpatientRregistration",
          inputs.RegistrationInput, outputs.RegistrationOutput, changes_state=True),
    _spec("2202", "cancel outpatient registration", "门诊挂号撤销",
          "outpatientDocInfoService/outpatientRegistrationCancel",
          inputs.RegistrationCancellationInput, None, changes_state=True),
    _spec("2203", "outpatient visit information", "门诊就诊信息上传",
          "outpatientDocInfoService/outpatientMdtrtinfoUp",
          inputs.VisitInformationInput, None, changes_state=True),
    _spec("2204", "upload outpatient fees", "门诊费用明细信息上传",
          "outpatientDocInfoService/outpatientFeeListUp",
          inputs.FeeInput, outputs.FeesOutput, changes_state=True),
    _spec("2205", "cancel outpatient fees", "门诊费用明细信息撤销",
          "outpatientDocInfoService/outpatientFeeListUpCancel",
          inputs.FeeCancellationInput, None, changes_state=True),
    _spec("2206", "outpatient pre-settlement", "门诊预结算", "outpatientSettleService/preSettletment",
          inputs.SettlementInput, outputs.PresettledOutput),
    _spec("2207", "outpatient settlement", "门诊结算", "outpatientSettleService/saveSettletmentV2",
          inputs.OutpatientSettlementInput, outputs.SettledOutput, reversible=True),
    _spec("2208", "cancel outpatient settlement", "门诊结算撤销", "outpatientSettleService/cancleSettletment",
          inputs.CancellationInput, outputs.SettlementOutput, reversible=True),
    _spec("2301", "upload inpatient fees", "住院费用明细上传", "hospFeeDtlService/feeDtlUp",
          inputs.InpatientFeeInput, outputs.FeesOutput, changes_state=True),
    _spec("2302", "cancel inpatient fees", "住院费用明细撤销", "hospFeeDtlService/feeDtlCl",
          inputs.InpatientFeeCancellationInput, None, changes_state=True),
    _spec("2303", "inpatient pre-settlement", "住院预结算", "hospSettService/preSett",
          inputs.InpatientSettlementInput, outputs.PresettledOutput),
    _spec("2304", "inpatient settlement", "住院结算", "hospSettService/settV2",
          inputs.InpatientSettlementInput, outputs.SettledOutput, reversible=True),
    _spec("2305", "cancel inpatient settlement", "住院结算撤销", "hospSettService/settCl",
          inputs.CancellationInput, outputs.SettlementOutput, reversible=True),
    _spec("2401", "admission", "入院办理", "hospitalRegisterService/hospitalRegisterSave",
          inputs.AdmissionInput, outputs.AdmissionOutput, reversible=True),
    _spec("2402", "discharge", "出院办理", "dscgService/dischargeProcess",
          inputs.DischargeInput, None, changes_state=True),
    _spec("2403", "change admission", "住院信息变更", "hospitalRegisterService/hospitalRegisterEdit",
          inputs.AdmissionChangeInput, None, changes_state=True),
    _spec("2404", "cancel admission", "入院撤销", "hospitalRegisterService/hospitalRegisterCancel",
          inputs.StayReferenceInput, None, changes_state=True),
    _spec("2405", "cancel discharge", "出院撤销", "dscgService/dischargeUndo",
          inputs.StayReferenceInput, None, changes_state=True),
    _spec("2501", "transfer filing", "转院备案", "",
          inputs.TransferInput, outputs.TransferOutput, changes_state=True),
    _spec("2502", "cancel transfer filing", "转院备案撤销", "",
          inputs.TransferCancellationInput, None, changes_state=True, mark="?"),
    _spec("2601", "reversal", "冲正交易", "reverseService/revsMethod",
          inputs.ReversalInput, None, changes_state=True),
    _spec("3201", "total reconciliation", "医药机构费用结算对总账", "ybSettlementStmtService/stmtTotal",
          inputs.TotalStatementInput, outputs.TotalStatementOutput),
    _spec("3202", "detail reconciliation", "医药机构费用结算对明细账", "ybSettlementStmtService/stmtDetail",
          inputs.DetailStatementInput, outputs.DetailStatementOutput, changes_state=True),
    _spec("3203", "clearing application", "清算申请", "",
          inputs.ClearingApplicationInput, outputs.ClearingApplicationOutput, changes_state=True, mark="?"),
    _spec("3204", "cancel clearing application", "清算申请撤销", "",
          inputs.ClearingCancellationInput, None, changes_state=True, mark="?"),
    _spec("3260", "extract out-of-area clearing details", "提取异地清分明细", "",
          inputs.ClearingQueryInput, outputs.ClearingDetailsOutput),
    _spec("3261", "confirm out-of-area clearing details", "异地清分结果确认", "",
          inputs.ClearingConfirmationInput, outputs.ClearingConfirmationOutput, changes_state=True),
    _spec("3262", "roll back the clearing confirmation", "异地清分结果确认回退", "",
          inputs.ClearingRollbackInput, None, changes_state=True),
    _spec("3301", "upload catalogue mapping", "目录对照上传", "catalogCompService/catalogCompUp",
          inputs.CatalogueMappingInput, None, changes_state=True, mark="?"),
    _spec("3302", "cancel catalogue mapping", "目录对照撤销", "",
          inputs.CatalogueMappingCancellationInput, None, changes_state=True, mark="?"),
    _spec("9001", "sign-in", "签到", "signInSignOutService/signIn",
          inputs.SignInInput, outputs.SignInOutput, changes_state=True),
    _spec("9002", "sign-out", "签退", "",
          inputs.SignOutInput, outputs.SignOutOutput, changes_state=True),
    _spec("9101", "file upload", "文件上传", "fileupload/upload",
          inputs.FileUploadInput, outputs.FileUploadOutput, changes_state=True),
    _spec("9102", "file download", "文件下载", "fileupload/download",
          inputs.FileDownloadInput, None, answers_file=True),
    _spec("CA01", "card authentication", "卡鉴权", "",
          AuthenticationInput, AuthenticationOutput, mark="?"),
    _spec("CA02", "report of cards lost and found", "卡状态变更通知", "",
          CardReportInput, None, changes_state=True, mark="?"),
    _spec("OF01", "filing of care elsewhere", "异地就医备案", "",
          inputs.OutsideFilingInput, outputs.TransferOutput, changes_state=True, mark="?"),
    _spec("OF02", "withdraw a filing of care elsewhere", "异地就医备案撤销", "",
          inputs.TransferCancellationInput, None, changes_state=True, mark="?"),
)
# fmt: on

_ALIASES: dict[str, tuple[str, str]] = {
    "2101A": ("2101", ""),
    "2102A": ("2102", ""),
    "2203A": ("2203", "outpatientDocInfoService/outpatientMdtrtinfoUpA"),
    "2206A": ("2206", "outpatientSettleService/preSettletmentA"),
    "2207A": ("2207", "outpatientSettleService/saveSettletment"),
    "2303A": ("2303", ""),
    "2304A": ("2304", ""),
}
"""Number → what it stands for, and its own path (settlement.md §2.1, §2.3 [?])."""


def _table() -> dict[str, TransactionSpec]:
    table = {spec.infno: spec for spec in _SPECS}
    for infno, (base, path) in _ALIASES.items():
        table[infno] = msgspec.structs.replace(table[base], infno=infno, alias_of=base, path=path, mark="?")
    return dict(sorted(table.items()))


TRANSACTIONS: dict[str, TransactionSpec] = _table()
"""Transaction number → what it is."""

_DECODERS: dict[Any, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(kind)
    for spec in TRANSACTIONS.values()
    for kind in (spec.input, spec.output)
    if kind is not None
}


def field_table(infno: str, *, output: bool = False) -> list[FieldRow]:
    """Return the field table of a transaction's input or output, read off its structures.

    Raises:
        KeyError: no such transaction.
    """
    spec = TRANSACTIONS[infno]
    kind = spec.output if output else spec.input
    return [] if kind is None else field_rows(kind)


def node_table(infno: str, *, output: bool = False) -> list[NodeRow]:
    """Return the nodes of a transaction's input or output, with the limits of its lists.

    Raises:
        KeyError: no such transaction.
    """
    spec = TRANSACTIONS[infno]
    kind = spec.output if output else spec.input
    return [] if kind is None else node_rows(kind)
