"""Card status, what the counter may do in each, and what card authentication answers: all tables.

Status codes are AAZ502 (card.md §18.1). Loss, lift and replacement follow card.md §18.3: temporary loss can
be lifted, formal loss cannot and leads to a replacement. Authentication results are the recommended ones of
settlement.md §10 Q-9.
"""

from __future__ import annotations

from enum import StrEnum

from onecard.sim.settlement.messages.authentication import AUTHENTICATION_RESULTS, AuthenticationResult

__all__ = [
    "AUTHENTICATION_RESULTS",
    "HOT",
    "REASONS",
    "RESULT_BY_STATUS",
    "STATUSES",
    "TRANSITIONS",
    "AuthenticationResult",
    "CardStatus",
    "Operation",
    "Reason",
]


class CardStatus(StrEnum):
    """AAZ502, state of the card's social-security application."""

    SEALED = "0"
    NORMAL = "1"
    FORMAL_LOSS = "2"
    LOCKED = "3"
    TEMPORARY_LOSS = "4"
    CANCELLED = "9"


STATUSES: dict[str, tuple[str, str]] = {
    CardStatus.SEALED: ("sealed, not yet enabled", "封存"),
    CardStatus.NORMAL: ("normal", "正常"),
    CardStatus.FORMAL_LOSS: ("formally reported lost", "正式挂失"),
    CardStatus.LOCKED: ("application locked", "应用锁定"),
    CardStatus.TEMPORARY_LOSS: ("temporarily reported lost", "临时挂失"),
    CardStatus.CANCELLED: ("cancelled", "注销"),
}
"""Status → (English, Chinese)."""

HOT = (CardStatus.FORMAL_LOSS, CardStatus.LOCKED, CardStatus.TEMPORARY_LOSS, CardStatus.CANCELLED)
"""Statuses that put a card on the hot list."""


class Operation(StrEnum):
    """What a counter, an app or a terminal may ask for."""

    STATUS = "status"
    HOT_LIST = "hot-list"
    ENABLE = "enable"
    TEMPORARY_LOSS = "temporary-loss"
    FORMAL_LOSS = "formal-loss"
    LIFT_LOSS = "lift-loss"
    REPLACEMENT = "replacement"
    COLLECT_REPLACEMENT = "collect-replacement"
    PIN_RESET = "pin-reset"
    CANCEL = "cancel"


class Reason(StrEnum):
    """Why the authority did not do it."""

    DONE = "done"
    MALFORMED = "malformed"
    UNKNOWN_CARD = "unknown-card"
    HOLDER_DIFFERS = "holder-differs"
    SEALED = "card-sealed"
    NORMAL = "card-normal"
    LOST = "card-lost"
    LOCKED = "card-locked"
    CANCELLED = "card-cancelled"
    NOT_LIFTABLE = "loss-not-liftable"
    ALREADY_APPLIED = "already-applied"
    NOT_APPLIED = "not-applied"
    NOT_READY = "not-ready"


REASONS: dict[str, tuple[str, str]] = {
    Reason.DONE: ("done", "办理成功"),
    Reason.MALFORMED: ("request not understood", "请求格式错误"),
    Reason.UNKNOWN_CARD: ("unknown card", "无此卡"),
    Reason.HOLDER_DIFFERS: ("holder's data differ", "持卡人信息不符"),
    Reason.SEALED: ("card is not enabled yet", "卡未启用"),
    Reason.NORMAL: ("card is in normal use", "卡状态正常"),
    Reason.LOST: ("card is reported lost", "卡已挂失"),
    Reason.LOCKED: ("card is locked", "卡应用已锁定"),
    Reason.CANCELLED: ("card is cancelled", "卡已注销"),
    Reason.NOT_LIFTABLE: ("a formal loss cannot be lifted", "正式挂失不可解挂"),
    Reason.ALREADY_APPLIED: ("a replacement is under way", "已申请补换卡"),
    Reason.NOT_APPLIED: ("no replacement was applied for", "未申请补换卡"),
    Reason.NOT_READY: ("the replacement is not ready yet", "新卡尚未制成"),
}
"""Reason → (English, Chinese)."""

_ALL = tuple(CardStatus)
_LOSSES = (CardStatus.FORMAL_LOSS, CardStatus.TEMPORARY_LOSS)


def _row(
    operation: Operation, allowed: dict[CardStatus, CardStatus]
) -> dict[CardStatus, CardStatus | Reason]:
    """Complete a row: what is not allowed is refused for the status that the card has."""
    refusals = {
        CardStatus.SEALED: Reason.SEALED,
        CardStatus.NORMAL: Reason.NORMAL,
        CardStatus.FORMAL_LOSS: Reason.NOT_LIFTABLE if operation is Operation.LIFT_LOSS else Reason.LOST,
        CardStatus.LOCKED: Reason.LOCKED,
        CardStatus.TEMPORARY_LOSS: Reason.LOST,
        CardStatus.CANCELLED: Reason.CANCELLED,
    }
    return {status: allowed.get(status, refusals[status]) for status in _ALL}


TRANSITIONS: dict[Operation, dict[CardStatus, CardStatus | Reason]] = {
    Operation.STATUS: _row(Operation.STATUS, {status: status for status in _ALL}),
    Operation.HOT_LIST: _row(Operation.HOT_LIST, {status: status for status in _ALL}),
    Operation.ENABLE: _row(Operation.ENABLE, {CardStatus.SEALED: CardStatus.NORMAL}),
    Operation.TEMPORARY_LOSS: _row(
        Operation.TEMPORARY_LOSS,
        {CardStatus.NORMAL: CardStatus.TEMPORARY_LOSS, CardStatus.LOCKED: CardStatus.TEMPORARY_LOSS},
    ),
    Operation.FORMAL_LOSS: _row(
        Operation.FORMAL_LOSS,
        {
            CardStatus.NORMAL: CardStatus.FORMAL_LOSS,
            CardStatus.LOCKED: CardStatus.FORMAL_LOSS,
            CardStatus.TEMPORARY_LOSS: CardStatus.FORMAL_LOSS,
        },
    ),
    Operation.LIFT_LOSS: _row(Operation.LIFT_LOSS, {CardStatus.TEMPORARY_LOSS: CardStatus.NORMAL}),
    # A lost card is replaced (补) after formal loss, a damaged, locked or expiring one exchanged (换).
    Operation.REPLACEMENT: _row(
        Operation.REPLACEMENT,
        {status: status for status in (CardStatus.FORMAL_LOSS, CardStatus.NORMAL, CardStatus.LOCKED)},
    ),
    Operation.COLLECT_REPLACEMENT: _row(
        Operation.COLLECT_REPLACEMENT,
        dict.fromkeys((*_LOSSES, CardStatus.NORMAL, CardStatus.LOCKED), CardStatus.CANCELLED),
    ),
    # An application; a card locked by wrong PINs stays locked until the PIN is reset (card.md §18.3).
    Operation.PIN_RESET: _row(
        Operation.PIN_RESET, {status: status for status in (CardStatus.NORMAL, CardStatus.LOCKED)}
    ),
    Operation.CANCEL: _row(
        Operation.CANCEL,
        {status: CardStatus.CANCELLED for status in _ALL if status is not CardStatus.CANCELLED},
    ),
}
"""Operation × status → the status afterwards, or the reason of the refusal."""


RESULT_BY_STATUS: dict[CardStatus, AuthenticationResult] = {
    CardStatus.SEALED: AuthenticationResult.NOT_ACTIVATED,
    CardStatus.NORMAL: AuthenticationResult.OK,
    CardStatus.FORMAL_LOSS: AuthenticationResult.LOST,
    CardStatus.LOCKED: AuthenticationResult.FROZEN,
    CardStatus.TEMPORARY_LOSS: AuthenticationResult.LOST,
    CardStatus.CANCELLED: AuthenticationResult.CANCELLED,
}
"""What authentication answers for each status."""
