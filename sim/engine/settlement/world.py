"""The world of a settlement network: people, institutions, tiers, links and outages, wired together.

Construction wires the parts. What an institution does is in :mod:`~onecard.sim.engine.settlement.treatments`,
what the tiers answer in their actors, what happens after the last treatment in
:mod:`~onecard.sim.engine.settlement.closing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simpy import Environment

from onecard.sim.draws import Stream
from onecard.sim.engine.network import Caller, Network
from onecard.sim.engine.sampling import sample_duration_us
from onecard.sim.engine.settlement.demand import Planner, people_of_cities
from onecard.sim.engine.settlement.desks import Desks
from onecard.sim.engine.settlement.outages import Outages
from onecard.sim.engine.settlement.people import FiledPeople, filings_of
from onecard.sim.engine.settlement.treatments import Treatment, fate_of
from onecard.sim.ledger import Posting, kind_of
from onecard.sim.nation import CityModel, NationModel, build_nation
from onecard.sim.settlement import Calendar
from onecard.sim.settlement.clients.recovery import RecoveryPolicy
from onecard.sim.settlement.tiers.directory import MINISTRY, city_address
from onecard.sim.units.time import from_seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.sim.actors import Actor, Server
    from onecard.sim.engine.hosting import Host, Served
    from onecard.sim.engine.settlement.demand import Planned
    from onecard.sim.engine.settlement.model import SettlementNetwork
    from onecard.sim.recording.recorder import SettlementRecorder
    from onecard.sim.services import Duration
    from onecard.sim.settlement.clients.recovery import Outcome
    from onecard.sim.settlement.tiers.kernel import Tier

__all__ = ["SettlementWorld", "nation_model"]


def nation_model(model: SettlementNetwork, seed: int) -> NationModel:
    """Say which nation a scenario needs."""
    shared = people_of_cities(model.cities, model.people)
    return NationModel(
        date=model.date,
        seed=seed,
        cities=tuple(
            CityModel(
                admdvs=code,
                policy=city.policy,
                people=shared[code],
                hospitals=city.hospitals,
                pharmacies=city.pharmacies,
            )
            for code, city in sorted(model.cities.items())
        ),
        fund_opening_yuan=round(model.fund_opening_yuan),
        prepayment_yuan=round(model.prepayment_yuan),
    )


class SettlementWorld:
    """A settlement network, ready to live its days.

    Args:
        model: the scenario.
        seed: the world's seed.
        recorder: takes everything that happens.
    """

    def __init__(self, model: SettlementNetwork, seed: int, recorder: SettlementRecorder) -> None:
        self.model, self.recorder = model, recorder
        self.env = Environment(initial_time=0)
        self.nation = build_nation(nation_model(model, seed))
        self.calendar = Calendar(self.nation.start)
        self.plans = self._plan(seed)
        self._file_people()
        self.tiers: dict[str, Tier] = {
            address: self.nation.tier(address, observer=self._observer(address))
            for address in self.nation.addresses
        }
        self.outages = Outages(model.outages, seed)
        self.network = Network(
            self.env,
            model.links,
            seed,
            recorder,
            disturbances=self.outages,
            holds_servers=model.tiers.holds_servers,
            on_served=self._was_served,
        )
        self.hosts = self._host_all()
        self.outages.run(self.env, self.hosts)
        self.attempts = model.recovery.attempts
        self.recovery, self.patience = _policies(model)
        self.treatments: list[Treatment] = []
        self.ended_count = 0
        self._seed = seed
        self._consultation = Stream(seed, "settlement/consultation")
        self._taken_back = Stream(seed, "settlement/taken-back")
        self._postings = 0

    def send_out(self) -> None:
        """Start the treatments of all days; people without insurance have none."""
        desks = Desks(self.model, self._seed, self.nation, self.calendar)
        for planned in self.plans:
            person = self.nation.registries[planned.city].insured(planned.person)
            if person is None:
                continue
            client = desks.client(planned, person)
            caller = Caller(planned.visit, client.desk.fixmedins_code)
            treatment = Treatment(self, planned, client, caller)
            self.treatments.append(treatment)
            self.env.process(treatment.live())

    # ---- what treatments need

    def address_of(self, treatment: Treatment) -> str:
        """Return the platform that a treatment's institution talks to."""
        return city_address(treatment.planned.treated)

    def consultation_us(self, visit: int) -> int:
        """Draw the time between registration and settlement."""
        return sample_duration_us(self.model.demand.consultation, self._consultation, visit, 0)

    def takes_back(self, visit: int) -> bool:
        """Draw whether the institution cancels the settlement before the person has left."""
        return self._taken_back.happens(self.model.demand.taken_back, visit)

    def was_uncertain(self, treatment: Treatment, infno: str, sent_us: int, outcome: Outcome) -> None:
        """Record a result that was unknown for a while, and what became of it."""
        planned = treatment.planned
        self.recorder.uncertain(
            sent_us,
            planned.visit,
            treatment.client.desk.fixmedins_code,
            planned.treated,
            planned.city,
            infno,
            outcome.unknown,
            outcome.now_us,
            fate_of(outcome),
        )

    def ended(self, treatment: Treatment) -> None:
        """Record a treatment that has ended."""
        planned, settled = treatment.planned, treatment.client.result
        self.ended_count += 1
        self.recorder.treatment(
            planned.visit,
            planned.person,
            planned.city,
            planned.treated,
            planned.scope,
            planned.kind,
            planned.filing,
            treatment.client.desk.fixmedins_code,
            planned.planned_us,
            treatment.begin_us,
            treatment.end_us,
            treatment.outcome,
            treatment.begun_anew,
            settled.setl_id if settled else "",
            settled.medfee_sumamt_fen if settled else 0,
            settled.fund_pay_sumamt_fen if settled else 0,
            settled.acct_pay_fen if settled else 0,
            settled.psn_cash_pay_fen if settled else 0,
        )

    # ---- construction

    def _plan(self, seed: int) -> list[Planned]:
        planner = Planner(self.model, seed)
        shared = people_of_cities(self.model.cities, self.model.people)
        return [
            planned
            for day in range(self.model.days)
            for city in sorted(shared)
            for planned in planner.of_city(city, shared[city], day)
        ]

    def _file_people(self) -> None:
        """Let the cities know the filings that people made before."""
        registries = self.nation.registries
        for city, registry in registries.items():
            mine = [planned for planned in self.plans if planned.city == city]
            registries[city] = FiledPeople(registry, filings_of(mine, self.nation.start))  # type: ignore[assignment]

    def _host_all(self) -> dict[str, Host]:
        tiers = self.model.tiers
        hosts = {}
        servers = {
            "city": tiers.city_servers,
            "province": tiers.province_servers,
            MINISTRY: tiers.ministry_servers,
        }
        for address, tier in self.tiers.items():
            kind = address.partition("/")[0]
            first = tiers.city_computation if kind == "city" else tiers.forwarding
            hosts[address] = self._host(tier, servers[kind], first)
        for address, authority in self.nation.authorities.items():
            hosts[address] = self._host(authority, tiers.authority_servers, tiers.authority_computation)
        return hosts

    def _host(self, actor: Actor | Server, servers: int, computation: Duration) -> Host:
        return self.network.host(
            actor, servers=servers, computation=computation, resumption=self.model.tiers.forwarding
        )

    def _observer(self, address: str) -> Callable[[Posting], None]:
        def observe(posting: Posting) -> None:
            self._postings += 1
            for account, amount_fen in posting.entries:
                self.recorder.posting(
                    posting.time_us,
                    address,
                    self._postings,
                    posting.reference,
                    posting.purpose,
                    account,
                    kind_of(account),
                    amount_fen,
                )

        return observe

    def _was_served(self, served: Served) -> None:
        self.recorder.served(
            served.arrived_us,
            served.visit,
            served.address,
            served.kind,
            served.steps,
            served.waited_us,
            served.computed_us,
            served.asked_us,
        )


def _policies(model: SettlementNetwork) -> tuple[RecoveryPolicy, RecoveryPolicy]:
    """Return how patient institutions are about what changes something, and about queries."""
    given = model.recovery
    policy = RecoveryPolicy(
        timeout_us=from_seconds(given.timeout_s),
        repeats=given.repeats,
        wait_us=from_seconds(given.wait_s),
        longest_wait_us=from_seconds(given.longest_wait_s),
        limit=given.limit,
    )
    return policy, RecoveryPolicy(
        timeout_us=policy.timeout_us,
        wait_us=policy.wait_us,
        longest_wait_us=policy.longest_wait_us,
        limit=1 + given.query_repeats,
    )
