"""A card as the driver sees it: messages of the protocol in, replies out, no socket.

What a mute card does is decided here, so that no client ever hangs. Without an answer to reset it gives an
answer that no card can give, and the driver reports the card as present and unresponsive. Without an answer
to a command there is nothing to send: the connection must be made anew, which the driver reports as an error
of that command. An answer later than :data:`DELAY_LIMIT_US` is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from onecard.virtual_cards.readers.in_process import answer_delay_us, has_left
from onecard.virtual_cards.readers.slot_events import SlotEventKind
from onecard.virtual_cards.readers.vpcd import MUTE_ATR, PAYLOAD_LIMIT, Control

if TYPE_CHECKING:
    from onecard.virtual_cards.faces import Face
    from onecard.virtual_cards.readers.in_process import PoweredCard
    from onecard.virtual_cards.readers.vpcd import Message

__all__ = ["DELAY_LIMIT_US", "Reply", "ServedCard"]

DELAY_LIMIT_US = 60_000_000
UNPOWERED_ATR = bytes.fromhex("3B00")
"""Answer to the driver's "are you there" when the card has no power: any well-formed ATR does."""


class Reply(NamedTuple):
    """What follows from one message."""

    kind: SlotEventKind | None
    """The event to tell; ``None`` for the driver's look whether the card is there."""
    payload: bytes | None = None
    """What to send; ``None``: nothing."""
    delay_us: int = 0
    """How much later to send it, in microseconds."""
    response: bytes = b""
    """For the event: the response APDU, or the ATR."""


class ServedCard:
    """A card in a slot.

    Args:
        card: the card.
        face: the face that it shows.
    """

    __slots__ = ("atr", "card", "face", "powered")

    def __init__(self, card: PoweredCard, face: Face) -> None:
        self.card = card
        self.face = face
        self.powered = False
        self.atr = b""
        """Answer to the last reset, empty if the card was mute."""

    def handle(self, message: Message) -> Reply:
        """Let the card do what the driver says."""
        if isinstance(message, bytes):
            return self._exchange(message)
        if message is Control.ATR:
            return Reply(None, (self.atr or MUTE_ATR) if self.powered else UNPOWERED_ATR)
        if message is Control.POWER_OFF:
            self.power_off()
            return Reply(SlotEventKind.POWER_OFF)
        return self._power_on(message)

    def swap(self, card: PoweredCard, face: Face) -> None:
        """Put another card in this one's place; it gets power if this one had it."""
        self.card.power_off()
        self.card, self.face = card, face
        if self.powered:
            self.atr = card.power_on(face)

    def power_off(self) -> None:
        """Take the power away."""
        self.powered = False
        self.card.power_off()

    def _power_on(self, message: Control) -> Reply:
        self.atr = self.card.power_on(self.face)
        self.powered = True
        if has_left(self.card):
            return Reply(SlotEventKind.REMOVED)
        kind = SlotEventKind.RESET if message is Control.RESET else SlotEventKind.POWER_ON
        return Reply(kind, response=self.atr)

    def _exchange(self, command: bytes) -> Reply:
        card = self.card
        response = card.transmit(command)
        if has_left(card):
            return Reply(SlotEventKind.REMOVED)
        if len(response) > PAYLOAD_LIMIT:
            raise ValueError(
                f"the card answers {len(response)} bytes: no reader carries more than {PAYLOAD_LIMIT}"
            )
        delay_us = answer_delay_us(card)
        if len(response) < 2 or delay_us > DELAY_LIMIT_US:
            return Reply(SlotEventKind.MUTE)
        return Reply(SlotEventKind.APDU, response, delay_us, response)
