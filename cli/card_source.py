"""Where a command's card comes from: a person of the population, or an image.

The population is that of the built-in day, so person 7 is the person 7 of ``onecard run`` with the same seed
and number of people. A version that is asked for is issued to everybody there: the person stays who they are,
and holds a normal card of that version.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from onecard.cli.options import path_of, whole_number
from onecard.scenarios import load_scenario
from onecard.scenarios.model import SEED_LIMIT
from onecard.sim.draws import Stream
from onecard.sim.engine.city import make_population
from onecard.sim.engine.issuing import issue_card
from onecard.sim.errors import InputError
from onecard.sim.people.arrangement import LARGEST
from onecard.sim.validation import unknown_name
from onecard.virtual_cards.card import Card
from onecard.virtual_cards.faults import FaultError
from onecard.virtual_cards.images import ImageError, load_image, save_image
from onecard.virtual_cards.layouts import VERSIONS, LayoutError
from onecard.virtual_cards.personalisation import PersonalisationError
from onecard.virtual_cards.personalisation.payment import PaymentProfile, equip_payment
from onecard.virtual_cards.personalisation.purse import equip_purse, is_used_off_line
from onecard.virtual_cards.purse.state import PurseState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onecard.scenarios import Scenario
    from onecard.sim.people import Person, PopulationParameters
    from onecard.virtual_cards.chip.memory import CardMemory

__all__ = [
    "FILE_ALLOWED",
    "CardRequest",
    "blamed_on",
    "card_of",
    "image_path",
    "issue",
    "open_image",
    "write_image_file",
]

SCENARIO = "daily-card-usage"
IMAGE_ALLOWED = "a card image that onecard card new wrote"
FILE_ALLOWED = "a new file in a writable folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRequest:
    """A person's card, as the options ask for it."""

    person: str | None
    layout: str | None = None
    seed: str | None = None
    population: str | None = None
    pin: str | None = None
    offline: bool = False
    payment: bool | None = None
    extensions: tuple[str, ...] = ()

    @property
    def seed_number(self) -> int:
        """The seed: the scenario's own if none was given."""
        if self.seed is None:
            return load_scenario(SCENARIO).scenario.seed
        return whole_number("--seed", self.seed, minimum=0, below=SEED_LIMIT)

    @property
    def options(self) -> Mapping[str, object]:
        """The options given that only a new card of a person can follow, with their values."""
        asked = {
            "--person": self.person,
            "--layout": self.layout,
            "--population": self.population,
            "--pin": self.pin,
            "--offline": self.offline or None,
            "--payment": self.payment,
            "--extension": ", ".join(self.extensions) or None,
        }
        return {option: value for option, value in asked.items() if value is not None}

    def refuse_options(self, card: str) -> None:
        """Refuse options that would change nothing, because the card is there already.

        Raises:
            InputError: names the first of them.
        """
        for option, value in self.options.items():
            raise InputError(
                f"changes nothing about {card}", where=option, value=value, allowed="a person's new card"
            )


@contextmanager
def blamed_on(where: str, *, allowed: str = IMAGE_ALLOWED) -> Iterator[None]:
    """Turn what the card's own rooms complain about, and the disk, into an error of the input."""
    try:
        yield
    except (ImageError, PersonalisationError, LayoutError, FaultError) as error:
        raise InputError(str(error), where=where) from error
    except OSError as error:
        raise InputError(
            f"cannot be read or written ({error.strerror or error})", where=where, allowed=allowed
        ) from error


def image_path(text: str, option: str = "IMAGE") -> Path:
    """Read the path of an image."""
    return path_of(option, text, allowed=IMAGE_ALLOWED)


def open_image(path: Path) -> CardMemory:
    """Load an image; ``InputError`` names the file and what is wrong with it."""
    with blamed_on(str(path)):
        return load_image(path)


def write_image_file(memory: CardMemory, path: Path) -> None:
    """Save an image, whole or not at all; ``InputError`` if it cannot be written."""
    with blamed_on(str(path), allowed=FILE_ALLOWED):
        save_image(memory, path)


def card_of(memory: CardMemory, *, seed: int) -> Card:
    """Put a memory to work; its challenges are draws keyed by seed, card and occurrence."""
    stream = Stream(seed, "card/challenge")
    entity = int.from_bytes(memory.historical[-8:], "big")
    occurrence = 0

    def random_bytes(size: int) -> bytes:
        nonlocal occurrence
        occurrence += 1
        return stream.random_bytes(size, entity, occurrence)

    return Card(memory, random_bytes=random_bytes)


def issue(request: CardRequest) -> tuple[CardMemory, Person]:
    """Make a person's card.

    Raises:
        InputError: no such person or version, the person holds no card, or a value does not fit.
    """
    if request.person is None:
        raise InputError("which card?", allowed="an image, or --person N")
    if request.layout is not None and request.layout not in VERSIONS:
        raise unknown_name("version", request.layout, list(VERSIONS), where="--layout")
    people = make_population(_day(request), request.seed_number)
    person = people.person(whole_number("--person", request.person, minimum=0, below=people.size))
    if person.card_version is None:
        raise InputError(
            "this person holds no card", where="--person", value=person.index, allowed="--layout to issue one"
        )
    with blamed_on(f"card of person {person.index}"):
        return _personalised(request, person), person


def _day(request: CardRequest) -> Scenario:
    values: dict[str, object] = {}
    if request.population is not None:
        values["people"] = whole_number("--population", request.population, minimum=1, below=LARGEST + 1)
    day = load_scenario(SCENARIO, values=values).city_day
    return msgspec.structs.replace(day, population=_population(day.population, request))


def _population(given: PopulationParameters, request: CardRequest) -> PopulationParameters:
    """Give everybody a card of the version that is asked for, and a bank account if that is asked for."""
    mix, finance = given.generation_mix, given.finance_share
    if request.layout is not None:
        mix = {version: float(version == request.layout) for version in VERSIONS}
        given = msgspec.structs.replace(
            given, card_share=1.0, locked_share=0.0, expired_share=0.0, finance_share=0.0
        )
    possible = 1.0 - mix["1.00"]
    finance = possible if request.payment else min(finance, possible)
    return msgspec.structs.replace(given, generation_mix=mix, finance_share=finance)


def _personalised(request: CardRequest, person: Person) -> CardMemory:
    memory = issue_card(person, person.name, pin=request.pin, extensions=request.extensions)
    if request.payment or (request.payment is None and person.has_finance):
        equip_payment(memory, _payment_profile(person))
    if request.offline:
        equip_purse(memory, PurseState())
        if not is_used_off_line(memory):
            raise PersonalisationError(f"purse on a card of version {person.card_version}: it has no item 8F")
    return memory


def _payment_profile(person: Person) -> PaymentProfile:
    if not person.has_finance or person.issue_date is None or person.valid_until is None:
        raise PersonalisationError(
            f"bank application: the card of version {person.card_version} has none; 2.00 and 3.00 are allowed"
        )
    return PaymentProfile(
        pan=person.bank_account,
        expiry=person.valid_until.strftime("%Y%m%d"),
        effective=person.issue_date.strftime("%Y%m%d"),
        name=person.name,
    )
