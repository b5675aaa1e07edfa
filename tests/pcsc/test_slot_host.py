"""Slots against a played driver: the whole life of a card, and everything that a peer can do wrong."""

import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from driver_samples import GET_ATR, OFF, ON, RESET, PlayedDriver
from pcsc_samples import ATR, LIMIT_S, LeavingCard, ScriptedCard, SlotEvents

from onecard.virtual_cards.readers import slot_link
from onecard.virtual_cards.readers.selector_loop import LoopStoppedError
from onecard.virtual_cards.readers.slots import (
    Slot,
    SlotError,
    SlotEvent,
    SlotEventKind,
    SlotHost,
    SlotState,
    SlotTakenError,
)

COMMAND = bytes.fromhex("00840000")
OTHER = b"\x3b\x01\x99"


def present(host: SlotHost, driver: PlayedDriver, card: ScriptedCard) -> Slot:
    """Put a card in, and let the driver look at it."""
    slot = host.open(driver.port)
    slot.insert(card)
    driver.accept()
    assert driver.ask(GET_ATR)
    slot.wait()
    return slot


def test_a_card_lives_from_insertion_to_removal() -> None:
    events, card = SlotEvents(), ScriptedCard()
    with PlayedDriver() as driver, SlotHost(observer=events) as host:
        slot = present(host, driver, card)
        driver.say(ON)
        assert driver.ask(GET_ATR) == ATR
        assert driver.ask(COMMAND) == b"\x90\x00"
        driver.say(RESET)
        assert driver.ask(GET_ATR) == ATR
        driver.say(OFF)
        assert driver.ask(GET_ATR), "present"
        assert not card.powered
        slot.remove()
        assert slot.state is SlotState.EMPTY
    assert events.kinds() == ["inserted", "power on", "apdu", "reset", "power off", "removed"]
    assert events.events[2][2:4] == (COMMAND, b"\x90\x00")


@pytest.mark.parametrize("tuned", [True, False], ids=["tuned", "the usual way"])
def test_answers_leave_at_once_where_the_socket_is_tuned(
    monkeypatch: pytest.MonkeyPatch, tuned: bool
) -> None:
    made = []

    class Watched(socket.socket):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            made.append(self)

    with PlayedDriver() as driver, SlotHost(tuned=tuned) as host:
        monkeypatch.setattr(socket, "socket", Watched)
        slot = host.open(driver.port)
        slot.insert(ScriptedCard())
        driver.accept()
        assert driver.ask(GET_ATR)
        (ours,) = (each for each in made if each.getpeername()[1] == driver.port)
        assert bool(ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)) is tuned


def test_a_removed_card_is_gone_for_the_driver() -> None:
    with PlayedDriver() as driver, SlotHost() as host:
        present(host, driver, ScriptedCard()).remove()
        driver.hear_end()


def test_a_swapped_card_answers_behind_the_same_connection() -> None:
    with PlayedDriver() as driver, SlotHost() as host:
        slot = present(host, driver, ScriptedCard())
        driver.say(ON)
        assert driver.ask(GET_ATR) == ATR
        slot.swap(ScriptedCard(b"\x6a\x82", atr=OTHER))
        driver.say(RESET)
        assert driver.ask(GET_ATR) == OTHER
        assert driver.ask(COMMAND) == b"\x6a\x82"


@pytest.mark.parametrize("size", [255, 0x10000 - 1], ids=["short", "longest"])
def test_long_commands_and_answers_pass_whole(size: int) -> None:
    card = ScriptedCard(lambda command: command[:-2] + b"\x90\x00")
    with PlayedDriver(receive_buffer=4096) as driver, SlotHost() as host:
        present(host, driver, card)
        command = bytes(range(256)) * (size // 256) + bytes(size % 256)
        assert driver.ask(command) == command[:-2] + b"\x90\x00"
        assert card.commands == [command]


def test_a_mute_card_costs_its_command_and_stays_in() -> None:
    events, card = SlotEvents(), ScriptedCard(b"")
    with PlayedDriver() as driver, SlotHost(observer=events) as host:
        slot = present(host, driver, card)
        driver.say(ON)
        driver.say(COMMAND)
        driver.hear_end()
        driver.accept()
        assert driver.ask(GET_ATR) == ATR, "the card kept its power"
        card.answer = b"\x90\x00"
        assert driver.ask(COMMAND) == b"\x90\x00"
        assert slot.wait() is SlotState.PRESENT
    assert events.kinds() == ["inserted", "power on", "mute", "inserted", "apdu", "removed"]


def test_a_card_that_leaves_by_itself_empties_the_slot() -> None:
    events = SlotEvents()
    with PlayedDriver() as driver, SlotHost(observer=events) as host:
        slot = present(host, driver, LeavingCard())
        driver.say(COMMAND)
        driver.hear_end()
        assert slot.wait(SlotState.EMPTY) is SlotState.EMPTY
        assert slot.card is None
    assert events.events[-1].detail == "the card left by itself"


def test_a_slow_card_keeps_nobody_else_waiting() -> None:
    with PlayedDriver() as one, PlayedDriver() as two, SlotHost() as host:
        present(host, one, ScriptedCard(delay_us=400_000))
        present(host, two, ScriptedCard())
        one.say(COMMAND)
        for _ in range(20):
            assert two.ask(COMMAND) == b"\x90\x00"
        assert one.card is not None
        one.card.setblocking(False)
        with pytest.raises(BlockingIOError):
            one.card.recv(1)
        one.card.settimeout(LIMIT_S)
        assert one.hear() == b"\x90\x00"


def test_an_absent_driver_is_tried_a_bounded_number_of_times() -> None:
    events = SlotEvents()
    with socket.socket() as reserved, SlotHost(observer=events, retry_ms=1, retries=3) as host:
        reserved.bind(("127.0.0.1", 0))
        slot = host.open(reserved.getsockname()[1], name="Reader")
        slot.insert(ScriptedCard())
        with pytest.raises(SlotError, match=r"slot Reader: gave up after 3 attempts; .*refused"):
            slot.wait()
    assert events.kinds() == ["waiting", "failed", "removed"]


def test_a_moment_without_descriptors_costs_an_attempt_and_no_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    events, answers = SlotEvents(), iter([OSError(24, "Too many open files")])
    real = slot_link.CardSocket

    def make(*arguments: Any, **options: Any) -> slot_link.CardSocket:
        error = next(answers, None)
        if error is not None:
            raise error
        return real(*arguments, **options)

    monkeypatch.setattr(slot_link, "CardSocket", make)
    with PlayedDriver() as driver, SlotHost(observer=events, retry_ms=1) as host:
        present(host, driver, ScriptedCard())
    assert events.kinds() == ["waiting", "inserted", "removed"]
    assert "Too many open files" in events.events[0].detail


def test_a_driver_that_comes_back_gets_its_card_back() -> None:
    events, card = SlotEvents(), ScriptedCard()
    with PlayedDriver() as driver, SlotHost(observer=events, retry_ms=1) as host:
        slot = present(host, driver, card)
        driver.say(ON)
        driver.ask(GET_ATR)
        driver.hang_up()
        driver.accept()
        assert driver.ask(GET_ATR)
        slot.wait()
        assert not card.powered
        assert events.count(SlotEventKind.WAITING) == 1
        assert events.count(SlotEventKind.INSERTED) == 2


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"\x00\x00", "a message of no bytes"),
        (b"\x00\x0eGET / HTTP/1.1", "it begins with 474554202F20"),
    ],
    ids=["empty message", "begins with no control"],
)
def test_a_peer_that_is_no_driver_is_refused_in_one_line(said: bytes, words: str) -> None:
    with PlayedDriver() as peer, SlotHost() as host:
        slot = host.open(peer.port)
        slot.insert(ScriptedCard())
        peer.accept()
        peer.say_raw(said)
        with pytest.raises(SlotError, match=words) as caught:
            slot.wait()
        assert "\n" not in str(caught.value)


def test_a_slot_that_holds_another_programs_card_says_so() -> None:
    with PlayedDriver() as driver, SlotHost() as first, SlotHost() as second:
        present(first, driver, ScriptedCard())
        slot = second.open(driver.port)
        slot.insert(ScriptedCard())
        with pytest.raises(SlotTakenError, match="holds the card of another program"):
            slot.wait()
        assert driver.ask(COMMAND) == b"\x90\x00", "the first card is not disturbed"


def test_a_driver_that_never_looks_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slot_link, "LOOK_US", 1000)
    with PlayedDriver() as driver, SlotHost() as host:
        slot = host.open(driver.port)
        slot.insert(ScriptedCard())
        with pytest.raises(SlotError, match="does its daemon still work"):
            slot.wait()


def test_a_driver_that_waits_for_nothing_is_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slot_link, "LOOK_US", 1000)
    events = SlotEvents()
    with PlayedDriver() as driver, SlotHost(observer=events) as host:
        present(host, driver, ScriptedCard())
        driver.say(OFF)
        driver.hear_end()
    assert "answer to no command" in events.wait(SlotEventKind.MUTE).detail


def test_a_late_answer_is_not_taken_for_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slot_link, "LOOK_US", 1000)
    with PlayedDriver() as driver, SlotHost() as host:
        present(host, driver, ScriptedCard(delay_us=300_000))
        assert driver.ask(COMMAND) == b"\x90\x00"


def test_a_card_with_a_defect_ends_its_slot_only() -> None:
    def fail(command: bytes) -> bytes:
        raise KeyError("EF05")

    host = SlotHost()
    with PlayedDriver() as one, PlayedDriver() as two:
        slot = present(host, one, ScriptedCard(fail))
        present(host, two, ScriptedCard())
        one.say(COMMAND)
        one.hear_end()
        with pytest.raises(SlotError, match="the card raised KeyError: 'EF05'"):
            slot.wait(SlotState.EMPTY)
        assert two.ask(COMMAND) == b"\x90\x00"
    with pytest.raises(KeyError, match="EF05"):
        host.close()


def test_what_an_observer_raises_is_raised_at_the_end() -> None:
    def observe(event: SlotEvent) -> None:
        raise RuntimeError(event.kind.value)

    host = SlotHost(observer=observe)
    with PlayedDriver() as driver:
        present(host, driver, ScriptedCard())
        assert driver.ask(COMMAND) == b"\x90\x00"
    with pytest.raises(RuntimeError, match="inserted"):
        host.close()


def test_an_observer_may_take_the_card_out() -> None:
    def observe(event: SlotEvent) -> None:
        if event.kind is SlotEventKind.APDU:
            event.slot.remove()

    with PlayedDriver() as driver, SlotHost(observer=observe) as host:
        slot = present(host, driver, ScriptedCard())
        driver.say(COMMAND)
        slot.wait(SlotState.EMPTY)


def test_wrong_uses_of_a_slot_are_refused() -> None:
    with SlotHost(retry_ms=1) as host:
        slot = host.open(1)
        with pytest.raises(SlotError, match="is empty"):
            slot.swap(ScriptedCard())
        slot.insert(ScriptedCard())
        with pytest.raises(SlotError, match="holds a card already"):
            slot.insert(ScriptedCard())
        with pytest.raises(SlotTakenError, match="asked for twice"):
            host.open(1)
        with pytest.raises(SlotError, match="got 65536; allowed: 1 to 65535"):
            host.open(65536)
        with pytest.raises(SlotError, match="not present, after 0 s"):
            slot.wait(timeout_s=0)


def test_a_stopped_host_takes_no_calls() -> None:
    host = SlotHost()
    slot = host.open(1)
    host.close()
    host.close()
    with pytest.raises(LoopStoppedError, match="closed"):
        slot.insert(ScriptedCard())


def open_files() -> set[str]:
    return {entry.name for entry in Path("/proc/self/fd").iterdir()}


def test_cards_go_in_and_out_from_many_threads_and_nothing_is_left() -> None:
    before = open_files()
    threads = threading.active_count()
    with PlayedDriver() as driver, SlotHost(retry_ms=1) as host:
        slots = [host.open(driver.port, host=f"127.0.0.{number}") for number in range(1, 5)]

        def cycle(slot: Slot) -> None:
            for _ in range(50):
                slot.insert(ScriptedCard())
                slot.remove()

        workers = [threading.Thread(target=cycle, args=(slot,)) for slot in slots]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(LIMIT_S)
        assert {slot.state for slot in slots} == {SlotState.EMPTY}
    assert threading.active_count() == threads
    assert open_files() == before
