from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onecard.virtual_cards.iso7816.tlv import (
    ber,
    find_ber,
    iterate_ber,
    iterate_simple,
    simple,
    split_simple,
)

SSSE_FCI = bytes.fromhex("6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA50988011E9F0C03860103")


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        pytest.param(0x84, "7378312E73682EC9E7BBE1B1A3D5CF", id="name"),
        pytest.param(0x88, "1E", id="directory"),
        pytest.param(0x9F0C, "860103", id="issuer-data"),
        pytest.param(0x86, "03", id="algorithm"),
    ],
)
def test_objects_of_the_observed_fci_are_found(tag: int, value: str) -> None:
    assert find_ber(SSSE_FCI, tag) == bytes.fromhex(value)


def test_an_absent_object_is_none() -> None:
    assert find_ber(SSSE_FCI, 0x50) is None


@given(st.lists(st.tuples(st.integers(1, 0xFE), st.binary(max_size=200)), max_size=6))
def test_simple_tlv_round_trip(objects: list[tuple[int, bytes]]) -> None:
    content = b"".join(simple(tag, value) for tag, value in objects)
    assert list(iterate_simple(content)) == objects


@given(st.lists(st.tuples(st.sampled_from([0x4F, 0x50, 0x9F0C, 0x84]), st.binary(max_size=255)), max_size=5))
def test_ber_tlv_round_trip(objects: list[tuple[int, bytes]]) -> None:
    content = b"".join(ber(tag, value) for tag, value in objects)
    assert list(iterate_ber(content)) == objects


@pytest.mark.parametrize("record", [b"", b"\x01", b"\x01\x02\x00", b"\x01\x00\x00"])
def test_a_record_that_is_no_single_tlv_is_refused(record: bytes) -> None:
    with pytest.raises(ValueError, match="not one simple TLV"):
        split_simple(record)


def test_a_tlv_that_runs_out_of_its_content_is_refused() -> None:
    with pytest.raises(ValueError, match="runs beyond"):
        list(iterate_simple(bytes.fromhex("0102FF")))
    with pytest.raises(ValueError, match="runs beyond"):
        list(iterate_ber(bytes.fromhex("8405FF")))
    with pytest.raises(ValueError, match="not 0 to 255"):
        list(iterate_ber(bytes.fromhex("84820001FF")))


@given(st.binary(max_size=40))
def test_broken_ber_is_parsed_or_refused_never_anything_else(content: bytes) -> None:
    try:
        objects = list(iterate_ber(content))
    except ValueError:
        return
    assert sum(len(value) for _, value in objects) <= len(content)
