"""Cards of ours through a real PC/SC daemon: the same transcript as in process, and one insertion for all."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator

import msgspec
import pytest
from adapter_samples import GET_CHALLENGE, PlainCard, dialogue
from pcsc_samples import LIMIT_S, SlotEvents

from onecard.conformance.adapters.nulls import NULLS
from onecard.conformance.adapters.opening import open_card
from onecard.conformance.adapters.port import CardPort
from onecard.conformance.adapters.slot_port import SlotCardPort
from onecard.conformance.qualify.kill import reference_plan
from onecard.conformance.running.run import run_plan
from onecard.virtual_cards.pcsc_stack.reader_entries import SlotAddress
from onecard.virtual_cards.readers.slots import SlotEventKind

SEED = 5
CASE = ("card/slots/01", "standard", "contact")
SAMPLE = 40
"""Every so manyth case of the suite goes through the daemon, and all that take the card out."""


def over_pcsc(address: SlotAddress, iut: str = "virtual:3.00", **options: object) -> SlotCardPort:
    port = open_card(iut, seed=SEED, through="pcsc", slot=address, **options)  # type: ignore[arg-type]
    assert isinstance(port, SlotCardPort)
    return port


@pytest.mark.parametrize("face", ["contact", "contactless"])
def test_a_dialogue_is_the_same_in_process_and_over_pcsc(face: str, addresses: Iterator[SlotAddress]) -> None:
    port = over_pcsc(next(addresses))
    over = dialogue(port, face=face)
    port.close()
    assert over == dialogue(open_card("virtual:3.00", seed=SEED), face=face)


@pytest.mark.parametrize("name", NULLS)
def test_a_null_card_is_the_same_in_process_and_over_pcsc(
    name: str, addresses: Iterator[SlotAddress]
) -> None:
    port = over_pcsc(next(addresses), f"null:{name}")
    over = dialogue(port, physical=False)
    port.close()
    assert over == dialogue(open_card(f"null:{name}", seed=SEED), physical=False)


ATRS = ("3B021450", "3F6D00000081400A86930031000001AC", "3B6D00", "3BFF", "12345678", "00", "", "3B00")


def told_over_resets(port: CardPort) -> list[bytes]:
    told = []
    for case in range(len(ATRS)):
        port.prepare(str(case), "standard", "contact")
        told += [port.reset(), port.transmit(GET_CHALLENGE)]
    return told


def test_answers_to_reset_that_break_the_rules_are_told_as_they_are(addresses: Iterator[SlotAddress]) -> None:
    def make(_personality: str, case: str) -> PlainCard:
        return PlainCard(ATRS[int(case)])

    port = over_pcsc(next(addresses), make=make)
    over = told_over_resets(port)
    port.close()
    assert over[::2] == [bytes.fromhex(atr) for atr in ATRS]
    answers = {atr: answer for atr, answer in zip(ATRS, over[1::2], strict=True) if atr}
    assert set(answers.values()) == {b"\x90\x00"}


def test_the_suite_gives_the_same_records_over_all_three_transports(addresses: Iterator[SlotAddress]) -> None:
    plan = reference_plan("3.00", SEED)
    chosen = [
        each
        for position, each in enumerate(plan.cases)
        if position % SAMPLE == 0
        or {"remove", "insert"} & {step.__struct_config__.tag for step in each.case.steps}
    ]
    plan = msgspec.structs.replace(plan, cases=tuple(chosen))
    results = []
    for through in ("in-process", "tcp", "pcsc"):
        slot = next(addresses) if through == "pcsc" else None
        port = open_card("virtual:3.00", seed=SEED, through=through, slot=slot)
        results.append(run_plan(plan, port))
        port.close()
    assert results[0].records
    assert results[0] == results[1] == results[2]


def test_cases_and_torn_cards_need_one_insertion(addresses: Iterator[SlotAddress]) -> None:
    port = over_pcsc(next(addresses))
    events = SlotEvents()
    port._host.observer = events
    for number in range(100):
        port.prepare(f"card/slots/{number}", "standard", "contact")
        assert port.reset()
        port.tear(GET_CHALLENGE, 0)
        assert port.transmit(GET_CHALLENGE) == b""
        assert port.reset()
    port.close()
    assert events.count(SlotEventKind.INSERTED) == 1


OWN_DAEMONS = """
import os, pathlib, tempfile, threading
from onecard.conformance.adapters.opening import open_card
from onecard.sim.errors import EnvironmentLacksError

def left():
    children = pathlib.Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    folders = [each.name for each in pathlib.Path(tempfile.gettempdir()).iterdir()]
    threads = sorted(each.name for each in threading.enumerate())
    return children, threads, folders, len(os.listdir("/proc/self/fd"))

def talk(port):
    port.prepare("a", "standard", "contact")
    assert port.reset()
    port.close()

talk(open_card("virtual:3.00", seed=1, through="pcsc"))
before = left()
for _ in range(4):
    talk(open_card("virtual:3.00", seed=1, through="pcsc"))
    assert left() == before, (left(), before)
first, second = (open_card("virtual:3.00", seed=1, through="pcsc") for _ in range(2))
try:
    open_card("virtual:3.00", seed=1, through="pcsc")
except EnvironmentLacksError as error:
    print(error)
talk(first)
talk(second)
assert left() == before, (left(), before)
assert "PCSCLITE_CSOCK_NAME" not in os.environ
"""


def test_daemons_of_ones_own_come_and_go_in_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    short = tempfile.TemporaryDirectory()  # a socket's path has its limit, and pytest's folders are long
    monkeypatch.setenv("TMPDIR", short.name)
    monkeypatch.delenv("PCSCLITE_CSOCK_NAME", raising=False)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", OWN_DAEMONS],
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S * 2,
    )
    short.cleanup()
    assert done.returncode == 0, done.stderr
    assert "no free slot" in done.stdout
