"""Why the e-card service refuses: a closed list with labels."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["REASONS", "Reason"]


class Reason(StrEnum):
    """Outcome of an e-card request."""

    OK = "ok"
    MALFORMED = "malformed"
    NOT_ISSUED = "not-issued"
    ALREADY_ISSUED = "already-issued"
    UNKNOWN_HOLDER = "unknown-holder"
    HOLDER_DIFFERS = "holder-differs"
    CARD_NOT_NORMAL = "card-not-normal"
    NO_BANK_ACCOUNT = "no-bank-account"
    LEVEL_TOO_LOW = "level-too-low"
    UNKNOWN_CODE = "unknown-code"
    EXPIRED_CODE = "expired-code"
    USED_CODE = "used-code"
    AUTHORITY_SILENT = "authority-silent"


REASONS: dict[str, tuple[str, str]] = {
    Reason.OK: ("accepted", "通过"),
    Reason.MALFORMED: ("request not understood", "请求格式错误"),
    Reason.NOT_ISSUED: ("no e-card was issued", "未签发电子社保卡"),
    Reason.ALREADY_ISSUED: ("e-card exists already", "电子社保卡已签发"),
    Reason.UNKNOWN_HOLDER: ("holder has no physical card", "无实体社保卡"),
    Reason.HOLDER_DIFFERS: ("holder's data differ", "持卡人信息不符"),
    Reason.CARD_NOT_NORMAL: ("physical card is not in normal use", "实体卡状态异常"),
    Reason.NO_BANK_ACCOUNT: ("bank account of the card is not activated", "金融账户未激活"),
    Reason.LEVEL_TOO_LOW: ("e-card is not opened for payment", "电子社保卡未开通支付"),
    Reason.UNKNOWN_CODE: ("unknown code", "二维码无效"),
    Reason.EXPIRED_CODE: ("code is older than 60 seconds", "二维码已过期"),
    Reason.USED_CODE: ("code was used already", "二维码已使用"),
    Reason.AUTHORITY_SILENT: ("card status could not be asked", "卡状态查询失败"),
}
"""Reason → (English, Chinese)."""
