"""Keep an independent card at a port, and start it again when its program ends. Usage: keep.py PORT [STARTS].

A command that vicc does not expect ends its process. A chip that hangs is mute until its next reset, and that
is what the harness is shown here: the connection breaks, and behind it stands a card started and personalised
anew.

Every byte is passed on as it is, but for one thing. Debian's vicc cannot build an FCI: a SELECT that asks for
one ends it. So it is asked for none, and the FCI of an application, which is its name, comes from here.
What the suite says of the form of an FCI is said of this file, and not of vicc.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from personalise import personalise

from onecard.conformance.adapters.tcp_reader import CardListener
from onecard.conformance.adapters.vpcd_driver import DriverConnection, LinkLostError
from onecard.virtual_cards.iso7816.tlv import ber
from onecard.virtual_cards.layouts import load_layout
from onecard.virtual_cards.readers.vpcd import Control, MessageDecoder, encode

if TYPE_CHECKING:
    from onecard.virtual_cards.readers.vpcd import Message

VICC = ("/usr/bin/python3", str(Path(__file__).with_name("vicc.py")), "--type", "iso7816")
START_LIMIT_S = 30.0
ANSWER_LIMIT_S = 10.0
MOST_STARTS = 1000
RECEIVED = 1 << 16


SELECT_WITH_FCI = tuple(bytes((0x00, 0xA4, p1, 0x00)) for p1 in (0x00, 0x02, 0x04))
NO_FCI = 0x0C
APPLICATIONS = [each for each in load_layout("2.00").applications if each.environment == "social"]
NAMES = {(0x04, each.aid): each.aid for each in APPLICATIONS} | {
    (0x00, each.fid.to_bytes(2, "big")): each.aid for each in APPLICATIONS
}
"""Name by P1 and data of a SELECT."""


class NoCardError(Exception):
    """The card's program does not start."""


@contextlib.contextmanager
def started() -> Iterator[DriverConnection]:
    """Start a card and personalise it; its process ends with the context."""
    listener = CardListener()
    words = (*VICC, "--hostname", "127.0.0.1", "--port", str(listener.port))
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603
        card = None
        try:
            card = listener.accept(within_s=START_LIMIT_S, limit_s=ANSWER_LIMIT_S)
            if card is None:
                raise NoCardError(f"{' '.join(words)} did not connect within {START_LIMIT_S:g} s")
            personalise(card)
            yield card
        finally:
            if card is not None:
                card.close()
            listener.close()
            process.kill()


def messages(reader: socket.socket) -> Iterator[Message]:
    """Give what a reader's side says until it hangs up."""
    decoder = MessageDecoder()
    while data := reader.recv(RECEIVED):
        decoder.receive(data)
        while (message := decoder.next_message()) is not None:
            yield message


def answered(card: DriverConnection, command: bytes) -> bytes:
    """Return the card's answer, with an FCI of ours where it cannot give its own."""
    if command[:4] not in SELECT_WITH_FCI:
        return card.exchange(command)
    answer = card.exchange(command[:3] + bytes((NO_FCI,)) + command[4:])
    name = NAMES.get((command[2], command[5 : 5 + command[4]])) if len(command) > 5 else None
    return answer if name is None or answer != b"\x90\x00" else ber(0x6F, ber(0x84, name)) + answer


def passed_on(reader: socket.socket, card: DriverConnection) -> None:
    """Pass everything on until the reader hangs up, or the card's program ends (``LinkLostError``)."""
    for message in messages(reader):
        if not isinstance(message, Control):
            reader.sendall(encode(answered(card, message)))
        elif message is Control.ATR:
            reader.sendall(encode(card.cycle_power()))


def keep(outside: socket.socket, starts: int = MOST_STARTS) -> None:
    """Serve one reader after the other, each start of the card told in a line; ends after so many starts."""
    for start in range(1, starts + 1):
        with started() as card, contextlib.suppress(LinkLostError):
            port = outside.getsockname()[1]
            print(f"card {start} at port {port}", flush=True)  # noqa: T201 - whoever waits reads it
            while True:
                reader, _address = outside.accept()
                with reader, contextlib.suppress(ConnectionError):
                    reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    passed_on(reader, card)


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as server:
        keep(server, *map(int, sys.argv[2:3]))
