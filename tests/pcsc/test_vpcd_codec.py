"""The vpcd protocol without a socket: every cut of the stream, every limit, garbage."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onecard.virtual_cards.readers.vpcd import (
    PAYLOAD_LIMIT,
    Control,
    Message,
    MessageDecoder,
    VpcdProtocolError,
    encode,
)

CONTROLS = {bytes([control]): control for control in Control}
payloads = st.one_of(st.sampled_from(sorted(CONTROLS)), st.binary(min_size=1, max_size=300))


def decoded(*pieces: bytes) -> list[Message]:
    decoder = MessageDecoder()
    messages = []
    for piece in pieces:
        decoder.receive(piece)
        while (message := decoder.next_message()) is not None:
            messages.append(message)
    assert decoder.waiting == 0
    return messages


@given(sent=st.lists(payloads, max_size=6), cuts=st.lists(st.integers(0, 2000), max_size=8))
def test_messages_come_out_as_they_went_in_however_the_stream_is_cut(
    sent: list[bytes], cuts: list[int]
) -> None:
    stream = b"".join(encode(payload) for payload in sent)
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    pieces = [stream[a:b] for a, b in pairwise(edges)]
    expected = [CONTROLS.get(payload, payload) for payload in sent]
    assert decoded(stream) == expected
    assert decoded(*pieces) == expected
    assert decoded(*(stream[i : i + 1] for i in range(len(stream)))) == expected


@pytest.mark.parametrize("control", Control, ids=lambda control: control.name)
def test_one_byte_is_a_control(control: Control) -> None:
    (message,) = decoded(b"\x00\x01" + bytes([control]))
    assert message is control


def test_one_byte_that_is_no_control_is_left_to_the_card() -> None:
    assert decoded(b"\x00\x01\x03") == [b"\x03"]


def test_the_longest_command_passes() -> None:
    command = bytes(PAYLOAD_LIMIT)
    assert decoded(encode(command)) == [command]


def test_a_longer_response_than_the_length_can_say_is_refused() -> None:
    with pytest.raises(ValueError, match="65536 bytes"):
        encode(bytes(PAYLOAD_LIMIT + 1))


def test_garbage_is_said_once_and_for_all_after_what_was_good() -> None:
    decoder = MessageDecoder()
    decoder.receive(encode(b"\x04") + b"\x00\x00\xff\xff")
    assert decoder.next_message() is Control.ATR
    for _ in range(2):
        with pytest.raises(VpcdProtocolError, match="a message of no bytes; received 0000FFFF"):
            decoder.next_message()


def test_half_a_message_waits() -> None:
    decoder = MessageDecoder()
    decoder.receive(b"\x00\x05\x00\xa4")
    assert decoder.next_message() is None
    assert decoder.waiting == 4
