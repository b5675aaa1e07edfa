"""Status words of the payment side: which ones it may answer, with their meaning there.

The social side's standard lists its own words (``iso7816.status``); EMV and JR/T 0025 use most of them in the
same sense. ``6300`` is the one beyond that list: EXTERNAL AUTHENTICATE with a wrong response cryptogram.
SELECT of a blocked application answers ``9303`` on both sides, so ``6283`` is not used.
"""

from __future__ import annotations

from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.iso7816.status import STATUS_WORDS, StatusRow

__all__ = ["AUTHENTICATION_FAILED", "PAYMENT_STATUS_WORDS", "describe", "family", "is_listed"]

AUTHENTICATION_FAILED = 0x6300

_SHARED = frozenset(
    {
        status.SUCCESS,
        status.RESPONSE_WAITING,
        status.MEMORY_FAILURE,
        status.WRONG_LENGTH,
        status.CONDITIONS_NOT_SATISFIED,
        status.MAC_WRONG,
        status.WRONG_DATA,
        status.NOT_SUPPORTED,
        status.FILE_NOT_FOUND,
        status.RECORD_NOT_FOUND,
        status.WRONG_PARAMETERS,
        status.REFERENCE_NOT_FOUND,
        status.RIGHT_LENGTH,
        status.UNKNOWN_INSTRUCTION,
        status.UNKNOWN_CLASS,
        status.NO_DIAGNOSIS,
        status.APPLICATION_BLOCKED,
    }
)

PAYMENT_STATUS_WORDS = (
    *(row for row in STATUS_WORDS if row.value in _SHARED),
    StatusRow("6300", AUTHENTICATION_FAILED, 0xFFFF, "issuer authentication failed", "发卡行认证失败", "M"),
)
"""Every status word, or family, that the payment side may answer."""


def family(status_word: int) -> StatusRow | None:
    """Return the row that a status word belongs to, ``None`` when the payment side does not answer it."""
    for row in PAYMENT_STATUS_WORDS:
        if status_word & row.mask == row.value:
            return row
    return None


def is_listed(status_word: int) -> bool:
    """Tell whether the payment side may answer this status word."""
    return family(status_word) is not None


def describe(status_word: int) -> str:
    """Return ``"6300 issuer authentication failed 发卡行认证失败"``; unlisted words say so."""
    row = family(status_word)
    if row is None:
        return f"{status_word:04X} not listed for the payment side 支付应用未列出"
    return f"{status_word:04X} {row.english} {row.chinese}"
