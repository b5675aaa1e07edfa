"""What institutions do in the fault search, and what they believe.

Every visit is a pure function of (seed, number): who, where, what is bought, when it begins, and whether it
is cancelled or reversed afterwards. Every message that changes something goes through the recovery of
:mod:`onecard.sim.settlement.clients.recovery`, so an institution always ends in certainty. What it is certain
of is its book, and the book is the truth that the tiers are held against.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from onecard.sim.draws import Stream
from onecard.sim.settlement.benefit import load_catalogue
from onecard.sim.settlement.clients.desk import Desk
from onecard.sim.settlement.clients.dialogue import Credential, Dialogue, Settled, charge
from onecard.sim.settlement.clients.inpatient_stay import InpatientStay
from onecard.sim.settlement.clients.outpatient_visit import OutpatientVisit
from onecard.sim.settlement.clients.pharmacy import PharmacyPurchase
from onecard.sim.settlement.clients.recovery import (
    Effect,
    Outcome,
    RecoveryPolicy,
    Wait,
    certain,
    judge,
    reverse,
)
from onecard.sim.settlement.messages.envelope import decode_request
from onecard.sim.settlement.messages.reasons import Reason
from onecard.sim.settlement.tiers.directory import city_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.sim.actors import Ask, Heard
    from onecard.sim.explore.nation import Stage
    from onecard.sim.settlement.clients.dialogue import Charge
    from onecard.sim.settlement.registry import InsuredPerson, MedicalInstitution

__all__ = ["MIX", "SPREAD_US", "Believed", "Book", "Errand", "errand", "visit"]

SPREAD_US = 60_000_000
"""Visits begin within this time."""

MIX: dict[tuple[str, str], int] = {
    ("pharmacy", "local"): 60,
    ("pharmacy", "province"): 6,
    ("pharmacy", "nation"): 12,
    ("outpatient", "local"): 8,
    ("outpatient", "province"): 3,
    ("outpatient", "nation"): 5,
    ("inpatient", "local"): 2,
    ("inpatient", "province"): 1,
    ("inpatient", "nation"): 3,
}
"""Kind of visit and route → per cent: the insured city itself, another city of its province, another
province."""

_AFTERWARDS: dict[str, int] = {"keep": 70, "cancel": 12, "cancel-and-settle-again": 8, "reverse": 10}
"""What an institution does with a settlement once it has it → per cent; ``reverse`` is UR-9."""
_ITEMS = ("SYN-S-2002", "SYN-W-5007", "SYN-S-1002")
_TRIES = 4
"""How often an institution tries again, with a new message number, what was refused for a passing reason."""
_PASSING = frozenset((Reason.AUTHORITY_SILENT, Reason.VISIT_BUSY, Reason.LATE_MESSAGE))
_PAUSE_US = 4_000_000
_SETTLING = {"2102": "2103", "2207": "2208", "2304": "2305"}
"""What settles → what cancels it."""
_POLICY = RecoveryPolicy()


class Believed(msgspec.Struct, frozen=True, kw_only=True):
    """A settlement in an institution's book.

    Attributes:
        settled: what the platform answered.
        city: the place of treatment.
        insured_city: the insured place.
        fixmedins_code: the institution.
        insutype: insurance type.
        msgid: the message that settled.
    """

    settled: Settled
    city: str
    insured_city: str
    fixmedins_code: str
    insutype: str
    msgid: str


class Book:
    """What the institutions of a seed are certain of.

    Attributes:
        live: ``setl_id`` → settlement in force.
        purposes: message number → number of the visit that it settles.
        uncertain: results that were unknown for a time.
        reversals: reversals sent.
        refusals: final refusals by reason.
        unresolved: visits whose outcome never became certain.
        finished: visits that are over.
    """

    def __init__(self) -> None:
        self.live: dict[str, Believed] = {}
        self.purposes: dict[str, int] = {}
        self.uncertain = 0
        self.reversals = 0
        self.refusals: Counter[str] = Counter()
        self.unresolved: list[int] = []
        self.finished = 0


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """A visit as it is planned."""

    number: int
    kind: str
    city: str
    insured_city: str
    person: InsuredPerson
    institution: MedicalInstitution
    charges: tuple[Charge, ...]
    use_account: bool
    begins_us: int
    afterwards: str


def errand(stage: Stage, seed: int, number: int) -> Errand:
    """Plan a visit: a pure function of seed and number."""
    stream = Stream(seed, "explore/visits")
    kind, route = _weighted(MIX, stream.below(100, number, 0))
    routes = stage.routes[route]
    city, home = routes[stream.below(len(routes), number, 1)]
    people = stage.people[home]
    places = stage.institutions[city, "pharmacy" if kind == "pharmacy" else "hospital"]
    lines = 1 if kind == "pharmacy" else 1 + stream.below(2, number, 4)
    return Errand(
        number=number,
        kind=kind,
        city=city,
        insured_city=home,
        person=people[stream.below(len(people), number, 3)],
        institution=places[stream.below(len(places), number, 5)],
        charges=tuple(
            charge(load_catalogue()[_ITEMS[stream.below(len(_ITEMS), number, 6 + line)]], 1 + line)
            for line in range(lines)
        ),
        use_account=stream.happens(0.8, number, 8),
        begins_us=stream.below(SPREAD_US, number, 9),
        afterwards=_weighted(_AFTERWARDS, stream.below(100, number, 10)),
    )


def _weighted(table: dict[Any, int], draw: int) -> Any:
    for value, weight in table.items():
        if draw < weight:
            return value
        draw -= weight
    raise ValueError("the weights of a table sum to 100")


class _Planned(Dialogue):
    """A dialogue with somebody whom the institution knows already: no queries, and plans that change.

    Attributes:
        PLAN: what is sent; the last one settles.
    """

    PLAN: ClassVar[tuple[str, ...]]

    def follow(self, *plan: str) -> None:
        """Replace the plan; clears the failure."""
        self._plan, self.failure = list(plan), None

    def undo(self) -> None:
        """Replace the plan by what takes back what was done."""
        raise NotImplementedError


class _Purchase(PharmacyPurchase, _Planned):
    PLAN = ("2102",)


class _OutpatientVisit(OutpatientVisit, _Planned):
    PLAN = ("2201", "2203", "2204", "2207")


class _InpatientStay(InpatientStay, _Planned):
    PLAN = ("2401", "2301", "2402", "2304")


def _dialogue(wanted: Errand, desk: Desk) -> _Planned:
    """Make the dialogue of a visit."""
    person, made = wanted.person, {"desk": desk, "use_account": wanted.use_account}
    made["credential"] = Credential(
        mdtrt_cert_type="03",
        mdtrt_cert_no=person.card_number,
        card_sn=person.card_sn,
        certno=person.certno,
        psn_name=person.psn_name,
    )
    dialogue: _Planned
    if wanted.kind == "pharmacy":
        dialogue = _Purchase(charges=wanted.charges, **made)
    elif wanted.kind == "outpatient":
        dialogue = _OutpatientVisit(ipt_otp_no=f"{wanted.number:08d}", charges=wanted.charges, **made)
    else:
        dialogue = _InpatientStay(ipt_no=f"{wanted.number:08d}", batches=(wanted.charges,), **made)
    dialogue.psn_no, dialogue.insutype = person.psn_no, person.insutype
    dialogue.certno, dialogue.psn_name = person.certno, person.psn_name
    dialogue.insuplc_admdvs = person.insuplc_admdvs
    dialogue.follow(*dialogue.PLAN)
    return dialogue


class _Visit:
    """One visit while it lasts: its dialogue, and its errand's place in the book."""

    def __init__(self, stage: Stage, wanted: Errand, book: Book, told: Callable[[Believed], None]) -> None:
        self.errand = wanted
        self.book = book
        self.told = told
        place = wanted.institution
        self.desk = Desk(
            fixmedins_code=place.fixmedins_code,
            fixmedins_name=place.name,
            mdtrtarea_admvs=wanted.city,
            calendar=stage.nation.calendar,
            number=wanted.number % 1296,
        )
        self.dialogue = _dialogue(wanted, self.desk)
        self.address = city_address(wanted.city)
        self.settling = b""

    def run(self) -> Generator[Ask | Wait, Heard, None]:
        """Go through the visit; the book holds what came of it."""
        heard = yield Wait(self.errand.begins_us)
        now_us = yield from self._follow(heard.now_us)
        if self.dialogue.settlement is None:
            yield from self._leave(now_us)
            return
        afterwards = self.errand.afterwards
        if afterwards == "reverse":
            heard = yield Wait(_PAUSE_US)
            yield from self._reverse(heard.now_us)
        elif afterwards != "keep":
            heard = yield Wait(_PAUSE_US)
            now_us = yield from self._cancel(heard.now_us)
            if self.dialogue.settlement is None and afterwards == "cancel-and-settle-again":
                self.dialogue.follow(self.dialogue.PLAN[-1])
                yield from self._follow(now_us)

    def _follow(self, now_us: int) -> Generator[Ask | Wait, Heard, int]:
        """Send what the plan says, until it is done or cannot go on."""
        dialogue, tries = self.dialogue, 0
        while (infno := dialogue.next_infno) is not None:
            request = dialogue.next_request(now_us) or b""
            outcome = yield from self._send(infno, request, now_us)
            now_us = outcome.now_us
            again = outcome.effect is Effect.NONE
            if outcome.effect in (Effect.DONE, Effect.REFUSED):
                dialogue.receive(outcome.reply)
                again = dialogue.failure is not None and dialogue.failure.reason in _PASSING
                self._note(infno, request, outcome)
            elif outcome.effect is Effect.UNCERTAIN:
                self.book.unresolved.append(self.errand.number)
                return now_us
            if not again and dialogue.failure is None:
                continue
            tries += 1
            if not again or tries == _TRIES:
                return now_us
            dialogue.failure = None
            now_us = (yield Wait(_PAUSE_US * tries)).now_us
        return now_us

    def _send(self, infno: str, request: bytes, now_us: int) -> Generator[Ask | Wait, Heard, Outcome]:
        if infno in _SETTLING:
            self.book.purposes[decode_request(request).msgid] = self.errand.number
            self.settling = request
        outcome = yield from certain(self.desk, request, address=self.address, now_us=now_us, policy=_POLICY)
        self.book.uncertain += outcome.unknown
        self.book.reversals += bool(outcome.reversal)
        return outcome

    def _note(self, infno: str, request: bytes, outcome: Outcome) -> None:
        """Write what became certain into the book."""
        if outcome.effect is Effect.REFUSED:
            self.book.refusals[judge(outcome.reply)[1]] += 1
        elif infno in _SETTLING and self.dialogue.result is not None:
            wanted = self.errand
            believed = Believed(
                settled=self.dialogue.result,
                city=wanted.city,
                insured_city=wanted.insured_city,
                fixmedins_code=wanted.institution.fixmedins_code,
                insutype=wanted.person.insutype,
                msgid=decode_request(request).msgid,
            )
            self.book.live[believed.settled.setl_id] = believed
            self.told(believed)

    def _cancel(self, now_us: int) -> Generator[Ask | Wait, Heard, int]:
        """Cancel the settlement; a cancellation without effect leaves it in force (UR-6)."""
        setl_id = (self.dialogue.settlement and self.dialogue.settlement.setl_id) or ""
        if self.errand.afterwards == "cancel":
            self.dialogue.undo()
        else:
            self.dialogue.follow(_SETTLING[self.dialogue.PLAN[-1]])
        now_us = yield from self._follow(now_us)
        if self.dialogue.settlement is None:
            del self.book.live[setl_id]
        return now_us

    def _reverse(self, now_us: int) -> Generator[Ask | Wait, Heard, None]:
        """Reverse a settlement that was answered: the institution does not want it after all (UR-9)."""
        setl_id = (self.dialogue.settlement and self.dialogue.settlement.setl_id) or ""
        outcome = yield from reverse(
            self.desk, self.settling, address=self.address, now_us=now_us, policy=_POLICY
        )
        self.book.uncertain += outcome.unknown
        self.book.reversals += 1
        if outcome.effect is Effect.NONE:
            del self.book.live[setl_id]
        else:
            self.book.unresolved.append(self.errand.number)

    def _leave(self, now_us: int) -> Generator[Ask | Wait, Heard, None]:
        """Take a visit without a settlement back, strictly backwards (ST-4)."""
        self.dialogue.undo()
        yield from self._follow(now_us)


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
