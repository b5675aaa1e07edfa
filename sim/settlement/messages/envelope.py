"""The generation B envelope: one JSON object per call, one per answer (settlement.md §1.1, §1.2).

The field names are those of the interface, the missing letter of ``mdtrtarea_admvs`` included. The input
stays raw until the transaction is known; a client may send it as an object or as a string that holds one
(§10 Q-2). Null and missing are the same (ENV-6). Where platforms differ, :class:`EnvelopeOptions` says which
form is written or demanded; reading accepts every form that was seen.

Writing and reading are not equally strict. :class:`Reply` has the lengths of the interface; a client reads a
:class:`RawReply`, because an ``err_msg`` of 300 characters is still an answer, and taking it for none would
turn a refusal into an uncertain result.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from onecard.sim.settlement.messages.fields import (
    MESSAGE_TIME,
    PATTERNS,
    DateTime,
    Optional6,
    Optional10,
    Optional30,
    Optional100,
    Optional200,
    Optional2000,
    Text3,
    Text6,
    Text10,
    Text30,
    Text50,
    Text200,
)

__all__ = [
    "DEFAULT_OPTIONS",
    "FAILURE",
    "MAX_INPUT_BYTES",
    "MAX_MESSAGE_BYTES",
    "SUCCESS",
    "EnvelopeOptions",
    "RawReply",
    "Reply",
    "Request",
    "decode_reply",
    "decode_request",
    "encode",
    "encode_reply",
    "encode_request",
    "explain",
    "field_of",
    "infcode_of",
    "input_bytes",
]

SUCCESS = 0
FAILURE = -1
MAX_INPUT_BYTES = 4 * 40_000
"""``str 40000``: characters, at up to four bytes each in UTF-8. Some transactions may send more."""
MAX_MESSAGE_BYTES = 24 * 1024 * 1024
"""No message is longer: 16 MiB of file in Base64 (9101) and its envelope fit."""

_Signature = Annotated[str, Meta(max_length=1024)] | None
_MessageTime = Annotated[str, Meta(pattern=MESSAGE_TIME)] | None


class EnvelopeOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What differs between platforms.

    Attributes:
        strict_msgid: refuse a ``msgid`` without the institution's code and a plausible time (ENV-3).
        infcode_as_text: write ``infcode`` as a text (Q-1).
        input_as_text: write ``input`` as a text that holds JSON (Q-2).
    """

    strict_msgid: bool = False
    infcode_as_text: bool = False
    input_as_text: bool = False


DEFAULT_OPTIONS = EnvelopeOptions()


class Request(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A call (settlement.md §1.1)."""

    infno: Text6
    msgid: Text30
    mdtrtarea_admvs: Text6
    insuplc_admdvs: Optional6 = None
    recer_sys_code: Text10
    dev_no: Optional100 = None
    dev_safe_info: Optional2000 = None
    cainfo: _Signature = None
    signtype: Optional10 = None
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
    """An answer as a platform writes it (settlement.md §1.2)."""

    output: Any = None
    infcode: Annotated[int, Meta(gt=-(10**4), lt=10**4)] | Annotated[str, Meta(pattern=r"\A-?[0-9]{1,4}\Z")]
    warn_msg: str | None = None
    cainfo: _Signature = None
    err_msg: Optional200 = None
    refmsg_time: _MessageTime = None
    signtype: Optional10 = None
    respond_time: _MessageTime = None
    inf_refmsgid: Optional30 = None


class RawReply(Reply, kw_only=True):
    """An answer as a client reads it: output not decoded yet, and no lengths."""

    output: msgspec.Raw = msgspec.Raw(b"null")
    cainfo: str | None = None
    err_msg: str | None = None
    refmsg_time: str | None = None
    signtype: str | None = None
    respond_time: str | None = None
    inf_refmsgid: str | None = None


_REQUEST = msgspec.json.Decoder(Request)
_REPLY = msgspec.json.Decoder(RawReply)
_TEXT = msgspec.json.Decoder(str)
_ENCODER = msgspec.json.Encoder()
encode = _ENCODER.encode

_PLAUSIBLE_TIME = re.compile(
    r"(?:19|20|21)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]"
)


def decode_request(data: bytes, options: EnvelopeOptions = DEFAULT_OPTIONS) -> Request:
    """Decode a call.

    Raises:
        msgspec.ValidationError: a field is missing, of the wrong type or too long, or the message is; the
            text names it.
        msgspec.DecodeError: not JSON.
        UnicodeDecodeError: not UTF-8.
        RecursionError: nested too deeply.
    """
    if len(data) > MAX_MESSAGE_BYTES:
        raise msgspec.ValidationError(f"message has {len(data)} bytes, allowed are {MAX_MESSAGE_BYTES}")
    request = _REQUEST.decode(data)
    if options.strict_msgid:
        _check_msgid(request)
    return request


def _check_msgid(request: Request) -> None:
    """Refuse a message number that is not institution, time and sequence (ENV-3)."""
    code, msgid = request.fixmedins_code, request.msgid
    if not msgid.startswith(code) or _PLAUSIBLE_TIME.match(msgid, len(code)) is None:
        raise msgspec.ValidationError(
            f"ENV-3 {msgid!r} is not {code}, a time yyyyMMddHHmmss and a sequence - at `$.msgid`"
        )


def decode_reply(data: bytes) -> RawReply:
    """Decode an answer; errors as :func:`decode_request`. ``infcode`` may be a number or a text (Q-1)."""
    if len(data) > MAX_MESSAGE_BYTES:
        raise msgspec.ValidationError(f"message has {len(data)} bytes, allowed are {MAX_MESSAGE_BYTES}")
    return _REPLY.decode(data)


def infcode_of(reply: Reply) -> int:
    """Return ``infcode`` as a number, whichever way it came (Q-1)."""
    return int(reply.infcode)


def encode_request(request: Request, options: EnvelopeOptions = DEFAULT_OPTIONS) -> bytes:
    """Write a call, with ``input`` as an object or as a text (Q-2)."""
    raw = bytes(request.input)
    if options.input_as_text and raw[:1] != b'"':
        request = msgspec.structs.replace(request, input=msgspec.Raw(encode(raw.decode())))
    return encode(request)


def encode_reply(reply: Reply, options: EnvelopeOptions = DEFAULT_OPTIONS) -> bytes:
    """Write an answer, with ``infcode`` as a number or as a text (Q-1)."""
    if options.infcode_as_text:
        reply = msgspec.structs.replace(reply, infcode=str(reply.infcode))
    return encode(reply)


def input_bytes(request: Request, *, limit_bytes: int = MAX_INPUT_BYTES) -> bytes:
    """Return the input object as JSON, also when the client sent it as a string (Q-2).

    Args:
        request: the envelope.
        limit_bytes: how long the input may be; the transaction's own where the table has one.

    Raises:
        msgspec.DecodeError: null, a string that is no JSON text, or an input that is too long.
    """
    raw = bytes(request.input)
    if len(raw) > limit_bytes:
        raise msgspec.ValidationError(f"{len(raw)} bytes, allowed are {limit_bytes} - at `$.input`")
    if raw[:1] == b'"':
        return _TEXT.decode(raw).encode()
    if raw == b"null":
        raise msgspec.ValidationError("Object missing required field `input`")
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


def explain(error: Exception) -> str:
    """Return a decoding error in one line: the field first, patterns in words, fit for ``err_msg``."""
    text, matching, tail = str(error).partition("Expected `str` matching regex ")
    if matching:
        pattern, _, place = tail.rpartition(" - at `")
        allowed = PATTERNS.get(pattern[1:-1].replace("\\\\", "\\"), "another form")
        text = f"Expected {allowed} - at `{place}"
    field = field_of(error)
    return f"{field}: {text}" if field else text
