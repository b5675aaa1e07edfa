"""One card under test, and a shadow that says what it may do next.

Every APDU is judged at once by what is cheap (length, status word, what was committed, whether session and
rights changed); every so often, and after each power failure, memory and shadow are compared as a whole.

A script is a list of operations: ``bytes`` are an APDU; ``"reset contact"``, ``"tear 37"`` (power fails when
37 more bytes are written), ``"worn"`` (the memory takes no more bytes) and ``"steady"`` happen around it;
``"challenge 5"`` says which random number the card gives next.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from onecard.bench.fuzz.invariants import ALLOWED, UNKNOWN, Breach
from onecard.bench.fuzz.recipe import Challenges, make_memory
from onecard.bench.fuzz.rights import check_session, is_met
from onecard.bench.fuzz.shadow import Shadow, check_depth
from onecard.bench.fuzz.writes import check_refusal, check_write
from onecard.virtual_cards.card import Card
from onecard.virtual_cards.chip.nonvolatile import Tear, WornMemory
from onecard.virtual_cards.faces import FACES
from onecard.virtual_cards.layouts.access import PIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onecard.bench.fuzz.recipe import Recipe
    from onecard.virtual_cards.chip.session import Session
    from onecard.virtual_cards.layouts.layout import DedicatedFile, ElementaryFile, FilePath

__all__ = ["Counts", "Operation", "Subject", "new_counts", "run_script"]

Operation = bytes | str

Counts = dict[str, dict[bytes, int]]
"""By environment: how often a command (class and instruction; nothing if it has no row) got a status word."""


def new_counts() -> Counts:
    """Return counters at zero."""
    return {environment: defaultdict(int) for environment in ALLOWED}


_DEEP_EVERY = 64
_LONGEST_ANSWER = 258
_SUCCESS, _BLOCKED = 0x9000, 0x6A81
_READS = (0xB0, 0xB2)
_DONE = (0x90, 0x61)
"""First bytes of the status words of success."""


class Subject:
    """A card, its shadow, and the counts of its status words.

    Args:
        recipe: which card.
        counts: what was answered, shared by the cards of a run.
    """

    def __init__(self, recipe: Recipe, counts: Counts) -> None:
        self.recipe = recipe
        self.memory = make_memory(recipe)
        self.layout = self.memory.layout
        self.counts = counts
        self.challenges = Challenges()
        self.card = Card(self.memory, random_bytes=self.challenges)
        self.files: dict[FilePath, ElementaryFile] = {
            file.path: file for application in self.memory.applications for file in application.files
        }
        self.shadow = Shadow(self.memory)
        self._keys: dict[tuple[str, int], bytes] = {}
        self._face = recipe.face
        self._until_deep = _DEEP_EVERY
        self.command = b""
        self.response = b""
        self.challenge = b""
        self.session: Session
        self.powered = False
        self.application: DedicatedFile = self.layout.master
        self.rights: frozenset[str] = frozenset()
        self.reset(recipe.face)

    # What a terminal may know, and the checks compute with.

    def card_key(self, name: str, version: int = 1) -> bytes:
        """Return a key of the card, derived once."""
        key = self._keys.get((name, version))
        if key is None:
            key = self._keys[name, version] = self.memory.card_key(name, version)
        return key

    # Operations.

    def apply(self, operation: Operation) -> None:
        """Carry out one operation of a script; raises :class:`Breach`."""
        if isinstance(operation, bytes):
            self.send(operation)
            return
        word, _, argument = operation.partition(" ")
        if word == "reset":
            self.reset(argument)
        elif word == "challenge":
            self.challenges.at = int(argument)
        elif word == "tear":
            self.memory.supply = Tear(int(argument))
        else:
            self.memory.supply = WornMemory() if word == "worn" else None

    def send(self, command: bytes) -> bytes:
        """Exchange one APDU and judge the answer; a card without power is started first."""
        if not self.powered:
            self.reset(self._face)
        memory = self.memory
        self.command = command
        self.challenge = self.session.challenge
        was_blocked = self.shadow.cells["card_blocked"]
        try:
            self.response = response = self.card.transmit(command)
        except Exception as error:
            raise Breach("no exception leaves the card", f"{type(error).__name__}: {error}") from error
        if len(response) < 2:
            self._power_failed()
            return response
        status_word = self._check_answer(command, response)
        if was_blocked and status_word != _BLOCKED:
            raise Breach("a blocked card answers 6A81 to everything", f"{status_word:04X}")
        if status_word == _SUCCESS and command[1] in _READS:
            self._check_reading()
        if memory.committed:
            if response[-2] not in _DONE:
                check_refusal(memory.committed, status_word)
            self._check_writes()
        session = self.session
        if (
            session.application is not self.application
            or session.rights != self.rights
            or session.challenge is not self.challenge
        ):
            check_session(self, session, status_word)
            self._note_session(session)
        self._until_deep -= 1
        if not self._until_deep:
            self.check_depth()
        return response

    def reset(self, face: str) -> None:
        """Start the card anew. If power failed, it first fails again in the middle of the recovery."""
        self._face = face
        if not self.powered and self.memory.journal and self.memory.supply is not None:
            self.memory.supply = Tear(len(self.memory.journal) // 4)
            self.card.power_on(FACES[face])
        self.memory.supply = None
        atr = self.card.power_on(FACES[face])
        session = self.card.session
        if not atr or session is None:
            raise Breach("a start begins with nothing", f"no answer to reset over the {face} face")
        self.session = session
        self.powered = True
        self._check_recovered()
        self._note_session(session)
        expected = frozenset() if self.memory.pin else {PIN}
        if self.rights != expected or session.challenge or session.waiting or session.file is not None:
            raise Breach("a start begins with nothing", f"rights {sorted(self.rights)}")

    def _check_answer(self, command: bytes, response: bytes) -> int:
        status_word = response[-2] << 8 | response[-1]
        allowed = self.allowed.get(command[:2])
        if allowed is None:
            allowed = UNKNOWN
            self.seen[response[-2:]] += 1
        else:
            self.seen[command[:2] + response[-2:]] += 1
        if status_word not in allowed:
            raise Breach("the status word is listed for the command", f"{status_word:04X}")
        if len(response) > 2:
            if response[-2] not in _DONE:
                raise Breach("data come with 9000 or 61xx only", response.hex())
            if len(response) > _LONGEST_ANSWER:
                raise Breach("an answer is at most 258 bytes", f"{len(response)} bytes")
        return status_word

    def _check_reading(self) -> None:
        file = self.session.file
        if file is not None and not is_met(file.read, self.rights):
            raise Breach("a file is read by whom its condition allows", f"{file.path[0]}/{file.path[1]}")

    def _note_session(self, session: Session) -> None:
        self.application = session.application
        self.rights = frozenset(session.rights)
        self.allowed = ALLOWED[self.application.environment]
        self.seen = self.counts[self.application.environment]

    # Checks of the memory.

    def _check_writes(self) -> None:
        for changes in self.memory.committed:
            for change in changes:
                check_write(self, change)
            self.shadow.account(changes)
        self.memory.committed.clear()

    def _power_failed(self) -> None:
        supply = self.memory.supply
        if not isinstance(supply, Tear) or supply.left:
            raise Breach("a powered card answers at least a status word", "no answer, and no power failed")
        self._check_writes()
        self.powered = False

    def _check_recovered(self) -> None:
        begun, self.memory.begun = self.memory.begun, ()
        if not begun:
            return
        if self.shadow.difference(self.memory):
            for change in begun:
                check_write(self, change)
            self.shadow.account(begun)
            difference = self.shadow.difference(self.memory)
            if difference:
                raise Breach("a torn command is done or not done", f"{difference} is neither old nor new")

    def check_depth(self) -> None:
        """Look at everything."""
        self._until_deep = _DEEP_EVERY
        check_depth(self)


def run_script(recipe: Recipe, script: Sequence[Operation]) -> tuple[int, Breach] | None:
    """Carry a script out on a new card; return the index of the operation that fails, and the breach.

    The index is that of the last operation when only a look at everything, at the end, finds the breach.
    """
    done = 0
    try:
        subject = Subject(recipe, new_counts())
        for operation in script:
            subject.apply(operation)
            done += 1
        subject.check_depth()
    except Breach as breach:
        return min(done, max(len(script) - 1, 0)), breach
    return None
