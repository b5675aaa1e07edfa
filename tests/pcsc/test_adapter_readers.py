"""The card in a reader of a PC/SC daemon, as it is, and the documented adapter programs on one."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from adapter_samples import GET_CHALLENGE, PlainCard
from pcsc_samples import LIMIT_S, Served

from onecard.conformance.adapters.opening import open_card
from onecard.conformance.adapters.port import AdapterError, CardGoneError, CardPort
from onecard.conformance.adapters.system_reader import SystemReaderPort
from onecard.conformance.personalities.cards import reference_card
from onecard.sim.errors import EnvironmentLacksError, InputError
from onecard.virtual_cards.faces import CONTACTLESS
from onecard.virtual_cards.readers.in_process import PoweredCard

CASE = ("card/readers/01", "standard", "contact")
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "adapters"
SILENT = bytes.fromhex("00B20000")


def insert(served: Served, card: PoweredCard) -> None:
    served.slot.insert(card)
    served.slot.wait()
    served.reader.wait_for_card()


def reference() -> PoweredCard:
    return reference_card("3.00", "standard", seed=1, case="a")


@pytest.fixture
def port(served: Served) -> Iterator[CardPort]:
    insert(served, PlainCard(mute_to=SILENT))
    port = open_card(f"pcsc:{served.reader.name}", seed=1)
    yield port
    port.close()


def test_a_card_in_a_reader_is_taken_as_it_is(served: Served) -> None:
    insert(served, reference())
    port = open_card(f"pcsc:{served.reader.name}", seed=1)
    assert (port.traits.fresh, port.traits.tears, port.traits.hot_plug) == (False, False, False)
    assert port.traits.faces == {"contact"}
    port.prepare(*CASE)
    assert port.reset() == reference().power_on()
    assert len(port.transmit(GET_CHALLENGE)) == 10
    port.close()
    port.close()


def test_a_contactless_card_is_known_by_its_answer_to_reset(served: Served) -> None:
    served.slot.insert(reference(), CONTACTLESS)
    served.reader.wait_for_card()
    port = open_card(f"pcsc:{served.reader.name}", seed=1)
    assert port.traits.faces == {"contactless"}
    port.close()


def test_a_card_that_does_not_answer_is_mute_and_one_that_is_pulled_out_is_gone(
    served: Served, port: CardPort
) -> None:
    port.prepare(*CASE)
    port.reset()
    assert port.transmit(SILENT) == b""
    served.slot.wait()  # a slot tells silence by connecting anew, which may look like a short removal
    port.prepare(*CASE)
    assert port.reset()
    assert port.transmit(GET_CHALLENGE) == b"\x90\x00"
    served.slot.remove()
    with pytest.raises(CardGoneError):
        port.transmit(GET_CHALLENGE)
    served.slot.insert(PlainCard("3B00"))
    port.prepare(*CASE)
    assert port.reset() == b"\x3b\x00"
    assert port.transmit(GET_CHALLENGE) == b"\x90\x00"


def test_a_card_that_does_not_come_back_in_time_is_gone(served: Served) -> None:
    insert(served, PlainCard())
    port = SystemReaderPort(served.reader.name, limit_s=10, insertion_limit_s=0.05)
    served.slot.remove()
    served.reader.wait_for_card(present=False)
    with pytest.raises(CardGoneError, match="no card in the reader"):
        port.prepare(*CASE)
    with pytest.raises(CardGoneError, match="no card in the reader"):
        port.reset()
    port.close()


def test_a_card_that_another_program_holds_cannot_be_had(served: Served) -> None:
    insert(served, PlainCard())
    with served.reader.createConnection() as connection:
        connection.connect(exclusive=True)
        with pytest.raises(EnvironmentLacksError, match="another program holds the card"):
            open_card(f"pcsc:{served.reader.name}", seed=1)


def test_a_card_that_another_program_takes_meanwhile_is_the_adapters_error(served: Served) -> None:
    insert(served, PlainCard())
    port = open_card(f"pcsc:{served.reader.name}", seed=1)
    assert isinstance(port, SystemReaderPort)
    port._link.disconnect()  # as after a card that was mute at its reset
    with served.reader.createConnection() as connection:
        connection.connect(exclusive=True)
        with pytest.raises(AdapterError, match="another program holds the card"):
            port.reset()
    port.close()


def test_names_of_readers_must_fit_one(served: Served) -> None:
    with pytest.raises(InputError, match="no such PC/SC reader"):
        open_card("pcsc:Nobody's reader", seed=1)
    with pytest.raises(InputError, match="several readers"):
        open_card("pcsc:Worker", seed=1)
    with pytest.raises(EnvironmentLacksError, match="put a card into the reader"):
        open_card(f"pcsc:{served.reader.name}", seed=1)


def test_a_unique_part_of_a_name_is_enough(served: Served) -> None:
    insert(served, PlainCard())
    port = open_card(f"pcsc:{served.reader.name.removeprefix('Worker ')}", seed=1)
    assert port.reset()
    port.close()


NO_DAEMON = """
from onecard.conformance.adapters.opening import open_card
from onecard.sim.errors import EnvironmentLacksError
try:
    open_card("pcsc:any", seed=1)
except EnvironmentLacksError as error:
    print(error)
"""


def test_no_daemon_is_the_environments_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PCSCLITE_CSOCK_NAME", str(tmp_path / "nobody"))
    done = subprocess.run(
        [sys.executable, "-c", NO_DAEMON], capture_output=True, text=True, check=True, timeout=LIMIT_S
    )
    assert "no PC/SC daemon answers" in done.stdout


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile the example in C, warnings are errors."""
    program = tmp_path_factory.mktemp("examples") / "adapter"
    subprocess.run(
        [
            "gcc",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-I/usr/include/PCSC",
            "-o",
            program,
            EXAMPLES / "adapter.c",
            "-lpcsclite",
        ],
        check=True,
        timeout=LIMIT_S * 2,
    )
    return program


@pytest.fixture(params=["adapter.py", "adapter.c"])
def example(request: pytest.FixtureRequest) -> str:
    if request.param == "adapter.c":
        return str(request.getfixturevalue("compiled"))
    return shlex.join([sys.executable, str(EXAMPLES / "adapter.py")])


def test_a_documented_adapter_program_reaches_the_card(example: str, served: Served) -> None:
    insert(served, reference())
    port = open_card(f"cmd:{example} {shlex.quote(served.reader.name)}", seed=1)
    assert port.traits.faces == {"contact"}
    port.prepare(*CASE)
    for _ in range(3):
        assert port.reset() == reference().power_on()
        assert len(port.transmit(GET_CHALLENGE)) == 10
        assert port.transmit(bytes.fromhex("00A40000023F00"))
    port.close()


def test_a_documented_adapter_program_tells_silence_from_absence(example: str, served: Served) -> None:
    insert(served, PlainCard(mute_to=SILENT))
    port = open_card(f"cmd:{example} {shlex.quote(served.reader.name)}", seed=1)
    port.reset()
    assert port.transmit(SILENT) == b""
    served.slot.wait()  # a slot tells silence by connecting anew, which may look like a short removal
    served.reader.wait_for_card()
    assert port.reset() == bytes.fromhex("3B021450")
    served.slot.remove()
    served.reader.wait_for_card(present=False)
    with pytest.raises(CardGoneError):
        port.transmit(GET_CHALLENGE)
    insert(served, PlainCard("3B00"))
    assert port.reset() == b"\x3b\x00"
    port.close()


@pytest.mark.parametrize("file", ["adapter.py", "adapter.c"])
def test_an_example_is_a_complete_adapter_in_fifty_lines(file: str) -> None:
    assert len((EXAMPLES / file).read_text(encoding="utf-8").splitlines()) <= 50
