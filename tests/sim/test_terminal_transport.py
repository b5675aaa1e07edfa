"""The driver's duties on the wire, and every key of the card through a PSAM."""

from __future__ import annotations

import pytest
from terminal_samples import AREA, FORGED, TODAY, Trace, connection, make_card, make_psam, make_terminal

from onecard.sim.terminals import Channel, Dialogue, Terminal, TerminalError, load_timing, parse_dialogues
from onecard.virtual_cards.faces import CONTACTLESS
from onecard.virtual_cards.layouts import load_layout
from onecard.virtual_cards.psam import issue_psam
from onecard.virtual_cards.readers.in_process import CardConnectionException, NoCardException, Reader
from onecard.virtual_cards.security.key_table import key_row


class Script:
    """A connection that gives prepared answers and notes what it was sent."""

    def __init__(self, *answers: str) -> None:
        self._answers = [list(bytes.fromhex(answer)) for answer in answers]
        self.sent: list[str] = []

    def connect(self) -> None:
        return

    def disconnect(self) -> None:
        return

    def getATR(self) -> list[int]:  # noqa: N802 - pyscard's name
        return []

    def transmit(self, command: list[int]) -> tuple[list[int], int, int]:
        self.sent.append(bytes(command).hex().upper())
        answer = self._answers.pop(0)
        return answer[:-2], answer[-2], answer[-1]


def channel(script: Script, **options: object) -> Channel:
    return Channel("contact", script, timing=load_timing().contact, link_errors=(OSError,), **options)  # type: ignore[arg-type]


def test_waiting_answer_is_fetched_in_parts() -> None:
    script = Script("6103", "AABBCC6102", "DDEE9000")
    data, sw = channel(script).exchange([0x00, 0xA4, 0x04, 0x00, 0x02, 0x3F, 0x00])
    assert (bytes(data).hex().upper(), sw) == ("AABBCCDDEE", 0x9000)
    assert script.sent == ["00A40400023F00", "00C0000003", "00C0000002"]


def test_data_that_comes_with_61_is_kept() -> None:
    script = Script("AA6101", "BB9000")
    data, _ = channel(script).exchange([0x00, 0xA4, 0x04, 0x00, 0x02, 0x3F, 0x00])
    assert data == [0xAA, 0xBB]


@pytest.mark.parametrize(
    ("command", "again"),
    [("00B2010500", "00B2010540"), ("00B20105", "00B2010540"), ("00A40400023F00", "00A40400023F0040")],
    ids=["other-le", "no-le", "le-appended"],
)
def test_wrong_length_is_corrected_once(command: str, again: str) -> None:
    script = Script("6C40", "019000")
    data, sw = channel(script).exchange(list(bytes.fromhex(command)))
    assert (data, sw) == ([1], 0x9000)
    assert script.sent == [command, again]


def test_get_response_with_the_wrong_length_is_corrected() -> None:
    script = Script("6110", "6C02", "AABB9000")
    assert channel(script).exchange([0x00, 0x88, 0x00, 0x00, 0x01, 0x00])[0] == [0xAA, 0xBB]
    assert script.sent[1:] == ["00C0000010", "00C0000002"]


def test_card_that_always_has_more_is_given_up() -> None:
    script = Script(*["6101"] * 40)
    with pytest.raises(TerminalError) as caught:
        channel(script).exchange([0x00, 0xA4, 0x00, 0x00])
    assert caught.value.return_code == -4
    assert len(script.sent) < 40


def test_every_frame_is_counted_timed_and_told_to_the_observer() -> None:
    trace = Trace()
    script = Script("6101", "AA9000")
    wire = channel(script, observer=trace)
    wire.exchange([0x00, 0x88, 0x00, 0x00, 0x01, 0x00])
    assert trace.frames == [("contact", "008800000100", "6101"), ("contact", "00C0000001", "AA9000")]
    timing = load_timing().contact
    assert wire.apdus == 2
    assert wire.elapsed_us == timing.fixed_us[0x88] + timing.fixed_us[0xC0] + (6 + 5 + 1) * timing.per_byte_us


def test_defect_of_the_peer_that_is_no_link_error_is_not_hidden() -> None:
    with pytest.raises(IndexError):
        channel(Script()).exchange([0x00, 0x84, 0x00, 0x00, 0x08])


def test_reader_takes_a_psam_as_it_takes_a_card() -> None:
    reader = Reader("SAM 1")
    with pytest.raises(NoCardException):
        reader.createConnection().connect()
    reader.insert(make_psam())
    sam = reader.createConnection()
    sam.connect()
    assert bytes(sam.getATR()).hex().upper().startswith("3B7D94")
    sam.disconnect()
    reader.remove()
    reader.insert(make_psam(), CONTACTLESS)
    with pytest.raises(CardConnectionException, match="mute"):
        reader.createConnection().connect()


def external_keys() -> list[tuple[str, str]]:
    return [
        (version, key.name)
        for version in ("1.00", "2.00", "3.00")
        for key in load_layout(version).keys.values()
        if key.use == "external" and key_row(key.name).psam_id is not None
    ]


@pytest.mark.parametrize(
    ("version", "key"), external_keys(), ids=[f"{version}-{key}" for version, key in external_keys()]
)
def test_every_key_of_the_card_is_authenticated_through_the_psam(version: str, key: str) -> None:
    terminal = Terminal(
        connection(make_card(version)), connection(make_psam()), today=TODAY, dialogues=authorise(key)
    )
    result = terminal.run("authorise")
    assert result.ok, result


def authorise(key: str) -> dict[str, Dialogue]:
    return parse_dialogues(
        f"""
        [authorise]
        title = {{ en = "Authorise", zh = "认证" }}
        source = "test"
        mark = "P"
        steps = [{{ do = "select" }}, {{ do = "identify" }}, {{ do = "authorise", key = "{key}" }}]
        """
    )


@pytest.mark.parametrize(
    ("version", "frames"),
    [
        ("2.00", ["BFDE481218", "80FA000008", "00C0000008", "0082000410"]),
        ("3.00", ["BFDE481220", "80FA000010", "00C0000010", "0082000410"]),
    ],
    ids=["des", "sm4"],
)
def test_external_authentication_with_a_two_level_root_is_that_of_the_field(
    version: str, frames: list[str]
) -> None:
    """card.md §12.5: writing SSSE files with UKSSSE, PSAM usage 48, id 12."""
    trace = Trace()
    terminal = make_terminal(
        make_card(version), psam=make_psam(level="provincial"), dialogues=authorise("UKSSSE"), observer=trace
    )
    assert terminal.run("authorise").ok
    assert terminal.run("authorise").ok
    assert [command[:10] for command in trace.commands()[-4:]] == frames
    delivery = trace.commands()[-4]
    card_factor = make_card(version).memory.historical[-8:].hex().upper()
    assert delivery[10:42] == card_factor + AREA.encode().hex() + "7378"


def test_key_that_a_version_lacks_ends_in_key_not_found() -> None:
    result = make_terminal(make_card("1.00"), dialogues=authorise("RKSSSE")).run("authorise")
    assert (result.reason, result.return_code) == ("terminal-without-key", -27272)


def test_wrong_key_costs_the_card_a_try_and_locks_it_at_the_end() -> None:
    card = make_card()
    right = make_terminal(card, dialogues=authorise("UKSSSE"))
    other_roots = issue_psam(FORGED, area_code=AREA)
    wrong = make_terminal(card, dialogues=authorise("UKSSSE"), psam=other_roots)
    codes = [wrong.run("authorise").return_code for _ in range(4)]
    assert codes == [-25538, -25537, -25536, -27011]
    assert right.run("authorise").reason == "key-locked"
