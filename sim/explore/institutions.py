"""What an institution does about one visit, and how it comes to be certain.

Every message that changes something goes through the recovery of
:mod:`onecard.sim.settlement.clients.recovery`. What the institution is certain of goes into its book.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from onecard.sim.explore.book import Believed
from onecard.sim.explore.dialogues import SETTLING, dialogue_of
from onecard.sim.settlement.clients.desk import Desk
from onecard.sim.settlement.clients.recovery import Effect, Outcome, Wait, certain, judge, reverse
from onecard.sim.settlement.messages.envelope import decode_request
from onecard.sim.settlement.messages.reasons import Reason
from onecard.sim.settlement.tiers.directory import city_address

if TYPE_CHECKING:
    from onecard.sim.actors import Ask, Heard
    from onecard.sim.explore.book import Book
    from onecard.sim.explore.errands import Errand
    from onecard.sim.explore.nation import Stage

__all__ = ["visit"]

_TRIES = 4
"""How often an institution tries again, with a new message number, what was refused for a passing reason."""
_PASSING = frozenset((Reason.AUTHORITY_SILENT, Reason.VISIT_BUSY, Reason.LATE_MESSAGE))
_PAUSE_US = 4_000_000
_DESKS = 1296


class _Visit:
    """One visit while it lasts."""

    def __init__(self, stage: Stage, wanted: Errand, book: Book, told: Callable[[Believed], None]) -> None:
        self.errand = wanted
        self.book = book
        self.told = told
        self.desk = Desk(
            fixmedins_code=wanted.institution.fixmedins_code,
            fixmedins_name=wanted.institution.name,
            mdtrtarea_admvs=wanted.city,
            calendar=stage.nation.calendar,
            number=wanted.number % _DESKS,
        )
        self.dialogue = dialogue_of(wanted, self.desk)
        self.address = city_address(wanted.city)
        self.settling = b""

    @property
    def _setl_id(self) -> str:
        """The settlement that the institution has, empty for none."""
        info = self.dialogue.settlement
        return "" if info is None else info.setl_id or ""

    def run(self) -> Generator[Ask | Wait, Heard, None]:
        """Go through the visit; the book holds what came of it."""
        heard = yield Wait(self.errand.begins_us)
        now_us = yield from self._follow(heard.now_us)
        if not self._setl_id:
            self.dialogue.undo()
            yield from self._follow(now_us)
            return
        afterwards = self.errand.afterwards
        if afterwards == "keep":
            return
        now_us = (yield Wait(_PAUSE_US)).now_us
        if afterwards == "reverse":
            yield from self._reverse(now_us)
            return
        now_us = yield from self._cancel(now_us, entirely=afterwards == "cancel")
        if not self._setl_id and afterwards == "cancel-and-settle-again":
            self.dialogue.follow(self.dialogue.SENDS[-1])
            yield from self._follow(now_us)

    def _follow(self, now_us: int) -> Generator[Ask | Wait, Heard, int]:
        """Send what the plan says, until it is done or cannot go on."""
        dialogue, tries = self.dialogue, 0
        while (infno := dialogue.next_infno) is not None:
            outcome = yield from self._send(infno, dialogue.next_request(now_us) or b"", now_us)
            now_us = outcome.now_us
            again = outcome.effect is Effect.NONE
            if outcome.effect is Effect.UNCERTAIN:
                self.book.unresolved.append(self.errand.number)
                return now_us
            if not again:
                dialogue.receive(outcome.reply)
                self._note(infno, outcome)
                again = dialogue.failure is not None and dialogue.failure.reason in _PASSING
            if not again and dialogue.failure is None:
                continue
            tries += 1
            if not again or tries == _TRIES:
                return now_us
            dialogue.failure = None
            now_us = (yield Wait(_PAUSE_US * tries)).now_us
        return now_us

    def _send(self, infno: str, request: bytes, now_us: int) -> Generator[Ask | Wait, Heard, Outcome]:
        """Send one message, and do not stop before its effect is certain."""
        if infno in SETTLING:
            self.book.purposes[decode_request(request).msgid] = self.errand.number
            self.settling = request
        outcome = yield from certain(
            self.desk, request, address=self.address, now_us=now_us, policy=self.errand.policy
        )
        self.book.count(outcome)
        return outcome

    def _note(self, infno: str, outcome: Outcome) -> None:
        """Write what became certain into the book."""
        wanted, info, settled = self.errand, self.dialogue.settlement, self.dialogue.result
        if outcome.effect is Effect.REFUSED:
            self.book.refusals[judge(outcome.reply)[1]] += 1
        elif infno in SETTLING and info is not None and settled is not None:
            believed = Believed(
                settled=settled,
                city=wanted.city,
                insured_city=wanted.insured_city,
                fixmedins_code=wanted.institution.fixmedins_code,
                insutype=wanted.person.insutype,
                clr_type=info.clr_type or "",
                clr_optins=info.clr_optins or "",
            )
            self.book.live[settled.setl_id] = believed
            self.told(believed)

    def _cancel(self, now_us: int, *, entirely: bool) -> Generator[Ask | Wait, Heard, int]:
        """Cancel the settlement, or the visit entirely; without effect it stays in force (UR-6)."""
        setl_id = self._setl_id
        if entirely:
            self.dialogue.undo()
        else:
            self.dialogue.follow(SETTLING[self.dialogue.SENDS[-1]])
        now_us = yield from self._follow(now_us)
        if not self._setl_id:
            del self.book.live[setl_id]
        return now_us

    def _reverse(self, now_us: int) -> Generator[Ask | Wait, Heard, None]:
        """Reverse a settlement that was answered: the institution does not want it after all (UR-9)."""
        outcome = yield from reverse(
            self.desk, self.settling, address=self.address, now_us=now_us, policy=self.errand.policy
        )
        self.book.count(outcome)
        if outcome.effect is Effect.NONE:
            del self.book.live[self._setl_id]
        elif outcome.effect is Effect.REFUSED:  # the settlement stands
            self.book.refusals[judge(outcome.reply)[1]] += 1
        else:
            self.book.unresolved.append(self.errand.number)


def visit(
    stage: Stage, wanted: Errand, book: Book, told: Callable[[Believed], None]
) -> Generator[Ask | Wait, Heard, None]:
    """Go through a planned visit.

    Args:
        stage: the nation.
        wanted: the visit.
        book: where certainty is written down.
        told: called when a settlement was acknowledged.
    """
    return _Visit(stage, wanted, book, told).run()
