"""Tiers in the middle: they route, check, land a copy, and feed the answer back unchanged; the province.

Theory of operation (architecture §4; settlement.md §5.1). A message goes from the city of treatment up to its
province, over the ministry to the insured province, and down to the insured city; inside one province it
turns round there. The way back is the same. A tier in the middle decides nothing about the business: it
holds the message against its rules, sends the same bytes on, and when the answer is final, lands what it
says and remembers it, before the answer goes further. When the next hop does not answer, the result is
uncertain (Q-12): that is answered and not remembered, and the same message may come again.

What the ministry does beyond this is :mod:`onecard.sim.settlement.tiers.ministry`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator
from typing import TYPE_CHECKING

import msgspec

from onecard.sim.actors import Ask, Heard
from onecard.sim.settlement.messages.authentication import INFNO
from onecard.sim.settlement.messages.envelope import decode_reply, input_bytes
from onecard.sim.settlement.messages.hot_list import INFNO as REPORT
from onecard.sim.settlement.messages.inputs import ReversalInput
from onecard.sim.settlement.messages.reasons import Reason, RefusedError, reason_of
from onecard.sim.settlement.money.prepayment import watch
from onecard.sim.settlement.store.rows import ReversedRow
from onecard.sim.settlement.tiers.between import BETWEEN_TIERS, serve_between
from onecard.sim.settlement.tiers.directory import MINISTRY, city_address, province_address
from onecard.sim.settlement.tiers.handlers import HANDLERS
from onecard.sim.settlement.tiers.kernel import UNDECODABLE, Arrived, Tier
from onecard.sim.settlement.tiers.landing import land, read_landing
from onecard.sim.settlement.tiers.money import prepayment, province_entries
from onecard.sim.settlement.tiers.options import DEFAULT_TIER_OPTIONS

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable

    from onecard.sim.ledger import Posting
    from onecard.sim.settlement.messages.envelope import RawReply
    from onecard.sim.settlement.store import Table
    from onecard.sim.settlement.store.rows import SettlementRow
    from onecard.sim.settlement.store.rows_money import PrepaymentAlarmRow
    from onecard.sim.settlement.tiers.directory import Directory
    from onecard.sim.settlement.tiers.options import TierOptions

__all__ = ["FORWARDED", "Forwarder", "ProvinceTier"]

PROVINCE_UP_US = 20_000_000
PROVINCE_DOWN_US = 10_000_000
AUTHENTICATION_UP_US = 8_000_000
"""How long a province waits for the next one (settlement.md §10 Q-11); the inner time-out is the shorter."""

FORWARDED = frozenset(infno for infno, handler in HANDLERS.items() if handler.place != "treatment")
"""Transactions that pass a province or the ministry: those in which the insured place has a part."""

_REVERSAL = msgspec.json.Decoder(ReversalInput)


class Forwarder(Tier):
    """What a province and the ministry have in common.

    Attributes:
        forwarded: transactions that it sends on.

    Args:
        address: where messages to it go.
        division: its division code.
        start: the date of time zero.
        directory: the cities that take part.
        observer: called with every posting.
        journal: whether requests and answers are written down as they went.
        options: what it demands of senders.
    """

    forwarded = FORWARDED

    def __init__(
        self,
        *,
        address: str,
        division: str,
        start: datetime.date,
        directory: Directory,
        observer: Callable[[Posting], None] | None = None,
        journal: bool = False,
        options: TierOptions = DEFAULT_TIER_OPTIONS,
    ) -> None:
        super().__init__(
            address=address,
            division=division,
            start=start,
            observer=observer,
            journal=journal,
            options=options,
        )
        self.directory = directory
        self.settlements: Table[SettlementRow] = self.store.tables["OUTMED_SETL_D"]

    def transact(self, arrived: Arrived) -> Generator[Ask, Heard, bytes]:
        """Route a message and feed the answer back."""
        infno = arrived.request.infno
        if infno in BETWEEN_TIERS:
            return (yield from serve_between(self, arrived))
        if infno == INFNO:
            return (yield from self.authenticate(arrived))
        if infno not in self.forwarded:
            return self.own(arrived)
        address, timeout_us = self.route(arrived)
        request = yield from self.outgoing(arrived)
        reply = yield from self.ask(
            arrived, address, request, timeout_us=timeout_us, durable=bool(arrived.forwarded)
        )
        return self.feed_back(arrived, reply)

    def own(self, arrived: Arrived) -> bytes:
        """Do a transaction of this tier's own; there is none by default."""
        raise RefusedError(Reason.UNKNOWN_TRANSACTION, f"ENV-1 infno {arrived.request.infno}")

    @abstractmethod
    def route(self, arrived: Arrived) -> tuple[str, int]:
        """Return the next tier and how long to wait for it, or refuse."""

    def outgoing(self, arrived: Arrived) -> Generator[Ask, Heard, bytes]:
        """Return what is sent on: the message as it came, by default."""
        yield from ()
        return arrived.raw

    @abstractmethod
    def authenticate(self, arrived: Arrived) -> Generator[Ask, Heard, bytes]:
        """Answer CA01."""

    @abstractmethod
    def entries(
        self, row: SettlementRow, treatment_city: str, insured_city: str
    ) -> tuple[tuple[str, int], ...]:
        """Book a landed row."""

    def feed_back(self, arrived: Arrived, reply: bytes | None) -> bytes:
        """Land what a final answer says and pass it on as it came."""
        answer = _read(reply)
        if answer is None or reply is None:
            raise RefusedError(Reason.RESULT_UNCERTAIN, f"no answer after {self.address}")
        if int(answer.infcode) != 0:
            arrived.final = reason_of(answer.err_msg) not in ("", Reason.RESULT_UNCERTAIN)
            return reply
        if arrived.remembered:
            rows = read_landing(bytes(answer.output))
            if rows:
                self._land(arrived, rows)
            if arrived.request.infno == "2601":
                self._mark(arrived)
        return reply

    def _land(self, arrived: Arrived, rows: tuple[SettlementRow, ...]) -> None:
        for row in rows:
            self.land_again(row, arrived.now_us)

    def land_again(self, row: SettlementRow, now_us: int) -> None:
        """Land a row, out of an answer or of a neighbour's store."""
        land(
            self.settlements,
            (row,),
            book=self.book,
            entries_of=lambda landed: self.landing_entries(landed, now_us),
            now_us=now_us,
        )

    def landing_entries(self, row: SettlementRow, now_us: int) -> tuple[tuple[str, int], ...]:
        """Return what is booked when a row is landed."""
        treatment_city = self.directory.city_of(row.mdtrtarea_admvs) or row.mdtrtarea_admvs
        insured_city = self.directory.city_of(row.insu_admdvs) or row.insu_admdvs
        entries = self.entries(row, treatment_city, insured_city)
        for account, _ in entries:
            self.book.ensure(account, self.opening_fen(account), now_us)
        return entries

    def opening_fen(self, account: str) -> int:
        """Return what an account holds at the start."""
        return 0

    def _mark(self, arrived: Arrived) -> None:
        data = _REVERSAL.decode(input_bytes(arrived.request)).data
        if self.reversed.get(data.omsgid) is None:
            self.reversed.put(
                ReversedRow(
                    omsgid=data.omsgid,
                    oinfno=data.oinfno,
                    by_msgid=arrived.request.msgid,
                    arrived=True,
                    reversed_us=arrived.now_us,
                )
            )


def _read(reply: bytes | None) -> RawReply | None:
    """Decode an answer; None for one that leaves the result uncertain: missing or unreadable (UR-1).

    ``malformed`` is no answer either: the message was read here, so it was damaged on its way to the next
    tier, and an earlier copy of it may have arrived whole.
    """
    try:
        answer = decode_reply(reply or b"")
        failed = int(answer.infcode) != 0
    except (*UNDECODABLE, ValueError):
        return None
    return None if failed and reason_of(answer.err_msg) == Reason.MALFORMED else answer


class ProvinceTier(Forwarder):
    """The platform of a province, in the role of treatment, of insurance, or both.

    It passes reports of lost cards (CA02) up as well.

    Args:
        province: two digits.
        start: the date of time zero.
        directory: the cities that take part.
        prepayment_fen: what each other province has paid in advance.
        observer: called with every posting.
        journal: whether requests and answers are written down as they went.
        options: what it demands of senders.
    """

    forwarded = FORWARDED | {REPORT}

    def __init__(
        self,
        *,
        province: str,
        start: datetime.date,
        directory: Directory,
        prepayment_fen: int,
        observer: Callable[[Posting], None] | None = None,
        journal: bool = False,
        options: TierOptions = DEFAULT_TIER_OPTIONS,
    ) -> None:
        super().__init__(
            address=province_address(province),
            division=f"{province}0000",
            start=start,
            directory=directory,
            observer=observer,
            journal=journal,
            options=options,
        )
        self.province = province
        self.prepayment_fen = prepayment_fen
        self.on_prepayment_alarm: Callable[[PrepaymentAlarmRow], None] | None = None
        """Called with every alarm that is raised (§9 C-31), for a host's metrics."""

    def route(self, arrived: Arrived) -> tuple[str, int]:
        """Return the city in this province, or the ministry."""
        place = arrived.request.insuplc_admdvs
        city = self.directory.city_of(place)
        if place and city is None:
            raise RefusedError(Reason.NO_ROUTE, place)
        if city is not None and city[:2] == self.province:
            return city_address(city), PROVINCE_DOWN_US
        if (arrived.request.mdtrtarea_admvs or "")[:2] != self.province:
            raise RefusedError(Reason.NO_ROUTE, f"{place} is not in {self.province}")
        return MINISTRY, PROVINCE_UP_US

    def authenticate(self, arrived: Arrived) -> Generator[Ask, Heard, bytes]:
        """Pass CA01 up."""
        reply = yield from self.ask(arrived, MINISTRY, arrived.raw, timeout_us=AUTHENTICATION_UP_US)
        return self.feed_back(arrived, reply)

    def entries(
        self, row: SettlementRow, treatment_city: str, insured_city: str
    ) -> tuple[tuple[str, int], ...]:
        """Book a row in the province's roles."""
        return province_entries(self.province, row, treatment_city=treatment_city, insured_city=insured_city)

    def land_again(self, row: SettlementRow, now_us: int) -> None:
        """Land a row, and watch the prepayment that it is paid out of."""
        super().land_again(row, now_us)
        insured = row.insu_admdvs[:2]
        if insured != self.province:
            watch(self, insured, now_us)

    def opening_fen(self, account: str) -> int:
        """Prepayments are there from the start."""
        return self.prepayment_fen if account.startswith(prepayment(self.province, "")) else 0
