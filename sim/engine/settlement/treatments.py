"""A treatment as the institution lives it: its messages, what it does when a result is unknown, its own book.

Theory of operation. The messages are written and read by the sans-IO clients of
:mod:`onecard.sim.settlement.clients`; what changes something is sent by
:func:`~onecard.sim.settlement.clients.recovery.certain`, which does not stop before its effect is certain. A
query is asked again for as long as the person has patience. What had no effect in the end (reversed, or
barred) is begun anew a few times; then the person pays in full and what the platform has of the treatment is
taken back, strictly backwards (settlement.md ST-4).

The institution's own book is what it believes: it is held against the city's at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.actors import Heard
from onecard.sim.settlement.clients.outpatient_visit import OutpatientVisit
from onecard.sim.settlement.clients.recovery import Effect, Wait, certain, judge
from onecard.sim.settlement.messages.reasons import Reason
from onecard.sim.settlement.messages.transactions import TRANSACTIONS

if TYPE_CHECKING:
    from collections.abc import Generator

    from simpy import Event

    from onecard.sim.engine.network import Caller
    from onecard.sim.engine.settlement.demand import Planned
    from onecard.sim.engine.settlement.world import SettlementWorld
    from onecard.sim.settlement.clients.inpatient_stay import InpatientStay
    from onecard.sim.settlement.clients.pharmacy import PharmacyPurchase
    from onecard.sim.settlement.clients.recovery import Outcome, Procedure, RecoveryPolicy

__all__ = ["Treatment", "fate_of"]

SETTLED, TAKEN_BACK, UNREACHABLE, UNRESOLVED = "settled", "taken-back", "unreachable", "unresolved"
"""How a treatment ends for the insurance; a refusal ends it with the platform's own word."""

PASSING = (Reason.AUTHORITY_SILENT, Reason.VISIT_BUSY)
"""Refusals that may be none a little later: nobody who knows the card answered, or another message is out."""


class Treatment:
    """One person's treatment at one institution.

    Args:
        world: the world.
        planned: who, where, when.
        client: the institution's side of the messages.
        caller: numbers its messages.
    """

    def __init__(
        self,
        world: SettlementWorld,
        planned: Planned,
        client: OutpatientVisit | PharmacyPurchase | InpatientStay,
        caller: Caller,
    ) -> None:
        self.planned, self.client = planned, client
        self.begin_us = self.end_us = 0
        self.outcome = ""
        self.begun_anew = 0
        self._world, self._env = world, world.env
        self._caller = caller

    def live(self) -> Generator[Event, object, None]:
        """Live the treatment (a SimPy process)."""
        yield self._env.timeout(self.planned.planned_us - self._env.now)
        self.begin_us = int(self._env.now)
        if isinstance(self.client, OutpatientVisit):
            yield from self._follow(until_registered=True)
            if self.client.failure is None:
                yield self._env.timeout(self._world.consultation_us(self.planned.visit))
        if self.client.failure is None:
            yield from self._follow()
        yield from self._close()
        self.end_us = int(self._env.now)
        self._world.ended(self)

    def _close(self) -> Generator[Event, object, None]:
        """End as settled; or take back what the platform has, because it failed or is not wanted."""
        failure = self.client.failure
        if failure is None and not self._world.takes_back(self.planned.visit):
            self.outcome = SETTLED
            return
        self.outcome = TAKEN_BACK if failure is None else failure.reason
        if self.outcome in (Reason.NO_ANSWER, Reason.RESULT_UNCERTAIN):
            self.outcome = UNREACHABLE
        self.client.undo()
        yield from self._follow(undoing=True)
        if self.client.failure is not None:
            self.outcome = UNRESOLVED

    def _follow(
        self, *, until_registered: bool = False, undoing: bool = False
    ) -> Generator[Event, object, None]:
        """Send what comes next until the plan is finished, or stopped by a failure."""
        client = self.client
        while (infno := client.next_infno) is not None:
            if until_registered and getattr(client, "registered", False):
                return
            outcome = yield from self._send(infno)
            client.receive(outcome.reply if outcome.effect in (Effect.DONE, Effect.REFUSED) else b"")
            if client.failure is None or not (undoing or self.begun_anew < self._world.attempts - 1):
                continue
            if outcome.effect is Effect.NONE or client.failure.reason in PASSING:
                self.begun_anew += 1
                client.failure = None
                yield self._env.timeout(self._world.recovery.longest_wait_us)

    def _send(self, infno: str) -> Generator[Event, object, Outcome]:
        """Send the next message until its effect is certain, or patience ends."""
        now_us = int(self._env.now)
        request = self.client.next_request(now_us)
        if request is None:
            raise ValueError(f"{infno} is next, but the client has nothing to send")
        changes = TRANSACTIONS[infno].changes_state
        policy: RecoveryPolicy = self._world.recovery if changes else self._world.patience
        outcome = yield from self._drive(
            certain(
                self.client.desk, request, address=self._world.address_of(self), now_us=now_us, policy=policy
            )
        )
        if changes and outcome.unknown:
            self._world.was_uncertain(self, infno, now_us, outcome)
        return outcome

    def _drive(self, procedure: Procedure) -> Generator[Event, object, Outcome]:
        """Carry what a procedure asks, let time pass when it waits."""
        try:
            wish = next(procedure)
            while True:
                reply = None
                if isinstance(wish, Wait):
                    yield self._env.timeout(wish.duration_us)
                else:
                    reply = yield from self._world.network.call_within(
                        self._caller, wish.address, wish.request, timeout_us=wish.timeout_us
                    )
                wish = procedure.send(Heard(reply, int(self._env.now)))
        except StopIteration as stop:
            outcome: Outcome = stop.value
            return outcome


def fate_of(outcome: Outcome) -> str:
    """Name what became of an uncertain result."""
    if outcome.effect is Effect.DONE:
        return "done"
    if outcome.effect is Effect.REFUSED:
        return "refused"
    if outcome.effect is Effect.UNCERTAIN:
        return UNRESOLVED
    return "reversed" if judge(outcome.reply)[1] == "" else "without-effect"
