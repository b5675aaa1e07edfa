"""The driver's end of a connection to a card: what the virtual reader driver says, and what it hears.

The protocol is that of ``virtual_cards.readers.vpcd``, from the other side: two bytes of length, big-endian,
and the payload; controls of one byte without an answer for power off, on and reset; one that asks for the
ATR; anything longer is a command APDU. Length and payload leave in one segment.

What the protocol cannot say has to be read from what happens:

* an ATR or a response of no bytes, or an ATR longer than any may be: the card is there and mute;
* the connection ends, in good order, by a reset, or in the middle of an answer: the card is gone, unless it
  connects again at once, as the slots of this project do for a card that did not answer;
* nothing comes within the limit: mute, but a late answer would be taken for the next one's, so the
  connection is cut.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from typing import TYPE_CHECKING

from onecard.virtual_cards.readers.vpcd import PAYLOAD_LIMIT, Control, encode

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["AMBIGUOUS", "DriverConnection", "LinkLostError", "LinkTimeoutError"]

LONGEST_ATR = 33
AMBIGUOUS = frozenset({b"", *(bytes((control,)) for control in Control)})
"""Commands that the protocol cannot carry: they would be controls, or nothing."""
_HEADER = 2
_BACKLOG_LIMIT = 1 << 16
_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)
"""A card that writes length and payload in two segments waits for our acknowledgement between them."""


class LinkLostError(Exception):
    """The connection has ended."""


class LinkTimeoutError(Exception):
    """Nothing came within the limit."""


class DriverConnection:
    """A connection with a card at its other end.

    Args:
        connection: connected; owned from now on.
        limit_s: how long an answer may take, in seconds.
    """

    def __init__(self, connection: socket.socket, *, limit_s: float) -> None:
        self._socket = connection
        self._limit_s = limit_s
        connection.settimeout(limit_s)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @property
    def ended(self) -> bool:
        """Whether the other end has hung up, or says what nobody asked for."""
        if self._socket.fileno() < 0:
            return True
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            return bool(selector.select(0))

    def cycle_power(self) -> bytes:
        """Take power away, give it back, ask for the ATR; empty: mute.

        Raises:
            LinkLostError: the connection has ended.
            LinkTimeoutError: no ATR came.
        """
        with self._blamed():
            self._send(bytes((Control.POWER_OFF,)))
            self._send(bytes((Control.POWER_ON,)))
            self._send(bytes((Control.ATR,)))
            atr = self._receive()
        return atr if len(atr) <= LONGEST_ATR else b""

    def power_off(self) -> None:
        """Take the power away; nothing happens if the connection has ended."""
        with contextlib.suppress(OSError):
            self._send(bytes((Control.POWER_OFF,)))

    def exchange(self, command: bytes) -> bytes:
        """Send a command APDU and return the answer; empty: mute (raises as :meth:`cycle_power`).

        Raises:
            ValueError: the protocol cannot carry the command.
        """
        if command in AMBIGUOUS or len(command) > PAYLOAD_LIMIT:
            raise ValueError(command)
        with self._blamed():
            self._send(command)
            return self._receive()

    def wait_for_end(self) -> None:
        """Wait until the other end has hung up (:class:`LinkTimeoutError`: it has not in time)."""
        deadline = time.monotonic() + self._limit_s
        heard = 0
        with contextlib.suppress(ConnectionError):
            while heard < _BACKLOG_LIMIT:
                try:
                    data = self._some(_BACKLOG_LIMIT, deadline)
                except TimeoutError:
                    raise LinkTimeoutError from None
                if not data:
                    return
                heard += len(data)

    def close(self) -> None:
        """Hang up; may be called again."""
        self._socket.close()

    @contextlib.contextmanager
    def _blamed(self) -> Iterator[None]:
        """Close the connection after anything that breaks its order."""
        try:
            yield
        except TimeoutError:
            self.close()
            raise LinkTimeoutError from None
        except (OSError, EOFError):
            self.close()
            raise LinkLostError from None

    def _send(self, payload: bytes) -> None:
        self._socket.settimeout(self._limit_s)
        self._socket.sendall(encode(payload))

    def _receive(self) -> bytes:
        deadline = time.monotonic() + self._limit_s
        size = int.from_bytes(self._exactly(_HEADER, deadline), "big")
        return self._exactly(size, deadline)

    def _exactly(self, size: int, deadline: float) -> bytes:
        data = b""
        while len(data) < size:
            more = self._some(size - len(data), deadline)
            if not more:
                raise EOFError
            data += more
        return data

    def _some(self, size: int, deadline: float) -> bytes:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        self._socket.settimeout(left_s)
        if _QUICKACK is not None:  # the kernel clears it by itself
            self._socket.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
        return self._socket.recv(size)
