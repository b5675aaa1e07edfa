"""The two faces of a card, and what differs between them at APDU level.

A contact card speaks T=0 and lets its transport show: a command with data and an answer gets ``61xx`` and
is followed by GET RESPONSE, an unfit Le gets ``6Cxx`` with the fit one. Over the contactless face answers
come directly. Readers hide one or the other, so every difference is a switch (facts: card.md §21 Q15–16);
``dataclasses.replace(CONTACT, …)`` makes a card of another habit.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CONTACT", "CONTACTLESS", "Face"]


@dataclass(frozen=True, slots=True)
class Face:
    """How a card answers through one interface."""

    name: str
    contactless: bool
    """Whether the answer to reset is the PC/SC pseudo-ATR of the ATS (card.md §8.2)."""
    waits_with_61: bool
    """Data and an answer, but no Le (or too short an Le): ``61xx``, the answer waits for GET RESPONSE."""
    absent_le_is_zero: bool
    """A reading command without Le is taken as Le = 00 (the T=0 header has P3 = 00); otherwise ``6700``."""
    zero_le_gets_6c: bool
    """READ with Le = 00: ``6Cxx`` with the true length; otherwise everything."""
    long_le_gets_6c: bool
    """READ with Le greater than the data: ``6Cxx``; otherwise the data."""
    short_le_gets_6c: bool
    """READ RECORD with Le less than the record: ``6Cxx``; otherwise the first Le bytes."""


CONTACT = Face(
    name="contact",
    contactless=False,
    waits_with_61=True,
    absent_le_is_zero=True,
    zero_le_gets_6c=True,
    long_le_gets_6c=True,
    short_le_gets_6c=True,
)
CONTACTLESS = Face(
    name="contactless",
    contactless=True,
    waits_with_61=False,
    absent_le_is_zero=False,
    zero_le_gets_6c=False,
    long_le_gets_6c=False,
    short_le_gets_6c=True,
)
