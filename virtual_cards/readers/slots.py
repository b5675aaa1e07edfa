"""Cards in the slots of the virtual reader driver: one process, one thread, many slots.

::

    with SlotHost() as host:
        slot = host.open(port)          # a port of the driver, from a PrivatePcscd or the system's
        slot.insert(card)
        slot.wait()                     # until the driver talks to it

A card's or an observer's exception ends its slot, not the others; :meth:`SlotHost.close` raises it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.readers.selector_loop import SelectorLoop
from onecard.virtual_cards.readers.slot import Slot
from onecard.virtual_cards.readers.slot_events import (
    SlotError,
    SlotEvent,
    SlotEventKind,
    SlotState,
    SlotTakenError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Slot", "SlotError", "SlotEvent", "SlotEventKind", "SlotHost", "SlotState", "SlotTakenError"]

LOOPBACK = "127.0.0.1"


class SlotHost:
    """The thread that serves slots, and the slots.

    Args:
        observer: told every event, in the host's thread.
        retry_ms: pause between two attempts to reach a port, in milliseconds.
        retries: how many attempts in a row may fail before a slot gives up.
        tuned: set the socket options; ``False`` is the usual, slow way, for comparison.
    """

    def __init__(
        self,
        *,
        observer: Callable[[SlotEvent], None] | None = None,
        retry_ms: int = 100,
        retries: int = 300,
        tuned: bool = True,
    ) -> None:
        self.observer = observer
        self.retry_ms = retry_ms
        self.retries = retries
        self.tuned = tuned
        self.defects: list[Exception] = []
        """What cards and observers raised."""
        self._slots: dict[tuple[str, int], Slot] = {}
        self.loop = SelectorLoop("onecard slots")
        self.loop.start()

    def __enter__(self) -> SlotHost:
        return self

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        self.stop()
        if error is None:
            self._raise_defects()

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The slots, in the order in which they were opened."""
        return tuple(self._slots.values())

    def open(self, port: int, *, host: str = LOOPBACK, name: str = "") -> Slot:
        """Make a slot for a port of the driver; nothing is connected before a card is inserted.

        Args:
            port: TCP port of the driver's slot.
            host: numeric IPv4 address of the machine with the driver.
            name: what to call the slot: the PC/SC reader's name, for example.

        Raises:
            SlotTakenError: this host already has a slot for the port.
            SlotError: that is no port.
        """
        if not 0 < port <= 0xFFFF:
            raise SlotError(f"no TCP port: got {port}; allowed: 1 to 65535")
        if (host, port) in self._slots:
            raise SlotTakenError(f"the slot at {host}:{port} was asked for twice: use the one there is")
        slot = Slot(self, host, port, name or f"{host}:{port}")
        self._slots[host, port] = slot
        return slot

    def stop(self) -> None:
        """Take all cards out and end the thread; may be called again, from any thread but the host's."""
        try:
            if self.loop.running:
                self.loop.call(self._remove_all)
        finally:
            self.loop.stop()

    def close(self) -> None:
        """Stop, and raise the first thing that a card or the observer raised."""
        self.stop()
        self._raise_defects()

    def _remove_all(self) -> None:
        for slot in self.slots:
            slot.remove()

    def _raise_defects(self) -> None:
        if self.defects:
            raise self.defects[0]
