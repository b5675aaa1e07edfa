"""What an issuer knows before a card is made: the card's particulars and the holder's."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CardProfile", "Holder", "PersonalisationError"]


class PersonalisationError(ValueError):
    """A card cannot be made from these particulars: one line with field, value and what is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardProfile:
    """The card's particulars (facts: card.md §5.2 EF05, §6, §8.1)."""

    version: str
    """``"1.00"``, ``"2.00"`` or ``"3.00"``."""
    issuing_area: str
    """Six digits, GB/T 2260."""
    serial: bytes
    """4 bytes, unique within the area; on versions 1.00 and 2.00 the first is ``00``
    (card.md §21 Q18) but in cities of more than 2**24 cards."""
    card_number: str
    """Nine characters; the ninth is a check character that nobody need check (card.md §6.3)."""
    issue_date: str
    """``"YYYYMMDD"``, or empty."""
    valid_until: str
    """``"YYYYMMDD"``, or empty."""
    card_class: str = "3"
    """1 pre-school, 2 student, 3 adult or not told apart, 4 senior."""
    initialiser_area: str = ""
    """Six digits; empty: the issuing area."""
    initialiser_sequence: str = "01"
    pin: str = "123456"
    """4 to 12 digits; empty: no PIN set."""
    pin_limit: int = 3
    """Tries: 3, 6 and 10 are in use (card.md §11); 1 to 15 fit the status word."""
    pin_tries_left: int | None = None
    """Tries that are left, ``0``: locked; ``None``: all of them."""
    pin_unblocks: int | None = None
    """How often the PIN may be changed or unblocked under the PUK, 0 to 255; ``None``: without a limit."""
    extensions: tuple[str, ...] = ()
    """Extensions of the layout, see ``layouts.load_layout``."""
    chip_provider: bytes = b"\x00\x81"
    operating_system: bytes = b"\x54\x4c\x96"
    card_maker: bytes = b"\x86\x60"
    authentication_code: bytes | None = None
    """Last 4 bytes of the card identification code; ``None``: computed under the published issuer key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The holder's particulars (facts: card.md §5.2 EF06, §7.1–7.2)."""

    social_security_number: str
    name: str
    """A name longer than the field goes on in the name extension, version 2.00 and later."""
    sex: str = "9"
    """1 male, 2 female, 9 not stated."""
    ethnic_group: str = ""
    """Two digits, GB 3304; empty: not stated."""
    birthplace: str = ""
    """Six digits, GB/T 2260; empty: not stated."""
    birth_date: str = ""
    """``"YYYYMMDD"``; empty: not stated."""
