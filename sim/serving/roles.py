"""Who may send what to whom: an institution its transactions to its city, a tier to its neighbours.

Theory of operation. A tier cannot tell an institution from a neighbour, because both send the same envelope:
a hospital that names another city as the place of treatment would look like the province that passes on its
message, and be served as the insured place. The door knows who sends, by key or by header; so here every
message is held against what this sender may say to this tier:

* an institution: its own transactions (no message between tiers), treated in this city, and to a city only;
* a tier: to the tiers next to it, and going up only what happened in its own division;
* a tier's office (the tier itself): the jobs of reconciliation and clearing;
* anybody: the counter of a card authority, whose messages are no envelopes and name the holder.

Where signatures are not required a sender may still lie about being a tier; then this only finds mistakes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.serving.host import HostRefusedError
from onecard.sim.settlement.messages.authentication import INFNO as AUTHENTICATION
from onecard.sim.settlement.messages.hot_list import INFNO as REPORT
from onecard.sim.settlement.messages.reasons import Reason
from onecard.sim.settlement.tiers.between import BETWEEN_TIERS
from onecard.sim.settlement.tiers.directory import division_prefix

if TYPE_CHECKING:
    from onecard.sim.serving.door import Head

__all__ = ["check_role"]

BETWEEN = frozenset((AUTHENTICATION, REPORT, *BETWEEN_TIERS))
"""Transactions that no institution sends."""

NEXT_UP = {
    "city": ("province", "authority"),
    "province": ("ministry",),
    "authority": ("province", "ministry"),
}
"""Kind of tier → kinds that it may ask; going down is the same turned round."""


def check_role(address: str, head: Head, sender: str | None) -> None:
    """Refuse what a sender may not say to a tier.

    Args:
        address: the tier.
        head: of the message.
        sender: the tier that sends; None for an institution, or a counter.

    Raises:
        HostRefusedError: it may not.
    """
    if head.infno is None:
        allowed = True  # a counter's message, or one that the tier will not understand
    elif sender is None:
        allowed = _is_of_institution(address, head)
    elif sender == address or head.infno in BETWEEN_TIERS:
        allowed = head.infno in BETWEEN_TIERS and head.fixmedins_code == sender
        allowed = allowed and (sender == address or _are_next(sender, address))
    else:
        allowed = _are_next(sender, address) and (not _is_up(sender, address) or _lies_in(head, sender))
    if not allowed:
        raise HostRefusedError(Reason.WRONG_ROLE, f"{head.infno} from {sender or 'an institution'}")


def _is_of_institution(address: str, head: Head) -> bool:
    return address.startswith("city/") and head.infno not in BETWEEN and _lies_in(head, address)


def _lies_in(head: Head, address: str) -> bool:
    """Return whether the place of treatment lies in a tier's division; none is for the tier to refuse."""
    place = address.partition("/")[2]
    return head.mdtrtarea_admvs is None or head.mdtrtarea_admvs.startswith(division_prefix(place))


def _is_up(sender: str, address: str) -> bool:
    return address.partition("/")[0] in NEXT_UP.get(sender.partition("/")[0], ())


def _are_next(one: str, other: str) -> bool:
    """Return whether two tiers are next to each other: of one division, and one asks the other."""
    (_, _, place), (_, _, next_place) = one.partition("/"), other.partition("/")
    same = place.startswith(next_place) or next_place.startswith(place)  # the ministry's place is empty
    return same and (_is_up(one, other) or _is_up(other, one))
