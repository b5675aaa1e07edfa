"""Messages of the e-card service: a JSON object with an ``operation``, one structure per operation.

Field names follow the public client interfaces (card.md §17): ``esscNo`` e-card number, ``signLevel`` issuing
level, ``qrCode`` and ``busiType`` of the code check. The content of a code is not public; here it is an
opaque random token (card.md §21, 30).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

__all__ = [
    "BusinessType",
    "ECard",
    "ECardReply",
    "Issue",
    "Request",
    "ShowCode",
    "Status",
    "Unlink",
    "Verify",
    "decode_reply",
    "decode_request",
    "encode_request",
]

_Text = Annotated[str, Meta(min_length=1, max_length=64)]


class BusinessType(StrEnum):
    """What a code is checked for: a level 1 e-card identifies, a level 2 e-card also pays."""

    IDENTITY = "identity"
    PAYMENT = "payment"


class ECard(msgspec.Struct, frozen=True, kw_only=True):
    """What the registry knows of a holder; the world hands it in.

    Attributes:
        certno: holder's social security number.
        psn_name: holder's name.
        card_number: number of the physical card that the e-card mirrors.
        pan: bank card number; empty when the bank account is not activated.
        essc_no: e-card number, unique; fixed per holder, also before issuing.
        sign_level: 0 not issued, 1 identity, 2 also payment, at the scenario's start.
    """

    certno: str
    psn_name: str
    card_number: str
    essc_no: str
    pan: str = ""
    sign_level: int = 0


class _Message(msgspec.Struct, kw_only=True, tag_field="operation", rename="camel"):
    pass


class Issue(_Message, kw_only=True, tag="issue"):
    """Issue an e-card, or raise its level (``signLevel`` 1 or 2)."""

    certno: _Text
    psn_name: _Text
    sign_level: Annotated[int, Meta(ge=1, le=2)] = 1


class Status(_Message, kw_only=True, tag="status"):
    """Ask for level and mirrored status of an e-card."""

    essc_no: _Text


class ShowCode(_Message, kw_only=True, tag="show-code"):
    """Ask for a new dynamic code, as the holder's telephone does; occurrence numbers the holder's codes."""

    essc_no: _Text


class Verify(_Message, kw_only=True, tag="verify"):
    """Check a code, as a merchant, a gate or an institution does."""

    qr_code: _Text
    busi_type: BusinessType = BusinessType.IDENTITY
    institution: Annotated[str, Meta(max_length=64)] = ""


class Unlink(_Message, kw_only=True, tag="unlink"):
    """Give the e-card up."""

    essc_no: _Text


Request = Issue | Status | ShowCode | Verify | Unlink


class ECardReply(msgspec.Struct, kw_only=True, omit_defaults=True, rename="camel"):
    """Answer of the e-card service.

    Attributes:
        reason: ``"ok"`` or why not.
        essc_no: e-card number.
        sign_level: issuing level.
        card_status: AAZ502 of the physical card, mirrored.
        qr_code: the new code.
        valid_until_us: when the code stops being accepted, simulated microseconds.
        card_number: the physical card's number, for an accepted code.
        certno: the holder's number, for an accepted code.
        psn_name: the holder's name, for an accepted code.
        pan: bank card number, for a code accepted for payment.
        error: what was wrong with a malformed request.
    """

    reason: str
    essc_no: str = ""
    sign_level: int = 0
    card_status: str = ""
    qr_code: str = ""
    valid_until_us: int = 0
    card_number: str = ""
    certno: str = ""
    psn_name: str = ""
    pan: str = ""
    error: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the request was accepted."""
        return self.reason == "ok"


_REQUEST: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)
_REPLY = msgspec.json.Decoder(ECardReply)
encode_request = msgspec.json.Encoder().encode


def decode_request(data: bytes) -> Request:
    """Decode a request; raises msgspec and Unicode errors for what is none."""
    return _REQUEST.decode(data)


def decode_reply(data: bytes) -> ECardReply:
    """Decode an answer; raises msgspec and Unicode errors for what is none."""
    return _REPLY.decode(data)
