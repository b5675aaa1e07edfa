"""Our cards in real PC/SC readers, through our own reader class: events, faults, sizes, many at once."""

import pytest
from card_samples import HOLDER, PROFILE, SELECT_SSSE, Counter
from pcsc_samples import ATR, LeavingCard, ScriptedCard, Served, run_python

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.faces import CONTACT, CONTACTLESS
from onecard.virtual_cards.faults import parse_fault
from onecard.virtual_cards.pcsc_stack.errors import PcscError, PcscLacksError
from onecard.virtual_cards.pcsc_stack.private_pcscd import PrivatePcscd
from onecard.virtual_cards.personalisation import personalise
from onecard.virtual_cards.readers import pcsc_context, slot_link
from onecard.virtual_cards.readers.in_process import CardConnectionException, NoCardException, Reader
from onecard.virtual_cards.readers.pcsc import PcscReader
from onecard.virtual_cards.readers.slots import SlotEventKind, SlotHost

GET_CHALLENGE = [0x00, 0x84, 0x00, 0x00]
OTHER_ATR = bytes.fromhex("3B0199")


def social_card() -> Card:
    return Card(personalise(PROFILE, HOLDER), random_bytes=Counter())


def insert(served: Served, card: Card | ScriptedCard) -> None:
    served.slot.insert(card)
    served.reader.wait_for_card()


DIALOGUE = [SELECT_SSSE, "00C000001E", "00B2072C0B", "00B2012C00", "0084000008", "00A4000002EF99", "FFFF"]


@pytest.mark.parametrize("face", [CONTACT, CONTACTLESS], ids=lambda face: face.name)
def test_the_card_says_the_same_in_process_and_in_a_real_reader(served: Served, face: object) -> None:
    reader = Reader("in process")
    reader.insert(social_card(), face)  # type: ignore[arg-type]
    served.slot.insert(social_card(), face)  # type: ignore[arg-type]
    served.reader.wait_for_card()
    ours, real = reader.createConnection(), served.reader.createConnection()
    ours.connect()
    real.connect()
    assert real.getATR() == ours.getATR()
    for command in DIALOGUE:
        sent = list(bytes.fromhex(command))
        assert real.transmit(sent) == ours.transmit(sent), command


def test_insertion_and_removal_are_seen_by_the_reader(served: Served) -> None:
    assert not served.reader.card_present
    insert(served, ScriptedCard())
    assert served.reader.card_present
    served.slot.remove()
    served.reader.wait_for_card(present=False)
    with pytest.raises(NoCardException):
        served.reader.createConnection().connect()


def test_waiting_for_a_card_that_does_not_come_ends(served: Served) -> None:
    with pytest.raises(NoCardException, match="no card came within 50 ms"):
        served.reader.wait_for_card(timeout_ms=50)


def test_waiting_for_a_removal_that_does_not_come_ends(served: Served) -> None:
    insert(served, ScriptedCard())
    with pytest.raises(CardConnectionException, match="still there within 50 ms"):
        served.reader.wait_for_card(present=False, timeout_ms=50)


def test_a_connection_ends_with_its_insertion(served: Served) -> None:
    insert(served, ScriptedCard())
    connection = served.reader.createConnection()
    connection.connect()
    served.slot.remove()
    served.reader.wait_for_card(present=False)
    with pytest.raises(NoCardException):
        connection.transmit(GET_CHALLENGE)
    insert(served, ScriptedCard())
    with pytest.raises((NoCardException, CardConnectionException)):
        connection.transmit(GET_CHALLENGE)


def test_a_card_taken_out_in_the_middle_of_a_command_is_an_error(served: Served) -> None:
    insert(served, LeavingCard())
    connection = served.reader.createConnection()
    connection.connect()
    with pytest.raises((NoCardException, CardConnectionException)):
        connection.transmit(GET_CHALLENGE)
    served.reader.wait_for_card(present=False)


def test_a_swapped_card_is_seen_after_a_reset(served: Served) -> None:
    insert(served, ScriptedCard())
    connection = served.reader.createConnection()
    connection.connect()
    assert bytes(connection.getATR()) == ATR
    served.slot.swap(ScriptedCard(b"\x6a\x82", atr=OTHER_ATR))
    connection.reset()
    assert bytes(connection.getATR()) == OTHER_ATR
    assert connection.transmit(GET_CHALLENGE) == ([], 0x6A, 0x82)
    assert served.events.count(SlotEventKind.INSERTED) == 1


def test_power_is_told_as_the_client_uses_it(served: Served) -> None:
    insert(served, ScriptedCard())
    connection = served.reader.createConnection()
    connection.connect()
    connection.connect()
    connection.disconnect()
    served.events.wait(SlotEventKind.POWER_OFF)
    assert served.events.kinds() == ["inserted", "power on", "reset", "power off"]


def test_a_card_without_an_answer_to_reset_is_present_and_refused(served: Served) -> None:
    insert(served, ScriptedCard(atr=b""))
    with pytest.raises(CardConnectionException, match=r"unpowered|not responding"):
        served.reader.createConnection().connect()
    assert served.reader.card_present


def test_a_mute_card_is_an_error_for_the_command_and_stays_in(served: Served) -> None:
    card = ScriptedCard(b"")
    insert(served, card)
    connection = served.reader.createConnection()
    connection.connect()
    with pytest.raises(CardConnectionException, match="failed"):
        connection.transmit(GET_CHALLENGE)
    card.answer = b"\x90\x00"
    served.events.wait(SlotEventKind.INSERTED, times=2)
    assert connection.transmit(GET_CHALLENGE) == ([], 0x90, 0x00)


@pytest.mark.parametrize("fault", ["mute:2", "torn-at-frame:2"])
def test_named_faults_end_in_an_error_at_their_frame(served: Served, fault: str) -> None:
    served.slot.insert(parse_fault(fault)(social_card()))
    served.reader.wait_for_card()
    connection = served.reader.createConnection()
    connection.connect()
    assert connection.transmit([*GET_CHALLENGE, 8])[1:] == (0x90, 0x00)
    with pytest.raises((NoCardException, CardConnectionException)):
        connection.transmit([*GET_CHALLENGE, 8])


def test_a_slow_card_answers_late_but_right(served: Served) -> None:
    insert(served, ScriptedCard(delay_us=600_000))
    connection = served.reader.createConnection()
    connection.connect()
    assert connection.transmit(GET_CHALLENGE) == ([], 0x90, 0x00)


@pytest.mark.parametrize("size", [4, 261, 262, 65535], ids=lambda size: f"{size} bytes")
def test_commands_of_every_size_reach_the_card_whole(served: Served, size: int) -> None:
    card = ScriptedCard(lambda command: command[4:-2] + b"\x90\x00")
    insert(served, card)
    connection = served.reader.createConnection()
    connection.connect()
    command = [*GET_CHALLENGE, *(number % 251 for number in range(size - 4))]
    data, sw1, sw2 = connection.transmit(command)
    assert (sw1, sw2) == (0x90, 0x00)
    assert bytes(data) == bytes(command)[4:-2]
    assert card.commands == [bytes(command)]


MALFORMED = [
    "0084",
    "008400",
    "00A404",
    "00B2072C0B00",
    "00A4040010AA",
    "00A40400000002",
    "00840000" + "00" * 70,
]


@pytest.mark.parametrize("command", MALFORMED)
def test_malformed_commands_get_a_status_word_or_an_error(served: Served, command: str) -> None:
    insert(served, social_card())
    connection = served.reader.createConnection()
    connection.connect()
    data, sw1, _sw2 = connection.transmit(list(bytes.fromhex(command)))
    assert (data, sw1 >> 4) == ([], 0x6)
    assert connection.transmit([*GET_CHALLENGE, 8])[1:] == (0x90, 0x00)


@pytest.mark.parametrize("command", ["00", ""], ids=["looks like a control", "empty"])
def test_a_command_that_no_card_can_see_is_an_error_and_no_hang(
    served: Served, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slot_link, "LOOK_US", 20_000)  # one second of silence; the driver asks every 0.4
    insert(served, social_card())
    connection = served.reader.createConnection()
    connection.connect()
    with pytest.raises(CardConnectionException):
        connection.transmit(list(bytes.fromhex(command)))


def test_what_is_no_byte_is_refused_before_the_card_sees_it(served: Served) -> None:
    insert(served, ScriptedCard())
    connection = served.reader.createConnection()
    connection.connect()
    with pytest.raises(ValueError, match="256"):
        connection.transmit([0, 0x84, 256, 0])


def test_an_observer_is_told_every_exchange(served: Served) -> None:
    insert(served, ScriptedCard())
    seen: list[tuple[bytes, bytes]] = []
    served.reader.observer = lambda command, response: seen.append((command, response))
    connection = served.reader.createConnection()
    connection.connect()
    connection.transmit(GET_CHALLENGE)
    assert seen == [(bytes(GET_CHALLENGE), b"\x90\x00")]


def test_a_connection_must_be_made_first(served: Served) -> None:
    with pytest.raises(CardConnectionException, match=r"call connect\(\) first"):
        served.reader.createConnection().transmit(GET_CHALLENGE)


READ_ALL = """
from onecard.virtual_cards.readers.pcsc import PcscReader, list_readers
for name in sorted(list_readers()):
    with PcscReader(name) as reader, reader.createConnection() as connection:
        reader.wait_for_card()
        connection.connect()
        print(name, bytes(connection.getATR()).hex().upper(), connection.transmit([0, 0x84, 0, 0])[0])
"""


def test_sixteen_cards_at_once_each_in_its_own_reader() -> None:
    with PrivatePcscd(8, name="Many") as daemon, SlotHost() as host:
        expected = []
        for number, address in enumerate(daemon.slots):
            card = ScriptedCard(bytes([number]) + b"\x90\x00", atr=bytes([0x3B, 1, number]))
            host.open(address.port).insert(card)
            expected.append(f"{address.reader} 3B01{number:02X} [{number}]")
        assert run_python(daemon.environment, READ_ALL) == expected


def test_a_reader_that_is_not_there_is_refused_with_those_that_are(pcscd: PrivatePcscd) -> None:
    with pytest.raises(PcscError, match="no PC/SC reader 'Nobody'; there are: Worker"):
        PcscReader("Nobody")


def test_a_missing_pyscard_is_told_with_the_command_that_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "smartcard", None)
    with pytest.raises(PcscLacksError, match=r"pyscard; to get it: sudo apt-get install .* pip install"):
        pcsc_context.list_readers()
