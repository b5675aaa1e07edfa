"""Tamper: change any byte of a bundle, or cut it anywhere, and recheck refuses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from onecard.conformance.recheck.recheck import recheck
from onecard.conformance.sessions.conduct import conduct
from onecard.conformance.sessions.request import Request

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["TamperResult", "small_bundle", "tamper"]

_SMALL = ("card/select/by-name/0[12]",)


class TamperResult(NamedTuple):
    """What became of the altered bundles."""

    altered: int
    accepted: tuple[str, ...]
    """Alterations that were not noticed: there must be none."""


def small_bundle(seed: int) -> bytes:
    """Return the bundle of two cases."""
    return conduct(Request(iut="virtual:3.00", seed=seed, cases=_SMALL)).bundle


def tamper(bundle: bytes, *, step: int = 1) -> TamperResult:
    """Alter a bundle in every way and recheck each.

    Args:
        bundle: a good one.
        step: every how-manieth byte; 1 for all.
    """
    total, accepted = 0, []
    for told, altered in _alterations(bundle, step):
        total += 1
        if recheck(altered).ok:
            accepted.append(told)
    return TamperResult(total, tuple(accepted))


def _alterations(bundle: bytes, step: int) -> Iterator[tuple[str, bytes]]:
    for at in range(0, len(bundle), step):
        changed = bytearray(bundle)
        changed[at] ^= 1 << at % 8
        yield f"byte {at} changed", bytes(changed)
        yield f"cut after {at} bytes", bundle[:at]
    yield "a byte appended", bundle + b"\0"
