"""The card: bytes in, bytes out.

A :class:`Card` joins the memory, which lasts, with a session, which a power cycle ends. It draws no random
numbers of its own and reads no clock; what it does for a command is in the table of ``commands``.
Out of power it is mute: :meth:`Card.transmit` then returns no bytes at all, which no powered card ever does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.chip.nonvolatile import PowerLost, WriteFailed, recover
from onecard.virtual_cards.chip.session import Session
from onecard.virtual_cards.commands.dispatch import execute
from onecard.virtual_cards.faces import CONTACT
from onecard.virtual_cards.iso7816.atr import contact_atr, contactless_atr

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.virtual_cards.chip.memory import CardMemory
    from onecard.virtual_cards.faces import Face

__all__ = ["Card"]


class Card:
    """A social security card.

    Args:
        memory: its non-volatile state, from :func:`onecard.virtual_cards.personalisation.personalise`.
        random_bytes: source of challenges: takes a size of 4, 8 or 16 and returns that many bytes.
    """

    __slots__ = ("_random_bytes", "_session", "memory")

    def __init__(self, memory: CardMemory, *, random_bytes: Callable[[int], bytes]) -> None:
        self.memory = memory
        self._random_bytes = random_bytes
        self._session: Session | None = None

    @property
    def session(self) -> Session | None:
        """The volatile state, ``None`` while the card is without power."""
        return self._session

    def power_on(self, face: Face = CONTACT) -> bytes:
        """Power the card, or reset it if it has power.

        Args:
            face: ``CONTACT`` or ``CONTACTLESS``.

        Returns:
            The ATR that PC/SC presents for this face; empty when the card has no such face (contactless on
            versions 1.00 and 2.00), or cannot finish a commit that power loss cut short: the card then
            stays without power.
        """
        if face.contactless and not self.memory.layout.contactless:
            self._session = None
            return b""
        try:
            recover(self.memory)
        except (PowerLost, WriteFailed):
            self._session = None
            return b""
        self._session = Session(self.memory, face, self._random_bytes)
        historical = self.memory.historical
        return contactless_atr(historical) if face.contactless else contact_atr(historical)

    def power_off(self) -> None:
        """Take the power away: every right, challenge and selection is gone."""
        self._session = None

    def transmit(self, command: bytes) -> bytes:
        """Execute one command APDU.

        Args:
            command: any bytes.

        Returns:
            Response data and SW1 SW2, the latter always from the standard's list; empty without power, also
            when it fails in the middle of the command.
        """
        session = self._session
        if session is None:
            return b""
        try:
            return execute(session, command)
        except PowerLost:
            self._session = None
            return b""
