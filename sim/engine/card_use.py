"""Using the card at a station: a real terminal, a real PSAM, real frames.

The dialogue with the card is executed in one go at the instant at which it begins; what it takes in simulated
time comes out of its frames, and the world waits for that long afterwards. What people add to it (typing the
PIN, putting an unreadable card in again) is drawn by the visit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.draws import Stream
from onecard.sim.engine.sampling import sample_duration_us
from onecard.sim.engine.visit import Presented
from onecard.sim.terminals import PinPolicy, Terminal
from onecard.virtual_cards.faces import CONTACT, CONTACTLESS
from onecard.virtual_cards.psam import issue_psam
from onecard.virtual_cards.readers.in_process import CardConnectionException, NoCardException, Reader
from onecard.virtual_cards.security.test_keys import PUBLISHED_KEYS

if TYPE_CHECKING:
    from collections.abc import Generator

    from simpy import Environment, Event

    from onecard.sim.engine.citizens import Citizen
    from onecard.sim.engine.model import Behaviour
    from onecard.sim.engine.visit import Place, Visit
    from onecard.sim.recording.recorder import Recorder
    from onecard.sim.services import Stage
    from onecard.sim.terminals import DialogueResult, HotList
    from onecard.virtual_cards.card import Card
    from onecard.virtual_cards.faces import Face

__all__ = ["CardUse"]

TRIES_PER_SHOW = 16
CONTACTLESS_SINCE = 3
"""First generation of cards with a contactless face (card.md §1)."""


class CardUse:
    """The card desks of the city: a reader, a terminal and a PSAM for each place, made when first used.

    Args:
        env: SimPy environment.
        behaviour: PIN habits and read failures.
        seed: the world's seed.
        today: the day, ``YYYYMMDD``.
        area: issuing area of the terminals' numbers.
        is_hot_listed: the terminals' hot list.
        recorder: where APDUs are recorded.
    """

    def __init__(
        self,
        env: Environment,
        behaviour: Behaviour,
        *,
        seed: int,
        today: str,
        area: str,
        is_hot_listed: HotList,
        recorder: Recorder,
    ) -> None:
        self._env = env
        self._behaviour = behaviour
        self._today = today
        self._area = area
        self._is_hot_listed = is_hot_listed
        self._recorder = recorder
        self._typos = Stream(seed, "card-use/pin-typo")
        self._entry = Stream(seed, "card-use/pin-entry")
        self._failures = Stream(seed, "card-use/read-failure")
        self._again = Stream(seed, "card-use/reinsertion")
        self._gives_up = Stream(seed, "card-use/gives-up-last-try")
        self._desks: dict[str, _Desk] = {}
        self.apdus = 0
        """Frames so far, for the progress."""

    def show(self, visit: Visit, stage: Stage) -> Generator[Event, object, Presented]:
        """Show the card at a stage's station and run the stage's dialogue (a SimPy process step)."""
        card = visit.citizen.card
        if card is None or stage.dialogue is None or stage.station is None:
            raise ValueError("a card is shown at a station, for a dialogue, by somebody who holds one")
        face = _face(visit.citizen, visit.place.model.stations[stage.station].face)
        if face is None:
            return Presented("card-unsupported", "card")
        show = visit.shows
        visit.shows += 1
        if not (yield from self._readable(visit.number, show, face)):
            return Presented("card-unreadable", "card", face.name)
        result, pins = self._run(visit, card, stage.dialogue, face, show)
        typing_us = sum(
            sample_duration_us(
                self._behaviour.pin_entry, self._entry, visit.number, show * TRIES_PER_SHOW + entry
            )
            for entry in range(pins)
        )
        yield self._env.timeout(result.elapsed_us + typing_us)
        person = visit.citizen.person
        return Presented(
            reason=result.reason or "",
            credential="card",
            face=face.name,
            apdus=result.apdus,
            card_us=result.elapsed_us,
            pan=person.bank_account if person.has_finance else "",
        )

    def _readable(self, visit: int, show: int, face: Face) -> Generator[Event, object, bool]:
        """Put the card in until it is read, at most as often as the scenario says."""
        behaviour = self._behaviour
        chance = behaviour.read_failure_contactless if face.contactless else behaviour.read_failure_contact
        for attempt in range(behaviour.read_attempts):
            occurrence = show * TRIES_PER_SHOW + attempt
            if not self._failures.happens(chance, visit, occurrence):
                return True
            yield self._env.timeout(sample_duration_us(behaviour.reinsertion, self._again, visit, occurrence))
        return False

    def _run(
        self, visit: Visit, card: Card, dialogue: str, face: Face, show: int
    ) -> tuple[DialogueResult, int]:
        citizen = visit.citizen
        desk = self._desk(visit.place)
        desk.serving(visit)

        def pin_pad(attempt: int) -> str | None:
            return self._type_pin(visit, show, attempt)

        desk.reader.insert(card, face)
        try:
            result = desk.terminal.run(
                dialogue,
                pin_pad=pin_pad,
                values={"phone": citizen.person.mobile},
                card=desk.reader.createConnection(),
            )
        finally:
            desk.reader.remove()
        if result.tries_left is not None:
            citizen.pin_tries_seen = result.tries_left
        return result, result.pin_attempts

    def _type_pin(self, visit: Visit, show: int, attempt: int) -> str | None:
        """Type the PIN, or give up: who has forgotten it may not risk the last try."""
        person, behaviour = visit.citizen.person, self._behaviour
        occurrence = show * TRIES_PER_SHOW + attempt
        if not person.forgets_pin:
            wrong = self._typos.happens(behaviour.pin_typo, visit.number, occurrence)
            return _mistyped(person.pin) if wrong else person.pin
        last_try = visit.citizen.pin_tries_seen - (attempt - 1) <= 1
        if last_try and self._gives_up.happens(behaviour.gives_up_last_try, person.index):
            return None
        return _mistyped(person.pin)

    def _desk(self, place: Place) -> _Desk:
        desk = self._desks.get(place.name)
        if desk is None:
            desk = self._desks[place.name] = _Desk(self, place)
        return desk

    def make_terminal(self, desk: _Desk) -> Terminal:
        """Make the terminal of a desk: its card slot is the desk's reader, its PSAM slot another."""
        behaviour = self._behaviour
        psam_reader = Reader(f"{desk.place.name} SAM")
        psam_reader.insert(
            issue_psam(PUBLISHED_KEYS, area_code=self._area, serial=str(desk.place.number)), CONTACT
        )
        return Terminal(
            None,
            psam_reader.createConnection(),
            today=self._today,
            is_hot_listed=self._is_hot_listed,
            pin_policy=PinPolicy(behaviour.pin_attempts),
            link_errors=(CardConnectionException, NoCardException),
            observer=desk.record,
        )

    def record_apdu(self, visit: Visit, slot: str, command: bytes, response: bytes) -> None:
        """Record one frame."""
        self.apdus += 1
        self._recorder.apdu(
            int(self._env.now),
            visit.number,
            visit.citizen.index,
            visit.place.name,
            slot,
            int.from_bytes(command[:4], "big"),
            command[4] if len(command) > 4 else 0,
            response[-2] << 8 | response[-1],
            len(response) - 2,
        )


class _Desk:
    """One place's reader, terminal and PSAM, and whom it is serving."""

    __slots__ = ("_use", "_visit", "place", "reader", "terminal")

    def __init__(self, use: CardUse, place: Place) -> None:
        self._use = use
        self._visit: Visit | None = None
        self.place = place
        self.reader = Reader(place.name)
        self.terminal = use.make_terminal(self)

    def serving(self, visit: Visit) -> None:
        """Say whose card comes next."""
        self._visit = visit

    def record(self, slot: str, command: bytes, response: bytes) -> None:
        """Take a frame from the terminal."""
        if self._visit is not None:
            self._use.record_apdu(self._visit, slot, command, response)


def _face(citizen: Citizen, accepted: str) -> Face | None:
    """Choose the face: contactless where card and reader have it; None where they have none in common."""
    if citizen.person.card_generation == CONTACTLESS_SINCE and accepted != "contact":
        return CONTACTLESS
    return None if accepted == "contactless" else CONTACT


def _mistyped(pin: str) -> str:
    """Return the PIN with its last digit one too high."""
    return pin[:-1] + str((int(pin[-1]) + 1) % 10)
