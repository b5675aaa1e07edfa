"""Messages of the card authority.

Card authentication comes from settlement platforms in their own envelope, as transaction ``CA01``
(:mod:`onecard.sim.settlement.messages.authentication`). Everything else comes from counters, apps and
terminals as a small JSON object with an ``operation``.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from onecard.sim.authority.statuses import CardStatus, Operation

__all__ = [
    "CardRecord",
    "CounterReply",
    "CounterRequest",
    "decode_reply",
    "encode_request",
    "infno_of",
]

_Text = Annotated[str, Meta(max_length=64)]


class CardRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What the issuing registry knows of a card; the world hands it in.

    Attributes:
        card_number: the card number (卡号).
        card_sn: the card identification code (卡识别码).
        certno: the holder's social security number.
        psn_name: the holder's name.
        status: AAZ502 at the scenario's start.
        expires: last valid day, ``yyyy-MM-dd``; empty for none.
        essc_no: number of its electronic form; empty for none.
    """

    card_number: str
    card_sn: str
    certno: str
    psn_name: str
    status: CardStatus = CardStatus.NORMAL
    expires: str = ""
    essc_no: str = ""


class CounterRequest(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Something a counter, an app or a terminal asks for.

    Attributes:
        operation: see :class:`~onecard.sim.authority.statuses.Operation`.
        card_number: which card.
        certno: the holder's number; required to change anything, compared with the registry.
    """

    operation: Operation
    card_number: Annotated[str, Meta(min_length=1, max_length=32)]
    certno: _Text = ""


class CounterReply(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The authority's answer.

    Attributes:
        reason: ``"done"`` or why not.
        status: AAZ502 of the card after the operation, when the card is known.
        listed: whether the card is on the hot list.
        application: number of the application, for replacement and PIN reset.
        due_date: when the replacement can be collected, ``yyyy-MM-dd``.
        error: what was wrong with a malformed request.
    """

    reason: str
    status: str = ""
    listed: bool = False
    application: str = ""
    due_date: str = ""
    error: str = ""

    @property
    def done(self) -> bool:
        """Whether it was done."""
        return self.reason == "done"


class _Probe(msgspec.Struct):
    infno: str | None = None


_PROBE = msgspec.json.Decoder(_Probe)
_REPLY = msgspec.json.Decoder(CounterReply)
encode_request = msgspec.json.Encoder().encode


def decode_reply(data: bytes) -> CounterReply:
    """Decode an answer of the authority's counter side."""
    return _REPLY.decode(data)


def infno_of(data: bytes) -> str | None:
    """Return which transaction a message is; None for one of the counter, and for what cannot be read."""
    try:
        return _PROBE.decode(data).infno
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
