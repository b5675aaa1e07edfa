"""The protocol between the virtual reader driver (vpcd) and a card, without a socket.

The card connects to the driver. A message is a two-byte big-endian length and that many bytes. From the
driver, one byte is a control and more are a command APDU; from the card, a message is the ATR that a control
asked for or a response APDU. Controls that change the power get no answer (facts: pcsc.md, wire protocol).

The protocol has two gaps (measured, see ``docs/design.md``):

* It cannot say "present, but mute": no bytes mean that the card is gone. :data:`MUTE_ATR`, one byte longer
  than any ATR may be, makes the driver report that the power-up failed while the card stays in the slot.
* A command of one byte looks like a control. Other values than the four are given to the card; for the three
  that get no answer, a client's driver waits in vain, until the slot notices (see ``slot``).
"""

from __future__ import annotations

from enum import IntEnum
from typing import TypeAlias

__all__ = [
    "DEFAULT_PORT",
    "MUTE_ATR",
    "PAYLOAD_LIMIT",
    "Control",
    "Message",
    "MessageDecoder",
    "VpcdProtocolError",
    "encode",
]

DEFAULT_PORT = 0x8C7B
"""35963: the first slot of the reader that the distribution's package configures; the second is one above."""
PAYLOAD_LIMIT = 0xFFFF
"""Longest payload: what two bytes of length can say."""
MUTE_ATR = bytes(34)
"""Answer to :attr:`Control.ATR` of a card that does not answer to reset: 33 bytes are the longest ATR."""
_HEADER = 2
_SHOWN = 16


class Control(IntEnum):
    """What the driver asks for beside APDUs."""

    POWER_OFF = 0
    POWER_ON = 1
    RESET = 2
    ATR = 4


Message: TypeAlias = Control | bytes
"""A control, or a command APDU."""

_CONTROLS = {bytes([control]): control for control in Control}


class VpcdProtocolError(Exception):
    """The peer does not speak the vpcd protocol."""


class MessageDecoder:
    """Bytes of the driver, as they come, to messages.

    After an error the decoder stays broken: it says the same again.
    """

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def waiting(self) -> int:
        """Number of bytes of a message that is not whole yet."""
        return len(self._buffer)

    def receive(self, data: bytes | memoryview) -> None:
        """Take bytes in, any number."""
        self._buffer += data

    def next_message(self) -> Message | None:
        """Return the next whole message, ``None`` if more bytes are needed.

        Raises:
            VpcdProtocolError: a message without a payload.
        """
        buffer = self._buffer
        if len(buffer) < _HEADER:
            return None
        end = _HEADER + (buffer[0] << 8 | buffer[1])
        if end == _HEADER:
            shown = buffer[:_SHOWN].hex().upper()
            raise VpcdProtocolError(f"not the vpcd protocol: a message of no bytes; received {shown}")
        if len(buffer) < end:
            return None
        payload = bytes(buffer[_HEADER:end])
        del buffer[:end]
        return payload if end > _HEADER + 1 else _CONTROLS.get(payload, payload)


def encode(payload: bytes) -> bytes:
    """Return the message of an ATR or a response APDU; ``ValueError`` above 65535 bytes."""
    if len(payload) > PAYLOAD_LIMIT:
        raise ValueError(f"a response of {len(payload)} bytes: the protocol carries {PAYLOAD_LIMIT} at most")
    return len(payload).to_bytes(_HEADER, "big") + payload
