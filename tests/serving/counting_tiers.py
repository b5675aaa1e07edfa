"""Two small tiers for the tests of the host: one that keeps a row for each message, one that it asks.

They remember messages as the real ones do (settlement.md §10 Q-7), but need no people, policies or cards.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Generator, Iterable, Mapping
from typing import Any

import msgspec

from onecard.sim.actors import Ask, Heard, Server
from onecard.sim.settlement.messages.calendar import Calendar
from onecard.sim.settlement.messages.envelope import Reply, Request, decode_request, encode
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.store import SCHEMA, Change, Store
from onecard.sim.settlement.store.rows import MessageRow, SequenceRow

START = datetime.date(2025, 1, 1)
CITY, PROVINCE = "city/310000", "province/31"
INSTITUTION = "H31000000001"
TIMEOUT_US = 300_000


class CountingTier:
    """Keeps a row for each message; transaction ``2207`` asks the neighbour first, ``1101`` only reads.

    Transaction ``9102`` answers a file, ``0666`` is a defect.
    """

    def __init__(self, address: str, neighbour: str = "") -> None:
        self.address = address
        self.neighbour = neighbour
        self.store = Store(SCHEMA)
        self.calendar = Calendar(START)

    def restore(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self.store.tables[change.table].load(change.row)

    def serve(self, request: bytes, now_us: int) -> Generator[Ask, Heard, bytes]:
        self.store.begin()
        try:
            envelope = decode_request(request)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self.reply(now_us, refusal=RefusedError(Reason.MALFORMED))
        digest = hashlib.blake2b(request, digest_size=16).hexdigest()
        known = self.store.tables["MESSAGE"].get(envelope.msgid)
        if known is not None and known.digest != digest:
            return self.reply(now_us, refusal=RefusedError(Reason.DUPLICATE_MESSAGE))
        if known is not None and known.reply:
            stored: bytes = known.reply
            return stored
        if envelope.infno in ("1101", "9102"):
            rows = len(self.store.tables["SEQUENCE"])
            return self.reply(now_us, {"rows": rows, "file": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="})
        if self.neighbour and envelope.infno == "2207":
            self.note(envelope, digest, b"", now_us)
            heard = yield Ask(address=self.neighbour, request=request, timeout_us=TIMEOUT_US, durable=True)
            self.store.begin()
            if heard.reply is None:
                return self.reply(now_us, refusal=RefusedError(Reason.RESULT_UNCERTAIN))
        return self.count(envelope, digest, now_us)

    def count(self, envelope: Request, digest: str, now_us: int) -> bytes:
        rows = self.store.tables["SEQUENCE"]
        number = len(rows) + 1
        rows.put(SequenceRow(name=envelope.msgid, last=number))
        if envelope.infno == "0666":
            raise ZeroDivisionError("a defect")
        reply = self.reply(now_us, {"number": number})
        self.note(envelope, digest, reply, now_us)
        return reply

    def note(self, envelope: Request, digest: str, reply: bytes, now_us: int) -> None:
        given: dict[str, Any] = {
            field.name: "" for field in msgspec.structs.fields(MessageRow) if field.required
        }
        given |= {
            "message": envelope.msgid,
            "msgid": envelope.msgid,
            "infno": envelope.infno,
            "digest": digest,
        }
        given |= {"state": "answered" if reply else "pending", "reply": reply, "received_us": now_us}
        self.store.tables["MESSAGE"].put(MessageRow(**given))

    def reply(self, now_us: int, output: object = None, *, refusal: RefusedError | None = None) -> bytes:
        at = self.calendar.millis(now_us)
        refused = None if refusal is None else refusal.text
        return encode(
            Reply(
                output=output, infcode=-1 if refused else 0, err_msg=refused, refmsg_time=at, respond_time=at
            )
        )


def two_tiers() -> Mapping[str, Server]:
    """A city that asks its province, both here."""
    return {
        CITY: CountingTier(CITY, PROVINCE),
        PROVINCE: CountingTier(PROVINCE),
    }


def city_alone() -> Mapping[str, Server]:
    """A city that asks its province elsewhere."""
    return {CITY: CountingTier(CITY, PROVINCE)}


def province_alone() -> Mapping[str, Server]:
    """The province that it asks."""
    return {PROVINCE: CountingTier(PROVINCE)}


def envelope(number: int, infno: str = "2201", **other: object) -> dict[str, object]:
    """Return the fields of a message."""
    return {
        "infno": infno,
        "msgid": f"{INSTITUTION}20250101080000{number:04d}"[:30],
        "mdtrtarea_admvs": "310000",
        "insuplc_admdvs": "310000",
        "recer_sys_code": "YBXT",
        "infver": "V1.0",
        "opter_type": "1",
        "opter": "T01",
        "opter_name": "TEST",
        "inf_time": "2025-01-01 08:00:00",
        "fixmedins_code": INSTITUTION,
        "fixmedins_name": "TEST HOSPITAL",
        "input": {"data": {"n": number}},
    } | other


def message(number: int, infno: str = "2201", **other: object) -> bytes:
    """Return the bytes of a message."""
    return msgspec.json.encode(envelope(number, infno, **other))
