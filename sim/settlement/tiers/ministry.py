"""The ministry's platform: it routes between provinces, checks business rules, has cards authenticated.

What it checks before it sends a message on, beside the envelope (settlement.md §5.1 step 4): the divisions
are known; the message does not come back to the province that sent it; the service is open for out-of-area
patients on both sides; the card was issued by a city that takes part. A cancellation or reversal may always
pass.

Cards: it keeps a hot list of what authorities and cities report (CA02), and refuses what is on it at once,
even while the authority is silent. Otherwise it asks the authority that issued the card and feeds the
answer back. With authentication "on the way" (:class:`TierOptions`) it does so while it forwards a
settlement, and writes the serial into ``expContent``. What it has sent on then is noted, so that a repeat
sends the very same bytes and asks no second time: a card that was lost in between must not refuse what may
have been settled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from onecard.sim.settlement.messages.authentication import AuthenticationOutput, AuthenticationResult
from onecard.sim.settlement.messages.envelope import encode, explain, input_bytes
from onecard.sim.settlement.messages.hot_list import INFNO as REPORT
from onecard.sim.settlement.messages.reasons import BY_AUTHENTICATION, Reason, RefusedError
from onecard.sim.settlement.messages.transactions import TRANSACTIONS
from onecard.sim.settlement.store.rows_office import HotListRow
from onecard.sim.settlement.tiers.authentication import (
    credential_node,
    question_of,
    serial_of,
    with_serial,
)
from onecard.sim.settlement.tiers.directory import MINISTRY, authority_address, province_address
from onecard.sim.settlement.tiers.forwarding import Forwarder
from onecard.sim.settlement.tiers.handlers import HANDLERS
from onecard.sim.settlement.tiers.kernel import PENDING, UNDECODABLE, Arrived, identifier
from onecard.sim.settlement.tiers.money import ministry_entries
from onecard.sim.settlement.tiers.options import DEFAULT_TIER_OPTIONS

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Generator
    from typing import Any

    from onecard.sim.actors import Ask, Heard
    from onecard.sim.ledger import Posting
    from onecard.sim.settlement.messages.hot_list import CardReport
    from onecard.sim.settlement.store import Table
    from onecard.sim.settlement.store.rows import SettlementRow
    from onecard.sim.settlement.tiers.directory import Directory
    from onecard.sim.settlement.tiers.options import TierOptions

__all__ = ["SERVICES", "Homes", "MinistryTier"]

MINISTRY_US = 15_000_000
AUTHORITY_US = 4_000_000
"""How long it waits for a province and for an authority (settlement.md §10 Q-11)."""

SERVICES: dict[str, str] = {
    **dict.fromkeys(("2201", "2206", "2206A", "2207", "2207A"), "outpatient"),
    **dict.fromkeys(("2303", "2303A", "2304", "2304A", "2401"), "inpatient"),
    **dict.fromkeys(("2101", "2101A", "2102", "2102A"), "pharmacy"),
}
"""Transaction → the out-of-area service that must be open on both sides; others take back or only ask."""


class Homes(Protocol):
    """The ministry's index of who is insured where."""

    def home_of(self, mdtrt_cert_type: str, mdtrt_cert_no: str) -> str | None:
        """Return the insured city of a credential's owner, or None."""
        ...


class MinistryTier(Forwarder):
    """The ministry's platform.

    Args:
        start: the date of time zero.
        directory: the cities that take part.
        homes: who is insured where.
        observer: called with every posting.
        journal: whether requests and answers are written down as they went.
        options: what it demands of senders.
    """

    def __init__(
        self,
        *,
        start: datetime.date,
        directory: Directory,
        homes: Homes,
        observer: Callable[[Posting], None] | None = None,
        journal: bool = False,
        options: TierOptions = DEFAULT_TIER_OPTIONS,
    ) -> None:
        super().__init__(
            address=MINISTRY,
            division="000000",
            start=start,
            directory=directory,
            observer=observer,
            journal=journal,
            options=options,
        )
        self.homes = homes
        self.hot_list: Table[HotListRow] = self.store.tables["HOT_LIST"]

    # ---- routes and business rules

    def route(self, arrived: Arrived) -> tuple[str, int]:
        """Check the business rules; return the insured province and how long to wait for it."""
        infno = arrived.request.infno
        treatment = self._city("mdtrtarea_admvs", arrived.request.mdtrtarea_admvs)
        insured = self._home(arrived)
        if infno != "1101" and treatment[:2] == insured[:2]:
            raise RefusedError(
                Reason.NO_ROUTE, f"mdtrtarea_admvs and insuplc_admdvs are both in {insured[:2]}"
            )
        service = SERVICES.get(infno)
        for city in (treatment, insured) if service else ():
            if not self.directory.opened(city, str(service)):
                raise RefusedError(Reason.SERVICE_CLOSED, f"{service} in {city}")
        return province_address(insured[:2]), MINISTRY_US

    def _city(self, field: str, admdvs: str | None) -> str:
        city = self.directory.city_of(admdvs)
        if city is None:
            raise RefusedError(Reason.NO_ROUTE, f"{field} {admdvs or ''}")
        return city

    def _home(self, arrived: Arrived) -> str:
        place = arrived.request.insuplc_admdvs
        if not place and arrived.request.infno == "1101":
            query = _input(arrived).data
            place = self.homes.home_of(query.mdtrt_cert_type, query.mdtrt_cert_no)
            if place is None:
                raise RefusedError(Reason.PERSON_UNKNOWN, f"credential type {query.mdtrt_cert_type}")
        return self._city("insuplc_admdvs", place)

    def outgoing(self, arrived: Arrived) -> Generator[Ask, Heard, bytes]:
        """Add the insured place that was looked up, or the card's authentication."""
        if not arrived.request.insuplc_admdvs:
            return encode(msgspec.structs.replace(arrived.request, insuplc_admdvs=self._home(arrived)))
        if self.options.authentication == "on-the-way" and HANDLERS[arrived.request.infno].card:
            return (yield from self._on_the_way(arrived))
        return arrived.raw

    def _on_the_way(self, arrived: Arrived) -> Generator[Ask, Heard, bytes]:
        known = self.message(arrived.request.msgid, arrived.request.infno)
        if known is not None and known.state == PENDING:
            return known.forwarded
        node = _input(arrived)
        data = credential_node(node)
        question = question_of(arrived.request, data)
        if question is not None:
            result, city = self._issuer(arrived, data.card_sn, data.mdtrt_cert_no)
            if result:
                raise RefusedError(BY_AUTHENTICATION[result])
            reply = yield from self.ask(
                arrived, authority_address(city), encode(question), timeout_us=AUTHORITY_US
            )
            node = with_serial(node, serial_of(reply))
            self.check_late(arrived)
        arrived.forwarded = encode(msgspec.structs.replace(arrived.request, input=msgspec.Raw(encode(node))))
        self.note_pending(arrived)
        return arrived.forwarded

    # ---- cards

    def authenticate(self, arrived: Arrived) -> Generator[Ask, Heard, bytes]:
        """Answer CA01: out of the hot list, or what the authority says."""
        query = _input(arrived).data
        result, city = self._issuer(arrived, query.card_sn, query.mdtrt_cert_no)
        if result:
            day = self.calendar.stamp(arrived.now_us)[2:8]
            serial = identifier(self.division, day, 10, "authentication", arrived.request.msgid)
            return self.success(arrived, AuthenticationOutput(result=result, auth_serial=serial))
        reply = yield from self.ask(arrived, authority_address(city), arrived.raw, timeout_us=AUTHORITY_US)
        return self.feed_back(arrived, reply)

    def _issuer(self, arrived: Arrived, card_sn: str | None, card_no: str) -> tuple[str, str]:
        """Return what is known of a card without asking (an authentication result), or the city to ask."""
        city = self.directory.city_of(card_sn[:6] if card_sn else arrived.request.insuplc_admdvs)
        if city is None:
            return AuthenticationResult.UNKNOWN_CARD, ""
        row = self.hot_list.get(f"{city}/{card_no}")
        return (row.result, "") if row is not None and row.listed else ("", city)

    def own(self, arrived: Arrived) -> bytes:
        """Answer CA02: cards that a city's authority reports lost or found."""
        if arrived.request.infno != REPORT:
            return super().own(arrived)
        reporter = self._city("mdtrtarea_admvs", arrived.request.mdtrtarea_admvs)
        for report in _input(arrived).data:
            self._take_report(arrived, reporter, report)
        return self.success(arrived, None)

    def _take_report(self, arrived: Arrived, reporter: str, report: CardReport) -> None:
        issuer = self.directory.city_of(report.card_sn[:6]) if report.card_sn else reporter
        if issuer != reporter:
            raise RefusedError(Reason.DIVISION_DIFFERS, f"card_sn {report.card_sn} is not of {reporter}")
        if report.result not in list(AuthenticationResult):
            raise RefusedError(Reason.MALFORMED, f"result {report.result}")
        key = f"{reporter}/{report.mdtrt_cert_no}"
        known = self.hot_list.get(key)
        if known is None or known.chg_time <= report.chg_time:
            self.hot_list.put(
                HotListRow(
                    card=key,
                    admdvs=reporter,
                    card_no=report.mdtrt_cert_no,
                    result=report.result,
                    listed=report.result != AuthenticationResult.OK,
                    chg_time=report.chg_time,
                    updated_us=arrived.now_us,
                )
            )

    def entries(
        self, row: SettlementRow, treatment_city: str, insured_city: str
    ) -> tuple[tuple[str, int], ...]:
        """Book a row between two provinces."""
        return ministry_entries(row, treatment_city=treatment_city, insured_city=insured_city)


def _input(arrived: Arrived) -> Any:
    """Decode the input of a message.

    Raises:
        RefusedError: it is against the field table.
    """
    spec = TRANSACTIONS[arrived.request.infno]
    try:
        return spec.read_input(input_bytes(arrived.request, limit_bytes=spec.max_input_bytes))
    except UNDECODABLE as error:
        raise RefusedError(Reason.MALFORMED, explain(error)) from None
