"""What all card faults share: a card round a card that misbehaves in exactly one way.

A fault has the verbs of a card, so whatever takes a card takes a fault, and faults go round faults. It
is one lie, named by its class; everything else comes from the card inside, unchanged. Disarmed (or when its
moment is not there) it is the card inside.

Two attributes tell a host what no byte can tell it:

* ``removed``: the card left the reader during the last call. The host then does what it does when a hand
  takes the card out. Power says that somebody put it back: ``power_on`` clears it.
* ``delay_us``: how long the answer just given took beyond the usual. A host with a clock honours it.

Frames are the commands given to the fault since it was put round the card, counted from 1 over power cycles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from onecard.virtual_cards.chip.memory import CardMemory
from onecard.virtual_cards.faces import CONTACT

if TYPE_CHECKING:
    from onecard.virtual_cards.faces import Face
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["FaultError", "FaultyCard"]


class FaultError(ValueError):
    """A fault is asked for that does not exist, or not in this form, or not on this card."""


class FaultyCard:
    """A card with one fault; this class itself has none.

    Args:
        card: the card inside, powered or not, or another fault.
        armed: whether the fault acts; may be changed at any time.
    """

    lie: ClassVar[str] = "none"
    """What the card does wrong, in one phrase."""

    def __init__(self, card: PoweredCard, *, armed: bool = True) -> None:
        self.card = card
        self.armed = armed
        self.frames = 0
        """Commands so far, the present one included."""
        self._removed = False
        self._delay_us = 0

    @property
    def removed(self) -> bool:
        """Whether the card has left the reader by itself and nobody has put it back yet."""
        return self._removed or bool(getattr(self.card, "removed", False))

    @property
    def delay_us(self) -> int:
        """Microseconds that the answer just given is late, of all faults inside together."""
        return self._delay_us + int(getattr(self.card, "delay_us", 0))

    @property
    def memory(self) -> CardMemory:
        """The memory of the card inside; :class:`FaultError` when it is no social security card."""
        memory = getattr(self.card, "memory", None)
        if not isinstance(memory, CardMemory):
            raise FaultError(
                f"{type(self).__name__}: {type(self.card).__name__} has no memory of a user card"
            )
        return memory

    def power_on(self, face: Face = CONTACT) -> bytes:
        """Power or reset the card and return its ATR, empty if it is mute."""
        self._removed = False
        self._delay_us = 0
        return self._answer_to_reset(face) if self.armed else self.card.power_on(face)

    def power_off(self) -> None:
        """Take the power away."""
        self.card.power_off()

    def transmit(self, command: bytes) -> bytes:
        """Exchange one APDU; no bytes without power, from a mute card, or when the card is gone."""
        self.frames += 1
        self._delay_us = 0
        return self._exchange(command) if self.armed else self.card.transmit(command)

    def _answer_to_reset(self, face: Face) -> bytes:
        """Answer to reset while armed; a fault of the ATR says something else here."""
        return self.card.power_on(face)

    def _exchange(self, command: bytes) -> bytes:
        """Exchange while armed; a fault of the exchange does something else here."""
        return self.card.transmit(command)

    def _leave(self) -> bytes:
        """Take the card out of the reader: no power, no answer."""
        self._removed = True
        self.card.power_off()
        return b""
