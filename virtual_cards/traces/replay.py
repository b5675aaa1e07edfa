"""Run a trace against devices and say where, if anywhere, they answer differently.

Nothing here knows our cards: a device is whatever resets and exchanges APDUs. The first answer that does not
match ends the replay, because what follows may depend on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from onecard.virtual_cards.traces.functions import FUNCTIONS
from onecard.virtual_cards.traces.pattern import parse_pattern, parse_template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onecard.virtual_cards.faces import Face
    from onecard.virtual_cards.readers.in_process import PoweredCard
    from onecard.virtual_cards.traces.document import Step, Trace, Variant
    from onecard.virtual_cards.traces.functions import KeyRing

__all__ = ["Frame", "Mismatch", "Replay", "replay"]

_MOST_FETCHES = 8
_RESET = b""


@dataclass(frozen=True, slots=True)
class Frame:
    """One exchange as it went over the line."""

    step: int
    """Number of the step, from 1."""
    device: str
    command: bytes
    """Empty: a reset, ``response`` is the ATR."""
    response: bytes


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The first answer that is not the trace's."""

    step: int
    command: bytes
    expected: str
    response: bytes
    note: str

    def __str__(self) -> str:
        sent = self.command.hex().upper() or "reset"
        return f"step {self.step}: {sent} -> {self.response.hex().upper()}, expected {self.expected}"


@dataclass(frozen=True, slots=True)
class Replay:
    """How a replay went."""

    frames: tuple[Frame, ...]
    values: Mapping[str, bytes]
    """What was captured and computed."""
    mismatch: Mismatch | None


def replay(
    trace: Trace, variant: Variant, face: Face, *, devices: Mapping[str, PoweredCard], keys: KeyRing
) -> Replay:
    """Replay a trace.

    Args:
        trace: from :func:`onecard.virtual_cards.traces.document.read_trace`.
        variant: one of its variants.
        face: the card's interface. The PSAM has contacts only.
        devices: ``"card"``, and ``"psam"`` if the trace has one.
        keys: with which values are computed.

    Returns:
        Every frame, the values, and the first mismatch, if there is one.
    """
    run = _Run(trace, variant, face, devices, keys)
    for number, step in enumerate(trace.steps, start=1):
        mismatch = run.take(number, step)
        if mismatch is not None:
            break
    else:
        mismatch = None
    return Replay(tuple(run.frames), run.known, mismatch)


class _Run:
    def __init__(
        self,
        trace: Trace,
        variant: Variant,
        face: Face,
        devices: Mapping[str, PoweredCard],
        keys: KeyRing,
    ) -> None:
        self.frames: list[Frame] = []
        self.known = {name: parse_template(text).fill({}) for name, text in variant.values.items()}
        self._by_reader = trace.exchange == "by reader"
        self._face = face
        self._devices = devices
        self._keys = keys

    def take(self, number: int, step: Step) -> Mismatch | None:
        """Take one step; return what did not match."""
        if step.let is not None:
            self._compute(step.let)
            return None
        if step.send is None:
            sent, answer = _RESET, self._reset(number, step.reset or step.to)
        else:
            sent = parse_template(step.send).fill(self.known)
            answer = self._exchange(number, step.to, sent)
        captured = parse_pattern(step.expect).match(answer, self.known)
        if captured is None:
            return Mismatch(number, sent, step.expect, answer, step.note)
        self.known |= captured
        return None

    def _compute(self, text: str) -> None:
        name, _, called, *arguments = text.split()
        function = FUNCTIONS[called]
        key = [arguments.pop(0)] if function.takes_key else []
        values = [parse_template(argument).fill(self.known) for argument in arguments]
        self.known[name] = function.compute(self._keys, *key, *values)

    def _reset(self, number: int, name: str) -> bytes:
        device = self._devices[name]
        atr = device.power_on(self._face) if name == "card" else device.power_on()
        self.frames.append(Frame(number, name, _RESET, atr))
        return atr

    def _exchange(self, number: int, name: str, command: bytes) -> bytes:
        """Send one command; as a reader does, fetch what waits and repeat with the right Le."""
        answer = self._send(number, name, command)
        if not self._by_reader:
            return answer
        if answer[:1] == b"\x6c":
            answer = self._send(number, name, command[:4] + command[4:-1] + answer[1:2])
        data = b""
        for _ in range(_MOST_FETCHES):
            if answer[-2:-1] != b"\x61":
                break
            data += answer[:-2]
            answer = self._send(number, name, b"\x00\xc0\x00\x00" + answer[-1:])
        return data + answer

    def _send(self, number: int, name: str, command: bytes) -> bytes:
        answer = self._devices[name].transmit(command)
        self.frames.append(Frame(number, name, command, answer))
        return answer
