"""Citizens: people of the population as they walk through the day, with wallet, card and habits.

A person is a value; a citizen adds what changes: the card's memory, what the holder has learnt about the
card today, the accounts. Citizens are made when they are first needed and found again by card number, bank
account, person number or e-card number, which is how the institutions' registries see them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from onecard.sim.draws import Stream
from onecard.sim.engine.issuing import issue_card
from onecard.virtual_cards.card import Card
from onecard.virtual_cards.personalisation import card_identification_code

if TYPE_CHECKING:
    from onecard.sim.engine.model import Behaviour
    from onecard.sim.ledger import Ledger
    from onecard.sim.people import Person, Population

__all__ = ["Citizen", "CitizenRegistry"]


@dataclass(slots=True)
class Citizen:
    """A person with a wallet."""

    person: Person
    card: Card | None
    bank_account: str
    cash_account: str
    essc_no: str
    name: str
    """The person's name; kept, because making it again costs more than the memory."""
    known_fault: str = ""
    """Reason for which the holder no longer shows the card today."""
    pin_tries_seen: int = 3
    """Remaining tries that a terminal showed last; three on a card that was never mistyped."""
    gave_up_pin: bool = False
    """The holder no longer tries services that ask for the PIN with the card."""
    code_usable: bool = False
    """The e-card may be shown; false without one and after the platform refused its code today."""
    extra_services: list[str] = field(default_factory=list)
    """Services that a refusal has led to already."""

    @property
    def index(self) -> int:
        """Index in the population."""
        return self.person.index

    @property
    def card_identification_code(self) -> str:
        """The card identification code, 32 hexadecimal digits (card.md §6.1); empty without a card."""
        person = self.person
        if self.card is None:
            return ""
        algorithm = self.card.memory.algorithm
        code = card_identification_code(person.city_code, person.card_serial, algorithm=algorithm)
        return code.hex().upper()

    @property
    def holds_card(self) -> bool:
        """Whether there is a card to show (a mislaid one counts until its holder notices)."""
        return self.card is not None and not self.known_fault


class CitizenRegistry:
    """Makes citizens and finds them.

    Args:
        population: the people.
        ledger: where their accounts are opened.
        behaviour: opening balances.
        seed: the world's seed.
    """

    def __init__(self, population: Population, ledger: Ledger, behaviour: Behaviour, seed: int) -> None:
        self._population = population
        self._ledger = ledger
        self._behaviour = behaviour
        self._money = Stream(seed, "citizens/bank-balance")
        self._challenge = Stream(seed, "card/challenge")
        self._citizens: dict[int, Citizen] = {}
        self._by_card_number: dict[str, Citizen] = {}
        self._by_pan: dict[str, Citizen] = {}
        self._by_identity: dict[str, Citizen] = {}
        self._by_essc_no: dict[str, Citizen] = {}

    def citizen(self, index: int) -> Citizen:
        """Return the citizen of an index, made at the first call."""
        found = self._citizens.get(index)
        return found if found is not None else self.admit(self._population.person(index))

    def admit(self, person: Person) -> Citizen:
        """Make the citizen of a person: card, accounts, entries in the registries."""
        holder_number = f"{person.index:010d}"
        given_name = person.name
        citizen = Citizen(
            person=person,
            card=self._make_card(person, given_name) if person.card_version else None,
            bank_account=f"person-bank/{holder_number}" if person.has_finance else "",
            cash_account=f"person-cash/{holder_number}",
            essc_no=f"{person.index:018d}",
            name=given_name,
            code_usable=person.e_card > 0,
        )
        self._citizens[person.index] = citizen
        self._open_accounts(citizen)
        self._by_identity[person.identity_number] = citizen
        self._by_essc_no[citizen.essc_no] = citizen
        if person.card_version:
            self._by_card_number[person.card_number] = citizen
        if person.has_finance:
            self._by_pan[person.bank_account] = citizen
        return citizen

    def by_card_number(self, card_number: str) -> Citizen | None:
        """Find the holder of a card number."""
        return self._by_card_number.get(card_number)

    def by_pan(self, pan: str) -> Citizen | None:
        """Find the holder of a bank card number."""
        return self._by_pan.get(pan)

    def by_identity(self, identity_number: str) -> Citizen | None:
        """Find a citizen by social security number."""
        return self._by_identity.get(identity_number)

    def by_essc_no(self, essc_no: str) -> Citizen | None:
        """Find a citizen by e-card number."""
        return self._by_essc_no.get(essc_no)

    def _open_accounts(self, citizen: Citizen) -> None:
        behaviour, index = self._behaviour, citizen.index
        self._ledger.open(citizen.cash_account, opening_fen=round(behaviour.cash_opening_yuan * 100))
        if citizen.bank_account:
            mean, variation = behaviour.account_mean_yuan, behaviour.account_variation
            yuan = self._money.log_normal(mean, variation, index) if mean else 0.0
            self._ledger.open(citizen.bank_account, opening_fen=round(yuan * 100))

    def _make_card(self, person: Person, name: str) -> Card:
        occurrence = 0

        def random_bytes(size: int) -> bytes:
            nonlocal occurrence
            occurrence += 1
            return self._challenge.random_bytes(size, person.index, occurrence)

        return Card(issue_card(person, name), random_bytes=random_bytes)
