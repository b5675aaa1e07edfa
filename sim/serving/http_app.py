"""A tier behind HTTP: an ASGI application (settlement.md §1.3).

Both entry styles of the interface: (a) one path for all transactions, (b) one path per transaction behind the
prefix of the gateway. Every answer to a ``POST`` there is an envelope with status 200, also a refusal by the
host: clients take any other status as an uncertain result (§1.2), and a refusal is none. Errors of HTTP
itself (wrong method, unknown path, unreadable request) have their own status.

The answer of 9102 is a ZIP stream and not an envelope (§2.3): a tier puts the file into its output as Base64,
``{"file": "…"}``, and it leaves here as bytes.

Plain ASGI on uvicorn: measured with 32 connections, processor time per request, 28 µs; Starlette's routing,
request and response objects make it 51 µs; granian takes 30 µs, but brings its own event loop and no way to
bound heads and connections in the envelope's terms.
"""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING, Any

import msgspec

from onecard.sim.serving.door import TIER_HEADERS, Door, Head
from onecard.sim.serving.host import Host, HostRefusedError, Trace
from onecard.sim.serving.metrics import CONTENT_TYPE as METRICS_TYPE
from onecard.sim.serving.refusals import refusal
from onecard.sim.serving.roles import check_role
from onecard.sim.serving.signatures import SIGNTYPES, SM2, SM3_HMAC, sign_reply
from onecard.sim.settlement.messages.reasons import Reason, reason_of
from onecard.sim.settlement.messages.transactions import TRANSACTIONS

if TYPE_CHECKING:
    import datetime
    from collections.abc import Awaitable, Callable, Mapping

    from onecard.sim.serving.clock import Clock
    from onecard.sim.serving.journal import Journal
    from onecard.sim.serving.limits import Limits
    from onecard.sim.serving.metrics import Metrics

    Message = dict[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

__all__ = ["DOWNLOAD", "SERVICE_PATH", "TRACE_HEADER", "TierApp", "read_trace", "write_trace"]

SERVICE_PATH = "/api/medical/service"
GATEWAY_PREFIX = "/fsi/api/"
JSON_TYPE = b"application/json;charset=utf-8"
TRACE_HEADER = b"x-onecard-trace"
DOWNLOAD = "9102"
DIVISION_OF_MINISTRY = "000000"
FORBIDDEN = (b"\\u0000", b"\x00")
"""The character that PostgreSQL cannot keep in a text."""

_head = msgspec.json.Decoder(Head)
_PATHS: dict[str, frozenset[str]] = {}
for _infno, _spec in TRANSACTIONS.items():
    if _spec.path:
        _PATHS[_spec.path] = _PATHS.get(_spec.path, frozenset()) | {_infno}


class _Result(msgspec.Struct):
    infcode: int | str = 0
    err_msg: str | None = None


class _File(msgspec.Struct):
    file: str


class _Download(msgspec.Struct):
    output: _File


_result = msgspec.json.Decoder(_Result)
_download = msgspec.json.Decoder(_Download)


def write_trace(trace: tuple[Trace, ...]) -> bytes:
    """Write the header that says where a message was (settlement.md §10 Q-10)."""
    return ", ".join(f"{at.tier};in={at.in_us};out={at.out_us}" for at in trace).encode("latin-1")


def read_trace(header: str) -> tuple[Trace, ...]:
    """Read such a header; entries that are none are left out."""
    found = []
    for entry in header.split(", ")[:64]:
        tier, _, times = entry.partition(";in=")
        in_us, _, out_us = times.partition(";out=")
        if tier and in_us.isdigit() and out_us.isdigit():
            found.append(Trace(tier, int(in_us), int(out_us)))
    return tuple(found)


class TierApp:
    """One tier's application.

    Args:
        address: the tier.
        host: where it is served.
        door: who may send.
        clock: says the time.
        start: the date of time zero.
        limits: what is borne.
        metrics: is told what happens.
        journal: writes it down.
    """

    def __init__(
        self,
        *,
        address: str,
        host: Host,
        door: Door,
        clock: Clock,
        start: datetime.date,
        limits: Limits,
        metrics: Metrics,
        journal: Journal,
    ) -> None:
        self.address = address
        self._host = host
        self._door = door
        self._clock = clock
        self._start = start
        self._limits = limits
        self._metrics = metrics
        self._journal = journal
        self._division = division_of(address)
        self._loop = asyncio.get_running_loop()

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope["path"]
        if path == SERVICE_PATH or path.startswith(GATEWAY_PREFIX):
            if scope["method"] == "POST":
                await self._service(scope, receive, send)
            else:
                await _respond(send, 405, b"POST only", extra=[(b"allow", b"POST")])
        elif scope["method"] not in ("GET", "HEAD"):
            await _respond(send, 404, b"unknown path")
        elif path == "/health":
            await _respond(send, 200, b"alive")
        elif path == "/ready":
            is_ready = await self._host.check()
            await _respond(send, 200 if is_ready else 503, b"ready" if is_ready else b"not ready")
        elif path == "/metrics":
            await _respond(send, 200, self._metrics.text(), content_type=METRICS_TYPE.encode())
        else:
            await _respond(send, 404, b"unknown path")

    # ---- one message

    async def _service(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        started_s, received_us = self._loop.time(), self._clock.now_us()
        headers = dict(scope["headers"])
        head, body, is_read = Head(), b"", False
        trace: tuple[Trace, ...] = ()
        try:
            body = await self._body(headers, receive)
            is_read = True
            head = _head_of(body)
            self._admit(scope["path"], head, body, headers)
            answer = await self._host.serve(self.address, body, head.inf_time or "")
            reply, trace = answer.reply, answer.trace
        except HostRefusedError as refused:
            reply = self._refuse(refused, received_us, body)
        except _GoneError:
            return
        result = result_of(reply)
        content, content_type = self._outgoing(head, reply, result, signed_by_tier=TIER_HEADERS[0] in headers)
        extra = [(TRACE_HEADER, write_trace(trace))] if trace else []
        await _respond(send, 200, content, content_type=content_type, extra=extra, closing=not is_read)
        if not is_read:
            await self._discard(receive)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        seconds = self._loop.time() - started_s
        self._metrics.answered(self.address, head.infno or "", result, seconds)
        self._journal.message(
            tier=self.address,
            msgid=head.msgid or "",
            infno=head.infno or "",
            institution=head.fixmedins_code or "",
            result=result,
            duration_us=round(seconds * 1e6),
        )

    def _admit(self, path: str, head: Head, body: bytes, headers: Mapping[bytes, bytes]) -> None:
        if path != SERVICE_PATH:
            meant = _PATHS.get(path.removeprefix(GATEWAY_PREFIX))
            if meant is None:
                raise HostRefusedError(Reason.UNKNOWN_TRANSACTION, "path")
            if head.infno not in meant:
                raise HostRefusedError(
                    Reason.MALFORMED, f"infno: the path is that of {', '.join(sorted(meant))}"
                )
        if any(sign in body for sign in FORBIDDEN):
            raise HostRefusedError(Reason.MALFORMED, "the character U+0000")
        if self._host.pending >= self._limits.pending:
            raise HostRefusedError(Reason.BUSY)
        check_role(self.address, head, self._door.check(head, body, headers))

    def _refuse(self, refused: HostRefusedError, received_us: int, body: bytes) -> bytes:
        return refusal(
            refused.reason,
            refused.detail,
            division=self._division,
            start=self._start,
            received_us=received_us,
            now_us=self._clock.now_us(),
            body=body,
        )

    def _outgoing(
        self, head: Head, reply: bytes, result: str, *, signed_by_tier: bool
    ) -> tuple[bytes, bytes]:
        """Return what is sent, and its content type."""
        if head.infno == DOWNLOAD and result == "ok":
            return base64.b64decode(_download.decode(reply).output.file), b"application/zip"
        if signed_by_tier:
            return reply, JSON_TYPE
        signtype = head.signtype if head.signtype in SIGNTYPES else SM3_HMAC if self._door.required else None
        if signtype is None:
            return reply, JSON_TYPE
        # a keyed hash is shared by the two; with SM2 the tier has a key of its own
        owner = self.address if signtype == SM2 else head.fixmedins_code or ""
        keys = self._door.keys.of(owner, sm2=signtype == SM2)
        can = keys is not None and (keys.private if signtype == SM2 else keys.hmac)
        return (sign_reply(reply, signtype, keys) if can and keys is not None else reply), JSON_TYPE

    # ---- bodies

    async def _body(self, headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
        """Read the body, with a bound on its length and on the time that it takes."""
        length = headers.get(b"content-length", b"")
        if length.isdigit() and int(length[:20]) > self._limits.body_bytes:
            raise self._too_large()
        parts, size, more = [], 0, True
        try:
            async with asyncio.timeout(self._limits.body_s):
                while more:
                    message = await receive()
                    if message["type"] != "http.request":
                        raise _GoneError
                    parts.append(message.get("body", b""))
                    size += len(parts[-1])
                    more = message.get("more_body", False)
                    if size > self._limits.body_bytes:
                        raise self._too_large()
        except TimeoutError:
            raise HostRefusedError(
                Reason.MALFORMED, f"the body was not there within {self._limits.body_s:g} s"
            ) from None
        return b"".join(parts)

    def _too_large(self) -> HostRefusedError:
        return HostRefusedError(Reason.TOO_LARGE, f"at most {self._limits.body_bytes} bytes")

    async def _discard(self, receive: Receive) -> None:
        """Throw the rest of a body away for a while: closing at once could destroy the answer."""
        try:
            async with asyncio.timeout(self._limits.discard_s):
                while True:
                    message = await receive()
                    if message["type"] != "http.request" or not message.get("more_body", False):
                        return
        except TimeoutError:
            return


class _GoneError(Exception):
    """The client went away before its request was whole."""


def division_of(address: str) -> str:
    """Return the division code of a tier's address, six digits."""
    digits = address.rpartition("/")[2]
    return f"{digits:0<6}" if digits.isdigit() else DIVISION_OF_MINISTRY


def result_of(reply: bytes) -> str:
    """Return ``"ok"``, the word of the reason, or ``"refused"`` for an answer without one of ours."""
    result = _result.decode(reply)
    return "ok" if str(result.infcode) == "0" else reason_of(result.err_msg) or "refused"


def _head_of(body: bytes) -> Head:
    try:
        return _head.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Head()


async def _respond(
    send: Send,
    status: int,
    body: bytes,
    *,
    content_type: bytes = b"text/plain; charset=utf-8",
    extra: list[tuple[bytes, bytes]] | None = None,
    closing: bool = False,
) -> None:
    headers = [(b"content-type", content_type), (b"content-length", b"%d" % len(body)), *(extra or ())]
    if closing:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": closing})
