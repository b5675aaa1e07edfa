"""The institution's side of an insured visit in the world: its messages, and who pays what is left.

The messages are written and read by the sans-IO clients of :mod:`onecard.sim.settlement`; this host carries
them. A visit registers at one window and settles at another, so the client is kept between its stages. What
the insurance does not pay, the person pays by card through the bank, or in cash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.engine.fees import FeeBook
from onecard.sim.engine.insured import institution_code
from onecard.sim.engine.network import result_code
from onecard.sim.engine.remedies import reason_labels
from onecard.sim.engine.visit import Step
from onecard.sim.settlement import Calendar, Credential, Desk, OutpatientVisit, PharmacyPurchase

if TYPE_CHECKING:
    from collections.abc import Generator

    from simpy import Event

    from onecard.sim.engine.city import City
    from onecard.sim.engine.visit import Place, Visit
__all__ = ["Insurance"]

REFUSED = "settlement-refused"
"""Reason of a refusal by the platform that has no name of its own in the world's table."""


class Insurance:
    """Settles medical visits and purchases with the city platform.

    Args:
        city: the world.
        seed: the world's seed.
    """

    def __init__(self, city: City, seed: int) -> None:
        self._city = city
        self._fees = FeeBook(seed)
        self._calendar = Calendar(city.date)
        self._desks: dict[str, Desk] = {}
        self._open: dict[int, OutpatientVisit] = {}

    def register(self, visit: Visit) -> Generator[Event, object, Step]:
        """Register an outpatient visit: 1101, 2201. Without an accepted credential nothing is registered."""
        if visit.mode == "none":
            return Step("")
        client = OutpatientVisit(
            desk=self._desk(visit.place), credential=_credential(visit), ipt_otp_no=f"{visit.number:012d}"
        )
        while not client.registered and client.failure is None:
            yield from self._exchange(visit, client)
        if client.failure is not None:
            return Step(_reason(client))
        self._open[visit.number] = client
        return Step("")

    def settle(self, visit: Visit) -> Generator[Event, object, Step]:
        """Settle an outpatient visit: 2203, 2204, 2206, 2207; then the person pays the rest."""
        charges = self._fees.visit_charges(visit.number, visit.place.model.level, visit.price_fen)
        total_fen = sum(line.amount_fen for line in charges)
        client = self._open.pop(visit.number, None)
        if client is None or visit.mode == "none":
            if client is not None:
                yield from self._take_back(visit, client)
            return (yield from self._pay_all(visit, total_fen))
        client.charges = charges
        client.credential = _credential(visit)
        return (yield from self._settle(visit, client, "outpatient"))

    def purchase(self, visit: Visit) -> Generator[Event, object, Step]:
        """Buy medicine at a pharmacy: 1101, 2101, 2102; then the person pays the rest."""
        charges = self._fees.purchase_charges(visit.number, visit.price_fen)
        if visit.mode == "none":
            return (yield from self._pay_all(visit, sum(line.amount_fen for line in charges)))
        client = PharmacyPurchase(
            desk=self._desk(visit.place), credential=_credential(visit), charges=charges
        )
        return (yield from self._settle(visit, client, "pharmacy"))

    def _settle(
        self, visit: Visit, client: OutpatientVisit | PharmacyPurchase, kind: str
    ) -> Generator[Event, object, Step]:
        """Follow the client's plan to the settlement and collect the rest; take all back if either fails."""
        yield from self._follow(visit, client)
        settled = client.result
        if settled is None:
            reason = _reason(client)
            yield from self._take_back(visit, client)
            return Step(reason)
        unpaid = yield from self._collect(visit, settled.psn_cash_pay_fen)
        if unpaid:
            yield from self._take_back(visit, client)
            return Step(unpaid, final=True)
        self._city.recorder.settlement(
            int(self._city.env.now),
            visit.number,
            kind,
            settled.medfee_sumamt_fen,
            settled.fund_pay_sumamt_fen,
            settled.acct_pay_fen,
            settled.psn_cash_pay_fen,
        )
        return Step("", settled.medfee_sumamt_fen)

    def _follow(
        self, visit: Visit, client: OutpatientVisit | PharmacyPurchase
    ) -> Generator[Event, object, None]:
        while client.next_infno is not None:
            yield from self._exchange(visit, client)

    def _take_back(
        self, visit: Visit, client: OutpatientVisit | PharmacyPurchase
    ) -> Generator[Event, object, None]:
        """Undo strictly backwards what the platform has of the visit (settlement.md ST-4)."""
        client.undo()
        yield from self._follow(visit, client)

    def _exchange(
        self, visit: Visit, client: OutpatientVisit | PharmacyPurchase
    ) -> Generator[Event, object, None]:
        infno = client.next_infno
        request = client.next_request(int(self._city.env.now))
        if infno is None or request is None:
            raise ValueError("the client has nothing to send")
        reply = yield from self._city.network.call(
            visit.caller, self._city.platform.address, request, kind=infno, result_of=result_code
        )
        client.receive(reply)

    def _pay_all(self, visit: Visit, total_fen: int) -> Generator[Event, object, Step]:
        reason = yield from self._collect(visit, total_fen)
        return Step(reason, 0 if reason else total_fen, final=bool(reason))

    def _collect(self, visit: Visit, amount_fen: int) -> Generator[Event, object, str]:
        """Collect what the person owes: by the card just accepted, if the bank agrees, else in cash."""
        if not amount_fen:
            return ""
        pan = visit.presented.pan if visit.presented is not None and visit.mode != "none" else ""
        if pan:
            refused = yield from self._city.payments.by_card(visit, amount_fen, pan)
            if not refused:
                return ""
            self._city.journal.refusal(visit, refused, instead="cash")
        return self._city.payments.in_cash(visit, amount_fen)

    def _desk(self, place: Place) -> Desk:
        desk = self._desks.get(place.name)
        if desk is None:
            desk = self._desks[place.name] = Desk(
                fixmedins_code=institution_code(place, self._city.issuing_city),
                fixmedins_name=place.name,
                mdtrtarea_admvs=self._city.issuing_city,
                calendar=self._calendar,
            )
        return desk


def _credential(visit: Visit) -> Credential:
    """Return the credential that the visit goes on with: the e-card's number, or the card's with its code."""
    citizen = visit.citizen
    person = citizen.person
    if visit.mode == "e-card":
        return Credential(mdtrt_cert_type="01", mdtrt_cert_no=citizen.essc_no)
    return Credential(
        mdtrt_cert_type="03",
        mdtrt_cert_no=person.card_number,
        card_sn=citizen.card_identification_code,
        certno=person.identity_number,
        psn_name=citizen.name,
    )


def _reason(client: OutpatientVisit | PharmacyPurchase) -> str:
    """Name the platform's refusal as the world does: the card's own troubles by their name."""
    word = client.failure.reason if client.failure is not None else ""
    return word if word in reason_labels() else REFUSED
