from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onecard.virtual_cards.iso7816.apdu import parse_command


@pytest.mark.parametrize(
    ("text", "data", "le"),
    [
        pytest.param("00A40000", "", None, id="case-1"),
        pytest.param("0084000008", "", 8, id="case-2"),
        pytest.param("00B2010400", "", 0, id="case-2-le-zero"),
        pytest.param("0020000003123456", "123456", None, id="case-3"),
        pytest.param("00A4000002EF0500", "EF05", 0, id="case-4"),
    ],
)
def test_the_four_short_cases_are_told_apart(text: str, data: str, le: int | None) -> None:
    apdu = parse_command(bytes.fromhex(text))
    assert apdu is not None
    assert (apdu.cla, apdu.ins) == (bytes.fromhex(text)[0], bytes.fromhex(text)[1])
    assert (apdu.data, apdu.le) == (bytes.fromhex(data), le)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("00A400", id="three-bytes"),
        pytest.param("002000000312", id="data-missing"),
        pytest.param("00200000031234560000", id="two-bytes-too-many"),
        pytest.param("00B201040000", id="lc-zero-with-le"),
        pytest.param("00A40400000102", id="extended-lc"),
        pytest.param("00B20104000100", id="extended-le"),
    ],
)
def test_everything_else_is_malformed(text: str) -> None:
    assert parse_command(bytes.fromhex(text)) is None


@given(
    header=st.binary(min_size=4, max_size=4),
    data=st.binary(max_size=255),
    le=st.none() | st.integers(min_value=0, max_value=255),
)
def test_what_is_built_is_what_is_parsed(header: bytes, data: bytes, le: int | None) -> None:
    command = header + (bytes([len(data)]) + data if data else b"") + (b"" if le is None else bytes([le]))
    apdu = parse_command(command)
    assert apdu is not None
    assert bytes((apdu.cla, apdu.ins, apdu.p1, apdu.p2)) == header
    assert (apdu.data, apdu.le) == (data, le)


@given(
    header=st.binary(min_size=4, max_size=4),
    data=st.binary(max_size=600),
    le=st.sampled_from(["", "0000", "0100", "FFFF"]),
)
def test_extended_lengths_are_malformed(header: bytes, data: bytes, le: str) -> None:
    if data or le:
        length = len(data).to_bytes(2, "big") if data else b""
        assert parse_command(header + b"\x00" + length + data + bytes.fromhex(le)) is None


@given(st.binary(max_size=300))
def test_no_bytes_make_the_parser_raise(command: bytes) -> None:
    apdu = parse_command(command)
    assert apdu is None or len(apdu.data) <= 255
