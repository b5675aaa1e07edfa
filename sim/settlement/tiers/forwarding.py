"""Provinces and the ministry: they route, check business rules, land a copy, and feed the answer back unchanged.

Theory of operation (architecture §4; settlement.md §5.1). A message goes from the city of treatment up to its
province, over the ministry to the insured province, and down to the insured city; inside one province it
turns round there. The way back is the same. A tier in the middle decides nothing about the business: it
holds the message against its rules, sends the same bytes on, and when the answer is final, lands what it
says and remembers it, before the answer goes further. When the next hop does not answer, the result is
uncertain (Q-12): that is answered and not remembered, and the same message may come again.

The ministry also feeds back card authentication: it asks the authority that issued the card, after its own
copy of the hot list (§5.2 CA-2).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Protocol

import msgspec

from onecard.sim.actors import Ask, Heard
from onecard.sim.settlement.messages.authentication import (
    INFNO,
    AuthenticationInput,
    AuthenticationOutput,
    AuthenticationResult,
)
from onecard.sim.settlement.messages.envelope import decode_reply, encode, input_bytes
from onecard.sim.settlement.messages.inputs import PersonQueryInput, ReversalInput
from onecard.sim.settlement.messages.reasons import Reason, RefusedError, reason_of
from onecard.sim.settlement.store.rows import ReversedRow
from onecard.sim.settlement.tiers.directory import (
    MINISTRY,
    authority_address,
    city_address,
    province_address,
)
from onecard.sim.settlement.tiers.kernel import UNDECODABLE, Arrived, Tier
from onecard.sim.settlement.tiers.landing import land, read_landing
from onecard.sim.settlement.tiers.money import ministry_entries, prepayment, province_entries

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable

    from onecard.sim.ledger import Posting
    from onecard.sim.settlement.messages.envelope import RawReply
    from onecard.sim.settlement.store import Table
    from onecard.sim.settlement.store.rows import SettlementRow
    from onecard.sim.settlement.tiers.directory import Directory

__all__ = ["FORWARDED", "Homes", "MinistryTier", "ProvinceTier"]

PROVINCE_UP_US = 20_000_000
MINISTRY_US = 15_000_000
PROVINCE_DOWN_US = 10_000_000
AUTHORITY_US = 4_000_000
"""How long each tier waits for the next one (settlement.md §10 Q-11); the inner time-out is the shorter one."""
AUTHENTICATION_UP_US = 8_000_000

FORWARDED: dict[str, bool] = {
    "1101": False,
    "2001": False,
    "2101": False,
    "2206": False,
    "2206A": False,
    "2303": False,
    "2303A": False,
    **dict.fromkeys(
        (
            "2102",
            "2102A",
            "2103",
            "2201",
            "2202",
            "2207",
            "2207A",
            "2208",
            "2304",
            "2304A",
            "2305",
            "2401",
            "2402",
            "2404",
            "2405",
            "2501",
            "2502",
            "2601",
        ),
        True,
    ),
}
"""Transactions that pass a province or the ministry → whether they change something there or further on."""

_PERSON = msgspec.json.Decoder(PersonQueryInput)
_REVERSAL = msgspec.json.Decoder(ReversalInput)
_AUTHENTICATION = msgspec.json.Decoder(AuthenticationInput)


class Homes(Protocol):
    """The ministry's index of who is insured where."""

    def home_of(self, mdtrt_cert_type: str, mdtrt_cert_no: str) -> str | None:
        """Return the insured city of a credential's owner, or None."""
        ...


class _Forwarder(Tier):
    """What a province and the ministry have in common.

    Args:
        address: where messages to it go.
        division: its division code.
        start: the date of time zero.
        directory: the cities that take part.
        observer: called with every posting.
        journal: whether requests and answers are written down as they went.
    """

    def __init__(
        self,
        *,
        address: str,
        division: str,
        start: datetime.date,
        directory: Directory,
        observer: Callable[[Posting], None] | None = None,
        journal: bool = False,
    ) -> None:
        super().__init__(address=address, division=division, start=start, observer=observer, journal=journal)
        self.directory = directory
        self.settlements: Table[SettlementRow] = self.store.tables["OUTMED_SETL_D"]

    def transact(self, arrived: Arrived) -> Generator[Ask, Heard, bytes]:
        """Route a message and feed the answer back."""
        infno = arrived.request.infno
        if infno == INFNO:
            return (yield from self._authenticate(arrived))
        if infno not in FORWARDED:
            return self.own(arrived)
        arrived.remembered = FORWARDED[infno]
        address, timeout_us = self._next(arrived)
        reply = yield from self.ask(arrived, address, self._outgoing(arrived), timeout_us=timeout_us)
        return self._feed_back(arrived, reply)

    def own(self, arrived: Arrived) -> bytes:
        """Do a transaction of this tier's own; there is none by default."""
        raise RefusedError(Reason.UNKNOWN_TRANSACTION, arrived.request.infno)

    def _next(self, arrived: Arrived) -> tuple[str, int]:
        raise NotImplementedError

    def _outgoing(self, arrived: Arrived) -> bytes:
        return arrived.raw

    def _authenticate(self, arrived: Arrived) -> Generator[Ask, Heard, bytes]:
        raise NotImplementedError

    def entries(
        self, row: SettlementRow, treatment_city: str, insured_city: str
    ) -> tuple[tuple[str, int], ...]:
        """Book a landed row."""
        raise NotImplementedError

    def _feed_back(self, arrived: Arrived, reply: bytes | None) -> bytes:
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
        land(
            self.settlements,
            rows,
            book=self.book,
            entries_of=lambda row: self._booked(row, arrived.now_us),
            now_us=arrived.now_us,
        )

    def _booked(self, row: SettlementRow, now_us: int) -> tuple[tuple[str, int], ...]:
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
    """Decode an answer; None for one that is missing or unreadable: the result is uncertain (UR-1)."""
    try:
        answer = decode_reply(reply or b"")
        int(answer.infcode)
    except (*UNDECODABLE, ValueError):
        return None
    return answer


class ProvinceTier(_Forwarder):
    """The platform of a province, in the role of treatment, of insurance, or both.

    Args:
        province: two digits.
        start: the date of time zero.
        directory: the cities that take part.
        prepayment_fen: what each other province has paid in advance.
        observer: called with every posting.
        journal: whether requests and answers are written down as they went.
    """

    def __init__(
        self,
        *,
        province: str,
        start: datetime.date,
        directory: Directory,
        prepayment_fen: int,
        observer: Callable[[Posting], None] | None = None,
        journal: bool = False,
    ) -> None:
        super().__init__(
            address=province_address(province),
            division=f"{province}0000",
            start=start,
            directory=directory,
            observer=observer,
            journal=journal,
        )
        self.province = province
        self.prepayment_fen = prepayment_fen

    def _next(self, arrived: Arrived) -> tuple[str, int]:
        place = arrived.request.insuplc_admdvs
        city = self.directory.city_of(place)
        if place and city is None:
            raise RefusedError(Reason.NO_ROUTE, place)
        if city is not None and city[:2] == self.province:
            return city_address(city), PROVINCE_DOWN_US
        if (arrived.request.mdtrtarea_admvs or "")[:2] != self.province:
            raise RefusedError(Reason.NO_ROUTE, f"{place} is not in {self.province}")
        return MINISTRY, PROVINCE_UP_US

    def _authenticate(self, arrived: Arrived) -> Generator[Ask, Heard, bytes]:
        reply = yield from self.ask(arrived, MINISTRY, arrived.raw, timeout_us=AUTHENTICATION_UP_US)
        return self._feed_back(arrived, reply)

    def entries(
        self, row: SettlementRow, treatment_city: str, insured_city: str
    ) -> tuple[tuple[str, int], ...]:
        """Book a row in the province's roles."""
        return province_entries(self.province, row, treatment_city=treatment_city, insured_city=insured_city)

    def opening_fen(self, account: str) -> int:
        """Prepayments are there from the start."""
        return self.prepayment_fen if account.startswith(prepayment(self.province, "")) else 0


class MinistryTier(_Forwarder):
    """The ministry's platform.

    Args:
        start: the date of time zero.
        directory: the cities that take part.
        homes: who is insured where.
        observer: called with every posting.
        journal: whether requests and answers are written down as they went.
    """

    def __init__(
        self,
        *,
        start: datetime.date,
        directory: Directory,
        homes: Homes,
        observer: Callable[[Posting], None] | None = None,
        journal: bool = False,
    ) -> None:
        super().__init__(
            address=MINISTRY,
            division="000000",
            start=start,
            directory=directory,
            observer=observer,
            journal=journal,
        )
        self.homes = homes

    def _home(self, arrived: Arrived) -> str:
        place = arrived.request.insuplc_admdvs
        if not place and arrived.request.infno == "1101":
            query = _PERSON.decode(input_bytes(arrived.request)).data
            place = self.homes.home_of(query.mdtrt_cert_type, query.mdtrt_cert_no)
            if place is None:
                raise RefusedError(Reason.PERSON_UNKNOWN, f"credential type {query.mdtrt_cert_type}")
        city = self.directory.city_of(place)
        if city is None:
            raise RefusedError(Reason.NO_ROUTE, place or "")
        return city

    def _next(self, arrived: Arrived) -> tuple[str, int]:
        return province_address(self._home(arrived)[:2]), MINISTRY_US

    def _outgoing(self, arrived: Arrived) -> bytes:
        if arrived.request.insuplc_admdvs:
            return arrived.raw
        return encode(msgspec.structs.replace(arrived.request, insuplc_admdvs=self._home(arrived)))

    def _authenticate(self, arrived: Arrived) -> Generator[Ask, Heard, bytes]:
        try:
            query = _AUTHENTICATION.decode(input_bytes(arrived.request)).data
        except UNDECODABLE as error:
            raise RefusedError(Reason.MALFORMED, str(error)) from None
        listed = self.hot_listed(query.mdtrt_cert_no)
        if listed:
            return self.success(arrived, AuthenticationOutput(result=listed, auth_serial=""))
        issuer = query.card_sn[:6] if query.card_sn else arrived.request.insuplc_admdvs
        home = self.directory.city_of(issuer) or self.directory.city_of(arrived.request.insuplc_admdvs)
        if home is None:
            return self.success(
                arrived, AuthenticationOutput(result=AuthenticationResult.UNKNOWN_CARD, auth_serial="")
            )
        reply = yield from self.ask(arrived, authority_address(home), arrived.raw, timeout_us=AUTHORITY_US)
        return self._feed_back(arrived, reply)

    def hot_listed(self, card_number: str) -> str:
        """Return the authentication result of a card on the ministry's hot list, or ``""``."""
        row = self.store.tables["HOT_LIST"].get(card_number)
        return row.result if row is not None and row.listed else ""

    def entries(
        self, row: SettlementRow, treatment_city: str, insured_city: str
    ) -> tuple[tuple[str, int], ...]:
        """Book a row between two provinces."""
        return ministry_entries(row, treatment_city=treatment_city, insured_city=insured_city)
