from __future__ import annotations

import pytest
from card_samples import SELECT_SSSE, make_card

from onecard.virtual_cards.faces import CONTACTLESS
from onecard.virtual_cards.faults import Mute, Slow, TornAtFrame
from onecard.virtual_cards.readers.in_process import (
    CardConnectionException,
    NoCardException,
    Reader,
    SmartcardException,
)

SELECT = list(bytes.fromhex(SELECT_SSSE))


def test_pyscards_verbs_reach_the_card() -> None:
    reader = Reader("Hall 1")
    reader.insert(make_card())
    connection = reader.createConnection()
    connection.connect()
    assert bytes(connection.getATR()).hex().upper() == "3B6D000000814A444686605199000001AC"
    assert connection.transmit(SELECT) == ([], 0x61, 0x1E)
    data, sw1, sw2 = connection.transmit([0x00, 0xC0, 0x00, 0x00, 0x1E])
    assert (data[:2], sw1, sw2) == ([0x6F, 0x1C], 0x90, 0x00)
    assert (connection.getReader(), str(reader)) == ("Hall 1", "Hall 1")


def test_the_face_of_the_insertion_is_used() -> None:
    reader = Reader("Gate 1")
    reader.insert(make_card(), CONTACTLESS)
    connection = reader.createConnection()
    connection.connect()
    assert connection.getATR()[:4] == [0x3B, 0x8D, 0x80, 0x01]
    assert connection.transmit(SELECT)[1:] == (0x90, 0x00)


def test_an_empty_reader_says_so() -> None:
    connection = Reader("Hall 1").createConnection()
    with pytest.raises(NoCardException, match="'Hall 1': no card inserted"):
        connection.connect()


def test_a_card_without_the_face_is_mute() -> None:
    reader = Reader("Gate 1")
    reader.insert(make_card("2.00"), CONTACTLESS)
    with pytest.raises(CardConnectionException, match="mute over its contactless face"):
        reader.createConnection().connect()


def test_removal_in_the_middle_is_reported() -> None:
    reader = Reader("Hall 1")
    reader.insert(make_card())
    connection = reader.createConnection()
    connection.connect()
    reader.remove()
    assert not reader.card_present
    with pytest.raises(CardConnectionException, match="the card was removed"):
        connection.transmit(SELECT)
    connection.disconnect()


def test_another_card_is_not_taken_for_the_first() -> None:
    reader = Reader("Hall 1")
    reader.insert(make_card())
    connection = reader.createConnection()
    connection.connect()
    reader.remove()
    reader.insert(make_card())
    with pytest.raises(CardConnectionException, match="the card was removed"):
        connection.transmit(SELECT)
    connection.connect()
    assert connection.transmit(SELECT) == ([], 0x61, 0x1E)


def test_removal_takes_the_cards_power() -> None:
    reader, card = Reader("Hall 1"), make_card()
    reader.insert(card)
    reader.createConnection().connect()
    reader.remove()
    reader.remove()
    assert card.session is None


def test_nothing_is_sent_before_connect_and_after_disconnect() -> None:
    reader = Reader("Hall 1")
    reader.insert(make_card())
    connection = reader.createConnection()
    with pytest.raises(CardConnectionException, match="not connected"):
        connection.transmit(SELECT)
    connection.connect()
    connection.disconnect()
    connection.disconnect()
    with pytest.raises(CardConnectionException, match="not connected"):
        connection.getATR()


def test_a_card_that_lost_its_power_is_reported() -> None:
    reader, card = Reader("Hall 1"), make_card()
    reader.insert(card)
    connection = reader.createConnection()
    connection.connect()
    card.power_off()
    with pytest.raises(CardConnectionException, match="has no power"):
        connection.transmit(SELECT)


def test_a_slot_holds_one_card() -> None:
    reader = Reader("Hall 1")
    reader.insert(make_card())
    with pytest.raises(ValueError, match="'Hall 1' already holds a card"):
        reader.insert(make_card())


def test_an_observer_is_told_every_exchange() -> None:
    seen: list[tuple[str, str]] = []
    reader = Reader("Hall 1", observer=lambda command, response: seen.append((command.hex(), response.hex())))
    reader.insert(make_card())
    connection = reader.createConnection()
    connection.connect()
    connection.transmit(SELECT)
    connection.transmit([0x00, 0xB2, 0x03, 0x2C, 0x06])
    assert seen == [(SELECT_SSSE.lower(), "611e"), ("00b2032c06", "0304332e30309000")]


def test_what_is_no_byte_is_refused() -> None:
    reader = Reader("Hall 1")
    reader.insert(make_card())
    connection = reader.createConnection()
    connection.connect()
    with pytest.raises(ValueError, match="byte"):
        connection.transmit([0x100])


def test_exceptions_share_pyscards_base() -> None:
    assert issubclass(NoCardException, SmartcardException)
    assert issubclass(CardConnectionException, SmartcardException)


def test_a_card_that_leaves_by_itself_is_out_of_the_reader() -> None:
    reader = Reader("Hall 1")
    card = TornAtFrame(make_card(), frame=2)
    reader.insert(card)
    connection = reader.createConnection()
    connection.connect()
    assert connection.transmit(SELECT) == ([], 0x61, 0x1E)
    with pytest.raises(CardConnectionException, match="the card was removed"):
        connection.transmit(SELECT)
    assert not reader.card_present
    reader.insert(card)
    connection.connect()
    assert connection.transmit(SELECT) == ([], 0x61, 0x1E)


def test_a_card_that_falls_silent_is_still_there() -> None:
    reader = Reader("Hall 1")
    reader.insert(Mute(make_card(), from_frame=2))
    connection = reader.createConnection()
    connection.connect()
    connection.transmit(SELECT)
    with pytest.raises(CardConnectionException, match="the card is mute or has no power"):
        connection.transmit(SELECT)
    assert reader.card_present


def test_an_observer_can_ask_how_late_an_answer_was() -> None:
    delays: list[int] = []
    reader = Reader("Hall 1", observer=lambda _command, _response: delays.append(reader.delay_us))
    assert reader.delay_us == 0
    reader.insert(Slow(make_card(), delay_us=30_000, frame=2))
    connection = reader.createConnection()
    connection.connect()
    for _ in range(3):
        connection.transmit(SELECT)
    assert delays == [0, 30_000, 0]
