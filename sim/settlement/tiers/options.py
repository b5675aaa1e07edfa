"""What a tier may demand of its senders, and may do in one way or another: switches (settlement.md §10).

The defaults take what real clients send; a strict platform, or a test of one, switches rules on.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from onecard.sim.settlement.messages.envelope import EnvelopeOptions
from onecard.sim.settlement.money.options import MoneyOptions

__all__ = ["DEFAULT_TIER_OPTIONS", "TierOptions"]


class TierOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Switches of a tier.

    Attributes:
        envelope: forms of the envelope (ENV-3, Q-1, Q-2).
        sign_no: refuse a message whose ``sign_no`` is missing, unknown, another operator's or signed out
            (Q-23).
        division: refuse a ``mdtrtarea_admvs`` that is not the division in the institution's code; otherwise
            it may be any division of the city.
        mapping: refuse a fee line whose ``medins_list_codg`` is mapped to another ``med_list_codg`` (3301).
        authentication: ``"first"``: the city of treatment has the card authenticated before it sends a
            settlement on; ``"on-the-way"``: the ministry does while it forwards (world.md §1.8.4). A
            settlement that does not pass the ministry is authenticated first in either case. All tiers of a
            nation need the same.
        money: reconciliation, clearing and prepayment.
    """

    envelope: EnvelopeOptions = EnvelopeOptions()
    sign_no: bool = False
    division: bool = False
    mapping: bool = False
    authentication: Literal["first", "on-the-way"] = "first"
    money: MoneyOptions = MoneyOptions()


DEFAULT_TIER_OPTIONS = TierOptions()
