"""The load of the settlement benchmark, a process of its own.

Called ``python -m onecard.bench.settlement_load JOB``. Closed loop: every connection sends its next message
when the one before it is answered. Messages of pharmacies are written before the clock starts; a visit's
messages depend on the answers before them, so they are written on the way. The job is JSON
(:class:`~onecard.bench.settlement.Job`), and so is what is printed.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import deque
from typing import TYPE_CHECKING

import msgspec
import uvloop

from onecard.bench.settlement import Job, Measured
from onecard.sim.authority.statuses import CardStatus
from onecard.sim.nation import build_nation
from onecard.sim.settlement.benefit import load_catalogue
from onecard.sim.settlement.clients.desk import Desk
from onecard.sim.settlement.clients.dialogue import Credential, charge
from onecard.sim.settlement.clients.outpatient_visit import OutpatientVisit
from onecard.sim.settlement.clients.pharmacy import PharmacyPurchase

if TYPE_CHECKING:
    from onecard.sim.nation import Nation
    from onecard.sim.settlement.registry import InsuredPerson

DRUG = "SYN-W-5004"
BILL = ("SYN-S-1002", "SYN-W-5004")
DAY_US = 86_400_000_000
OPENING_US = 8 * 3_600_000_000
HEAD = (
    b"POST %s HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json;charset=utf-8\r\n"
    b"content-length: %d\r\n\r\n"
)
SUCCESS = b'"infcode":0'


class Load:
    """What all connections share."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.latencies_s: list[float] = []
        self.refused = 0
        self.done = 0
        self.first_refusal = ""
        self.ended = asyncio.get_running_loop().create_future()
        self.open = job.connections
        self.path = job.path.encode()
        self.nation = build_nation(job.model)
        self.people = _card_holders(self.nation, job.city)
        make = _purchase if job.kind == "purchases" else _visit
        desks = _Desks(self.nation, job)
        self.work: deque[_Work] = deque(make(self, desks, number) for number in range(job.count))

    def close_one(self) -> None:
        """Count off a connection that has nothing more to do."""
        self.open -= 1
        if not self.open and not self.ended.done():
            self.ended.set_result(None)


class _Visit(msgspec.Struct):
    """A visit, and when it is."""

    client: OutpatientVisit
    now_us: int


_Work = bytes | _Visit


class _Desks:
    """Desks of the city's institutions, at times that make message numbers unique."""

    def __init__(self, nation: Nation, job: Job) -> None:
        self.calendar = nation.calendar
        letter = "P" if job.kind == "purchases" else "H"
        self.here = [
            each for each in nation.registries[job.city].institutions if each.fixmedins_code[0] == letter
        ]
        self.city = job.city
        self.second = OPENING_US + job.round * 3600 * 1_000_000
        self.number = 0

    def next(self) -> tuple[Desk, int]:
        """Return a desk that has not sent anything yet, and the time."""
        turn, self.number = self.number, self.number + 1
        place = self.here[turn % len(self.here)]
        number = turn // len(self.here)
        desk = Desk(
            fixmedins_code=place.fixmedins_code,
            fixmedins_name=place.name,
            mdtrtarea_admvs=self.city,
            calendar=self.calendar,
            number=number % 1296,
        )
        return desk, self.second + number // 1296 * 1_000_000


def _card_holders(nation: Nation, city: str) -> list[InsuredPerson]:
    registry = nation.registries[city]
    size = next(model.people for model in nation.model.cities if model.admdvs == city)
    people = (registry.insured(index) for index in range(size))
    return [person for person in people if person is not None and _has_card(nation, city, person)]


def _has_card(nation: Nation, city: str, person: InsuredPerson) -> bool:
    record = nation.registries[city].card(person.card_number) if person.card_number else None
    return (
        record is not None
        and record.status is CardStatus.NORMAL
        and (not record.expires or record.expires > nation.model.date)
    )


def _credential(person: InsuredPerson) -> Credential:
    return Credential(
        mdtrt_cert_type="03",
        mdtrt_cert_no=person.card_number,
        card_sn=person.card_sn,
        certno=person.certno,
        psn_name=person.psn_name,
    )


def _purchase(load: Load, desks: _Desks, number: int) -> bytes:
    person = load.people[number % len(load.people)]
    desk, now_us = desks.next()
    client = PharmacyPurchase(
        desk=desk,
        credential=_credential(person),
        charges=(charge(load_catalogue()[DRUG]),),
        use_account=False,
    )
    client.psn_no, client.insutype, client.insuplc_admdvs = (
        person.psn_no,
        person.insutype,
        person.insuplc_admdvs,
    )
    client.psn_name, client.certno = person.psn_name, person.certno
    client._plan = ["2102"]
    request = client.next_request(now_us)
    if request is None:
        raise ValueError("the client has nothing to send")
    return HEAD % (load.path, len(request)) + request


def _visit(load: Load, desks: _Desks, number: int) -> _Visit:
    desk, now_us = desks.next()
    client = OutpatientVisit(
        desk=desk,
        credential=_credential(load.people[number % len(load.people)]),
        ipt_otp_no=f"{load.job.round:02d}{number:010d}",
        charges=tuple(charge(load_catalogue()[code]) for code in BILL),
        use_account=False,
    )
    return _Visit(client, now_us)


class Connection(asyncio.Protocol):
    """One connection: a message, its answer, the next message."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._buffer = b""
        self._sent_s = 0.0
        self._visit: _Visit | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._load.close_one()

    def data_received(self, data: bytes) -> None:
        """Take an answer when it is whole."""
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        self._buffer = b""
        load = self._load
        load.latencies_s.append(time.perf_counter() - self._sent_s)
        if SUCCESS not in body:
            load.refused += 1
            load.first_refusal = load.first_refusal or body.decode(errors="replace")
            self._visit = None
        elif self._visit is not None:
            client = self._visit.client
            client.receive(body)
            if client.next_infno is None:
                load.done += client.failure is None
                self._visit = None
        else:
            load.done += 1
        self._next()

    def _next(self) -> None:
        load = self._load
        if self._visit is None:
            if not load.work:
                self._transport.close()
                return
            work = load.work.popleft()
            if isinstance(work, bytes):
                self._send(work)
                return
            self._visit = work
        request = self._visit.client.next_request(self._visit.now_us)
        if request is None:
            raise ValueError("the client has nothing to send")
        self._send(HEAD % (load.path, len(request)) + request)

    def _send(self, request: bytes) -> None:
        self._sent_s = time.perf_counter()
        self._transport.write(request)


async def _measure(job: Job) -> Measured:
    load = Load(job)
    loop = asyncio.get_running_loop()
    started_s, cpu_s = time.perf_counter(), time.process_time()
    for _ in range(job.connections):
        await loop.create_connection(lambda: Connection(load), job.host, job.port)
    await load.ended
    seconds = time.perf_counter() - started_s
    found = sorted(load.latencies_s)
    at = {share: found[min(len(found) - 1, int(len(found) * share))] * 1e3 for share in (0.5, 0.95, 0.99)}
    return Measured(
        done=load.done,
        messages=len(found),
        refused=load.refused,
        seconds=seconds,
        p50_ms=at[0.5],
        p95_ms=at[0.95],
        p99_ms=at[0.99],
        client_cpu_s=time.process_time() - cpu_s,
        first_refusal=load.first_refusal,
    )


if __name__ == "__main__":
    measured = uvloop.run(_measure(msgspec.json.decode(sys.argv[1], type=Job)))
    sys.stdout.buffer.write(msgspec.json.encode(measured))
