"""The generation B envelope: one JSON object per call, one per answer (settlement.md §1.1, §1.2).

The field names are those of the interface, the missing letter of ``mdtrtarea_admvs`` included. The input
stays raw until the transaction is known; a client may send it as an object or as a string that holds one
(§10 Q-2). Null and missing are the same (ENV-6).
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

__all__ = [
    "FAILURE",
    "SUCCESS",
    "Extension",
    "Reply",
    "Request",
    "Text3",
    "Text6",
    "Text10",
    "Text20",
    "Text30",
    "Text32",
    "Text50",
    "Text100",
    "Text150",
    "Text200",
    "Text500",
    "decode_reply",
    "decode_request",
    "encode",
    "field_of",
    "input_bytes",
]

SUCCESS = 0
FAILURE = -1
MAX_INPUT_BYTES = 4 * 40_000
"""``str 40000``: characters, at up to four bytes each in UTF-8."""

Code1 = Annotated[str, Meta(min_length=1, max_length=1)]
Text3 = Annotated[str, Meta(min_length=1, max_length=3)]
Text6 = Annotated[str, Meta(min_length=1, max_length=6)]
Text10 = Annotated[str, Meta(min_length=1, max_length=10)]
Text20 = Annotated[str, Meta(min_length=1, max_length=20)]
Text30 = Annotated[str, Meta(min_length=1, max_length=30)]
Text32 = Annotated[str, Meta(min_length=1, max_length=32)]
Text50 = Annotated[str, Meta(min_length=1, max_length=50)]
Text100 = Annotated[str, Meta(min_length=1, max_length=100)]
Text150 = Annotated[str, Meta(min_length=1, max_length=150)]
Text200 = Annotated[str, Meta(min_length=1, max_length=200)]
Text500 = Annotated[str, Meta(min_length=1, max_length=500)]
Date = Annotated[str, Meta(pattern=r"\A([0-9]{4}-[0-9]{2}-[0-9]{2})?\Z")]
DateTime = Annotated[str, Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\Z")]
Optional6 = Annotated[str, Meta(max_length=6)] | None
Optional30 = Annotated[str, Meta(max_length=30)] | None
Optional32 = Annotated[str, Meta(max_length=32)] | None
Optional50 = Annotated[str, Meta(max_length=50)] | None
Optional100 = Annotated[str, Meta(max_length=100)] | None
Optional200 = Annotated[str, Meta(max_length=200)] | None
Optional500 = Annotated[str, Meta(max_length=500)] | None
Optional1000 = Annotated[str, Meta(max_length=1000)] | None
Extension = Annotated[str, Meta(max_length=4000)] | None


class Request(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A call (settlement.md §1.1)."""

    infno: Text6
    msgid: Text30
    mdtrtarea_admvs: Text6
    insuplc_admdvs: Optional6 = None
    recer_sys_code: Text10
    dev_no: Optional100 = None
    dev_safe_info: Annotated[str, Meta(max_length=2000)] | None = None
    cainfo: Annotated[str, Meta(max_length=1024)] | None = None
    signtype: Annotated[str, Meta(max_length=10)] | None = None
    infver: Text6
    opter_type: Text3
    opter: Text30
    opter_name: Text50
    inf_time: DateTime
    fixmedins_code: Text30
    fixmedins_name: Text200
    sign_no: Optional30 = None
    input: msgspec.Raw


class Reply(msgspec.Struct, kw_only=True):
    """An answer (settlement.md §1.2)."""

    output: Any = None
    infcode: int | str
    warn_msg: str | None = None
    cainfo: str | None = None
    err_msg: str | None = None
    refmsg_time: str | None = None
    signtype: str | None = None
    respond_time: str | None = None
    inf_refmsgid: str | None = None


class RawReply(Reply, kw_only=True):
    """An answer whose output is not decoded yet, as a client wants it."""

    output: msgspec.Raw = msgspec.Raw(b"null")


_REQUEST = msgspec.json.Decoder(Request)
_REPLY = msgspec.json.Decoder(RawReply)
_TEXT = msgspec.json.Decoder(str)
_ENCODER = msgspec.json.Encoder()
encode = _ENCODER.encode


def decode_request(data: bytes) -> Request:
    """Decode a call.

    Raises:
        msgspec.ValidationError: a field is missing, of the wrong type or too long; the text names it.
        msgspec.DecodeError: not JSON.
        UnicodeDecodeError: not UTF-8.
    """
    return _REQUEST.decode(data)


def decode_reply(data: bytes) -> RawReply:
    """Decode an answer; errors as :func:`decode_request`. ``infcode`` may be a number or a text (Q-1)."""
    return _REPLY.decode(data)


def input_bytes(request: Request) -> bytes:
    """Return the input object as JSON, also when the client sent it as a string (Q-2).

    Raises:
        msgspec.DecodeError: a string that is no JSON text, or an input that is too long.
    """
    raw = bytes(request.input)
    if len(raw) > MAX_INPUT_BYTES:
        raise msgspec.ValidationError(f"input has {len(raw)} bytes, allowed are {MAX_INPUT_BYTES}")
    if raw[:1] == b'"':
        return _TEXT.decode(raw).encode()
    return raw


def field_of(error: Exception) -> str:
    """Return the name of the field that a validation error is about, or ``""``.

    ``Object missing required field `psn_no` - at `$.data` `` and ``… - at `$.data.psn_no` `` both give
    ``psn_no``.
    """
    text = str(error)
    if "required field `" in text:
        return text.partition("required field `")[2].partition("`")[0]
    path = text.rpartition(" - at `$")[2].partition("`")[0] if " - at `$" in text else ""
    names = [name.partition("[")[0] for name in path.split(".")]
    return next((name for name in reversed(names) if name), "")
