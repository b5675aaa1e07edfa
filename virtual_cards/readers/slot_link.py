"""How a slot reaches its driver, and stays in touch: attempts, acceptance, silence.

All limits are counts of attempts or looks, so a link always ends in a state that says why:

* the driver's port does not answer, or the daemon dies: tried again at a fixed pace, up to the host's limit;
* the connection waits behind another program's card: read from the kernel's table, said at once;
* the driver was there and is silent. It asks every 400 ms whether the card is there, so silence means that it
  waits for an answer to nothing: a client sent a command of no byte, or of one that looks like a control (see
  ``vpcd``). The connection is made anew, and that client gets an error instead of waiting for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from onecard.virtual_cards.pcsc_stack.tcp_table import Acceptance, acceptance, tcp_sockets
from onecard.virtual_cards.readers.card_socket import CardSocket
from onecard.virtual_cards.readers.slot_events import SlotState

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.virtual_cards.readers.selector_loop import SelectorLoop, Timer
    from onecard.virtual_cards.readers.vpcd import Message, VpcdProtocolError

__all__ = ["TAKEN", "LinkOwner", "LinkSettings", "SlotLink"]

ATTEMPT_US = 250_000
"""A connection attempt that takes longer is made anew: the driver's queue holds one connection."""
LOOK_US = 100_000
"""Microseconds between two looks."""
ACCEPTANCE_LOOKS = 100
"""Looks whether the driver took the connection, before the link fails."""
SILENCE_LOOKS = 50
"""Looks at a silent driver, before the connection is made anew."""
TAKEN = "the slot is taken: it holds the card of another program"
"""What a link says that waits behind another one."""


class LinkSettings(Protocol):
    """What a link needs of the host of the slots."""

    loop: SelectorLoop
    retry_ms: int
    retries: int
    tuned: bool


class LinkOwner(Protocol):
    """Who hears of a link; always in the loop's thread."""

    def on_state(self, state: SlotState, detail: str) -> None:
        """Take note of another state, ``EMPTY`` apart."""

    def on_message(self, message: Message) -> None:
        """Answer the driver."""

    def on_silence(self) -> None:
        """Take note that the driver waited for nothing and the connection is made anew."""


class SlotLink:
    """The way to one port of the driver, over any number of connections; lives in the loop's thread.

    Args:
        settings: the host's.
        address: numeric address and port.
        owner: who hears of it.
    """

    def __init__(self, settings: LinkSettings, address: tuple[str, int], owner: LinkOwner) -> None:
        self._settings = settings
        self._loop = settings.loop
        self._address = address
        self._owner = owner
        self._state = SlotState.EMPTY
        self._failures = 0
        """Attempts that failed, in a row."""
        self._connection: CardSocket | None = None
        self._timer: Timer | None = None
        self._heard = 0
        self._late = False
        """An answer is on its way, late."""

    def begin(self) -> None:
        """Connect, with all attempts still to come."""
        self._failures = 0
        self.connect()

    def connect(self) -> None:
        """Connect, or cut the connection and connect again."""
        self.end()
        self._enter(SlotState.CONNECTING)
        self._set_timer(ATTEMPT_US, self._attempt_ends)
        try:
            self._connection = CardSocket(self._loop, self._address, self, tuned=self._settings.tuned)
        except OSError as error:  # no descriptor is left, for example: one may be when it is tried again
            self.on_closed(str(error))

    def end(self) -> None:
        """Cut the connection, if there is one, and stop trying."""
        self._cancel_timer()
        self._late = False
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def fail(self, detail: str) -> None:
        """Cut the connection for good, with a reason."""
        self.end()
        self._enter(SlotState.FAILED, detail)

    def send(self, payload: bytes, delay_us: int = 0) -> None:
        """Send an answer, now or this many microseconds later."""
        connection = self._connection
        if connection is None:
            return
        if delay_us:
            self._late = True
            self._loop.later(delay_us, lambda: self._send_late(connection, payload))
        else:
            connection.send(payload)

    def on_connected(self) -> None:
        """Take note that the kernel connected us; the driver has still to accept."""
        self._enter(SlotState.OFFERED)
        self._await_acceptance(ACCEPTANCE_LOOKS)

    def on_message(self, message: Message) -> None:
        """Pass a message on; the first one must be a control."""
        self._heard += 1
        if self._state is not SlotState.PRESENT:
            if isinstance(message, bytes):
                self.fail(f"not the vpcd protocol: it begins with {message[:16].hex().upper()}")
                return
            self._failures = 0
            self._enter(SlotState.PRESENT)
            self._watch_silence(SILENCE_LOOKS, self._heard)
        self._owner.on_message(message)

    def on_closed(self, reason: str) -> None:
        """Try again after a while, up to the limit."""
        self.end()
        self._failures += 1
        detail = f"{self._address[0]}:{self._address[1]}: {reason}"
        if self._failures > self._settings.retries:
            self.fail(f"gave up after {self._settings.retries} attempts; {detail}")
        else:
            self._enter(SlotState.CONNECTING, detail)
            self._set_timer(self._settings.retry_ms * 1000, self.connect)

    def on_garbage(self, error: VpcdProtocolError) -> None:
        """Give up: what listens there is no driver."""
        self.fail(str(error))

    def _attempt_ends(self) -> None:
        if self._is_taken():
            self.fail(TAKEN)
        else:
            self.on_closed("the connection is not answered")

    def _await_acceptance(self, looks_left: int) -> None:
        if self._is_taken():
            self.fail(TAKEN)
        elif looks_left:
            self._set_timer(LOOK_US, lambda: self._await_acceptance(looks_left - 1))
        else:
            self.fail("the driver does not look at the slot: does its daemon still work?")

    def _watch_silence(self, looks_left: int, heard: int) -> None:
        if self._late or heard != self._heard:
            looks_left, heard = SILENCE_LOOKS, self._heard
        if looks_left:
            self._set_timer(LOOK_US, lambda: self._watch_silence(looks_left - 1, heard))
        else:
            self._owner.on_silence()
            self.connect()

    def _is_taken(self) -> bool:
        own_port = self._connection.own_port if self._connection is not None else 0
        return acceptance(self._address[1], own_port, tcp_sockets()) is Acceptance.TAKEN

    def _send_late(self, connection: CardSocket, payload: bytes) -> None:
        if connection is self._connection:
            self._late = False
            connection.send(payload)

    def _enter(self, state: SlotState, detail: str = "") -> None:
        self._state = state
        self._owner.on_state(state, detail)

    def _set_timer(self, delay_us: int, action: Callable[[], None]) -> None:
        self._cancel_timer()
        self._timer = self._loop.later(delay_us, action)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
