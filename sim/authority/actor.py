"""The card authority as an actor.

Theory of operation. The registry of cards is the world's and is looked up lazily; the authority keeps only
what changed: a status that differs from the registry's, and open replacement applications. What may be done
in which status is the table :data:`~onecard.sim.authority.statuses.TRANSITIONS`; what card authentication
answers is the table ``RESULT_BY_STATUS``. Loss does not touch the chip (card.md §18.3): a lost card is
refused because every settlement asks here. What changed is also reported (CA02): the ministry keeps a hot
list, so that a lost card is refused while the authority is silent.

A replacement is due five days after it was applied for (seed: 5天内领取补换卡). Collecting it cancels the old
card; the registry of the world gives the holder the new one.
"""

from __future__ import annotations

import datetime
import hashlib
from typing import TYPE_CHECKING

import msgspec

from onecard.sim.authority.messages import (
    CardRecord,
    CounterReply,
    CounterRequest,
    infno_of,
)
from onecard.sim.authority.statuses import (
    HOT,
    RESULT_BY_STATUS,
    TRANSITIONS,
    CardStatus,
    Operation,
    Reason,
)
from onecard.sim.settlement.messages.authentication import (
    INFNO,
    AuthenticationInput,
    AuthenticationOutput,
    AuthenticationResult,
)
from onecard.sim.settlement.messages.calendar import Calendar
from onecard.sim.settlement.messages.envelope import (
    FAILURE,
    SUCCESS,
    Reply,
    Request,
    decode_request,
    encode,
    field_of,
    input_bytes,
)
from onecard.sim.settlement.messages.hot_list import INFNO as REPORT
from onecard.sim.settlement.messages.hot_list import CardReport, CardReportInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.sim.settlement.messages.authentication import Authentication

__all__ = ["REPLACEMENT_DAYS", "CardAuthority"]

REPLACEMENT_DAYS = 5
"""Days from application to collection (seed, "5天内领取补换卡")."""

_FREE = (Operation.STATUS, Operation.HOT_LIST)
"""Operations that change nothing and need no proof of the holder."""


_COUNTER = msgspec.json.Decoder(CounterRequest)
_AUTHENTICATION = msgspec.json.Decoder(AuthenticationInput)


class CardAuthority:
    """The issuing authority of a city's cards.

    Args:
        cards: finds a card by its number or by that of its electronic form, or None.
        start: the scenario's first day.
        address: where messages go.
        check_mac: says whether an authentication's code is right; without it codes are not checked.
        division: division code of the answers' identifiers.
    """

    def __init__(
        self,
        cards: Callable[[str], CardRecord | None],
        *,
        start: datetime.date,
        address: str = "authority/card",
        check_mac: Callable[[Authentication], bool] | None = None,
        division: str = "000000",
    ) -> None:
        self.address = address
        self._cards = cards
        self._calendar = Calendar(start)
        self._check_mac = check_mac
        self._division = division
        self._changed: dict[str, CardStatus] = {}
        self._due: dict[str, tuple[str, datetime.date]] = {}
        self._reports: list[bytes] = []
        self._reported = 0

    def status(self, card_number: str) -> CardStatus | None:
        """Return a card's status now, or None for an unknown card."""
        record = self._cards(card_number)
        return None if record is None else self._changed.get(record.card_number, record.status)

    def listed(self, card_number: str) -> bool:
        """Return whether a card is on the hot list."""
        return self.status(card_number) in HOT

    def notifications(self) -> list[bytes]:
        """Return reports of the changes since the last call: CA02 messages, to be brought to the ministry."""
        reports, self._reports = self._reports, []
        return reports

    def handle(self, request: bytes, now_us: int) -> bytes:
        """Answer one message, of either door; never raises for what it holds."""
        try:
            if infno_of(request) is None:
                return encode(self._counter(_COUNTER.decode(request), now_us))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return encode(CounterReply(reason=Reason.MALFORMED, error=str(error)[:200]))
        return self._authentication(request, now_us)

    # ---- card authentication

    def _authentication(self, data: bytes, now_us: int) -> bytes:
        arrived = self._calendar.millis(now_us)
        try:
            request = decode_request(data)
            if request.infno != INFNO:
                return encode(_failed(arrived, f"unknown infno {request.infno}"))
            query = _AUTHENTICATION.decode(input_bytes(request)).data
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return encode(_failed(arrived, f"{field_of(error)}: {error}"))
        result = self._authenticate(query, now_us)
        return encode(
            Reply(
                infcode=SUCCESS,
                output=AuthenticationOutput(result=result, auth_serial=_serial(request)),
                refmsg_time=arrived,
                respond_time=arrived,
                inf_refmsgid=f"{self._division}{self._calendar.stamp(now_us)}{_serial(request)[-10:]}",
            )
        )

    def _authenticate(self, query: Authentication, now_us: int) -> AuthenticationResult:
        record = self._cards(query.mdtrt_cert_no)
        if record is None:
            return AuthenticationResult.UNKNOWN_CARD
        result = RESULT_BY_STATUS[self._changed.get(record.card_number, record.status)]
        if result is not AuthenticationResult.OK:
            return result
        pairs = (
            (query.card_sn, record.card_sn),
            (query.certno, record.certno),
            (query.psn_name, record.psn_name),
        )
        if any(given and given != known for given, known in pairs):
            return AuthenticationResult.HOLDER_DIFFERS
        # The e-card mirrors the status of its card, not its date (card.md §17): expiry counts where the card
        # itself was read, which is where its identification code comes from.
        if query.card_sn and record.expires and self._calendar.date(now_us) > record.expires:
            return AuthenticationResult.EXPIRED
        if self._check_mac is not None and not self._check_mac(query):
            return AuthenticationResult.KEY_ERROR
        return AuthenticationResult.OK

    # ---- counter

    def _counter(self, request: CounterRequest, now_us: int) -> CounterReply:
        operation = request.operation
        record = self._cards(request.card_number)
        if record is None:
            return CounterReply(reason=Reason.UNKNOWN_CARD)
        number = record.card_number
        status = self._changed.get(number, record.status)
        if operation not in _FREE and request.certno != record.certno:
            return _counter_reply(Reason.HOLDER_DIFFERS, status)
        after = TRANSITIONS[operation][status]
        if isinstance(after, Reason):
            return _counter_reply(after, status)
        if operation is Operation.REPLACEMENT:
            return self._apply(number, status, now_us)
        if operation is Operation.COLLECT_REPLACEMENT:
            return self._collect(record, status, now_us)
        self._change(record, status, after, now_us)
        application = ""
        if operation is Operation.PIN_RESET:
            application = _application(operation, number, self._calendar.stamp(now_us))
        return _counter_reply(Reason.DONE, after, application=application)

    def _apply(self, number: str, status: CardStatus, now_us: int) -> CounterReply:
        if number in self._due:
            application, due = self._due[number]
            return _counter_reply(
                Reason.ALREADY_APPLIED, status, application=application, due_date=due.isoformat()
            )
        due = self._calendar.on(now_us) + datetime.timedelta(days=REPLACEMENT_DAYS)
        application = _application(Operation.REPLACEMENT, number, self._calendar.stamp(now_us))
        self._due[number] = (application, due)
        return _counter_reply(Reason.DONE, status, application=application, due_date=due.isoformat())

    def _change(self, record: CardRecord, before: CardStatus, after: CardStatus, now_us: int) -> None:
        """Change a card's status, and report it if card authentication answers differently now."""
        if after is not before:
            self._changed[record.card_number] = after
        if RESULT_BY_STATUS[after] != RESULT_BY_STATUS[before]:
            self._reports.append(self._report(record, RESULT_BY_STATUS[after], now_us))

    def _report(self, record: CardRecord, result: AuthenticationResult, now_us: int) -> bytes:
        time = self._calendar.datetime(now_us)
        numbers = (("03", record.card_number), ("01", record.essc_no))
        rows = [
            CardReport(
                mdtrt_cert_type=kind,
                mdtrt_cert_no=number,
                card_sn=record.card_sn or None,
                result=result,
                chg_time=time,
            )
            for kind, number in numbers
            if number
        ]
        self._reported += 1
        return encode(
            Request(
                infno=REPORT,
                msgid=f"{self._division}{self._calendar.stamp(now_us)}{self._reported:07d}",
                mdtrtarea_admvs=self._division,
                recer_sys_code="CARD",
                infver="V1.0",
                opter_type="1",
                opter="authority",
                opter_name="card authority",
                inf_time=time,
                fixmedins_code=self._division,
                fixmedins_name="card authority",
                input=msgspec.Raw(encode(CardReportInput(rows))),
            )
        )

    def _collect(self, record: CardRecord, status: CardStatus, now_us: int) -> CounterReply:
        number = record.card_number
        if number not in self._due:
            return _counter_reply(Reason.NOT_APPLIED, status)
        application, due = self._due[number]
        if self._calendar.on(now_us) < due:
            return _counter_reply(Reason.NOT_READY, status, application=application, due_date=due.isoformat())
        del self._due[number]
        self._change(record, status, CardStatus.CANCELLED, now_us)
        return _counter_reply(Reason.DONE, CardStatus.CANCELLED, application=application)


def _counter_reply(
    reason: Reason, status: CardStatus, *, application: str = "", due_date: str = ""
) -> CounterReply:
    return CounterReply(
        reason=reason, status=status, listed=status in HOT, application=application, due_date=due_date
    )


def _failed(arrived: str, text: str) -> Reply:
    return Reply(infcode=FAILURE, err_msg=text[:200], refmsg_time=arrived, respond_time=arrived)


def _serial(request: Request) -> str:
    """Derive an authentication's number from the message that asked for it, so that ties cannot change it."""
    digest = hashlib.blake2b(request.msgid.encode(), digest_size=8).digest()
    return f"{int.from_bytes(digest, 'big'):020d}"


def _application(operation: Operation, card_number: str, stamp: str) -> str:
    digest = hashlib.blake2b(f"{operation} {card_number} {stamp}".encode(), digest_size=6).digest()
    return f"{stamp[:8]}{int.from_bytes(digest, 'big') % 10**12:012d}"
