"""A card authority that reports what changed: after each message of its counter, before it answers.

A lost card is refused because every settlement asks the authority; the ministry's hot list refuses it also
while the authority is silent, or starts anew and has forgotten. So a report (CA02) goes up through the
authority's province, and what the ministry has not answered goes again with the next message of the counter,
the same bytes, which the ministry recognises. Card authentication never waits for a report: it may be the
ministry itself that asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.actors import Ask
from onecard.sim.authority.messages import infno_of
from onecard.sim.settlement.messages.envelope import decode_reply, infcode_of
from onecard.sim.settlement.messages.reasons import Reason, reason_of

if TYPE_CHECKING:
    from onecard.sim.actors import Serving
    from onecard.sim.authority.actor import CardAuthority

__all__ = ["REPORT_TIMEOUT_US", "ReportingAuthority"]

REPORT_TIMEOUT_US = 20_000_000
"""How long it waits for the ministry to take a report: as a province does (settlement.md §10 Q-11)."""


class ReportingAuthority:
    """A card authority as a :class:`~onecard.sim.actors.Server`.

    Args:
        authority: what it answers with.
        report_to: address of the tier that takes its reports.
    """

    def __init__(self, authority: CardAuthority, *, report_to: str) -> None:
        self.address = authority.address
        self._authority = authority
        self._report_to = report_to
        self._waiting: list[bytes] = []

    def serve(self, request: bytes, now_us: int) -> Serving:
        """Serve one message, and bring the ministry what it has not answered yet."""
        reply = self._authority.handle(request, now_us)
        self._waiting += self._authority.notifications()
        if infno_of(request) is None:
            for report in tuple(self._waiting):
                heard = yield Ask(address=self._report_to, request=report, timeout_us=REPORT_TIMEOUT_US)
                if not _is_answered(heard.reply):
                    break
                if report in self._waiting:  # another message may have brought it meanwhile
                    self._waiting.remove(report)
        return reply


def _is_answered(reply: bytes | None) -> bool:
    """Return whether the ministry took a report or refused it for good."""
    try:
        answer = decode_reply(reply or b"")
        unknown = (Reason.RESULT_UNCERTAIN, Reason.MALFORMED)
        return infcode_of(answer) == 0 or reason_of(answer.err_msg) not in unknown
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return False
