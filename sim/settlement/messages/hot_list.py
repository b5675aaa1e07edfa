"""Report of cards lost and found, transaction ``CA02``: what a card authority or a city tells the ministry.

No public text has this message; this project defines it, so that a lost card is refused also while its
authority is silent (settlement.md §5.2 CA-2). It travels in the settlement envelope; ``mdtrtarea_admvs`` is
the division that reports. The newest ``chg_time`` counts, in whatever order reports arrive.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from onecard.sim.settlement.messages.fields import DateTime, Message, Node, Optional32, Text3, Text50

__all__ = ["INFNO", "MAX_REPORTS", "CardReport", "CardReportInput"]

INFNO = "CA02"
MAX_REPORTS = 100
"""Rows of one message."""


class CardReport(Node, kw_only=True):
    """CA02 ``data`` row.

    Attributes:
        mdtrt_cert_type: 03 the card itself, 01 its electronic form.
        mdtrt_cert_no: its number.
        card_sn: card identification code; its first six digits are the division that issued the card.
        result: what card authentication answers from now on
            (:class:`~onecard.sim.settlement.messages.authentication.AuthenticationResult`); 0 takes the card
            off the list.
        chg_time: when that changed.
    """

    mdtrt_cert_type: Text3
    mdtrt_cert_no: Text50
    card_sn: Optional32 = None
    result: Annotated[str, Meta(min_length=1, max_length=1)]
    chg_time: DateTime


class CardReportInput(Message):
    """Input of CA02."""

    data: Annotated[list[CardReport], Meta(min_length=1, max_length=MAX_REPORTS)]
