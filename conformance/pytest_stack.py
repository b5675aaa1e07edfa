"""The private PC/SC stack behind the fixture ``onecard_pcsc``."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from onecard.virtual_cards.faces import FACES
from onecard.virtual_cards.pcsc_stack.private_pcscd import PrivatePcscd
from onecard.virtual_cards.readers.pcsc import PcscReader
from onecard.virtual_cards.readers.slots import SlotHost

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.virtual_cards.readers.in_process import PoweredCard
    from onecard.virtual_cards.readers.slots import Slot

__all__ = ["Stack", "private_stack"]

_CARD_LIMIT_MS = 10_000


class Stack(NamedTuple):
    """A daemon, and cards in its readers."""

    daemon: PrivatePcscd
    host: SlotHost
    slots: tuple[Slot, ...]

    @property
    def readers(self) -> tuple[str, ...]:
        """The names by which any PC/SC program of this process, or of its children, finds the readers."""
        return tuple(address.reader for address in self.daemon.slots)

    def insert(self, card: PoweredCard, *, slot: int = 0, contactless: bool = False) -> str:
        """Put a card into a slot; returns the reader's name once PC/SC sees the card."""
        self.slots[slot].insert(card, FACES["contactless" if contactless else "contact"])
        name = self.readers[slot]
        with PcscReader(name) as reader:
            reader.wait_for_card(timeout_ms=_CARD_LIMIT_MS)
        return name

    def remove(self, *, slot: int = 0) -> None:
        """Take the card out; returns once PC/SC sees it gone."""
        self.slots[slot].remove()
        with PcscReader(self.readers[slot]) as reader:
            reader.wait_for_card(present=False, timeout_ms=_CARD_LIMIT_MS)


@contextmanager
def private_stack() -> Iterator[Stack]:
    """Start a daemon with two slots; this process is its client from then on.

    Raises:
        PcscLacksError: pcscd or the driver is missing.
    """
    with PrivatePcscd(1, name="OneCard") as daemon, SlotHost() as host:
        daemon.use_here()
        slots = tuple(host.open(address.port, name=address.reader) for address in daemon.slots)
        yield Stack(daemon, host, slots)
