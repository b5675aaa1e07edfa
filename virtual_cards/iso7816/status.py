"""Status words of the card: the whole list of the standard, with their meaning (facts: card.md §10).

``61xx``, ``63Cx`` and ``6Cxx`` are families: a word belongs to the row whose value it has after masking.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["STATUS_WORDS", "StatusRow", "describe", "family", "is_listed", "word"]


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One status word, or a family of them."""

    name: str
    value: int
    mask: int
    english: str
    chinese: str
    mark: str = "S-d"


SUCCESS = 0x9000
RESPONSE_WAITING = 0x6100
TRIES_LEFT = 0x63C0
MEMORY_FAILURE = 0x6581
WRONG_LENGTH = 0x6700
INVALID_STATE = 0x6901
WRONG_FILE_TYPE = 0x6981
SECURITY_NOT_SATISFIED = 0x6982
AUTHENTICATION_LOCKED = 0x6983
REFERENCE_NOT_USABLE = 0x6984
CONDITIONS_NOT_SATISFIED = 0x6985
NO_CURRENT_FILE = 0x6986
MAC_MISSING = 0x6987
MAC_WRONG = 0x6988
WRONG_DATA = 0x6A80
NOT_SUPPORTED = 0x6A81
FILE_NOT_FOUND = 0x6A82
RECORD_NOT_FOUND = 0x6A83
NO_SPACE = 0x6A84
LENGTH_AGAINST_STRUCTURE = 0x6A85
WRONG_PARAMETERS = 0x6A86
REFERENCE_NOT_FOUND = 0x6A88
OFFSET_OUTSIDE = 0x6B00
RIGHT_LENGTH = 0x6C00
UNKNOWN_INSTRUCTION = 0x6D00
UNKNOWN_CLASS = 0x6E00
NO_DIAGNOSIS = 0x6F00
PURSE_MAC_WRONG = 0x9302
APPLICATION_BLOCKED = 0x9303
INSUFFICIENT_BALANCE = 0x9401
COUNTER_AT_MAXIMUM = 0x9402
KEY_INDEX_NOT_SUPPORTED = 0x9403
PROOF_NOT_AVAILABLE = 0x9406

STATUS_WORDS = (
    StatusRow("9000", SUCCESS, 0xFFFF, "success", "成功"),
    StatusRow("61xx", RESPONSE_WAITING, 0xFF00, "xx bytes of answer wait", "还有xx字节应答数据可取"),
    StatusRow("63Cx", TRIES_LEFT, 0xFFF0, "wrong; x tries left", "验证失败，还可尝试x次"),
    StatusRow("6581", MEMORY_FAILURE, 0xFFFF, "writing to memory failed", "写存储器失败"),
    StatusRow("6700", WRONG_LENGTH, 0xFFFF, "wrong length", "长度错误"),
    StatusRow("6901", INVALID_STATE, 0xFFFF, "command not allowed in this state", "命令不接受（无效状态）"),
    StatusRow(
        "6981", WRONG_FILE_TYPE, 0xFFFF, "command does not fit the file's structure", "命令与文件结构不相容"
    ),
    StatusRow("6982", SECURITY_NOT_SATISFIED, 0xFFFF, "security status not satisfied", "不满足安全状态"),
    StatusRow("6983", AUTHENTICATION_LOCKED, 0xFFFF, "authentication method locked", "认证方法锁定"),
    StatusRow("6984", REFERENCE_NOT_USABLE, 0xFFFF, "no valid challenge", "引用数据无效（未取随机数）"),
    StatusRow("6985", CONDITIONS_NOT_SATISFIED, 0xFFFF, "conditions of use not satisfied", "使用条件不满足"),
    StatusRow("6986", NO_CURRENT_FILE, 0xFFFF, "no current EF", "没有选择当前文件"),
    StatusRow("6987", MAC_MISSING, 0xFFFF, "MAC missing", "安全报文数据项丢失"),
    StatusRow("6988", MAC_WRONG, 0xFFFF, "MAC wrong", "安全报文数据项不正确"),
    StatusRow("6A80", WRONG_DATA, 0xFFFF, "wrong parameters in the data field", "数据域参数错误"),
    StatusRow("6A81", NOT_SUPPORTED, 0xFFFF, "function not supported, or card blocked", "功能不支持或卡锁定"),
    StatusRow("6A82", FILE_NOT_FOUND, 0xFFFF, "file not found", "未找到文件"),
    StatusRow("6A83", RECORD_NOT_FOUND, 0xFFFF, "record not found", "未找到记录"),
    StatusRow("6A84", NO_SPACE, 0xFFFF, "not enough space in the file", "文件中存储空间不够"),
    StatusRow("6A85", LENGTH_AGAINST_STRUCTURE, 0xFFFF, "Lc against TLV structure", "Lc与TLV结构不一致"),
    StatusRow("6A86", WRONG_PARAMETERS, 0xFFFF, "wrong P1 or P2", "P1、P2参数错误"),
    StatusRow("6A88", REFERENCE_NOT_FOUND, 0xFFFF, "key or reference data not found", "未找到密钥或引用数据"),
    StatusRow("6B00", OFFSET_OUTSIDE, 0xFFFF, "offset outside the file", "偏移量超出文件范围"),
    StatusRow("6Cxx", RIGHT_LENGTH, 0xFF00, "wrong Le; xx is right", "Le错误，xx为实际长度"),
    StatusRow("6D00", UNKNOWN_INSTRUCTION, 0xFFFF, "instruction not supported", "INS不支持"),
    StatusRow("6E00", UNKNOWN_CLASS, 0xFFFF, "class not supported", "CLA不支持"),
    StatusRow("6F00", NO_DIAGNOSIS, 0xFFFF, "no answer waits", "没有可取的应答数据"),
    StatusRow("9302", PURSE_MAC_WRONG, 0xFFFF, "MAC of the purse command wrong", "MAC错误"),
    StatusRow("9303", APPLICATION_BLOCKED, 0xFFFF, "application permanently blocked", "应用永久锁定"),
    StatusRow("9401", INSUFFICIENT_BALANCE, 0xFFFF, "insufficient balance", "金额不足"),
    StatusRow(
        "9402", COUNTER_AT_MAXIMUM, 0xFFFF, "transaction counter at its maximum", "交易计数器达到最大值"
    ),
    StatusRow("9403", KEY_INDEX_NOT_SUPPORTED, 0xFFFF, "key index not supported", "密钥索引不支持"),
    StatusRow("9406", PROOF_NOT_AVAILABLE, 0xFFFF, "transaction proof not available", "所需MAC不可用"),
)

_ROWS = {(row.value, row.mask): row for row in STATUS_WORDS}
_MASKS = (0xFFFF, 0xFFF0, 0xFF00)


def word(status: int) -> bytes:
    """Return a status word's two bytes."""
    return status.to_bytes(2, "big")


def family(status: int) -> StatusRow | None:
    """Return the row that a status word belongs to, ``None`` when the standard does not list it."""
    for mask in _MASKS:
        row = _ROWS.get((status & mask, mask))
        if row is not None:
            return row
    return None


def is_listed(status: int) -> bool:
    """Tell whether the standard lists this status word."""
    return family(status) is not None


def describe(status: int) -> str:
    """Return ``"6A82 file not found 未找到文件"``; unlisted words say so."""
    row = family(status)
    if row is None:
        return f"{status:04X} not in the standard's list 标准未列出"
    return f"{status:04X} {row.english} {row.chinese}"
