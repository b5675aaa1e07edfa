"""``onecard card serve``: real PC/SC programs find the cards; lines and signals do what they say."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec
import pytest
from card_serving import Serving
from command_line import LIMIT_S, onecard

from onecard.cli import card_serve, card_slots
from onecard.cli.main import main
from onecard.virtual_cards.images import load_image
from onecard.virtual_cards.pcsc_stack.private_pcscd import PrivatePcscd
from onecard.virtual_cards.pcsc_stack.system_pcscd import SystemPcscd
from onecard.virtual_cards.readers.slots import SlotHost

SELECT = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
WRONG_PIN = "0020000003999999"
FIRST = "pcsc:OneCard 00 00"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "card.json"
    asked = ["--person", "8", "--layout", "3.00", "--pin", "123456", "--no-payment"]
    assert main(["card", "new", *asked, "--out", str(path)]) == 0
    return path


def atr_of(serving: Serving, *options: str) -> str:
    """Ask an independent program for the ATR."""
    done = subprocess.run(
        ["opensc-tool", "--reader", "OneCard 00 00", "--atr", *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
        env={**os.environ, **serving.environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[0].replace(":", "").upper()


def test_a_person_s_card_is_found_by_any_program_until_the_process_is_told_to_stop() -> None:
    with Serving("--person", "7", "--layout", "3.00") as serving:
        assert "1  OneCard 00 00: person 7 " in serving.said
        assert "listens on all addresses" in serving.said
        assert 'opensc-tool --reader "OneCard 00 00"' in serving.said
        assert atr_of(serving).startswith("3B6D0000")
        serving.close_input()
        assert atr_of(serving).startswith("3B6D0000"), "without standard input it goes on serving"
        assert serving.stop(signal.SIGTERM) == 0
        assert "stopped 已停止 (SIGTERM)" in serving.said


WAIT_FOR_CARD = """
import sys
from onecard.virtual_cards.readers.pcsc import PcscReader
with PcscReader(sys.argv[1]) as reader:
    reader.wait_for_card(present=sys.argv[2] == "present", timeout_ms=20_000)
"""


def wait_for_card(serving: Serving, reader: str, *, present: bool) -> None:
    """Wait until the driver, which looks about every 400 ms, has noticed a card, or its absence."""
    subprocess.run(
        [sys.executable, "-c", WAIT_FOR_CARD, reader, "present" if present else "absent"],
        check=True,
        timeout=LIMIT_S,
        env={**os.environ, **serving.environment},
    )


def test_lines_take_cards_out_put_them_back_and_change_them(image: Path) -> None:
    with Serving("--person", "7", "--layout", "2.00", "--slots", "2") as serving:
        first = atr_of(serving)
        serving.tell("list", "2  OneCard 00 01: empty 空")
        serving.tell("remove", "removed 已取出 (by the host)")
        wait_for_card(serving, "OneCard 00 00", present=False)
        gone = serving.client("apdu", SELECT, "--on", FIRST)
        assert gone.returncode == 3
        assert b"put a card into the reader" in gone.stderr
        serving.tell("insert", "inserted 已插入")
        assert atr_of(serving) == first
        serving.tell(f"swap {image}", "swapped 已更换")
        serving.tell("list", f"1  OneCard 00 00: image {image}")
        done = serving.client("apdu", "reset", SELECT, "--follow", "--on", FIRST, "--json")
        assert b"SM4" in done.stdout, "the other card is of version 3.00"
        serving.tell(f"insert 2 {image}", "this card is in another slot")
        serving.tell("insert 1", "holds a card already")
        serving.tell("remove 3", "no such slot; got 3; allowed: 1 to 2")
        serving.tell("swap missing.json", "missing.json: cannot be read")
        serving.tell("fly", "unknown command; got 'fly'")
        serving.tell("quit", "stopped 已停止 (quit)")
        assert serving.end() == 0


def test_the_log_is_explained_by_trace_and_the_image_keeps_the_counter(image: Path, tmp_path: Path) -> None:
    log = tmp_path / "apdu.log"
    with Serving(str(image), "--log", str(log), "--save") as serving:
        assert serving.client("apdu", SELECT, WRONG_PIN, "--on", FIRST).returncode == 0
        assert serving.stop(signal.SIGINT) == 0
        assert "stopped 已停止 (SIGINT)" in serving.said
    assert load_image(image).pin_tries_left == 2
    done = onecard("card", "trace", str(log))
    assert "VERIFY 校验PIN: 0020000003999999" in done.stdout.decode()
    assert "2 tries left 验证失败，还可尝试2次" in done.stdout.decode()
    assert b"not understood" not in done.stdout


def test_a_log_in_the_image_s_place_is_refused(image: Path, capsys: Capture) -> None:
    before = image.read_bytes()
    asked = [str(image), "--log", str(image.parent / "." / image.name)]
    assert main(["card", "serve", *asked]) == 2
    assert "--log: the log would replace an image" in capsys.readouterr().err
    assert image.read_bytes() == before


def test_to_machines_standard_output_is_one_document(image: Path) -> None:
    """What is said to lines afterwards goes to standard error."""
    done = onecard("card", "serve", str(image), "--json", input=b"list\nfly\nsave\nquit\n")
    assert done.returncode == 0
    (reader,) = msgspec.json.decode(done.stdout)["readers"]
    assert reader["card"] == f"image {image}"
    for told in (b"1  OneCard 00 00: image", b"unknown command; got 'fly'", b"saved", b"stopped"):
        assert told in done.stderr


def test_no_line_whatever_stops_the_serving(image: Path) -> None:
    with Serving(str(image)) as serving:
        serving.tell("insert 1 a\0b", "a path with a NUL character")
        serving.tell(f"remove {'9' * 8000}", "no such slot")
        serving.tell("\udcff".encode(errors="surrogateescape").decode("latin-1"), "unknown command")
        serving.tell("quit", "stopped")
        assert serving.end() == 0


def test_without_save_the_image_stays_as_it_was(image: Path) -> None:
    before = image.read_bytes()
    with Serving(str(image)) as serving:
        assert serving.client("apdu", SELECT, WRONG_PIN, "--on", FIRST).returncode == 0
        serving.tell("quit", "stopped")
        assert serving.end() == 0
    assert image.read_bytes() == before


def test_a_card_torn_while_writing_is_saved_as_the_power_left_it(image: Path) -> None:
    """The card leaves five bytes into the write; its image recovers as the card would."""
    with Serving(str(image), "--save", "--fault", "torn-at-byte:2:5") as serving:
        torn = serving.client("apdu", SELECT, WRONG_PIN, "--on", FIRST)
        assert torn.returncode == 1
        serving.wait_for("removed 已取出 (the card left by itself)")
        serving.tell("quit", "stopped")
        assert serving.end() == 0
    shown = onecard("card", "show", str(image)).stdout.decode()
    assert "a write was cut short by power loss" in shown
    assert "PIN 个人密码: 123456 (3 of 3 tries left" in shown


def test_the_contactless_face_and_many_slots(image: Path) -> None:
    with Serving(str(image), "--face", "contactless", "--slots", "4") as serving:
        assert "4  OneCard 2 00 01: empty 空" in serving.said
        reader = subprocess.run(
            ["opensc-tool", "--reader", "OneCard 1 00 00", "--atr"],
            capture_output=True, text=True, check=False, timeout=LIMIT_S,
            env={**os.environ, **serving.environment},
        )  # fmt: skip
        assert reader.stdout.startswith("3b:8d:80:01")
        serving.tell("quit", "stopped")
        assert serving.end() == 0


def test_a_daemon_that_dies_ends_the_serving_with_one_line() -> None:
    with Serving("--person", "7", "--layout", "3.00") as serving:
        (daemon,) = serving.daemons()
        os.kill(daemon, signal.SIGKILL)
        assert serving.end() == 3
    assert "onecard: pcscd has died (killed by signal 9" in serving.said
    assert "Traceback" not in serving.said


REFUSED = {
    "no card to save": (["--person", "7", "--save"], "--save: no card came from an image"),
    "no such image": (["missing.json"], "missing.json: cannot be read"),
    "no contactless face": (
        ["--person", "7", "--layout", "2.00", "--face", "contactless"],
        "no contactless face; got '2.00'; allowed: 3.00",
    ),
    "a version of nobody's card": (
        ["--layout", "3.00"],
        "--layout: whose card?; got '3.00'",
    ),
    "no such fault": (["--person", "7", "--layout", "2.00", "--fault", "lame"], "fault 'lame' is not known"),
    "too many slots": (
        ["--slots", "17"],
        "--slots: out of range; got 17; allowed: a whole number from 1 to 16",
    ),
    "no slot": (["--slots", "0"], "--slots: out of range"),
    "log in no folder": (["--log", "no/log.txt"], "no/log.txt: the log cannot be written"),
}


@pytest.mark.parametrize(("arguments", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_served_is_refused_before_anything_starts(
    arguments: list[str], message: str, capsys: Capture
) -> None:
    assert main(["card", "serve", *arguments]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert len(captured.err.splitlines()) == 1
    assert captured.out == ""


def test_more_cards_than_slots_and_one_image_twice_are_refused(image: Path, capsys: Capture) -> None:
    assert main(["card", "serve", str(image), str(image)]) == 2
    assert "the same image twice" in capsys.readouterr().err
    assert main(["card", "serve", str(image), "--person", "7", "--layout", "1.00", "--slots", "1"]) == 2
    assert "more cards than slots; got 2; allowed: at most 1" in capsys.readouterr().err


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Return the end into which one types what standard input reads."""
    reader, writer = os.pipe()
    with os.fdopen(reader) as stream:
        monkeypatch.setattr("sys.stdin", stream)
        yield writer
        os.close(writer)


def test_system_serves_into_the_system_s_readers(
    image: Path, monkeypatch: pytest.MonkeyPatch, typed: int, capsys: Capture
) -> None:
    """Another daemon plays the system's; the command uses its configuration and starts none of its own."""
    with PrivatePcscd(name="Machine") as machine:
        folder = machine.socket_path.parent / "readers"
        monkeypatch.setattr(card_serve, "SystemPcscd", lambda: SystemPcscd(folder))
        os.write(typed, b"list\nquit\n")
        assert main(["card", "serve", str(image), "--system", "--slots", "2", "--json"]) == 0
        out = capsys.readouterr().out
        told = msgspec.json.decode(out[: out.index("\n}") + 2])
        assert [reader["reader"] for reader in told["readers"]] == ["Machine 00 00", "Machine 00 01"]
        assert told["environment"] == {}
        assert machine.alive
        assert main(["card", "serve", str(image), "--system", "--slots", "3"]) == 2
        assert "more slots than the system has; got 3; allowed: at most 2" in capsys.readouterr().err


def test_a_system_without_virtual_readers_is_told_with_the_command_that_gets_them(
    image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    empty = tmp_path / "reader.conf.d"
    empty.mkdir()
    monkeypatch.setattr(card_serve, "SystemPcscd", lambda: SystemPcscd(empty))
    assert main(["card", "serve", str(image), "--system"]) == 3
    error = capsys.readouterr().err
    assert "no virtual reader is configured" in error
    assert "to get it: sudo apt-get install vsmartcard-vpcd" in error


def test_a_system_daemon_that_stays_away_ends_the_serving_with_one_line(
    image: Path, monkeypatch: pytest.MonkeyPatch, typed: int, capsys: Capture
) -> None:
    with PrivatePcscd(name="Machine") as machine:
        folder = machine.socket_path.parent / "readers"
        monkeypatch.setattr(card_serve, "SystemPcscd", lambda: SystemPcscd(folder))
        monkeypatch.setattr(card_slots, "SlotHost", partial(SlotHost, retries=3))
        monkeypatch.setattr(card_slots.CardSlots, "obey", lambda _self, _line: machine.close() or True)
        os.write(typed, b"end the daemon\n")
        assert main(["card", "serve", str(image), "--system"]) == 3
    error = capsys.readouterr().err
    assert "onecard: no slot is left: Machine 00 00: " in error
    assert "to get it: onecard doctor" in error


def test_part_of_a_name_means_the_one_reader_with_a_card_in_it(image: Path) -> None:
    other = image.with_name("other.json")
    other.write_bytes(image.read_bytes())
    with Serving(str(image), "--slots", "2") as serving:
        done = serving.client("apdu", "0084000008", "--on", "pcsc:OneCard")
        assert done.returncode == 0, done.stderr
        serving.tell(f"insert 2 {other}", "slot 2 OneCard 00 01: inserted")
        wait_for_card(serving, "OneCard 00 01", present=True)
        done = serving.client("apdu", "0084000008", "--on", "pcsc:OneCard")
        assert done.returncode == 2
        assert b"several readers fit; got 'OneCard'; allowed: OneCard 00 00, OneCard 00 01" in done.stderr
