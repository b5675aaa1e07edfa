"""The driver's side of the protocol, played by a test over a real socket."""

from __future__ import annotations

import socket
from typing import Self

from pcsc_samples import LIMIT_S

from onecard.virtual_cards.readers.vpcd import Control, encode

OFF, ON, RESET, GET_ATR = (bytes([control]) for control in Control)


class PlayedDriver:
    """A driver with one slot at a port of the loopback; it accepts when it is told to."""

    def __init__(self, *, receive_buffer: int | None = None) -> None:
        self.server = socket.socket()
        if receive_buffer is not None:
            self.server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.server.bind(("127.0.0.1", 0))
        self.port: int = self.server.getsockname()[1]
        self.server.listen(1)
        self.server.settimeout(LIMIT_S)
        self.card: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.hang_up()
        self.server.close()

    def accept(self) -> None:
        """Take the next card, in place of the one that was there."""
        self.hang_up()
        self.card, _ = self.server.accept()
        self.card.settimeout(LIMIT_S)

    def hang_up(self) -> None:
        if self.card is not None:
            self.card.close()
            self.card = None

    def say(self, payload: bytes) -> None:
        """Send a message the way the driver does: length and payload apart."""
        message = encode(payload)
        self.say_raw(message[:2])
        self.say_raw(message[2:])

    def say_raw(self, data: bytes) -> None:
        assert self.card is not None
        self.card.sendall(data)

    def hear(self) -> bytes:
        """Return the next message; no bytes when the card is gone, ``ConnectionError`` when it is cut off."""
        return self._exactly(int.from_bytes(self._exactly(2), "big"))

    def hear_end(self) -> None:
        """Assert that no answer comes: the card's end is cut off, in the middle of one."""
        assert self._exactly(2) == b"\x00\x02"
        try:
            rest = self._exactly(2)
        except ConnectionResetError:
            return
        raise AssertionError(f"an orderly end, which clients take for an answer of no bytes: {rest!r}")

    def ask(self, payload: bytes) -> bytes:
        self.say(payload)
        return self.hear()

    def _exactly(self, size: int) -> bytes:
        assert self.card is not None
        data = b""
        while len(data) < size:
            piece = self.card.recv(size - len(data))
            if not piece:
                return data
            data += piece
        return data
