"""The two faces of a card: what differs between them at APDU level, and how the contactless one begins.

A contact card speaks T=0 and lets its transport show: a command with data and an answer gets ``61xx`` and
is followed by GET RESPONSE, an unfit Le gets ``6Cxx`` with the fit one. Over the contactless face answers
come directly. Readers hide one or the other, so every difference is a switch (facts: card.md §21 Q15–16);
``dataclasses.replace(CONTACT, …)`` makes a card of another habit.

Before the first APDU a contactless card tells a reader more than an ATR: :class:`Activation`.
"""

from __future__ import annotations

from dataclasses import dataclass

from onecard.virtual_cards.iso7816.atr import answer_to_select, contactless_atr, parse_ats

__all__ = ["CONTACT", "CONTACTLESS", "FACES", "Activation", "Face", "activation"]

_ATQA = bytes.fromhex("0400")
_SAK = 0x20
_RANDOM_UID = 0x08
_RANDOM_SIZE = 3


@dataclass(frozen=True, slots=True)
class Face:
    """How a card answers through one interface."""

    name: str
    contactless: bool
    """Whether the answer to reset is the PC/SC pseudo-ATR of the ATS (card.md §8.2)."""
    waits_with_61: bool
    """Data and an answer, but no Le: ``61xx``, the answer waits for GET RESPONSE; else it comes directly.
    With too short an Le it waits at every face."""
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

FACES = {face.name: face for face in (CONTACT, CONTACTLESS)}
"""The faces by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """What a type A card answers before the first APDU (ISO/IEC 14443-3 §6, 14443-4 §5; card.md §8.2)."""

    atqa: bytes
    """Answer to request, 2 bytes as sent: ``0400``, a UID of 4 bytes."""
    uid: bytes
    """4 bytes; another one at every activation, so that nobody follows the holder by it."""
    sak: int
    """Select acknowledge: ``20``, speaks ISO/IEC 14443-4."""
    ats: bytes
    """Answer to select, 18 bytes."""

    @property
    def uid_check(self) -> int:
        """BCC: XOR of the UID's bytes, sent after them."""
        first, second, third, fourth = self.uid
        return first ^ second ^ third ^ fourth

    @property
    def atr(self) -> bytes:
        """The ATR by which PC/SC presents the card."""
        return contactless_atr(parse_ats(self.ats))


def activation(historical: bytes, *, random: bytes) -> Activation:
    """Answer to one activation of the contactless face (card.md §21 Q17).

    Args:
        historical: T1…TD, 13 bytes.
        random: 3 bytes, new ones for each activation. The UID is ``08`` and these: ISO/IEC 14443-3 gives
            that first byte to UIDs drawn at random.

    Raises:
        ValueError: not 3 random bytes.
    """
    if len(random) != _RANDOM_SIZE:
        raise ValueError(f"random part of the UID {random.hex()!r}: 3 bytes are allowed")
    return Activation(
        atqa=_ATQA, uid=bytes((_RANDOM_UID,)) + random, sak=_SAK, ats=answer_to_select(historical)
    )
