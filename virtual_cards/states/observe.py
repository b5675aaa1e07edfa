"""What state a card is in: each region's present state, worked out from the card's own data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.layouts.access import PIN
from onecard.virtual_cards.purse.transaction import state_of
from onecard.virtual_cards.states.document import StateTableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from onecard.virtual_cards.card.card import Card
    from onecard.virtual_cards.chip.session import Session

__all__ = ["observe"]

NO_POWER = "unpowered"
"""What every region but "power" is in while the card has no power."""


def observe(card: Card, region: str, *, key: str = "") -> str:
    """Name the present state of one region of a card.

    Args:
        card: a card, powered or not.
        region: name of a region, see :func:`onecard.virtual_cards.states.regions`.
        key: the key meant, for the regions of keys.

    Raises:
        StateTableError: the region is not known, or the card has no such key.
    """
    if region == "power":
        return _power(card)
    if card.session is None:
        return NO_POWER
    if region in _KEY_REGIONS:
        return _key(card.session, key)
    try:
        return _OBSERVERS[region](card.session)
    except KeyError:
        raise StateTableError(f"region {region!r} is not known") from None


def _power(card: Card) -> str:
    session, memory = card.session, card.memory
    if memory.card_blocked:
        return "unpowered, card blocked" if session is None else "card blocked"
    if session is None:
        return "unpowered, application blocked" if memory.blocked_applications else NO_POWER
    if session.is_blocked(session.application):
        return "inside a blocked application"
    return "beside a blocked application" if memory.blocked_applications else "powered"


def _selection(session: Session) -> str:
    application = session.application
    kind = application.name if application.name in ("MF", "SSSE") else "DF"
    return kind if session.file is None else f"EF of {kind}"


def _pin(session: Session) -> str:
    memory = session.memory
    if not memory.pin:
        return "not set"
    if memory.pin_tries_left == 0:
        return "locked"
    return "verified" if PIN in session.rights else "to verify"


def _challenge(session: Session) -> str:
    if not session.challenge:
        return "none"
    return "too long" if len(session.challenge) > session.memory.algorithm.block_size else "fresh"


def _key(session: Session, name: str) -> str:
    slot = session.memory.layout.keys.get(name)
    if slot is None:
        raise StateTableError(f"key {name!r} is not on this card")
    if slot.tries and session.memory.key_failures.get(name, 0) >= slot.tries:
        return "locked"
    return "held" if name in session.rights else "none"


def _payment(session: Session) -> str:
    transaction = session.payment
    if transaction is None:
        return "idle"
    passed = transaction.issuer == "passed"
    if transaction.stage == "online":
        return "online" if transaction.issuer == "missing" else f"online, issuer {transaction.issuer}"
    return f"{transaction.stage}, issuer passed" if passed else transaction.stage


_KEY_REGIONS = ("file key", "unblocking key", "blocking key")

_OBSERVERS: Mapping[str, Callable[[Session], str]] = {
    "selection": _selection,
    "pin": _pin,
    "challenge": _challenge,
    "answer": lambda session: "waits" if session.waiting else "none",
    "purse": lambda session: state_of(session.purse),
    "payment": _payment,
}
