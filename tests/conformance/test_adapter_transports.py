"""Cards of ours in process and over the vpcd protocol: the same answers, nothing left."""

from __future__ import annotations

import pytest
from adapter_samples import GET_CHALLENGE, PlainCard, descriptors, dialogue, threads

from onecard.conformance.adapters.nulls import NULLS
from onecard.conformance.adapters.opening import open_card
from onecard.conformance.adapters.port import AdapterError, CardGoneError
from onecard.conformance.adapters.slot_port import SlotCardPort
from onecard.sim.errors import InputError

SEED = 5
CASE = ("card/transports/01", "standard", "contact")


@pytest.mark.parametrize(
    "iut", ["virtual:1.00", "virtual:2.00", "virtual:3.00", *(f"null:{n}" for n in NULLS)]
)
def test_a_dialogue_is_the_same_in_process_and_over_tcp(iut: str) -> None:
    transcripts = []
    for through in ("in-process", "tcp"):
        port = open_card(iut, seed=SEED, through=through)
        transcripts.append(dialogue(port))
        port.close()
    assert transcripts[0] == transcripts[1]


def test_the_contactless_face_is_the_same_in_process_and_over_tcp() -> None:
    transcripts = []
    for through in ("in-process", "tcp"):
        port = open_card("virtual:3.00", seed=SEED, through=through)
        transcripts.append(dialogue(port, face="contactless"))
        port.close()
    assert transcripts[0] == transcripts[1]
    assert ("reset", bytes.fromhex("3B8D8001")) in [
        (name, told[:4]) for name, told in transcripts[0] if isinstance(told, bytes)
    ]


@pytest.mark.parametrize("through", ["in-process", "tcp"])
def test_a_torn_card_is_mute_until_its_reset(through: str) -> None:
    port = open_card("virtual:3.00", seed=SEED, through=through)
    port.prepare(*CASE)
    atr = port.reset()
    assert port.tear(GET_CHALLENGE, 0)  # it writes nothing, so the answer comes before the power fails
    assert port.transmit(GET_CHALLENGE) == b""
    assert port.reset() == atr
    assert port.transmit(GET_CHALLENGE).endswith(b"\x90\x00")
    port.close()


@pytest.mark.parametrize("through", ["in-process", "tcp"])
def test_a_card_that_leaves_by_itself_is_gone_until_the_next_case(through: str) -> None:
    port = open_card(
        "virtual:3.00", seed=SEED, through=through, make=lambda *_: PlainCard(leaves_at=GET_CHALLENGE)
    )
    port.prepare(*CASE)
    assert port.reset()
    with pytest.raises(CardGoneError, match="left the reader"):
        port.transmit(GET_CHALLENGE)
    with pytest.raises(CardGoneError, match="no card in the reader"):
        port.reset()
    port.prepare(*CASE)
    assert port.reset()
    port.close()


@pytest.mark.parametrize("through", ["in-process", "tcp"])
def test_what_a_card_raises_is_raised_where_it_was_spoken_to_and_the_next_case_goes_on(through: str) -> None:
    port = open_card(
        "virtual:3.00", seed=SEED, through=through, make=lambda *_: PlainCard(raises_at=GET_CHALLENGE)
    )
    port.prepare(*CASE)
    port.reset()
    with pytest.raises(ZeroDivisionError, match="own defect"):
        port.transmit(GET_CHALLENGE)
    port.prepare(*CASE)
    port.reset()
    assert port.transmit(b"\x00\xa4\x00\x00") == b"\x90\x00"
    port.close()


@pytest.mark.parametrize("command", [b"", b"\x00", b"\x01", b"\x02", b"\x04"])
def test_a_command_that_the_protocol_would_take_for_a_control_is_refused(command: bytes) -> None:
    port = open_card("virtual:3.00", seed=SEED, through="tcp")
    port.prepare(*CASE)
    port.reset()
    with pytest.raises(AdapterError, match="cannot carry this command"):
        port.transmit(command)
    assert port.transmit(GET_CHALLENGE)
    port.close()


def test_an_answer_that_the_transport_changes_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    port = open_card("virtual:3.00", seed=SEED, through="tcp")
    assert isinstance(port, SlotCardPort)
    port.prepare(*CASE)
    port.reset()
    monkeypatch.setattr(port._reader, "exchange", lambda _command: b"\x90\x00")
    with pytest.raises(AdapterError, match="did not carry the card's answer"):
        port.transmit(GET_CHALLENGE)
    port.close()


def test_a_slot_that_connects_anew_between_two_cases_is_found_again() -> None:
    port = open_card("virtual:3.00", seed=SEED, through="tcp")
    assert isinstance(port, SlotCardPort)
    port.prepare(*CASE)
    atr = port.reset()
    port._host.loop.call(port._slot._link.connect)  # as after five seconds of silence
    port.prepare(*CASE)
    assert port.reset() == atr
    port.close()


def test_closing_leaves_no_thread_and_no_descriptor() -> None:
    before = threads(), descriptors()
    for _ in range(50):
        port = open_card("virtual:3.00", seed=SEED, through="tcp")
        port.prepare(*CASE)
        port.reset()
        port.close()
        port.close()
    assert (threads(), descriptors()) == before


@pytest.mark.parametrize(
    ("iut", "words"),
    [
        ("", "cmd:COMMAND LINE"),
        ("virtual", "virtual:VERSION"),
        ("virtual:4.00", "1.00, 2.00, 3.00"),
        ("card:3.00", "tcp-listen"),
        ("null:nobody", "always-9000"),
        ("null:right-for:many", "0 to 1000"),
        ("null:right-for", "right-for:N"),
        ("tcp:", "tcp"),
        ("tcp:localhost:0", "1 to 65535"),
        ("tcp-listen:localhost", "1 to 65535"),
        ("tcp:local host:1", "1 to 65535"),
        ("cmd:", "cmd:COMMAND LINE"),
        ("cmd:'", "not a command line"),
        ("pcsc: ", "pcsc:READER"),
    ],
)
def test_a_wrong_form_is_refused_with_what_is_allowed(iut: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        open_card(iut, seed=SEED)


def test_a_transport_is_only_for_cards_of_ours_and_must_be_known() -> None:
    with pytest.raises(InputError, match="only cards of ours"):
        open_card("tcp:1", seed=SEED, through="tcp")
    with pytest.raises(InputError, match="in-process, tcp, pcsc"):
        open_card("virtual:3.00", seed=SEED, through="usb")
    with pytest.raises(InputError, match="above 0"):
        open_card("virtual:3.00", seed=SEED, limit_s=0)


def test_a_card_that_is_mute_at_its_reset_is_not_spoken_to() -> None:
    card = PlainCard("")
    port = open_card("virtual:3.00", seed=SEED, make=lambda *_: card)
    port.prepare(*CASE)
    assert port.reset() == b""
    assert port.transmit(GET_CHALLENGE) == b""
    assert port.tear(GET_CHALLENGE, 0) == b""
    assert card.commands == 0
