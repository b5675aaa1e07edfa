"""Closed lists of the bank side: response codes (DE39), batch results, states of a bank card.

Codes are those in common use (settlement.md §8.1, §8.2); each has an English and a Chinese label.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["BATCH_RESULTS", "REFUSED_BY_STATUS", "RESPONSES", "BatchResult", "CardStatus", "Response"]


class Response(StrEnum):
    """DE39 response code."""

    APPROVED = "00"
    INVALID_MERCHANT = "03"
    REFUSED = "05"
    INVALID_TRANSACTION = "12"
    INVALID_AMOUNT = "13"
    INVALID_CARD = "14"
    ORIGINAL_NOT_FOUND = "25"
    FORMAT_ERROR = "30"
    LOST = "41"
    INSUFFICIENT_FUNDS = "51"
    RESTRICTED = "62"
    NOT_ACTIVATED = "78"
    DUPLICATE = "94"
    SYSTEM_ERROR = "96"


RESPONSES: dict[str, tuple[str, str]] = {
    Response.APPROVED: ("approved", "承兑或交易成功"),
    Response.INVALID_MERCHANT: ("invalid merchant", "无效商户"),
    Response.REFUSED: ("refused", "不予承兑"),
    Response.INVALID_TRANSACTION: ("invalid transaction", "无效交易"),
    Response.INVALID_AMOUNT: ("invalid amount", "无效金额"),
    Response.INVALID_CARD: ("invalid card number", "无效卡号"),
    Response.ORIGINAL_NOT_FOUND: ("original transaction not found", "未找到原交易"),
    Response.FORMAT_ERROR: ("format error", "报文格式错误"),
    Response.LOST: ("card reported lost", "挂失卡"),
    Response.INSUFFICIENT_FUNDS: ("insufficient funds", "余额不足"),
    Response.RESTRICTED: ("restricted card", "受限制的卡"),
    Response.NOT_ACTIVATED: ("card not activated", "卡未激活"),
    Response.DUPLICATE: ("duplicate transaction", "重复交易"),
    Response.SYSTEM_ERROR: ("cash not available", "系统异常（现金不足）"),
}
"""DE39 → (English, Chinese)."""


class BatchResult(StrEnum):
    """Result of one line of a batch disbursement (代发)."""

    PAID = "0"
    FAILED = "1"
    HOLDER_DATA_WRONG = "2"
    NOT_ACTIVATED = "3"
    INVALID_CARD = "5"
    LOST = "9"
    RESTRICTED = "11"
    NOT_SUPPORTED = "13"


BATCH_RESULTS: dict[str, tuple[str, str]] = {
    BatchResult.PAID: ("paid", "发放成功"),
    BatchResult.FAILED: ("payer lacks funds or line already used", "发放失败"),
    BatchResult.HOLDER_DATA_WRONG: ("name or certificate differs from the account", "户名或证件不符"),
    BatchResult.NOT_ACTIVATED: ("financial application not activated", "金融账户未激活"),
    BatchResult.INVALID_CARD: ("no such account", "账号不存在"),
    BatchResult.LOST: ("account reported lost", "账户已挂失"),
    BatchResult.RESTRICTED: ("account frozen or closed", "账户冻结或销户"),
    BatchResult.NOT_SUPPORTED: ("line not understood", "格式不符"),
}
"""Result of a batch line → (English, Chinese)."""


class CardStatus(StrEnum):
    """State of the bank account of a card; the social-security side has its own (card.md §18.3)."""

    NORMAL = "normal"
    NOT_ACTIVATED = "not-activated"
    LOST = "lost"
    FROZEN = "frozen"
    CLOSED = "closed"


REFUSED_BY_STATUS: dict[CardStatus, tuple[Response, BatchResult]] = {
    CardStatus.NOT_ACTIVATED: (Response.NOT_ACTIVATED, BatchResult.NOT_ACTIVATED),
    CardStatus.LOST: (Response.LOST, BatchResult.LOST),
    CardStatus.FROZEN: (Response.RESTRICTED, BatchResult.RESTRICTED),
    CardStatus.CLOSED: (Response.INVALID_CARD, BatchResult.RESTRICTED),
}
"""What a card that is not normal is answered, to a financial message and to a batch line."""
