"""Card authentication (卡鉴权), transaction ``CA01``: what a settlement platform asks the card authority.

No public text has this message; this project defines it after the recommendation of settlement.md §10 Q-9.
It travels in the settlement envelope with the number of the message that it belongs to (Q-10). Every
settlement with a card asks; queries do not, which would overload the card authority (§5.2 CA-1).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

__all__ = [
    "AUTHENTICATION_RESULTS",
    "INFNO",
    "Authentication",
    "AuthenticationInput",
    "AuthenticationOutput",
    "AuthenticationResult",
]

INFNO = "CA01"
_Text = Annotated[str, Meta(max_length=64)]


class AuthenticationResult(StrEnum):
    """Answer of card authentication (卡鉴权), settlement.md §10 Q-9."""

    OK = "0"
    UNKNOWN_CARD = "1"
    LOST = "2"
    FROZEN = "3"
    CANCELLED = "4"
    HOLDER_DIFFERS = "5"
    EXPIRED = "6"
    NOT_ACTIVATED = "7"
    KEY_ERROR = "8"


AUTHENTICATION_RESULTS: dict[str, tuple[str, str]] = {
    AuthenticationResult.OK: ("authentic, in use", "鉴权通过"),
    AuthenticationResult.UNKNOWN_CARD: ("unknown card", "无此卡"),
    AuthenticationResult.LOST: ("reported lost", "卡已挂失"),
    AuthenticationResult.FROZEN: ("locked", "卡应用已锁定"),
    AuthenticationResult.CANCELLED: ("cancelled", "卡已注销"),
    AuthenticationResult.HOLDER_DIFFERS: ("holder's data differ", "持卡人信息不符"),
    AuthenticationResult.EXPIRED: ("expired", "卡已过期"),
    AuthenticationResult.NOT_ACTIVATED: ("not activated", "卡未启用"),
    AuthenticationResult.KEY_ERROR: ("authentication code wrong", "鉴权码错误"),
}
"""Authentication result → (English, Chinese)."""


class Authentication(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Input of CA01.

    Attributes:
        mdtrt_cert_type: 03 the card itself, 01 its electronic form; a card when absent.
        mdtrt_cert_no: card number, or number of the electronic card.
        card_sn: card identification code; compared when given.
        certno: holder's number; compared when given.
        psn_name: holder's name; compared when given.
        terminal: number of the terminal that read the card.
        random: challenge of the authentication code.
        mac: authentication code of the card, checked when the authority was given a check.
    """

    mdtrt_cert_no: Annotated[str, Meta(min_length=1, max_length=50)]
    mdtrt_cert_type: Annotated[str, Meta(max_length=3)] | None = None
    card_sn: _Text | None = None
    certno: _Text | None = None
    psn_name: _Text | None = None
    terminal: _Text | None = None
    random: _Text | None = None
    mac: _Text | None = None


class AuthenticationInput(msgspec.Struct):
    """The ``data`` node of CA01's input."""

    data: Authentication


class AuthenticationOutput(msgspec.Struct, kw_only=True):
    """Output of CA01.

    Attributes:
        result: :class:`AuthenticationResult`.
        auth_serial: number of this authentication, carried by the settlement that it allows.
    """

    result: Annotated[str, Meta(min_length=1, max_length=1)]
    auth_serial: Annotated[str, Meta(min_length=1, max_length=64)]
