"""The card's end of the connection to the driver, with the socket options that make it fast.

The driver writes length and payload in two segments and waits, with Nagle's algorithm on, for the first one's
acknowledgement. The kernel delays that by some 40 ms unless ``TCP_QUICKACK`` is set, and clears the option by
itself: so it is set again before every receive. Measured: 20 APDU/s without, 10 900 APDU/s with
(facts: pcsc.md). A driver that writes both at once loses nothing by it.

A connection ends with the head of an answer that does not follow, and a reset instead of an orderly close.
The driver takes a mere end for an answer of no bytes, and so does its client; cut short, a command that waits
for its answer fails, as it does in a real reader. And after a reset no socket of the driver lingers in
TIME_WAIT, which would keep a restarted daemon from its ports for a minute.
"""

from __future__ import annotations

import contextlib
import errno
import os
import selectors
import socket
import struct
from typing import TYPE_CHECKING, Protocol

from onecard.virtual_cards.readers.vpcd import MessageDecoder, VpcdProtocolError, encode

if TYPE_CHECKING:
    from onecard.virtual_cards.readers.selector_loop import SelectorLoop
    from onecard.virtual_cards.readers.vpcd import Message

__all__ = ["CardSocket", "SocketOwner"]

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)
"""Linux only; elsewhere the delay must be borne."""
_TCP = socket.IPPROTO_TCP
_RECEIVE_SIZE = 1 << 16
_CUT_SHORT = b"\x00\x02"
"""Head of an answer of two bytes."""
_IN_PROGRESS = (0, errno.EINPROGRESS)


class SocketOwner(Protocol):
    """What a socket tells its slot; always in the loop's thread."""

    def on_connected(self) -> None:
        """Take note that the driver's kernel took the connection; the driver may not have."""

    def on_message(self, message: Message) -> None:
        """Answer the driver."""

    def on_closed(self, reason: str) -> None:
        """Take note that the connection is refused or gone, and this socket with it."""

    def on_garbage(self, error: VpcdProtocolError) -> None:
        """Take note that the peer is no driver; this socket is closed."""


class CardSocket:
    """A connection, from its attempt to its end; lives in the loop's thread.

    Args:
        loop: the thread.
        address: host and port of the driver's slot.
        owner: who hears of it.
        tuned: set the socket options; without them it is the usual, slow way, for comparison.
    """

    __slots__ = ("_decoder", "_loop", "_outgoing", "_owner", "_quickack", "_received", "_socket", "_talking")

    def __init__(
        self, loop: SelectorLoop, address: tuple[str, int], owner: SocketOwner, *, tuned: bool = True
    ) -> None:
        self._loop = loop
        self._owner = owner
        self._decoder = MessageDecoder()
        self._outgoing = b""
        self._talking = False
        """Whether the driver has said anything."""
        self._received = memoryview(bytearray(_RECEIVE_SIZE))
        self._quickack = _QUICKACK if tuned else None
        self._socket: socket.socket | None = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        if tuned:
            self._socket.setsockopt(_TCP, socket.TCP_NODELAY, 1)
        code = self._socket.connect_ex(address)
        if code in _IN_PROGRESS:
            loop.selector.register(self._socket, selectors.EVENT_WRITE, self._on_outcome)
        else:
            loop.later(0, lambda: self._end(os.strerror(code)))

    @property
    def own_port(self) -> int:
        """The port that we connect from; 0 without a connection."""
        try:
            return int(self._socket.getsockname()[1]) if self._socket is not None else 0
        except OSError:
            return 0

    def send(self, payload: bytes) -> None:
        """Send a message; what the kernel does not take now is sent when it does."""
        if self._socket is None:
            return
        message = encode(payload)
        sent = 0
        if not self._outgoing:
            try:
                sent = self._socket.send(message)
            except BlockingIOError:
                sent = 0
            except OSError as error:
                self._end(str(error))
                return
        if sent < len(message):
            self._outgoing += message[sent:]
            self._watch(selectors.EVENT_READ | selectors.EVENT_WRITE)

    def close(self) -> None:
        """End the connection at once; the owner hears nothing."""
        if self._socket is not None:
            if self._talking and not self._outgoing:
                with contextlib.suppress(OSError):  # the driver is gone already: nobody is left to tell
                    self._socket.send(_CUT_SHORT)
            if self._socket in self._loop.selector.get_map():
                self._loop.selector.unregister(self._socket)
            self._socket.close()
            self._socket = None

    def _end(self, reason: str) -> None:
        if self._socket is not None:
            self.close()
            self._owner.on_closed(reason)

    def _watch(self, events: int) -> None:
        if self._socket is not None:
            self._loop.selector.modify(self._socket, events, self._on_ready)

    def _on_outcome(self, _mask: int) -> None:
        if self._socket is None:
            return
        code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._end(os.strerror(code))
            return
        self._watch(selectors.EVENT_READ)
        if self._quickack is not None:
            self._socket.setsockopt(_TCP, self._quickack, 1)
        self._owner.on_connected()

    def _on_ready(self, mask: int) -> None:
        connection = self._socket
        if connection is None:
            return
        if mask & selectors.EVENT_WRITE:
            self._send_rest(connection)
        if mask & selectors.EVENT_READ and self._socket is not None:
            self._receive(connection)

    def _send_rest(self, connection: socket.socket) -> None:
        try:
            sent = connection.send(self._outgoing)
        except BlockingIOError:
            return
        except OSError as error:
            self._end(str(error))
            return
        self._outgoing = self._outgoing[sent:]
        if not self._outgoing:
            self._watch(selectors.EVENT_READ)

    def _receive(self, connection: socket.socket) -> None:
        if self._quickack is not None:
            connection.setsockopt(_TCP, self._quickack, 1)
        try:
            size = connection.recv_into(self._received)
        except BlockingIOError:
            return
        except OSError as error:
            self._end(str(error))
            return
        if not size:
            waiting = self._decoder.waiting
            self._end(
                "the driver closed the connection" + (f" in a message ({waiting} bytes)" if waiting else "")
            )
            return
        self._talking = True
        self._decoder.receive(self._received[:size])
        self._tell_messages()

    def _tell_messages(self) -> None:
        next_message = self._decoder.next_message
        try:
            while self._socket is not None and (message := next_message()) is not None:
                self._owner.on_message(message)
        except VpcdProtocolError as error:
            self.close()
            self._owner.on_garbage(error)
