"""Private daemons: several at once, their death, their restart, and what they need."""

import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pcsc_samples import EXCHANGE, LIMIT_S, LIST_READERS, ScriptedCard, SlotEvents, run_client, run_python

from onecard.virtual_cards.pcsc_stack import parts, private_pcscd
from onecard.virtual_cards.pcsc_stack.errors import DaemonError, PcscLacksError
from onecard.virtual_cards.pcsc_stack.own_folder import OwnFolder
from onecard.virtual_cards.pcsc_stack.private_pcscd import PrivatePcscd
from onecard.virtual_cards.pcsc_stack.reader_entries import free_port_pairs
from onecard.virtual_cards.pcsc_stack.tcp_table import listeners, tcp_sockets
from onecard.virtual_cards.readers.slots import SlotError, SlotEventKind, SlotHost, SlotState, SlotTakenError

GET_CHALLENGE = "0084000008"


@pytest.mark.parametrize("entries", [1, 8], ids=["two slots", "sixteen slots"])
def test_a_daemon_comes_up_with_all_its_readers(entries: int) -> None:
    with PrivatePcscd(entries) as daemon:
        assert len(daemon.slots) == 2 * entries
        readers = run_python(daemon.environment, LIST_READERS)
        assert readers == sorted(slot.reader for slot in daemon.slots)


def test_two_daemons_side_by_side_know_only_their_own_readers() -> None:
    with PrivatePcscd(name="Left") as left, SlotHost() as host:
        slot = host.open(left.slots[0].port)
        slot.insert(ScriptedCard())
        with PrivatePcscd(name="Right") as right:
            assert run_python(left.environment, LIST_READERS) == ["Left 00 00", "Left 00 01"]
            assert run_python(right.environment, LIST_READERS) == ["Right 00 00", "Right 00 01"]
        assert run_python(left.environment, EXCHANGE, "Left 00 00", GET_CHALLENGE)[1] == "9000"


def test_a_daemon_ends_with_its_context_and_leaves_nothing() -> None:
    with PrivatePcscd() as daemon:
        pid, folder, ports = daemon.pid, daemon.socket_path.parent, {slot.port for slot in daemon.slots}
        watched = os.pidfd_open(pid)
        assert folder.is_dir()
    try:
        assert select.select([watched], [], [], 0)[0], "the process has ended"
    finally:
        os.close(watched)
    assert not folder.exists()
    assert not ports & set(listeners(tcp_sockets()))


PARENT = """
import sys
from onecard.virtual_cards.pcsc_stack.private_pcscd import PrivatePcscd
daemon = PrivatePcscd()
print(daemon.pid, daemon.socket_path.parent, flush=True)
sys.stdin.read()
"""


def test_a_daemon_ends_when_its_owner_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        pid, folder = owner.stdout.readline().split()
        watched = os.pidfd_open(int(pid))
        try:
            owner.kill()
            assert select.select([watched], [], [], LIMIT_S)[0], "the daemon outlived its owner"
        finally:
            os.close(watched)
    assert Path(folder).is_dir(), "a killed process cannot tidy up"
    with PrivatePcscd():
        assert not Path(folder).exists(), "the next one does"


def test_folders_that_somebody_may_still_need_are_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    unfinished, own = tmp_path / "onecard-pcscd-unfinished", OwnFolder()
    unfinished.mkdir()
    other = OwnFolder()
    assert {unfinished, own.path, other.path} == set(tmp_path.iterdir())
    for folder in (own, own, other):
        folder.remove()
    assert [unfinished] == list(tmp_path.iterdir())


def test_a_user_who_cannot_write_to_the_run_folder_has_a_daemon_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tmp_path.chmod(0o555)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(parts, "RUN_FOLDER", tmp_path)
    assert parts.run_folder_is_usable()


def test_a_daemon_that_is_killed_is_reported_and_comes_back_with_its_cards() -> None:
    events = SlotEvents()
    with PrivatePcscd() as daemon, SlotHost(observer=events, retry_ms=20) as host:
        slot = host.open(daemon.slots[0].port)
        slot.insert(ScriptedCard())
        slot.wait()
        os.kill(daemon.pid, signal.SIGKILL)
        assert daemon.wait_for_end(LIMIT_S)
        assert not daemon.alive
        with pytest.raises(DaemonError, match=r"pcscd has died \(killed by signal 9"):
            daemon.check()
        assert slot.wait(SlotState.CONNECTING) is SlotState.CONNECTING
        refused = run_client(daemon.environment, sys.executable, "-c", LIST_READERS)
        assert "no PC/SC daemon answers" in refused.stderr
        daemon.restart()
        slot.wait()
        assert run_python(daemon.environment, EXCHANGE, daemon.slots[0].reader, GET_CHALLENGE)[1] == "9000"
    assert events.count(SlotEventKind.INSERTED) == 2


def test_a_daemon_restarts_at_its_ports_while_cards_are_in() -> None:
    with PrivatePcscd(2) as daemon, SlotHost(retry_ms=20) as host:
        slots = [host.open(address.port) for address in daemon.slots]
        for slot in slots:
            slot.insert(ScriptedCard())
        for _ in range(3):
            for slot in slots:
                slot.wait()
            daemon.restart()
            for slot in slots:
                slot.wait()
        assert len(run_python(daemon.environment, LIST_READERS)) == 4


WORKING_CLIENT = """
from onecard.virtual_cards.readers.pcsc import PcscReader
from onecard.virtual_cards.readers.in_process import CardConnectionException
import sys
connection = PcscReader(sys.argv[1]).createConnection()
connection.connect()
print("connected", flush=True)
try:
    while True:
        connection.transmit([0, 0x84, 0, 0, 8])
except CardConnectionException as error:
    print(error, flush=True)
"""


def test_a_client_at_work_is_told_when_the_daemon_dies() -> None:
    with PrivatePcscd() as daemon, SlotHost(retry_ms=20) as host:
        slot = host.open(daemon.slots[0].port)
        slot.insert(ScriptedCard())
        slot.wait()
        with subprocess.Popen(
            [sys.executable, "-c", WORKING_CLIENT, daemon.slots[0].reader],
            env={**os.environ, **daemon.environment},
            stdout=subprocess.PIPE,
            text=True,
        ) as client:
            assert client.stdout is not None
            assert client.stdout.readline() == "connected\n"
            os.kill(daemon.pid, signal.SIGKILL)
            said, _ = client.communicate(timeout=LIMIT_S)
            assert "the PC/SC daemon has gone" in said
            assert client.returncode == 0


def test_a_slot_asked_for_by_two_processes_serves_the_first() -> None:
    with PrivatePcscd() as daemon, SlotHost() as first, SlotHost() as second:
        first.open(daemon.slots[0].port).insert(ScriptedCard())
        first.slots[0].wait()
        slot = second.open(daemon.slots[0].port)
        slot.insert(ScriptedCard())
        with pytest.raises(SlotTakenError, match="another program"):
            slot.wait()
        assert run_python(daemon.environment, EXCHANGE, daemon.slots[0].reader, GET_CHALLENGE)[1] == "9000"


def test_a_port_that_somebody_takes_in_between_is_given_up_for_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as rival:
        rival.bind(("", 0))
        rival.listen()
        offers = iter([[rival.getsockname()[1]]])
        monkeypatch.setattr(
            private_pcscd,
            "free_port_pairs",
            lambda count, pid: next(offers, None) or free_port_pairs(count, pid),
        )
        with PrivatePcscd() as daemon:
            assert daemon.slots[0].port != rival.getsockname()[1]


def test_ports_that_are_always_taken_are_an_error_that_names_them(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as rival:
        rival.bind(("", 0))
        rival.listen()
        port = rival.getsockname()[1]
        monkeypatch.setattr(private_pcscd, "free_port_pairs", lambda _count, _pid: [port])
        with pytest.raises(DaemonError, match=rf"without the readers of TCP port {port}"):
            PrivatePcscd()


def test_the_warning_says_where_the_driver_listens() -> None:
    with PrivatePcscd() as daemon:
        first, second = (slot.port for slot in daemon.slots)
        found = listeners(tcp_sockets())
        assert {found[first].address, found[second].address} == {"0.0.0.0"}  # noqa: S104
        assert f"listens on all addresses of this machine (TCP ports {first} to {second})" in daemon.warning


def test_slots_that_only_this_machine_reaches_need_no_warning() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        closed.listen()
        assert private_pcscd.exposure_warning([closed.getsockname()[1]]) == ""


def test_a_missing_daemon_is_told_with_the_command_that_gets_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(parts, "SYSTEM_FOLDERS", str(tmp_path))
    with pytest.raises(PcscLacksError, match="pcscd is not installed; to get it: sudo apt-get install pcscd"):
        PrivatePcscd()


def test_a_missing_driver_is_told_with_the_command_that_gets_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(parts, "DRIVERS", (tmp_path / "libifdvpcd.so",))
    with pytest.raises(PcscLacksError, match="to get it: sudo apt-get install vsmartcard-vpcd"):
        PrivatePcscd()


def test_a_user_without_a_run_folder_is_told_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(parts, "RUN_FOLDER", tmp_path / "pcscd")
    with pytest.raises(PcscLacksError, match=r"only root can make it; to get it: sudo mkdir -p /run/pcscd"):
        PrivatePcscd()


def test_a_program_that_is_no_daemon_is_an_error_with_its_last_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pretender = tmp_path / "pcscd"
    pretender.write_text("#!/bin/sh\necho I am not pcscd\nexit 7\n")
    pretender.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(DaemonError, match=r"pcscd has died \(exit code 7 \| I am not pcscd\)"):
        PrivatePcscd()


@pytest.mark.parametrize("entries", [0, 9])
def test_the_number_of_entries_has_limits(entries: int) -> None:
    with pytest.raises(ValueError, match=f"got {entries}; allowed: 1 to 8"):
        PrivatePcscd(entries)


def test_a_card_for_a_daemon_that_has_ended_fails_after_its_attempts() -> None:
    with PrivatePcscd() as daemon:
        port = daemon.slots[0].port
    with SlotHost(retry_ms=1, retries=2) as host:
        slot = host.open(port)
        slot.insert(ScriptedCard())
        with pytest.raises(SlotError, match="gave up after 2 attempts"):
            slot.wait()
