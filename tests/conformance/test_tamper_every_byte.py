"""Any byte of a bundle changed, any end of it lost, anything added: refused, and in one line."""

from __future__ import annotations

import pytest
from bundle_samples import small_bundle

from onecard.conformance.bundle.read import decode_bundle
from onecard.conformance.recheck.recheck import recheck
from onecard.sim.errors import InputError

LATER = 997
"""Every so many bytes the reader of reports is asked, too; it is held to the same."""


def test_the_bundle_is_accepted_as_it_was_written() -> None:
    found = recheck(small_bundle())
    assert (found.ok, found.verdict) == (True, "pass")


@pytest.mark.parametrize("flip", [0x01, 0x80], ids=["lowest-bit", "highest-bit"])
def test_every_byte_changed_is_refused(flip: int) -> None:
    altered = bytearray(small_bundle())
    accepted = []
    for at in range(len(altered)):
        altered[at] ^= flip
        found = recheck(bytes(altered))
        if found.ok or not found.refusal or "\n" in found.refusal:
            accepted.append(at)
        altered[at] ^= flip
    assert accepted == []


def test_every_truncation_is_refused() -> None:
    whole = small_bundle()
    assert [size for size in range(len(whole)) if recheck(whole[:size]).ok] == []


@pytest.mark.parametrize(
    "more", [b"\0", b"\0" * 512, b"\n", b"onecard"], ids=["zero", "block", "line", "text"]
)
def test_appended_bytes_are_refused(more: bytes) -> None:
    assert not recheck(small_bundle() + more).ok


def test_the_reader_of_reports_refuses_altered_and_shortened_bundles() -> None:
    whole = small_bundle()
    assert decode_bundle(whole).manifest.verdict == "pass"
    for at in range(0, len(whole), LATER):
        altered = whole[:at] + bytes((whole[at] ^ 1,)) + whole[at + 1 :]
        for data in (altered, whole[:at]):
            with pytest.raises(InputError) as refused:
                decode_bundle(data)
            assert "\n" not in str(refused.value)
