"""A reader inside the process, with pyscard's verbs and pyscard's exceptions by name.

Code written for pyscard runs over it: ``reader.createConnection()``, ``connection.connect()``, ``getATR()``,
``transmit([…]) -> (data, sw1, sw2)``, ``disconnect()``. A connection belongs to one insertion: when the card
is taken out, the next call says so (:class:`CardConnectionException`), also if another card is in by then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from onecard.virtual_cards.faces import CONTACT, Face

if TYPE_CHECKING:
    from collections.abc import Sequence


__all__ = [
    "CardConnection",
    "CardConnectionException",
    "NoCardException",
    "Observer",
    "PoweredCard",
    "Reader",
    "SmartcardException",
    "answer_delay_us",
    "has_left",
]

Observer = Callable[[bytes, bytes], None]
"""Told every exchange: command bytes, response bytes."""


class PoweredCard(Protocol):
    """What a reader needs of a card; faults add what :func:`has_left` and :func:`answer_delay_us` read."""

    def power_on(self, face: Face = ...) -> bytes:
        """Power or reset the card and return the ATR, empty if it is mute over this face."""
        ...

    def power_off(self) -> None:
        """Take the power away."""
        ...

    def transmit(self, command: bytes) -> bytes:
        """Exchange one APDU; no bytes without power."""
        ...


def has_left(card: PoweredCard) -> bool:
    """Tell whether a card left the reader by itself during the last call (``removed``, see ``faults``)."""
    return bool(getattr(card, "removed", False))


def answer_delay_us(card: PoweredCard) -> int:
    """Return how late, in microseconds, the answer just given is (``delay_us``, see ``faults``)."""
    return int(getattr(card, "delay_us", 0))


class SmartcardException(Exception):  # noqa: N818 - pyscard's name
    """Something between reader and card went wrong."""


class NoCardException(SmartcardException):
    """There is no card in the reader."""


class CardConnectionException(SmartcardException):
    """The connection to the card does not exist, or no longer."""


class Reader:
    """A slot for one card.

    Args:
        name: what PC/SC would call the reader.
        observer: told every exchange.
    """

    __slots__ = ("_card", "_face", "_insertion", "name", "observer")

    def __init__(self, name: str, *, observer: Observer | None = None) -> None:
        self.name = name
        self.observer = observer
        self._card: PoweredCard | None = None
        self._face: Face = CONTACT
        self._insertion = 0

    def __str__(self) -> str:
        return self.name

    @property
    def card_present(self) -> bool:
        """Whether a card is in the slot."""
        return self._card is not None

    @property
    def delay_us(self) -> int:
        """How late, in microseconds, the card's last answer was; for an observer that keeps time."""
        return 0 if self._card is None else answer_delay_us(self._card)

    def insert(self, card: PoweredCard, face: Face = CONTACT) -> None:
        """Put a card in, with this face to the reader; ``ValueError`` if the slot is taken."""
        if self._card is not None:
            raise ValueError(f"reader {self.name!r} already holds a card: remove it first")
        self._card = card
        self._face = face
        self._insertion += 1

    def remove(self) -> None:
        """Take the card out, in the middle of anything; nothing happens if there is none."""
        if self._card is not None:
            self._card.power_off()
            self._card = None

    def createConnection(self) -> CardConnection:  # noqa: N802 - pyscard's name
        """Make a connection; the card is powered by its ``connect()``."""
        return CardConnection(self)

    def card_of(self, insertion: int) -> PoweredCard:
        """Return the card of that insertion; :class:`CardConnectionException` if it is gone."""
        if self._card is None or insertion != self._insertion:
            raise CardConnectionException(f"reader {self.name!r}: the card was removed")
        return self._card

    def power_on(self) -> tuple[int, bytes]:
        """Power the card and return the insertion's number and the ATR.

        Raises:
            NoCardException: the slot is empty.
            CardConnectionException: the card does not answer to reset over this face.
        """
        if self._card is None:
            raise NoCardException(f"reader {self.name!r}: no card inserted")
        atr = self._card.power_on(self._face)
        if not atr:
            raise CardConnectionException(
                f"reader {self.name!r}: the card is mute over its {self._face.name} face"
            )
        return self._insertion, atr


class CardConnection:
    """A connection to the card in a reader, from ``connect()`` to ``disconnect()``."""

    __slots__ = ("_atr", "_insertion", "_reader")

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._insertion = 0
        self._atr = b""

    def getReader(self) -> str:  # noqa: N802 - pyscard's name
        """Return the reader's name."""
        return self._reader.name

    def connect(self) -> None:
        """Power the card, or reset it (raises as :meth:`Reader.power_on`)."""
        self._insertion, self._atr = self._reader.power_on()

    def disconnect(self) -> None:
        """Power the card off; nothing happens if it is gone."""
        if self._atr:
            self._atr = b""
            try:
                self._reader.card_of(self._insertion).power_off()
            except CardConnectionException:
                return

    def getATR(self) -> list[int]:  # noqa: N802 - pyscard's name
        """Return the answer to reset as PC/SC presents it."""
        self._card()
        return list(self._atr)

    def transmit(self, command: Sequence[int]) -> tuple[list[int], int, int]:
        """Exchange one APDU.

        Args:
            command: byte values.

        Returns:
            Data, SW1, SW2.

        Raises:
            CardConnectionException: not connected, or the card was removed or lost its power.
            ValueError: something in the command is not a byte.
        """
        sent = bytes(command)
        card = self._card()
        response = card.transmit(sent)
        if has_left(card):
            self._reader.remove()
            raise CardConnectionException(f"reader {self._reader.name!r}: the card was removed")
        if len(response) < 2:
            raise CardConnectionException(
                f"reader {self._reader.name!r}: the card is mute or has no power, connect again"
            )
        observer = self._reader.observer
        if observer is not None:
            observer(sent, response)
        return list(response[:-2]), response[-2], response[-1]

    def _card(self) -> PoweredCard:
        if not self._atr:
            raise CardConnectionException(
                f"reader {self._reader.name!r}: not connected, call connect() first"
            )
        return self._reader.card_of(self._insertion)
