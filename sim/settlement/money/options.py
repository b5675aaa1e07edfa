"""What the facts leave open about reconciliation, clearing, prepayment, as switches (settlement.md §10)."""

from __future__ import annotations

import datetime
from typing import Literal

import msgspec

__all__ = ["MoneyOptions", "due_dates"]


class MoneyOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Switches of a tier.

    Attributes:
        count: whether ``fixmedins_setl_cnt`` counts rows of both signs, or a refund takes one off (§5.5 [?]).
        notice_day: day of the next month on which notices are due to be issued (§5.6, Q-14).
        payment_day: day of the next month by which they are to be paid.
        prepayment_months: months of last year's average that a prepayment should hold.
        yellow_percent: share of a prepayment used that raises the yellow alarm.
        red_percent: share that raises the red one.
    """

    count: Literal["rows", "net"] = "rows"
    notice_day: int = 21
    payment_day: int = 25
    prepayment_months: int = 2
    yellow_percent: int = 70
    red_percent: int = 90

    def __post_init__(self) -> None:
        if not 1 <= self.notice_day <= self.payment_day <= 28:
            raise ValueError(
                f"notice_day {self.notice_day} and payment_day {self.payment_day} are not in order in 1 to 28"
            )
        if not 0 < self.yellow_percent < self.red_percent <= 100:
            raise ValueError(
                f"yellow_percent {self.yellow_percent} and red_percent {self.red_percent} are not in order "
                "in 1 to 100"
            )
        if self.prepayment_months < 1:
            raise ValueError(f"prepayment_months {self.prepayment_months} is less than 1")


def due_dates(month: str, options: MoneyOptions) -> tuple[datetime.date, datetime.date]:
    """Return when notices of a month ``yyyyMM`` are due, and when they are to be paid (§5.6)."""
    year, number = divmod(int(month[:4]) * 12 + int(month[4:]), 12)
    return (
        datetime.date(year, number + 1, options.notice_day),
        datetime.date(year, number + 1, options.payment_day),
    )
