"""Back ends: what an institution does behind a stage of a service, by the name that the catalogue uses.

Each is a SimPy process that ends in a :class:`~onecard.sim.engine.visit.Step`; an empty reason means done. A
visit whose mode is ``"none"`` has no accepted credential (any more): the back end then does what the service
does without one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.authority.messages import CounterRequest, decode_reply, encode_request
from onecard.sim.authority.statuses import CardStatus, Operation
from onecard.sim.engine.insurance import Insurance
from onecard.sim.engine.payments import NOTE_FEN
from onecard.sim.engine.visit import Step
from onecard.sim.settlement.tiers.directory import MINISTRY
from onecard.sim.units.time import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from simpy import Event

    from onecard.sim.authority.messages import CounterReply
    from onecard.sim.engine.city import City
    from onecard.sim.engine.visit import Visit
    from onecard.sim.services.model import BackEnd

__all__ = ["BackEnds"]

REPORT_TIMEOUT = 30 * SECOND
"""How long the card authority waits for the ministry to take a report (settlement.md §10 Q-11)."""


class BackEnds:
    """The back ends of a city, as a table.

    Args:
        city: the world.
        seed: the world's seed.
    """

    def __init__(self, city: City, seed: int) -> None:
        self._city = city
        insurance = Insurance(city, seed)
        self._table: dict[BackEnd, Callable[[Visit], Generator[Event, object, Step]]] = {
            "bank-purchase": self._purchase,
            "subsidy-credit": self._subsidy,
            "cash-withdrawal": self._withdrawal,
            "insured-registration": insurance.register,
            "insured-settlement": insurance.settle,
            "pharmacy-settlement": insurance.purchase,
            "card-replacement": self._replacement,
            "pin-reset": self._pin_reset,
        }

    def run(self, name: BackEnd, visit: Visit) -> Generator[Event, object, Step]:
        """Run a back end for a visit."""
        return self._table[name](visit)

    def report_loss(self, visit: Visit) -> Generator[Event, object, None]:
        """Report the card lost by telephone: temporary loss, effective at once (card.md §18.3)."""
        yield from self._ask_authority(visit, Operation.TEMPORARY_LOSS)

    def _purchase(self, visit: Visit) -> Generator[Event, object, Step]:
        amount_fen = visit.price_fen
        if visit.mode == "none":
            reason = self._city.payments.in_cash(visit, amount_fen)
        elif visit.presented is None or not visit.presented.pan:
            reason = "no-financial-function"
        else:
            reason = yield from self._city.payments.by_card(visit, amount_fen, visit.presented.pan)
        return Step(reason, 0 if reason else amount_fen)

    def _subsidy(self, visit: Visit) -> Generator[Event, object, Step]:
        pan = visit.presented.pan if visit.presented is not None else ""
        if not pan:
            return Step("no-financial-function")
        reason = yield from self._city.payments.subsidy(visit, visit.price_fen, pan)
        return Step(reason, 0 if reason else visit.price_fen)

    def _withdrawal(self, visit: Visit) -> Generator[Event, object, Step]:
        wanted_fen = round(visit.price_fen * self._city.day.behaviour.withdrawal_share)
        amount_fen = max(NOTE_FEN, wanted_fen // NOTE_FEN * NOTE_FEN)
        pan = visit.presented.pan if visit.presented is not None else ""
        if not pan:
            return Step("no-financial-function")
        reason = yield from self._city.payments.withdraw(visit, amount_fen, pan)
        return Step(reason, 0 if reason else amount_fen)

    def _replacement(self, visit: Visit) -> Generator[Event, object, Step]:
        """Apply for a new card; a card reported lost by telephone is reported formally first."""
        status = yield from self._ask_authority(visit, Operation.STATUS)
        if status.status == CardStatus.TEMPORARY_LOSS:
            yield from self._ask_authority(visit, Operation.FORMAL_LOSS)
        reply = yield from self._ask_authority(visit, Operation.REPLACEMENT)
        return _decided(reply)

    def _pin_reset(self, visit: Visit) -> Generator[Event, object, Step]:
        reply = yield from self._ask_authority(visit, Operation.PIN_RESET)
        return _decided(reply)

    def _ask_authority(self, visit: Visit, operation: Operation) -> Generator[Event, object, CounterReply]:
        person = visit.citizen.person
        request = CounterRequest(
            operation=operation,
            card_number=person.card_number,
            certno=person.identity_number,
        )
        data = yield from self._city.network.call(
            visit.caller,
            self._city.authority.address,
            encode_request(request),
            kind=operation,
            result_of=lambda reply: decode_reply(reply).reason,
        )
        for report in self._city.authority.notifications():
            self._city.network.notify(
                visit.caller, self._city.authority.address, MINISTRY, report, timeout_us=REPORT_TIMEOUT
            )
        return decode_reply(data)


def _decided(reply: CounterReply) -> Step:
    """Turn the authority's answer into the end of the back end: asking it again would not change it."""
    return Step("") if reply.done else Step("authority-refused", final=True)
