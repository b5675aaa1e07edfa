"""Cards that are wrong in exactly one named way: how a lie is written down.

A defect is a small class round the reference: :meth:`WrongCard.before` may change a command or answer in the
card's place, :meth:`WrongCard.after` may change what the card answered or what it remembers. Its rule is the
clause that it breaks, its case the one that must find it. Every tested clause has at least one defect, so the
kill table also proves that no rule can be taken out of the reference silently.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.faces import CONTACT

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.virtual_cards.card import Session
    from onecard.virtual_cards.chip.memory import CardMemory
    from onecard.virtual_cards.faces import Face
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["Defect", "WrongCard"]


class WrongCard:
    """A reference card with one lie; this class itself tells none.

    Args:
        card: the reference inside.
    """

    def __init__(self, card: PoweredCard) -> None:
        self.card = card

    @property
    def memory(self) -> CardMemory:
        """Its memory; only of a user card."""
        assert isinstance(self.card, Card)  # noqa: S101 - a defect of a user card is put round one
        return self.card.memory

    @property
    def session(self) -> Session:
        """Its volatile state, while it has power."""
        assert isinstance(self.card, Card)  # noqa: S101 - as above
        assert self.card.session is not None  # noqa: S101 - asked during an exchange only
        return self.card.session

    def power_on(self, face: Face = CONTACT) -> bytes:
        """Power or reset it."""
        return self.answer_to_reset(self.card.power_on(face), face)

    def power_off(self) -> None:
        """Take the power away."""
        self.card.power_off()

    def transmit(self, command: bytes) -> bytes:
        """Exchange one APDU."""
        changed, answer = self.before(command)
        response = answer if answer is not None else self.card.transmit(changed)
        return self.after(command, response) if response else response

    def answer_to_reset(self, atr: bytes, face: Face) -> bytes:
        """Lie about the answer to reset here."""
        return atr

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        """Return the command for the card inside, and an answer if it is not to be asked at all."""
        return command, None

    def after(self, command: bytes, response: bytes) -> bytes:
        """Return what is answered in the end."""
        return response


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One row of the kill table."""

    name: str
    """``"pin-counter-not-decremented"``, unique."""
    lie: str
    """What the card does wrong, in one sentence."""
    rule: str
    """The clause that it breaks."""
    case: str
    """Id of the case that must find it, for that rule."""
    make: Callable[[PoweredCard], PoweredCard]
    """Puts the lie round a reference card."""
    version: str = "3.00"
    """Specification version of the reference inside."""
