"""One private PC/SC daemon with eight slots for each test worker; slots are handed out in turn."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "virtual_cards"))
sys.path.insert(0, str(Path(__file__).parents[1] / "conformance"))

from pcsc_samples import Served, SlotEvents

from onecard.virtual_cards.pcsc_stack.private_pcscd import PrivatePcscd
from onecard.virtual_cards.pcsc_stack.reader_entries import SlotAddress
from onecard.virtual_cards.readers.pcsc import PcscReader
from onecard.virtual_cards.readers.slots import SlotHost


@pytest.fixture(scope="session")
def pcscd() -> Iterator[PrivatePcscd]:
    """Return the worker's daemon; this process is its client from now on."""
    with PrivatePcscd(4, name="Worker") as daemon:
        daemon.use_here()
        yield daemon


@pytest.fixture(scope="session")
def addresses(pcscd: PrivatePcscd) -> Iterator[SlotAddress]:
    return cycle(pcscd.slots)


@pytest.fixture
def served(addresses: Iterator[SlotAddress]) -> Iterator[Served]:
    """Return an empty slot with the reader that it is."""
    events = SlotEvents()
    address = next(addresses)
    with SlotHost(observer=events) as host, PcscReader(address.reader) as reader:
        reader.wait_for_card(present=False)
        yield Served(host, host.open(address.port, name=address.reader), reader, events)
