"""Answers that the host gives in the envelope, without or instead of the tier (settlement.md §1.2)."""

from __future__ import annotations

import datetime
import hashlib
from typing import TYPE_CHECKING

from onecard.sim.settlement.messages.calendar import Calendar
from onecard.sim.settlement.messages.envelope import FAILURE, Reply, encode
from onecard.sim.settlement.messages.reasons import RefusedError
from onecard.sim.settlement.tiers.kernel import identifier

if TYPE_CHECKING:
    from onecard.sim.settlement.messages.reasons import Reason

__all__ = ["refusal"]


def refusal(
    reason: Reason,
    detail: str = "",
    *,
    division: str,
    start: datetime.date,
    received_us: int,
    now_us: int,
    body: bytes = b"",
) -> bytes:
    """Write an answer that refuses.

    Args:
        reason: why.
        detail: what is added to the reason's words; never anything personal.
        division: of the tier, six digits.
        start: the date of time zero.
        received_us: when the message came.
        now_us: the time now.
        body: the message, as far as it was read; numbers the answer.
    """
    calendar = Calendar(start)
    answered = calendar.millis(now_us)
    digest = hashlib.blake2b(body, digest_size=16).hexdigest()
    return encode(
        Reply(
            infcode=FAILURE,
            err_msg=RefusedError(reason, detail).text,
            refmsg_time=calendar.millis(received_us),
            respond_time=answered,
            inf_refmsgid=identifier(division, answered[:14], 10, "message", digest),
        )
    )
