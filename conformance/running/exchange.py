"""One step on one port: frames out of it, whatever happens."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

from onecard.conformance.adapters.port import AdapterError, CardGoneError
from onecard.conformance.model.history import End, StepRecord
from onecard.conformance.model.steps import Insert, Remove, Reset, Send, Sweep, Tear
from onecard.conformance.values.templates import fill

if TYPE_CHECKING:
    from onecard.conformance.adapters.port import CardPort
    from onecard.conformance.model.history import Frame
    from onecard.conformance.model.steps import Step
    from onecard.conformance.values.templates import Known

__all__ = ["Exchange", "perform"]

_LONGEST = 512
"""Bytes; a short command has at most 258 of answer. Up to here more is judged; beyond, it fills evidence."""
_MOST_FOLLOWED = 4
"""A reader that follows 61xx and 6Cxx gives up after so many frames."""


class Exchange:
    """The frames of one step, as they come.

    Args:
        port: the card under test.
        known: what fills the templates.
    """

    def __init__(self, port: CardPort, known: Known) -> None:
        self.port = port
        self.known = known
        self.frames: list[Frame] = []
        self.silent = False

    def note(self, command: bytes, response: bytes) -> bytes:
        """Take note of a frame; an empty response is silence, a huge one is nothing that a reader gives."""
        if len(response) > _LONGEST:
            raise AdapterError(f"an answer of {len(response)} bytes; a card's has at most 258")
        self.frames.append((command.hex().upper(), response.hex().upper()))
        self.silent = not response
        return response

    def transmit(self, command: bytes) -> bytes:
        """Send one APDU."""
        return self.note(command, self.port.transmit(command))

    def follow(self, command: bytes) -> None:
        """Send one APDU, fetch what waits behind ``61xx``, repeat after ``6Cxx``."""
        response = self.transmit(command)
        while len(self.frames) < _MOST_FOLLOWED and len(response) >= 2:
            if response[-2] == 0x61:
                response = self.transmit(bytes((0x00, 0xC0, 0x00, 0x00, response[-1])))
            elif response[-2] == 0x6C and len(self.frames) == 1:
                response = self.transmit(with_le(command, response[-1]))
            else:
                return


def with_le(command: bytes, le: int) -> bytes:
    """Return a short command APDU with another Le; one without Le gets it at its end."""
    body = (
        command[:-1]
        if len(command) == 5 or (len(command) > 5 and len(command) == 6 + command[4])
        else command
    )
    return body + bytes((le,))


def perform(step: Step, port: CardPort, known: Known, case: str) -> StepRecord:
    """Carry out one step (not a ``let``, not a walk).

    Raises:
        NotKnownError: a template cannot be filled; nothing was sent.
    """
    exchange = Exchange(port, known)
    end: End = ""
    note = ""
    try:
        _carry_out(step, exchange)
        end = "mute" if exchange.silent else ""
    except CardGoneError as error:
        end, note = "gone", str(error) or "the card went away"
    except AdapterError as error:
        end, note = "broken", str(error) or "the adapter broke"
    return StepRecord(case=case, step=step.name, frames=tuple(exchange.frames), end=end, note=note)


@singledispatch
def _carry_out(step: object, exchange: Exchange) -> None:
    raise TypeError(f"{step!r} is no step of a port")


@_carry_out.register
def _(step: Reset, exchange: Exchange) -> None:
    exchange.note(b"", exchange.port.reset())


@_carry_out.register
def _(step: Insert, exchange: Exchange) -> None:
    exchange.note(b"", exchange.port.insert())


@_carry_out.register
def _(_step: Remove, exchange: Exchange) -> None:
    exchange.port.remove()


@_carry_out.register
def _(step: Send, exchange: Exchange) -> None:
    command = fill(step.command, exchange.known)
    if step.raw:
        exchange.transmit(command)
    else:
        exchange.follow(command)


@_carry_out.register
def _(step: Tear, exchange: Exchange) -> None:
    command = fill(step.command, exchange.known)
    exchange.note(command, exchange.port.tear(command, step.after_bytes))


@_carry_out.register
def _(step: Sweep, exchange: Exchange) -> None:
    head, _, tail = step.command.partition("{#}")
    before, after = fill(head, exchange.known), fill(tail, exchange.known)

    def send_all() -> None:
        for value in bytes.fromhex(step.values):
            if not exchange.transmit(before + bytes((value,)) + after):
                return

    exchange.port.together(send_all)
