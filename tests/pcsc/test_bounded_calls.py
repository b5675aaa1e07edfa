"""Calls that may block for ever, and a PC/SC daemon that does not answer or lets go of its client."""

import signal
import socket
import threading
from pathlib import Path

import pytest
from pcsc_samples import LIMIT_S, run_python

from onecard.virtual_cards.readers.bounded_calls import BoundedCalls


@pytest.fixture
def blocked() -> threading.Event:
    return threading.Event()


def test_a_call_gives_what_the_function_returns_or_raises() -> None:
    calls = BoundedCalls(LIMIT_S)
    assert calls(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        calls(divmod, 7, 0)
    assert calls(divmod, 9, 2) == (4, 1)
    calls.end()


def test_a_call_that_does_not_come_back_ends_at_the_limit_and_so_do_all_after_it(
    blocked: threading.Event,
) -> None:
    calls = BoundedCalls(0.05)
    for _ in range(2):
        with pytest.raises(TimeoutError):
            calls(blocked.wait, LIMIT_S)
    assert calls.stuck
    blocked.set()
    calls.end()


def test_a_signal_reaches_who_waits(blocked: threading.Event) -> None:
    calls = BoundedCalls(LIMIT_S)

    def interrupt_and_block() -> None:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        blocked.wait(LIMIT_S)

    with pytest.raises(KeyboardInterrupt):
        calls(interrupt_and_block)
    assert calls.stuck
    blocked.set()
    calls.end()


def test_the_thread_ends_with_its_owner() -> None:
    for _ in range(50):
        calls = BoundedCalls(LIMIT_S)
        thread = calls(threading.current_thread)
        calls.end()
        calls.end()
        assert not thread.is_alive()


ESTABLISH = """
from onecard.virtual_cards.readers.pcsc_context import PcscContext
from onecard.virtual_cards.pcsc_stack.errors import PcscLacksError
try:
    PcscContext(limit_s=0.3)
except PcscLacksError as error:
    print(error)
"""


def test_a_daemon_that_is_stopped_is_told(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "s"))
        silent.listen()
        (said,) = run_python({"PCSCLITE_CSOCK_NAME": str(tmp_path / "s")}, ESTABLISH)
    assert said.startswith("the PC/SC daemon does not answer within 0.3 s; to get it: ")


def test_a_daemon_that_refuses_the_user_is_told_with_what_allows_him(tmp_path: Path) -> None:
    def refuse() -> None:
        client, _ = listener.accept()
        client.recv(1024)
        client.close()

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen()
        thread = threading.Thread(target=refuse)
        thread.start()
        (said,) = run_python({"PCSCLITE_CSOCK_NAME": str(tmp_path / "s")}, ESTABLISH)
        thread.join(LIMIT_S)
    assert "it refuses this user" in said
    assert "polkit rule" in said


def test_no_daemon_at_all_is_told_with_what_starts_one(tmp_path: Path) -> None:
    (said,) = run_python({"PCSCLITE_CSOCK_NAME": str(tmp_path / "s")}, ESTABLISH)
    assert "no PC/SC daemon answers" in said


def test_calls_made_together_have_the_limit_each_and_run_in_one_thread() -> None:
    calls = BoundedCalls(0.2)
    threads: list[threading.Thread] = []
    never = threading.Event()

    def five_waits() -> None:
        for _ in range(5):
            calls(never.wait, 0.1)
            threads.append(calls(threading.current_thread))

    calls.together(five_waits)
    assert len(threads) == 5
    assert set(threads) == {calls(threading.current_thread)}
    with pytest.raises(ZeroDivisionError):
        calls.together(lambda: calls(divmod, 1, 0))
    calls.end()


def test_of_calls_made_together_the_one_that_hangs_is_the_last(blocked: threading.Event) -> None:
    calls = BoundedCalls(0.05)
    over = threading.Event()
    made: list[int] = []

    def hang_at_the_third() -> None:
        try:
            for number in range(5):
                calls(made.append, number)
                if number == 2:
                    calls(blocked.wait, LIMIT_S)
        except TimeoutError:
            over.set()

    with pytest.raises(TimeoutError):
        calls.together(hang_at_the_third)
    assert calls.stuck
    with pytest.raises(TimeoutError):
        calls.together(hang_at_the_third)
    blocked.set()
    assert over.wait(LIMIT_S)
    assert made == [0, 1, 2]
    calls.end()
