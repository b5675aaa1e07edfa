"""Ten thousand messages of all kinds: what institutions of three cities send in some days, with mistakes.

The messages are made once, by clients that talk to tiers driven within the instant, and then played to any
host. The mix has local, same-province and cross-province visits, purchases and stays, cancellations,
reversals of messages that took effect and of messages that never came, repeats, the same number with other
content, and text that is no message.
"""

from __future__ import annotations

from collections.abc import Iterator

from onecard.sim.actors import Ask, answer_at_once
from onecard.sim.draws import Stream
from onecard.sim.engine.replay import Played
from onecard.sim.nation import CityModel, Nation, NationModel, build_nation
from onecard.sim.settlement.benefit import load_catalogue
from onecard.sim.settlement.clients.desk import Desk
from onecard.sim.settlement.clients.dialogue import Charge, Credential, Dialogue, charge
from onecard.sim.settlement.clients.inpatient_stay import InpatientStay
from onecard.sim.settlement.clients.outpatient_visit import OutpatientVisit
from onecard.sim.settlement.clients.pharmacy import PharmacyPurchase
from onecard.sim.settlement.messages.inputs import Reversal, ReversalInput
from onecard.sim.settlement.registry import InsuredPerson
from onecard.sim.settlement.tiers.kernel import Tier

SECOND = 1_000_000
DATE = "2024-03-04"
CITIES = (("310000", "shanghai-2023"), ("440100", "guangzhou-2022"), ("440600", "foshan-2023"))
PEOPLE = 60
MISTAKES = (
    b"no message",
    b'{"infno":"2207"}',
    b'{"infno":"2207","msgid":"' + b"9" * 31 + b'"}',
)


def small_nation() -> Nation:
    """Three cities in two provinces."""
    return build_nation(
        NationModel(
            date=DATE,
            cities=tuple(CityModel(admdvs=city, policy=policy, people=PEOPLE) for city, policy in CITIES),
        )
    )


class Mix:
    """Makes messages, one a second."""

    def __init__(self, seed: int) -> None:
        self.nation = small_nation()
        self.tiers: dict[str, Tier] = {
            address: self.nation.tier(address) for address in self.nation.addresses
        }
        self.played: list[Played] = []
        self.replies: list[bytes] = []
        self._draw = Stream(seed, "message-mix")
        self._number = 0
        self._now_us = 8 * 3600 * SECOND
        self._items = load_catalogue().items
        self._people = {
            city: [
                person
                for index in range(PEOPLE)
                if (person := self.nation.registries[city].insured(index)) is not None and person.card_number
            ]
            for city, _ in CITIES
        }

    def messages(self, count: int) -> list[Played]:
        """Make at least ``count`` messages."""
        while len(self.played) < count:
            self._number += 1
            self._errand(self._number)
        return self.played[:count]

    # ---- carrying

    def _carry(self, address: str, request: bytes, now_us: int) -> bytes:
        if address in self.nation.authorities:
            return self.nation.authorities[address].handle(request, now_us)

        def ask(question: Ask) -> bytes:
            return self._carry(question.address, question.request, now_us)

        return answer_at_once(self.tiers[address].serve(request, now_us), ask, now_us)

    def _send(self, city: str, request: bytes) -> bytes:
        """Send a message now: the time of the last one written, which it says itself."""
        reply = self._carry(f"city/{city}", request, self._now_us)
        self.played.append(Played(self._now_us, f"city/{city}", request))
        self.replies.append(reply)
        return reply

    def _later(self) -> int:
        self._now_us += SECOND
        return self._now_us

    # ---- what happens

    def _errand(self, number: int) -> None:
        treated, insured = (CITIES[self._draw.below(len(CITIES), number, side)][0] for side in (0, 1))
        people = self._people[insured]
        person = people[self._draw.below(len(people), number, 2)]
        kind = ("outpatient", "pharmacy", "inpatient")[self._draw.below(3, number, 3)]
        client, desk = self._client(kind, treated, person, number)
        fate = self._draw.below(8, number, 4)
        for request in self._requests(client):
            reply = self._send(treated, request)
            client.receive(reply)
            if fate == 1:
                self._send(treated, request)  # a repeat
            if fate == 2:
                self._send(treated, request.replace(b'"opter_name":"', b'"opter_name":"X'))
        if fate == 3 and client.settlement is not None:
            self._reverse(desk, treated, client, client.settlement.medins_setl_id, kind)
        if fate == 4:
            self._reverse(desk, treated, client, f"{desk.fixmedins_code}20240304000000ZZZZ", kind)
        if fate == 5:
            self._undo(treated, client)
        if fate == 6:
            self._send(treated, MISTAKES[number % len(MISTAKES)])

    def _requests(self, client: Dialogue) -> Iterator[bytes]:
        while client.next_infno is not None:
            request = client.next_request(self._later())
            if request is not None:
                yield request

    def _undo(self, treated: str, client: OutpatientVisit | PharmacyPurchase | InpatientStay) -> None:
        client.undo()
        for request in self._requests(client):
            client.receive(self._send(treated, request))

    def _reverse(self, desk: Desk, treated: str, client: Dialogue, omsgid: str, kind: str) -> None:
        oinfno = {"outpatient": "2207", "pharmacy": "2102", "inpatient": "2304"}[kind]
        node = ReversalInput(Reversal(psn_no=client.psn_no or "0", omsgid=omsgid, oinfno=oinfno))
        self._send(treated, desk.write("2601", node, self._later(), client.insuplc_admdvs))

    def _client(
        self, kind: str, treated: str, person: InsuredPerson, number: int
    ) -> tuple[OutpatientVisit | PharmacyPurchase | InpatientStay, Desk]:
        wanted = "pharmacy" if kind == "pharmacy" else "hospital"
        institutions = [one for one in self.nation.registries[treated].institutions if one.kind == wanted]
        institution = institutions[self._draw.below(len(institutions), number, 5)]
        desk = Desk(
            fixmedins_code=institution.fixmedins_code,
            fixmedins_name=institution.name,
            mdtrtarea_admvs=treated,
            calendar=self.nation.calendar,
            number=number % 1296,
        )
        credential = Credential(
            mdtrt_cert_type="03",
            mdtrt_cert_no=person.card_number,
            card_sn=person.card_sn,
            certno=person.certno,
            psn_name=person.psn_name,
        )
        if kind == "outpatient":
            visit = OutpatientVisit(
                desk=desk, credential=credential, ipt_otp_no=f"{number:08d}", charges=self._charges(number)
            )
            return visit, desk
        if kind == "pharmacy":
            return PharmacyPurchase(desk=desk, credential=credential, charges=self._charges(number)), desk
        stay = InpatientStay(
            desk=desk, credential=credential, ipt_no=f"{number:08d}", batches=(self._charges(number),)
        )
        return stay, desk

    def _charges(self, number: int) -> tuple[Charge, ...]:
        lines = 1 + self._draw.below(4, number, 6)
        chosen = (self._draw.below(len(self._items), number, 100 + line) for line in range(lines))
        return tuple(charge(self._items[item], 1 + item % 3) for item in dict.fromkeys(chosen))
