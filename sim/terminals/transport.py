"""From frames to answers: what a driver owes T=0, and who listens (facts: terminal.md §4.5, §11).

A slot of the terminal is a connection with pyscard's verbs. The channel over it sends one command and comes
back with the whole answer: ``61xx`` is followed by GET RESPONSE, ``6Cxx`` by the same command with the right
Le. Each frame that crosses is counted, timed and handed to the observer, the driver's own frames too.

Commands and data are lists of integers, as pyscard has them: converting would cost more than sending.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from onecard.sim.terminals.codes import TerminalError, code_of_status
from onecard.virtual_cards.readers.in_process import SmartcardException

if TYPE_CHECKING:
    from onecard.sim.terminals.timing import SlotTiming

__all__ = ["LINK_ERRORS", "Channel", "Connection", "Frame", "Observer"]

Frame = list[int]
Observer = Callable[[str, bytes, bytes], None]
"""Called with slot (``contact``, ``contactless``, ``psam``), command, and response with its status word."""

LINK_ERRORS: tuple[type[Exception], ...] = (OSError, SmartcardException)
"""Exceptions by which connections say that a card does not answer; over pyscard, hand in its own too."""

OK = 0x9000
_MOST_PARTS = 16
"""GET RESPONSE at most so often for one answer; a card that always has more is taken as not answering."""
_NO_ANSWER = -4


class Connection(Protocol):
    """A slot with a card in it, with the verbs of pyscard's ``CardConnection``."""

    def connect(self) -> None:
        """Power the card; raises when there is none."""
        ...

    def disconnect(self) -> None:
        """Power the card off."""
        ...

    def getATR(self) -> list[int]:  # noqa: N802 - pyscard's name
        """Answer to reset of the powered card."""
        ...

    def transmit(self, command: list[int], /) -> tuple[list[int], int, int]:
        """Send one command; data, SW1, SW2 come back."""
        ...


class Channel:
    """One powered slot.

    Args:
        slot: name for the observer.
        connection: the slot's connection.
        timing: the slot's time table.
        link_errors: exceptions by which this kind of connection says that the card does not answer.
        lost_code: return code of a card that stopped answering.
        fault_reason: refusal reason for unexpected status words, if not the one of their code.
        observer: told of every frame.
    """

    __slots__ = (
        "_fault_reason",
        "_fixed_us",
        "_link_errors",
        "_lost_code",
        "_observer",
        "_per_byte_us",
        "_slot",
        "_transmit",
        "apdus",
        "elapsed_us",
    )

    def __init__(
        self,
        slot: str,
        connection: Connection,
        *,
        timing: SlotTiming,
        link_errors: tuple[type[Exception], ...],
        lost_code: int = _NO_ANSWER,
        fault_reason: str | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._slot = slot
        self._transmit = connection.transmit
        self._fixed_us = timing.fixed_us
        self._per_byte_us = timing.per_byte_us
        self._link_errors = link_errors
        self._lost_code = lost_code
        self._fault_reason = fault_reason
        self._observer = observer
        self.apdus = 0
        self.elapsed_us = 0

    def exchange(self, command: Frame) -> tuple[Frame, int]:
        """Send a command and return its whole answer: data and status word (never ``61xx`` or ``6Cxx``).

        Raises:
            TerminalError: the card does not answer (any more).
        """
        data, sw1, sw2 = self._send(command)
        if sw1 == 0x6C:
            data, sw1, sw2 = self._send([*command[:4], sw2] if len(command) < 6 else [*command, sw2])
        if sw1 != 0x61:
            return data, sw1 << 8 | sw2
        return self._collect(data, sw2)

    def expect(self, command: Frame, step: str = "") -> Frame:
        """Send a command whose answer must be ``9000`` and return the data.

        Raises:
            TerminalError: any other status word, as ``-(SW)``.
        """
        data, sw = self.exchange(command)
        if sw != OK:
            raise TerminalError(code_of_status(sw), step, sw, reason=self._fault_reason)
        return data

    def _send(self, command: Frame) -> tuple[Frame, int, int]:
        try:
            data, sw1, sw2 = self._transmit(command)
        except self._link_errors as error:
            raise TerminalError(self._lost_code) from error
        self.apdus += 1
        self.elapsed_us += self._fixed_us[command[1]] + self._per_byte_us * (len(command) + len(data))
        if self._observer is not None:
            self._observer(self._slot, bytes(command), bytes((*data, sw1, sw2)))
        return data, sw1, sw2

    def _collect(self, data: Frame, waiting: int) -> tuple[Frame, int]:
        for _ in range(_MOST_PARTS):
            part, sw1, sw2 = self._send([0x00, 0xC0, 0x00, 0x00, waiting])
            if sw1 == 0x6C:
                waiting = sw2
                continue
            data = data + part if data else part
            if sw1 != 0x61:
                return data, sw1 << 8 | sw2
            waiting = sw2
        raise TerminalError(self._lost_code)
