"""Two small tiers for the tests of the host: one that keeps a row for each message, one that it asks.

They stand on the kernel of the real tiers, so messages are remembered and repeated as there, but need no
people, no policies and no cards.
"""

from __future__ import annotations

import datetime
from collections.abc import Generator, Mapping

import msgspec

from onecard.sim.actors import Ask, Heard, Server
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.store.rows import SequenceRow
from onecard.sim.settlement.tiers.kernel import Arrived, Tier

START = datetime.date(2025, 1, 1)
CITY, MINISTRY = "city/310000", "ministry"
INSTITUTION = "H31000000001"
TIMEOUT_US = 300_000


class CountingTier(Tier):
    """Keeps a row for each message; transaction ``2207`` asks the neighbour first, ``1101`` only reads.

    Transaction ``9102`` answers a file, ``0666`` is a defect.
    """

    def __init__(self, address: str, division: str, neighbour: str = "") -> None:
        super().__init__(address=address, division=division, start=START)
        self.neighbour = neighbour

    def transact(self, arrived: Arrived) -> Generator[Ask, Heard, bytes]:
        infno = arrived.request.infno
        if infno == "1101":
            return self.success(arrived, {"rows": len(self.store.tables["SEQUENCE"])})
        if infno == "9102":
            return self.success(arrived, {"file": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="})
        arrived.remembered = True
        if infno == "0666":
            raise ZeroDivisionError("a defect")
        if self.neighbour and infno == "2207":
            self.note_pending(arrived)
            reply = yield from self.ask(
                arrived, self.neighbour, arrived.raw, timeout_us=TIMEOUT_US, durable=True
            )
            if reply is None:
                raise RefusedError(Reason.RESULT_UNCERTAIN, "neighbour")
        number = self.sequence("messages")
        self.store.tables["SEQUENCE"].put(SequenceRow(name=arrived.request.msgid, last=number))
        return self.success(arrived, {"number": number})


def two_tiers() -> Mapping[str, Server]:
    """A city that asks the ministry, both here."""
    return {
        CITY: CountingTier(CITY, "310000", MINISTRY),
        MINISTRY: CountingTier(MINISTRY, "000000"),
    }


def city_alone() -> Mapping[str, Server]:
    """A city that asks a ministry elsewhere."""
    return {CITY: CountingTier(CITY, "310000", MINISTRY)}


def ministry_alone() -> Mapping[str, Server]:
    """The ministry that it asks."""
    return {MINISTRY: CountingTier(MINISTRY, "000000")}


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
