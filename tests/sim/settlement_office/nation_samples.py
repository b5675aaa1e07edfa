"""A small nation whose tiers answer within the instant, with addresses that can be silenced."""

from __future__ import annotations

from typing import Any

import msgspec

from onecard.sim.actors import Ask, answer_at_once
from onecard.sim.authority import CounterRequest, Operation, encode_request
from onecard.sim.nation import CityModel, NationModel, build_nation
from onecard.sim.settlement.benefit import load_catalogue
from onecard.sim.settlement.clients.desk import Desk
from onecard.sim.settlement.clients.dialogue import Charge, Credential, charge
from onecard.sim.settlement.clients.outpatient_visit import OutpatientVisit
from onecard.sim.settlement.clients.pharmacy import PharmacyPurchase
from onecard.sim.settlement.registry import InsuredPerson
from onecard.sim.settlement.store.rows import SettlementRow
from onecard.sim.settlement.tiers.kernel import Tier
from onecard.sim.settlement.tiers.options import DEFAULT_TIER_OPTIONS, TierOptions

HOME, AWAY, NEAR = "110000", "310000", "510100"
MODEL = NationModel(
    date="2024-03-04",
    cities=(
        CityModel(admdvs=HOME, policy="beijing-2023", people=400),
        CityModel(admdvs=AWAY, policy="shanghai-2023", people=400),
        CityModel(admdvs=NEAR, policy="chengdu-2023", people=400),
        CityModel(admdvs="511100", policy="chengdu-2023", people=40),
    ),
)
CATALOGUE = load_catalogue()
BILL: tuple[Charge, ...] = tuple(charge(CATALOGUE[code]) for code in ("SYN-S-2002", "SYN-W-5007"))


class NationWorld:
    """The tiers of the nation, new, with nothing settled yet.

    Attributes:
        silent: addresses that do not answer.
        asked: every question that crossed a link: (address, transaction).
    """

    def __init__(
        self, *, options: TierOptions = DEFAULT_TIER_OPTIONS, closed: dict[str, tuple[Any, ...]] | None = None
    ) -> None:
        closed = closed or {}
        cities = tuple(
            msgspec.structs.replace(city, closed=closed.get(city.admdvs, ())) for city in MODEL.cities
        )
        self.nation = build_nation(msgspec.structs.replace(MODEL, cities=cities), options=options)
        self.tiers: dict[str, Tier] = {
            address: self.nation.tier(address) for address in self.nation.addresses
        }
        self.silent: set[str] = set()
        self.asked: list[tuple[str, str]] = []
        self.now_us = 9 * 3_600_000_000
        self._visits = 0

    def serve(self, address: str, request: bytes) -> bytes:
        """Let an actor answer; its own questions are answered at once."""
        if address in self.nation.authorities:
            return self.nation.authorities[address].handle(request, self.now_us)
        return answer_at_once(self.tiers[address].serve(request, self.now_us), self._carry, self.now_us)

    def _carry(self, ask: Ask) -> bytes | None:
        self.asked.append((ask.address, msgspec.json.decode(ask.request)["infno"]))
        return None if ask.address in self.silent else self.serve(ask.address, ask.request)

    def employee(self, city: str, number: int = 0, *, e_card: bool = False) -> InsuredPerson:
        """An insured employee with a card in normal use, on request also with an electronic one."""
        registry = self.nation.registries[city]
        found = [
            each
            for index in range(400)
            if (each := registry.insured(index)) is not None
            and each.insutype == "310"
            and each.card_number
            and (card := registry.card(each.card_number)) is not None
            and card.status == "1"
            and (card.essc_no or not e_card)
        ]
        return found[number]

    def credential(self, person: InsuredPerson, *, tac: str = "") -> Credential:
        return Credential(
            mdtrt_cert_type="03",
            mdtrt_cert_no=person.card_number,
            card_sn=person.card_sn,
            certno=person.certno,
            psn_name=person.psn_name,
            tac=tac,
        )

    def visit(self, city: str, person: InsuredPerson, **changes: Any) -> OutpatientVisit:
        """A visit in a hospital of a city."""
        self._visits += 1
        values: dict[str, Any] = {
            "desk": self.desk(city, "hospital"),
            "credential": self.credential(person),
            "ipt_otp_no": f"N{self._visits}",
            "charges": BILL,
        }
        return OutpatientVisit(**values | changes)

    def purchase(self, city: str, person: InsuredPerson) -> PharmacyPurchase:
        """A purchase in a pharmacy of a city."""
        return PharmacyPurchase(
            desk=self.desk(city, "pharmacy"), credential=self.credential(person), charges=BILL
        )

    def desk(self, city: str, kind: str) -> Desk:
        institution = next(each for each in self.nation.registries[city].institutions if each.kind == kind)
        self._visits += 1
        return Desk(
            fixmedins_code=institution.fixmedins_code,
            fixmedins_name=institution.name,
            mdtrtarea_admvs=city,
            calendar=self.nation.calendar,
            number=self._visits,
        )

    def follow(
        self, city: str, dialogue: OutpatientVisit | PharmacyPurchase, until: str = ""
    ) -> list[dict[str, Any]]:
        """Carry a client's requests to a city until its plan ends; returns the decoded answers."""
        answers = []
        while dialogue.next_infno not in (None, until):
            request = dialogue.next_request(self.now_us)
            assert request is not None
            reply = self.serve(f"city/{city}", request)
            dialogue.receive(reply)
            answers.append(msgspec.json.decode(reply))
            self.now_us += 1_000_000
        return answers

    def landed(self, setl_id: str) -> dict[str, SettlementRow]:
        """Address of each tier that has landed a settlement → its row."""
        rows = {}
        for address, tier in self.tiers.items():
            for name in ("SETL_D", "OUTMED_SETL_D"):
                row = tier.store.tables[name].get(setl_id)
                if row is not None:
                    rows[address] = row
        return rows

    def counter(self, city: str, operation: Operation, person: InsuredPerson) -> str:
        """Go to the card authority's counter; returns its reason's word."""
        authority = self.nation.authorities[f"authority/{city}"]
        request = encode_request(
            CounterRequest(operation=operation, card_number=person.card_number, certno=person.certno)
        )
        return str(msgspec.json.decode(authority.handle(request, self.now_us))["reason"])

    def report(self, city: str) -> list[dict[str, Any]]:
        """Bring what an authority reports to the ministry; returns the answers."""
        authority = self.nation.authorities[f"authority/{city}"]
        return [msgspec.json.decode(self.serve("ministry", each)) for each in authority.notifications()]
