"""Walks: random sequences of events beside a closed model, and the shortest one that departs from it.

Hypothesis makes the sequences and shortens one that departs; what it draws comes from ``walk_draws``. A
sequence is carried out once and its outcome remembered, so Hypothesis sees a steady card even where the card
is not: a card that answers otherwise the second time keeps the verdict of the walk that is recorded.

Recorded are the walks of the generation up to the first that departs, and at the end the shortest that does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st

from onecard.conformance.adapters.port import AdapterError, CardGoneError
from onecard.conformance.judging.bytes_checks import is_word
from onecard.conformance.judging.evidence import Evidence
from onecard.conformance.judging.walk_check import given_by, rows_of
from onecard.conformance.model.history import StepRecord
from onecard.conformance.model.steps import Let
from onecard.conformance.running.exchange import perform
from onecard.conformance.running.walk_draws import BACKEND, drawn_from
from onecard.conformance.values.templates import Known, NotKnownError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onecard.conformance.adapters.port import CardPort
    from onecard.conformance.model.case import Case
    from onecard.conformance.model.history import End, Frame
    from onecard.conformance.model.plan import KeyMaterial, Plan
    from onecard.conformance.model.steps import Model, Reset, Send, Walk

__all__ = ["MOST_SHORTENING_WALKS", "run_walk"]

MOST_SHORTENING_WALKS = 300
"""Walks that the search for the shortest may take; then the shortest so far stands."""
_SILENCE_COUNTS = 30
"""One that ends in silence counts as so many where silence takes a time limit: on a card out of our hands."""

_TELLING_SHARE = 6
"""How much more often than others an event is drawn that leads away from the initial state or tells states
apart; one that only leads back is drawn twice as often."""


class _DepartsError(Exception):
    """A walk departs from its model: how Hypothesis is told."""


class _StoppedError(Exception):
    """The card or the adapter is gone, in the middle of a walk."""

    def __init__(self, end: End, note: str) -> None:
        super().__init__(note)
        self.end, self.note = end, note


def run_walk(step: Walk, port: CardPort, *, case: Case, plan: Plan, known: Known) -> tuple[StepRecord, ...]:
    """Carry out the walks of a step; never raises for what card or adapter do.

    Args:
        step: model, number and length of the walks.
        port: the card under test.
        case: whose step it is.
        plan: for seed and keys.
        known: what the case knows so far.
    """
    walks = _Walks(step, port, case, plan.keys, known)

    def walk(names: list[str]) -> None:
        if walks.departs(tuple(names)):
            raise _DepartsError

    events = st.sampled_from(_choices(step.model))
    chosen = settings(
        max_examples=step.walks,
        backend=BACKEND,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
    )
    test = seed(plan.seed)(chosen(given(st.lists(events, min_size=1, max_size=step.longest))(walk)))
    try:
        with drawn_from(plan.seed, f"{case.id}/{step.name}"):
            test()
    except _DepartsError:
        pass
    return walks.history()


def _choices(model: Model) -> list[str]:
    """Return the events to draw from, each as often as it is likely to show something."""
    statuses: dict[str, set[str]] = {}
    for row in model.rows:
        statuses.setdefault(row.event, set()).add(row.status)
    moving = {row.event for row in model.rows if row.after != row.state}
    leading = {row.event for row in model.rows if row.after not in (row.state, model.initial)}
    telling = leading | {event for event, words in statuses.items() if len(words) > 1}
    names = [event.name for event in model.events]
    shares = {name: _TELLING_SHARE if name in telling else 1 + (name in moving) for name in names}
    return [name for name in names for _ in range(shares[name])]


class _Walks:
    """The walks of one step: carried out, remembered, recorded."""

    def __init__(self, step: Walk, port: CardPort, case: Case, keys: KeyMaterial, known: Known) -> None:
        self._step, self._port, self._case, self._keys, self._known = step, port, case, keys, known
        self._rows = rows_of(step.model)
        self._events = {event.name: event for event in step.model.events}
        self._ranks = {name: rank for rank, name in enumerate(self._events)}
        self._records: list[StepRecord] = []
        self._departed: dict[tuple[str, ...], bool] = {}
        self._shortest: StepRecord | None = None
        self._walked = self._shortening = 0
        self._over = False

    def history(self) -> tuple[StepRecord, ...]:
        """Return what is recorded."""
        if self._shortest is None or self._shortest is self._records[-1]:
            return tuple(self._records)
        return (*self._records, self._shortest)

    def departs(self, names: tuple[str, ...]) -> bool:
        """Tell whether a sequence departs from the model; carries it out if it is a new one."""
        if names not in self._departed:
            if self._over or self._shortening >= MOST_SHORTENING_WALKS:
                return False
            self._departed[names] = self._walk(names)
        return self._departed[names]

    def _walk(self, names: tuple[str, ...]) -> bool:
        record, departs = self._carried_out(names)
        if self._shortest is None:
            self._records.append(record)
        else:
            waited = record.end == "mute" and not self._port.traits.parallel
            self._shortening += _SILENCE_COUNTS if waited else 1
        if not record.cuts or record.end in ("gone", "broken"):
            # Nothing more can be learned, but that the card went away during shortening takes nothing back.
            self._over = True
            return False
        if departs and (self._shortest is None or self._order(record) < self._order(self._shortest)):
            self._shortest = record
        return departs

    def _order(self, record: StepRecord) -> tuple[int, list[int]]:
        return len(record.events), [self._ranks[event] for event in record.events]

    def _carried_out(self, names: tuple[str, ...]) -> tuple[StepRecord, bool]:
        """Make one walk, up to the first answer that is not the model's."""
        self._walked += 1
        trail = _Trail(self._port, self._case.id, self._keys, self._known)
        events: list[str] = []
        cuts: list[int] = []
        end: End = ""
        note, departs = "", False
        try:
            self._make_ready()
            if not all(trail.do(step)[:2] in ("90", "61", "AT") for step in self._step.model.home):
                return self._record(trail, (), (), "", ""), False
            cuts.append(len(trail.frames))
            state = self._step.model.initial
            for name in names:
                before = len(trail.frames)
                events.append(name)
                given = trail.do_all(self._events[name].steps)
                cuts.append(len(trail.frames) - before)
                row = self._rows[state, name]
                departs = not is_word(row.status, given)
                if departs:
                    end = "" if given else "mute"
                    break
                state = row.after
        except _StoppedError as stop:
            end, note = stop.end, stop.note
            if cuts and len(cuts) <= len(events):
                cuts.append(0)  # the event was begun, not carried out
        return self._record(trail, tuple(events), tuple(cuts), end, note), departs

    def _make_ready(self) -> None:
        if not self._port.traits.fresh:
            return
        try:
            self._port.prepare(f"{self._case.id}#{self._walked}", self._case.personality, self._case.face)
        except CardGoneError as error:
            raise _StoppedError("gone", str(error)) from None
        except AdapterError as error:
            raise _StoppedError("broken", str(error)) from None

    def _record(
        self, trail: _Trail, events: tuple[str, ...], cuts: tuple[int, ...], end: End, note: str
    ) -> StepRecord:
        return StepRecord(
            case=self._case.id,
            step=self._step.name,
            frames=tuple(trail.frames),
            end=end,
            note=note or trail.unknown,
            events=events,
            cuts=cuts,
        )


class _Trail:
    """The frames of one walk, and what is known along it."""

    def __init__(self, port: CardPort, case: str, keys: KeyMaterial, known: Known) -> None:
        self.frames: list[Frame] = []
        self.unknown = ""
        """What a step lacked; empty: nothing."""
        self._port, self._case = port, case
        self._evidence = Evidence(keys, Known(dict(known.data), dict(known.status)))

    def do_all(self, steps: Iterable[Reset | Send | Let]) -> str:
        """Carry out an event's steps; return what the last one came to."""
        given = ""
        for step in steps:
            given = self.do(step)
            if not given:
                break
        return given

    def do(self, step: Reset | Send | Let) -> str:
        """Carry out one step; return status word or ``ATR``, ``9000`` for a value; empty: no answer."""
        try:
            if isinstance(step, Let):
                self._evidence.compute(step)
                return "9000"
            record = perform(step, self._port, self._evidence.known, self._case)
        except NotKnownError as error:
            self.unknown = str(error)
            return ""
        self.frames += record.frames
        if record.end in ("gone", "broken"):
            raise _StoppedError(record.end, record.note)
        self._evidence.take(step, (record,))
        return given_by(record.frames)
