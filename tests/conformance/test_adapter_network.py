"""Cards at the other end of a TCP connection: ours in a slot, foreign ones, mute ones, ones that go away."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from adapter_samples import GET_CHALLENGE, PlainCard, descriptors, threads

from onecard.conformance.adapters.network import NetworkPort, listening_port
from onecard.conformance.adapters.opening import open_card
from onecard.conformance.adapters.port import AdapterError, CardGoneError
from onecard.conformance.personalities.cards import reference_card
from onecard.sim.errors import EnvironmentLacksError
from onecard.virtual_cards.faces import CONTACT, CONTACTLESS, Face
from onecard.virtual_cards.readers.in_process import PoweredCard
from onecard.virtual_cards.readers.slots import Slot, SlotHost

LIMIT_S = 10.0
CASE = ("card/network/01", "standard", "contact")
SILENT = bytes.fromhex("00B20000")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def listening(card: PoweredCard, face: Face = CONTACT) -> Iterator[tuple[NetworkPort, Slot]]:
    """Open a listening port to which a slot of ours connects."""
    number = free_port()
    with SlotHost(retry_ms=20) as host:
        slot = host.open(number)
        slot.insert(card, face)
        port = listening_port("tcp-listen:card", f"127.0.0.1:{number}", limit_s=LIMIT_S, insertion_limit_s=5)
        try:
            yield port, slot
        finally:
            port.close()


def test_a_card_that_connects_is_taken_as_it_is() -> None:
    card = reference_card("3.00", "standard", seed=1, case="a")
    with listening(card) as (port, _slot):
        assert (port.traits.fresh, port.traits.tears, port.traits.hot_plug) == (False, False, False)
        assert port.traits.faces == {"contact"}
        port.prepare(*CASE)
        assert port.reset() == reference_card("3.00", "standard", seed=1, case="a").power_on()
        assert len(port.transmit(GET_CHALLENGE)) == 10


def test_the_face_is_read_from_the_answer_to_reset() -> None:
    with listening(reference_card("3.00", "standard", seed=1, case="a"), CONTACTLESS) as (port, _slot):
        assert port.traits.faces == {"contactless"}


def test_a_card_that_connects_again_at_once_was_mute() -> None:
    with listening(PlainCard(mute_to=SILENT)) as (port, _slot):
        assert port.reset() == bytes.fromhex("3B021450")
        assert port.transmit(SILENT) == b""
        assert port.reset() == bytes.fromhex("3B021450")
        assert port.transmit(GET_CHALLENGE) == b"\x90\x00"


def test_a_card_mute_at_its_reset_is_not_gone() -> None:
    card = PlainCard()
    with listening(card) as (port, _slot):
        card.atr = b""
        assert port.reset() == b""
        card.atr = bytes.fromhex("3B00")
        assert port.reset() == b"\x3b\x00"


def test_a_card_that_does_not_come_back_is_gone_and_the_next_case_waits_for_it() -> None:
    with listening(PlainCard()) as (port, slot):
        port.reset()
        slot.remove()
        with pytest.raises(CardGoneError, match="hung up"):
            port.transmit(GET_CHALLENGE)
        slot.insert(PlainCard("3B00"))
        port.prepare(*CASE)
        assert port.reset() == b"\x3b\x00"


def test_a_card_of_this_adapter_cannot_be_handled() -> None:
    with listening(PlainCard()) as (port, _slot):
        for action in (port.remove, port.insert, lambda: port.tear(GET_CHALLENGE, 1)):
            with pytest.raises(AdapterError, match="this adapter cannot"):
                action()
        with pytest.raises(AdapterError, match="cannot carry this command: 01"):
            port.transmit(b"\x01")


def test_no_card_and_a_port_that_is_taken_are_the_environments_fault() -> None:
    with pytest.raises(EnvironmentLacksError, match="no card is connected"):
        listening_port("tcp-listen:x", f"127.0.0.1:{free_port()}", limit_s=1, insertion_limit_s=0.05)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(EnvironmentLacksError, match="cannot be listened on"):
            open_card(f"tcp-listen:{number}", seed=1)
    with pytest.raises(EnvironmentLacksError, match="no card is connected"):
        open_card(f"tcp:{free_port()}", seed=1)


def read(connection: socket.socket) -> bytes:
    size = int.from_bytes(connection.recv(2, socket.MSG_WAITALL), "big")
    return connection.recv(size, socket.MSG_WAITALL) if size else b""


@contextmanager
def foreign_card(answer: Callable[[bytes], bytes | None]) -> Iterator[int]:
    """Serve a card that listens and answers what a function says, raw; ``None``: nothing."""

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                while message := read(connection):
                    if message in (b"\x00", b"\x01", b"\x02"):
                        continue
                    said = b"\x00\x02\x3b\x00" if message == b"\x04" else answer(message)
                    if said == b"":
                        break
                    if said is not None:
                        connection.sendall(said)

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, args=(listener,))
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(LIMIT_S)
        assert not thread.is_alive()


ANSWERS = {
    SILENT: None,
    b"\x00\x01": b"",
    b"\x00\x02": b"\x00\x00",
    b"\x00\x03": b"\x00\x05\x90",
}


def test_a_listening_card_is_connected_to_and_every_kind_of_silence_is_no_answer() -> None:
    with foreign_card(lambda command: ANSWERS.get(command, b"\x00\x02\x90\x00")) as number:
        port = open_card(f"tcp:localhost:{number}", seed=1, limit_s=0.2)
        for silent in ANSWERS:
            port.prepare(*CASE)
            assert port.reset() == b"\x3b\x00"
            assert port.transmit(GET_CHALLENGE) == b"\x90\x00"
            assert port.transmit(silent) == b""
        port.close()


def test_closing_leaves_no_thread_and_no_descriptor() -> None:
    with foreign_card(lambda _command: b"\x00\x02\x90\x00") as number:
        before = threads(), descriptors()
        for _ in range(20):
            port = open_card(f"tcp:{number}", seed=1)
            port.transmit(GET_CHALLENGE)
            port.close()
            port.close()
        with pytest.raises(EnvironmentLacksError):
            listening_port("tcp-listen:x", str(free_port()), limit_s=1, insertion_limit_s=0.01)
        assert threads() == before[0]
        assert descriptors() <= before[1] + 1  # the foreign card's end of the last connection
