"""Why a city platform refuses: a closed list with labels, the word in front of every ``err_msg``.

The interface has free Chinese sentences only (settlement.md §1.2), so the platform writes
``"card-lost: 卡已挂失 (card is reported lost) …"`` and its clients take the word before the colon.
"""

from __future__ import annotations

from enum import StrEnum

from onecard.sim.settlement.messages.authentication import AuthenticationResult

__all__ = ["BY_AUTHENTICATION", "REASONS", "Reason", "RefusedError", "reason_of"]


class Reason(StrEnum):
    """Why a transaction was refused."""

    MALFORMED = "malformed"
    UNKNOWN_TRANSACTION = "unknown-transaction"
    DUPLICATE_MESSAGE = "duplicate-message"
    INSTITUTION_UNKNOWN = "institution-unknown"
    INSURED_PLACE_MISSING = "insured-place-missing"
    INSURED_PLACE_DIFFERS = "insured-place-differs"
    OUT_OF_AREA = "out-of-area"
    PERSON_UNKNOWN = "person-unknown"
    CREDENTIAL_DIFFERS = "credential-differs"
    CARD_SN_MISSING = "card-sn-missing"
    NOT_INSURED = "not-insured"
    INSURANCE_DIFFERS = "insurance-differs"
    NO_POLICY = "no-policy"
    KIND_OF_VISIT = "kind-of-visit"
    CARD_UNKNOWN = "card-unknown"
    CARD_LOST = "card-lost"
    CARD_LOCKED = "card-locked"
    CARD_CANCELLED = "card-cancelled"
    CARD_EXPIRED = "card-expired"
    CARD_NOT_ACTIVATED = "card-not-activated"
    CARD_HOLDER_DIFFERS = "card-holder-differs"
    CARD_KEY = "card-key"
    AUTHORITY_SILENT = "authority-silent"
    VISIT_UNKNOWN = "visit-unknown"
    VISIT_CLOSED = "visit-closed"
    VISIT_EXISTS = "visit-exists"
    FEES_UNSETTLED = "fees-unsettled"
    SETTLEMENT_EXISTS = "settlement-exists"
    FEE_LINE = "fee-line"
    NO_FEES = "no-fees"
    AMOUNT_DIFFERS = "amount-differs"
    SETTLEMENT_UNKNOWN = "settlement-unknown"
    SETTLEMENT_CANCELLED = "settlement-cancelled"
    FUND_EXHAUSTED = "fund-exhausted"
    NO_ANSWER = "no-answer"
    RESULT_UNCERTAIN = "result-uncertain"
    NO_ROUTE = "no-route"
    LATE_MESSAGE = "late-message"
    ORIGINAL_UNKNOWN = "original-unknown"
    NOT_REVERSIBLE = "not-reversible"
    ALREADY_REVERSED = "already-reversed"
    VISIT_BUSY = "visit-busy"
    WRONG_ROLE = "wrong-role"
    ADMITTED = "admitted"
    DISCHARGED = "discharged"
    NOT_DISCHARGED = "not-discharged"
    FILING = "filing"
    OUT_OF_RANGE = "out-of-range"
    DIVISION_DIFFERS = "division-differs"
    SIGN_NO_UNKNOWN = "sign-no-unknown"
    SIGNED_OUT = "signed-out"
    MAPPING = "catalogue-mapping"
    FILE_UNKNOWN = "file-unknown"
    FILE_EXPIRED = "file-expired"
    FILE_QUOTA = "file-quota"
    SERVICE_CLOSED = "service-closed"
    SIGNATURE_MISSING = "signature-missing"
    SIGNATURE_WRONG = "signature-wrong"
    MESSAGE_STALE = "message-stale"
    TOO_LARGE = "too-large"
    BUSY = "busy"
    DATABASE_UNAVAILABLE = "database-unavailable"
    STATEMENT_PERIOD = "statement-period"
    STATEMENT_FILE = "statement-file"
    CLEARING_DIFFERS = "clearing-differs"
    CLEARING_EXISTS = "clearing-exists"
    CLEARING_UNKNOWN = "clearing-unknown"
    CLEARING_PAID = "clearing-paid"
    MONTH_OPEN = "month-open"
    MONTH_CLOSED = "month-closed"


REASONS: dict[str, tuple[str, str]] = {
    Reason.MALFORMED: ("message not understood", "报文格式错误"),
    Reason.UNKNOWN_TRANSACTION: ("unknown transaction number", "交易编号不存在"),
    Reason.DUPLICATE_MESSAGE: ("message number used with other content", "报文ID重复且内容不一致"),
    Reason.INSTITUTION_UNKNOWN: ("institution is not designated", "非定点医药机构"),
    Reason.INSURED_PLACE_MISSING: ("insured place is missing", "参保地医保区划为空"),
    Reason.INSURED_PLACE_DIFFERS: ("insured place is not the person's", "参保地医保区划不符"),
    Reason.OUT_OF_AREA: ("insured elsewhere, not reachable from here", "异地参保，未开通"),
    Reason.PERSON_UNKNOWN: ("no such insured person", "未找到参保人"),
    Reason.CREDENTIAL_DIFFERS: ("credential is another person's", "非本人凭证"),
    Reason.CARD_SN_MISSING: ("card identification code is missing", "卡识别码为空"),
    Reason.NOT_INSURED: ("insurance is not in force", "参保状态异常"),
    Reason.INSURANCE_DIFFERS: ("person has no insurance of this type", "险种不符"),
    Reason.NO_POLICY: ("no benefit for this person and visit", "无对应待遇政策"),
    Reason.KIND_OF_VISIT: ("medical category does not fit the transaction", "医疗类别不符"),
    Reason.CARD_UNKNOWN: ("unknown card", "卡号不存在"),
    Reason.CARD_LOST: ("card is reported lost", "卡已挂失"),
    Reason.CARD_LOCKED: ("card is locked", "卡已锁定"),
    Reason.CARD_CANCELLED: ("card is cancelled", "卡已注销"),
    Reason.CARD_EXPIRED: ("card has expired", "卡已过期"),
    Reason.CARD_NOT_ACTIVATED: ("card is not activated", "卡未启用"),
    Reason.CARD_HOLDER_DIFFERS: ("card is not this person's", "持卡人信息不符"),
    Reason.CARD_KEY: ("card authentication code is wrong", "卡鉴权码错误"),
    Reason.AUTHORITY_SILENT: ("card authority did not answer", "卡鉴权无应答"),
    Reason.VISIT_UNKNOWN: ("no such visit of this person here", "未找到就诊登记"),
    Reason.VISIT_CLOSED: ("registration was cancelled", "就诊登记已撤销"),
    Reason.VISIT_EXISTS: ("outpatient number is registered already", "门诊号已登记"),
    Reason.FEES_UNSETTLED: ("unsettled fee lines exist", "存在未结算费用"),
    Reason.SETTLEMENT_EXISTS: ("a settlement exists", "已存在结算"),
    Reason.FEE_LINE: ("fee line is wrong", "费用明细有误"),
    Reason.NO_FEES: ("no unsettled fee lines", "无未结算费用"),
    Reason.AMOUNT_DIFFERS: ("amount differs from the uploaded lines", "金额与上传明细不符"),
    Reason.SETTLEMENT_UNKNOWN: ("no such settlement", "未找到结算记录"),
    Reason.SETTLEMENT_CANCELLED: ("settlement is cancelled already", "结算已撤销"),
    Reason.FUND_EXHAUSTED: ("an account lacks the money", "基金或账户余额不足"),
    Reason.NO_ANSWER: ("no answer, the result is uncertain", "无应答，结果不确定"),
    Reason.RESULT_UNCERTAIN: ("the result is uncertain: repeat, or reverse", "结果不确定，请重发或冲正"),
    Reason.NO_ROUTE: ("no route to the insured place", "参保地未接入"),
    Reason.LATE_MESSAGE: ("message was reversed before it arrived", "报文已冲正，不再受理"),
    Reason.ORIGINAL_UNKNOWN: ("the message to reverse never took effect", "原交易未生效"),
    Reason.NOT_REVERSIBLE: ("this transaction cannot be reversed", "该交易不可冲正"),
    Reason.ALREADY_REVERSED: ("the message is reversed already", "原交易已冲正"),
    Reason.VISIT_BUSY: ("another message of this visit is not answered yet", "该就诊存在未决交易"),
    Reason.ADMITTED: ("person has another open admission", "存在未出院的住院登记"),
    Reason.DISCHARGED: ("person is discharged", "已办理出院"),
    Reason.NOT_DISCHARGED: ("person is not discharged", "未办理出院"),
    Reason.FILING: ("filing is wrong, unknown or used", "备案有误或不存在"),
    Reason.OUT_OF_RANGE: ("an amount or a date is out of range", "金额或日期超出范围"),
    Reason.WRONG_ROLE: ("not a duty of this tier", "非本级职责"),
    Reason.DIVISION_DIFFERS: ("division is not the sender's", "医保区划与机构不符"),
    Reason.SIGN_NO_UNKNOWN: ("operator is not signed in under this number", "操作员未签到"),
    Reason.SIGNED_OUT: ("operator has signed out", "操作员已签退"),
    Reason.MAPPING: ("catalogue mapping is wrong", "目录对照有误"),
    Reason.FILE_UNKNOWN: ("no such file of this institution", "未找到文件"),
    Reason.FILE_EXPIRED: ("file can no longer be fetched", "文件已过期"),
    Reason.FILE_QUOTA: ("institution keeps too many files", "文件容量已满"),
    Reason.SERVICE_CLOSED: ("this out-of-area service is not open there", "未开通异地就医服务"),
    Reason.SIGNATURE_MISSING: ("message is not signed", "报文未签名"),
    Reason.SIGNATURE_WRONG: ("signature is wrong", "签名验证失败"),
    Reason.MESSAGE_STALE: ("message is too old, or was seen before", "报文已过期或重放"),
    Reason.TOO_LARGE: ("message is too large", "报文超长"),
    Reason.BUSY: ("too much to do, try again later", "系统繁忙，请稍后重试"),
    Reason.DATABASE_UNAVAILABLE: (
        "the database is not available, nothing was done",
        "数据库不可用，交易未处理",
    ),
    Reason.STATEMENT_PERIOD: ("period of the statement is not possible", "对账日期有误"),
    Reason.STATEMENT_FILE: ("file of the statement is wrong", "对账文件有误"),
    Reason.CLEARING_DIFFERS: ("clearing differs from the settlements", "清算数据与结算数据不符"),
    Reason.CLEARING_EXISTS: ("clearing was applied for or confirmed already", "清算已申报或已确认"),
    Reason.CLEARING_UNKNOWN: ("no such clearing application or confirmation", "未找到清算申报或确认记录"),
    Reason.CLEARING_PAID: ("clearing is paid already", "清算款已拨付"),
    Reason.MONTH_OPEN: ("the month is not over or not cleared yet", "清算月份未结束或未清算"),
    Reason.MONTH_CLOSED: ("a later month is cleared already", "后续月份已清算"),
}
"""Reason → (English, Chinese)."""

BY_AUTHENTICATION: dict[str, Reason] = {
    AuthenticationResult.UNKNOWN_CARD: Reason.CARD_UNKNOWN,
    AuthenticationResult.LOST: Reason.CARD_LOST,
    AuthenticationResult.FROZEN: Reason.CARD_LOCKED,
    AuthenticationResult.CANCELLED: Reason.CARD_CANCELLED,
    AuthenticationResult.HOLDER_DIFFERS: Reason.CARD_HOLDER_DIFFERS,
    AuthenticationResult.EXPIRED: Reason.CARD_EXPIRED,
    AuthenticationResult.NOT_ACTIVATED: Reason.CARD_NOT_ACTIVATED,
    AuthenticationResult.KEY_ERROR: Reason.CARD_KEY,
}
"""What card authentication answers other than OK → why the settlement is refused."""


class RefusedError(Exception):
    """A transaction is refused; becomes an answer with infcode -1, never leaves the platform."""

    def __init__(self, reason: Reason, detail: str = "", *, told: str | None = None) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
        self.told = told
        """The words of the tier that refused, where this one only passes them on."""

    @property
    def text(self) -> str:
        """The ``err_msg``: the reason's word, both labels, and the detail; at most 200 characters."""
        if self.told:
            return self.told
        english, chinese = REASONS[self.reason]
        return f"{self.reason}: {chinese} ({english}) {self.detail}".rstrip()[:200]


def reason_of(err_msg: str | None) -> str:
    """Return the reason's word in an ``err_msg``, or ``""`` for a text of another platform."""
    word = (err_msg or "").partition(":")[0]
    return word if word in REASONS else ""
