"""What slots say: their states, their events, their errors."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from onecard.virtual_cards.pcsc_stack.errors import PcscError

if TYPE_CHECKING:
    from onecard.virtual_cards.readers.slot import Slot

__all__ = ["SlotError", "SlotEvent", "SlotEventKind", "SlotState", "SlotTakenError"]


class SlotError(PcscError):
    """A slot cannot do what is asked of it."""


class SlotTakenError(SlotError):
    """The slot holds a card of another program, or was opened twice."""


class SlotState(Enum):
    """Where a slot is in its life."""

    EMPTY = "empty"
    """No card, no connection."""
    CONNECTING = "connecting"
    """A card is there; the driver's port is tried again and again, up to a limit."""
    OFFERED = "offered"
    """Connected, but the driver has not spoken yet: it looks about every 400 ms."""
    PRESENT = "present"
    """The driver talks to the card."""
    FAILED = "failed"
    """The limit is reached, the slot is taken, the peer is no driver, or the card raised."""


class SlotEventKind(Enum):
    """What happened in a slot."""

    INSERTED = "inserted"
    REMOVED = "removed"
    SWAPPED = "swapped"
    POWER_ON = "power on"
    RESET = "reset"
    POWER_OFF = "power off"
    APDU = "apdu"
    MUTE = "mute"
    """The card did not answer a command."""
    WAITING = "waiting"
    """The driver cannot be reached; attempts go on."""
    FAILED = "failed"


class SlotEvent(NamedTuple):
    """One event. The observer is told in the host's thread and must be quick."""

    slot: Slot
    kind: SlotEventKind
    command: bytes = b""
    """Command APDU."""
    response: bytes = b""
    """Response APDU; after power-on, reset and swap the ATR (empty: mute, or without power)."""
    detail: str = ""
    """Why, for ``REMOVED``, ``WAITING`` and ``FAILED``."""
