"""Journeys: each person's day as one process, so that nobody can be in two places.

A person goes from visit to visit in the order of time, travels in between, queues, shows a credential, is
served or refused, and lives with what follows: shows the electronic card instead, pays in cash, shows the
identity document, pays the full price, goes home, reports a loss, applies for a new card. What follows from
which refusal is the table of :mod:`onecard.sim.engine.remedies`.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from onecard.sim.draws import Stream
from onecard.sim.engine.plan import PlannedVisit
from onecard.sim.engine.remedies import remedy_for
from onecard.sim.engine.sampling import sample_duration_us, sample_price_fen
from onecard.sim.engine.visit import VISITS_PER_PERSON, Presented, Visit

if TYPE_CHECKING:
    from collections.abc import Generator

    from simpy import Event

    from onecard.sim.engine.citizens import Citizen
    from onecard.sim.engine.city import City
    from onecard.sim.engine.remedies import Remedy
    from onecard.sim.services import Stage
    from onecard.sim.services.model import BackEnd

__all__ = ["Journeys"]

STAGES_PER_VISIT = 16
IDENTITY_LEVEL, PAYMENT_LEVEL = 1, 2
"""Levels of an e-card: identification only, payment too (card.md §17)."""
BACK_END_TRIES = 2
"""With the credential, then without it."""


class Journeys:
    """Runs people's days in a city."""

    def __init__(self, city: City, seed: int) -> None:
        self._city = city
        self._env = city.env
        self._travel = Stream(seed, "journey/travel")
        self._place = Stream(seed, "journey/place")
        self._service_time = Stream(seed, "journey/service-time")
        self._price = Stream(seed, "journey/price")
        self._prefers_code = Stream(seed, "journey/prefers-e-card")
        self.planned = 0
        """Visits that people mean to make, those that refusals lead to included; for the progress."""
        self.ended = 0
        """Visits that have ended."""

    @property
    def share_ended(self) -> float:
        """Share of the planned visits that have ended."""
        return self.ended / self.planned if self.planned else 1.0

    def day_of(self, citizen: Citizen, plan: list[PlannedVisit]) -> Generator[Event, object, None]:
        """Live one person's day (a SimPy process)."""
        self.planned += len(plan)
        heapq.heapify(plan)
        visits = 0
        while plan and visits < VISITS_PER_PERSON:
            planned = heapq.heappop(plan)
            number = citizen.index * VISITS_PER_PERSON + visits
            visits += 1
            travel_us = sample_duration_us(self._city.day.behaviour.travel, self._travel, number, 0)
            arrive_us = max(planned.planned_us, int(self._env.now) + travel_us)
            yield self._env.timeout(arrive_us - int(self._env.now))
            visit = self._arrive(number, citizen, planned)
            yield from self._attend(visit, plan)
            self._city.journal.visit(visit)
            self.ended += 1

    def _arrive(self, number: int, citizen: Citizen, planned: PlannedVisit) -> Visit:
        service = self._city.day.services[planned.service]
        places = self._city.places[service.place]
        price_fen = sample_price_fen(service.price, self._price, number, 0) if service.price else 0
        visit = Visit(
            number=number,
            citizen=citizen,
            stop=planned.stop,
            service_name=planned.service,
            service=service,
            place=places[self._place.below(len(places), number)],
            planned_us=planned.planned_us,
            arrive_us=int(self._env.now),
            price_fen=price_fen,
        )
        visit.mode = self._first_mode(visit)
        return visit

    def _first_mode(self, visit: Visit) -> str:
        """Choose what to show first: the card, the code by preference, or nothing if there is nothing."""
        accepted = visit.service.credential
        code = accepted in ("e-card", "either") and self._would_show_code(visit)
        card = accepted in ("card", "either") and self._would_show_card(visit)
        if code and card:
            preference = self._city.day.behaviour.e_card_preference
            return "e-card" if self._prefers_code.happens(preference, visit.number) else "card"
        return "e-card" if code else "card" if card else "none"

    def _would_show_card(self, visit: Visit) -> bool:
        """Whether the holder has a card and knows no reason why it would not do here."""
        citizen = visit.citizen
        if not citizen.holds_card or (citizen.gave_up_pin and self._city.asks_pin(visit.service)):
            return False
        return citizen.person.has_finance or not visit.service.is_payment

    def _would_show_code(self, visit: Visit) -> bool:
        """Whether the person has an e-card of the level that the service needs."""
        citizen = visit.citizen
        level = PAYMENT_LEVEL if visit.service.is_payment else IDENTITY_LEVEL
        return citizen.code_usable and citizen.person.e_card >= level

    def _attend(self, visit: Visit, plan: list[PlannedVisit]) -> Generator[Event, object, None]:
        place = visit.place
        if int(self._env.now) >= place.closes_us:
            yield from self._refuse(visit, "place-closed", plan)
            return
        if visit.mode == "none" and any(stage.dialogue for stage in visit.service.stages):
            visit.fallback = visit.service.fallback
            visit.outcome = "no-credential"
        for number, stage in enumerate(visit.service.stages):
            if visit.over:
                return
            if stage.station is None:
                yield self._env.timeout(self._stage_time_us(visit, stage, number))
            else:
                yield from self._at_station(visit, stage.station, stage, number, plan)

    def _at_station(
        self, visit: Visit, station: str, stage: Stage, number: int, plan: list[PlannedVisit]
    ) -> Generator[Event, object, None]:
        """Queue, show the credential, let the back end work, be served, leave."""
        queue = visit.place.stations[station]
        arrive_us = int(self._env.now)
        yield queue.enter(visit.number)
        start_us = int(self._env.now)
        visit.presented = None
        accepted = "none"
        if stage.dialogue is not None:
            accepted = yield from self._present(visit, station, stage.dialogue, stage, plan)
        paid_fen = 0
        if stage.backend is not None and not visit.over:
            paid_fen = yield from self._back_end(visit, stage.backend, plan)
        if not visit.over:
            extra_us = self._city.document_time_us(visit, stage)
            yield self._env.timeout(self._stage_time_us(visit, stage, number) + extra_us)
        queue.leave(start_us)
        self._city.journal.stage(
            visit, station, arrive_us=arrive_us, start_us=start_us, accepted=accepted, paid_fen=paid_fen
        )

    def _back_end(
        self, visit: Visit, back_end: BackEnd, plan: list[PlannedVisit]
    ) -> Generator[Event, object, int]:
        """Let the institutions work: with the credential, after a refusal without; return the fen moved."""
        for _ in range(BACK_END_TRIES):
            step = yield from self._city.back_ends.run(back_end, visit)
            if not step.reason:
                return step.paid_fen
            yield from self._refuse(visit, step.reason, plan, at_back_end=True)
            if step.final or visit.over:
                break
        visit.fallback = "turned-away"
        return 0

    def _present(
        self, visit: Visit, station: str, dialogue: str, stage: Stage, plan: list[PlannedVisit]
    ) -> Generator[Event, object, str]:
        """Show what the visit's mode says, after a refusal what is left; return the accepted credential."""
        while visit.mode != "none":
            began_us = int(self._env.now)
            visit.presented = shown = yield from self._show(visit, stage)
            self._city.journal.show(visit, station, dialogue, shown, began_us=began_us)
            if not shown.reason:
                return shown.credential
            yield from self._refuse(visit, shown.reason, plan)
        return "none"

    def _show(self, visit: Visit, stage: Stage) -> Generator[Event, object, Presented]:
        if visit.mode == "e-card":
            return (yield from self._city.code_use.show(visit, stage))
        if visit.citizen.person.card_mislaid:
            return Presented("card-mislaid", "card")
        return (yield from self._city.card_use.show(visit, stage))

    def _refuse(
        self, visit: Visit, reason: str, plan: list[PlannedVisit], *, at_back_end: bool = False
    ) -> Generator[Event, object, None]:
        """Record the refusal and do what follows from it."""
        remedy = remedy_for(reason)
        citizen = visit.citizen
        visit.outcome = reason
        visit.tried.append(visit.mode)
        if reason == "e-card-refused":
            citizen.code_usable = False
        if remedy.gives_up == "card":
            citizen.known_fault = reason
        elif remedy.gives_up == "pin":
            citizen.gave_up_pin = True
        visit.mode = "none" if at_back_end else self._next_mode(visit, remedy)
        if reason == "place-closed":
            visit.mode, visit.fallback = "none", "turned-away"
        elif visit.mode == "none":
            visit.fallback = visit.service.fallback
        instead = visit.mode if visit.mode != "none" else visit.fallback
        self._city.journal.refusal(visit, reason, instead=instead, remedy=remedy.remedy)
        if remedy.remedy == "report-loss":
            yield from self._city.back_ends.report_loss(visit)
        if remedy.visit and remedy.visit not in citizen.extra_services:
            citizen.extra_services.append(remedy.visit)
            number = visit.citizen.index * VISITS_PER_PERSON + len(citizen.extra_services)
            follow_up = self._city.follow_up(remedy.visit, int(self._env.now), number)
            if follow_up is not None:
                heapq.heappush(plan, follow_up)
                self.planned += 1

    def _next_mode(self, visit: Visit, remedy: Remedy) -> str:
        """Return the credential to try after a refusal: the code after the card, the card after the code."""
        if visit.service.credential != "either":
            return "none"
        if "e-card" not in visit.tried and remedy.e_card and self._would_show_code(visit):
            return "e-card"
        return "card" if "card" not in visit.tried and self._would_show_card(visit) else "none"

    def _stage_time_us(self, visit: Visit, stage: Stage, number: int) -> int:
        return sample_duration_us(stage.duration, self._service_time, visit.number, number % STAGES_PER_VISIT)
