"""A city: people, places, institutions and the network between them, ready to live a day.

Construction wires the parts; nothing here decides anything. What people do is in
:mod:`~onecard.sim.engine.journeys`, what institutions answer in their actors.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import msgspec
from simpy import Environment

from onecard.sim.authority import CardAuthority, CardRecord
from onecard.sim.authority.messages import decode_reply as decode_authority_reply
from onecard.sim.authority.statuses import CardStatus
from onecard.sim.banks import BankCard, BankHost
from onecard.sim.draws import Stream
from onecard.sim.engine.back_ends import BackEnds
from onecard.sim.engine.card_use import CardUse
from onecard.sim.engine.citizens import CitizenRegistry
from onecard.sim.engine.code_use import CodeUse
from onecard.sim.engine.insured import INSTITUTION_KINDS, InsuredRegistry
from onecard.sim.engine.journal import Journal
from onecard.sim.engine.network import Network
from onecard.sim.engine.payments import Payments, bank_address
from onecard.sim.engine.plan import LAST_ADMISSION, DayPlanner, PlannedVisit
from onecard.sim.engine.sampling import sample_duration_us
from onecard.sim.engine.visit import Visit, make_places
from onecard.sim.errors import DefectError
from onecard.sim.ledger import Ledger, Posting, kind_of
from onecard.sim.people import Population
from onecard.sim.people.counties import areas_of
from onecard.sim.people.numbers import BANKS
from onecard.sim.platform import ECard, ECardService
from onecard.sim.settlement.benefit import load_policy
from onecard.sim.settlement.tiers.city import CityTier
from onecard.sim.settlement.tiers.directory import Directory, authority_address
from onecard.sim.settlement.tiers.forwarding import ProvinceTier
from onecard.sim.settlement.tiers.ministry import MinistryTier
from onecard.sim.terminals import load_dialogues
from onecard.sim.units.time import HOUR, parse_clock

if TYPE_CHECKING:
    from onecard.sim.engine.citizens import Citizen
    from onecard.sim.engine.model import CityDay
    from onecard.sim.recording.recorder import Recorder
    from onecard.sim.services import Service, Stage
    from onecard.sim.settlement.tiers.kernel import Tier

__all__ = ["City", "make_population"]

HOT_LISTED = ("2", "4", "9")
"""AAZ502 of the cards on the terminals' hot list: lost or cancelled (card.md §12.1, §18.1)."""
FUNDS_OPENING_FEN = 100_000_000_000
"""What each pooled fund and subsidy payer starts with: a thousand million yuan [assumption]."""
VAULT_OPENING_FEN = 200_000_000
"""What each bank branch starts with in notes: two million yuan [assumption]."""


def make_population(day: CityDay, seed: int) -> Population:
    """Make the people of a day's city; ages, cards and losses are those of the day itself."""
    date = datetime.date.fromisoformat(day.date)
    parameters = msgspec.structs.replace(day.population, as_of=date)
    return Population(day.people, seed, region=day.city, parameters=parameters)


FOLLOW_UP_WITHIN = 2 * HOUR
"""Visits that refusals lead to begin within this time [assumption]."""


class City:
    """The world of one city's day.

    Args:
        day: the model.
        seed: the world's seed.
        recorder: takes everything that happens.
    """

    def __init__(self, day: CityDay, seed: int, recorder: Recorder) -> None:
        self.day = day
        self.recorder = recorder
        self.env = Environment(initial_time=0)
        self.population = make_population(day, seed)
        self.tiers: tuple[Tier, ...] = ()
        self.ledger = Ledger(self._record_posting)
        self.citizens = CitizenRegistry(self.population, self.ledger, day.behaviour, seed)
        self.places = make_places(day.places, day.people, self.env)
        self.planner = DayPlanner(day, seed)
        self.journal = Journal(self.env, recorder)
        self._postings = 0
        self._document = Stream(seed, "city/identity-document")
        self._follow_up = Stream(seed, "city/follow-up")
        self._date = datetime.date.fromisoformat(day.date)
        self.issuing_city = areas_of(day.city)[0].city_code
        self._open_institution_accounts()
        self.network = Network(self.env, day.network, seed, recorder)
        self.authority = CardAuthority(
            self._card_record,
            start=self._date,
            address=authority_address(self.issuing_city),
            division=self.issuing_city,
        )
        self.registry = self._make_registry(seed)
        self.platform = self._make_city_tier()
        self.tiers = (self.platform, *self._make_tiers_above())
        self._host_actors(seed)
        self.payments = Payments(self.env, self.network, self.ledger, self.citizens)
        self.back_ends = BackEnds(self, seed)
        self.card_use = CardUse(
            self.env,
            day.behaviour,
            seed=seed,
            today=self._date.strftime("%Y%m%d"),
            area=self.issuing_city,
            is_hot_listed=self._is_hot_listed,
            recorder=recorder,
        )
        self.code_use = CodeUse(self.env, day.behaviour, self.network, seed)

    @property
    def date(self) -> datetime.date:
        """The simulated day."""
        return self._date

    def asks_pin(self, service: Service) -> bool:
        """Whether any of a service's dialogues asks for the PIN."""
        dialogues = load_dialogues()
        return any(stage.dialogue and dialogues[stage.dialogue].asks_pin for stage in service.stages)

    def document_time_us(self, visit: Visit, stage: Stage) -> int:
        """Return the extra time of a clerk who takes the identity document at this stage instead."""
        if visit.fallback != "identity-document" or stage.dialogue is None:
            return 0
        return sample_duration_us(self.day.behaviour.identity_document, self._document, visit.number, 0)

    def follow_up(self, service: str, now_us: int, number: int) -> PlannedVisit | None:
        """Plan a visit that a refusal leads to, if its place is still open today.

        People go within two hours, counted from the stop's hour or from now; drawn by ``number``.
        """
        stops = [(name, stop) for name, stop in self.day.stops.items() if service in stop.services]
        if not stops:
            return None
        name, stop = stops[0]
        place = self.day.places[self.day.services[service].place]
        earliest_us = max(now_us, parse_clock(stop.hour), parse_clock(place.opens))
        latest_us = parse_clock(place.closes) - LAST_ADMISSION
        if earliest_us > latest_us:
            return None
        within_us = min(FOLLOW_UP_WITHIN, latest_us - earliest_us)
        planned_us = earliest_us + int(self._follow_up.uniform(number) * within_us)
        return PlannedVisit(planned_us, name, service)

    def _record_posting(self, posting: Posting) -> None:
        """Record a posting, and hold the ledger to its promise at this very event."""
        self._postings += 1
        for account, amount_fen in posting.entries:
            self.recorder.posting(
                posting.time_us,
                self._postings,
                posting.reference,
                posting.purpose,
                account,
                kind_of(account),
                amount_fen,
            )
        total_fen = self.ledger.total_fen() + sum(tier.book.ledger.total_fen() for tier in self.tiers)
        if total_fen != 0:
            raise DefectError(f"the books sum to {total_fen} fen after posting {self._postings}")

    def _open_institution_accounts(self) -> None:
        payers = {service.payer for service in self.day.services.values() if service.payer}
        for payer in sorted(payers):
            self.ledger.open(payer, opening_fen=FUNDS_OPENING_FEN)
        for kind, places in self.places.items():
            if self.day.places[kind].account == "bank-vault":
                for place in places:
                    self.ledger.open(place.account, opening_fen=VAULT_OPENING_FEN)

    def _card_record(self, number: str) -> CardRecord | None:
        """Find a card by its number, or by that of its electronic card, which stands on it."""
        citizen = self.citizens.by_card_number(number) or self.citizens.by_essc_no(number)
        return None if citizen is None else card_record(citizen)

    def _bank_card(self, pan: str) -> BankCard | None:
        citizen = self.citizens.by_pan(pan)
        if citizen is None:
            return None
        return BankCard(
            pan=pan,
            account=citizen.bank_account,
            cash_account=citizen.cash_account,
            name=citizen.name,
            certno=citizen.person.identity_number,
        )

    def _is_hot_listed(self, _card_id: str, card_number: str) -> bool:
        """Return whether a card is on the list that the terminals loaded in the morning."""
        citizen = self.citizens.by_card_number(card_number)
        return citizen is not None and citizen.person.card_status in HOT_LISTED

    def _host_actors(self, seed: int) -> None:
        model, network = self.day.network, self.network
        network.host(self.authority, servers=model.platform_servers, computation=model.platform_computation)
        network.host(
            self.platform,
            servers=model.city_servers,
            computation=model.city_computation,
            resumption=model.forwarding_computation,
        )
        for tier in self.tiers[1:]:
            network.host(tier, servers=model.forwarding_servers, computation=model.forwarding_computation)
        network.host(
            self._make_ecard_service(seed),
            servers=model.platform_servers,
            computation=model.platform_computation,
        )
        for _name, code in BANKS:
            bank = BankHost(self.ledger, self._bank_card, address=bank_address(code))
            network.host(bank, servers=model.bank_servers, computation=model.bank_computation)

    def _make_ecard_service(self, seed: int) -> ECardService:
        codes = Stream(seed, "platform/e-card-code")
        return ECardService(
            by_certno=lambda certno: _e_card(self.citizens.by_identity(certno)),
            by_essc_no=lambda number: _e_card(self.citizens.by_essc_no(number)),
            ask=self.network.ask_from(
                "platform/ecard",
                kind="card-status",
                result_of=lambda data: decode_authority_reply(data).reason,
            ),
            random_bytes=lambda number, occurrence: codes.random_bytes(16, int(number), occurrence),
            authority=self.authority.address,
        )

    def _make_registry(self, seed: int) -> InsuredRegistry:
        medical = [place for kind in INSTITUTION_KINDS for place in self.places.get(kind, [])]
        return InsuredRegistry(
            self.citizens,
            medical,
            load_policy(self.day.policy),
            city=self.issuing_city,
            behaviour=self.day.behaviour,
            seed=seed,
        )

    def _make_city_tier(self) -> CityTier:
        return CityTier(
            admdvs=self.issuing_city,
            start=self.date,
            registry=self.registry,
            policy=load_policy(self.day.policy),
            fund_opening_fen=FUNDS_OPENING_FEN,
            observer=self._record_posting,
        )

    def _make_tiers_above(self) -> tuple[Tier, ...]:
        """Make the province and the ministry, which authenticate the cards of this one city."""
        directory = Directory((self.issuing_city,))
        return (
            ProvinceTier(
                province=self.issuing_city[:2],
                start=self.date,
                directory=directory,
                prepayment_fen=0,
                observer=self._record_posting,
            ),
            MinistryTier(start=self.date, directory=directory, homes=self, observer=self._record_posting),
        )

    def home_of(self, mdtrt_cert_type: str, mdtrt_cert_no: str) -> str | None:
        """Return the insured city of a credential's owner: the ministry's index."""
        known = self.registry.by_credential(mdtrt_cert_type, mdtrt_cert_no)
        return None if known is None else self.issuing_city


def card_record(citizen: Citizen) -> CardRecord:
    """Return what the issuing registry knows of a citizen's card."""
    person = citizen.person
    return CardRecord(
        card_number=person.card_number,
        card_sn=citizen.card_identification_code,
        certno=person.identity_number,
        psn_name=citizen.name,
        status=CardStatus(person.card_status),
        expires=person.valid_until.isoformat() if person.valid_until else "",
        essc_no=citizen.essc_no if person.e_card else "",
    )


def _e_card(citizen: Citizen | None) -> ECard | None:
    if citizen is None or not citizen.person.e_card:
        return None
    person = citizen.person
    return ECard(
        certno=person.identity_number,
        psn_name=citizen.name,
        card_number=person.card_number,
        essc_no=citizen.essc_no,
        pan=person.bank_account if person.has_finance else "",
        sign_level=person.e_card,
    )
