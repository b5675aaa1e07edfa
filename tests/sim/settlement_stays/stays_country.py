"""A country for the tests of stays: cities with hand-made people and hospitals, all tiers, answers checked.

Every settlement, pre-settlement and cancellation that a stay gets is held against the amount identities of
settlement.md §4, with all the evidence that the country has: balances, lines, deductibles, the settlement
before.
"""

from __future__ import annotations

import datetime
from typing import Any

import msgspec

from onecard.sim.actors import answer_at_once
from onecard.sim.authority import CardAuthority, CardRecord
from onecard.sim.nation import CityModel, Nation, NationModel
from onecard.sim.settlement.benefit import Used, load_catalogue
from onecard.sim.settlement.clients.desk import Desk
from onecard.sim.settlement.clients.dialogue import Charge, Credential, Dialogue, charge
from onecard.sim.settlement.clients.inpatient_stay import InpatientStay
from onecard.sim.settlement.clients.outpatient_visit import OutpatientVisit
from onecard.sim.settlement.messages.calendar import Calendar
from onecard.sim.settlement.messages.identities import check_identities
from onecard.sim.settlement.registry import InsuredPerson, MedicalInstitution
from onecard.sim.settlement.store.rows import SettlementRow
from onecard.sim.settlement.tiers.city import CityTier
from onecard.sim.settlement.tiers.directory import Directory, authority_address, city_address
from onecard.sim.settlement.tiers.stays import in_force

BEIJING, SHANGHAI, CHENGDU, LESHAN = "110000", "310000", "510100", "511100"
POLICIES = {
    BEIJING: "beijing-2023",
    SHANGHAI: "shanghai-2023",
    CHENGDU: "chengdu-2023",
    LESHAN: "leshan-2023",
}
SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
YUAN = 100
CATALOGUE = load_catalogue()
ACCOUNT_FEN = 30_000
_LEVELS = (1, 2, 3)


def in_scope_bill(yuan: int) -> tuple[Charge, ...]:
    """Make a bill that is wholly in scope: a class A item without ceiling, for this many whole yuan."""
    return (
        Charge(med_list_codg="SYN-S-2001", price_micro=yuan * 10**6, count_e4=10_000, amount_fen=yuan * YUAN),
    )


def mixed_bill(count: int = 10) -> tuple[Charge, ...]:
    """Make a bill of all classes: over the ceiling, pre-self-pay, fully self-funded, in scope."""
    codes = ("SYN-S-1002", "SYN-S-2002", "SYN-W-5005", "SYN-W-5008", "SYN-C-7001")
    return tuple(charge(CATALOGUE[code], count) for code in codes)


def person(city: str, number: int = 1, **changes: Any) -> InsuredPerson:
    """Make a person insured in a city; odd numbers are employees with an account, even ones residents."""
    employee = number % 2 == 1
    psn_no = f"{city}{number:010d}"
    values: dict[str, Any] = {
        "psn_no": psn_no,
        "certno": f"{city}19800615{number:04d}",
        "psn_name": f"测试{number}",
        "gend": "1",
        "brdy": "1980-06-15",
        "insutype": "310" if employee else "390",
        "psn_type": "1101" if employee else "1501",
        "insuplc_admdvs": city,
        "medical_account": f"person-medical/{psn_no}" if employee else "",
        "medical_opening_fen": ACCOUNT_FEN if employee else 0,
        "card_number": f"A{number:08d}",
        "card_sn": f"{city}D156000005{number:016d}",
    }
    return InsuredPerson(**(values | changes))


class SmallRegistry:
    """The people and hospitals of one city, of levels 1 to 3."""

    def __init__(self, city: str, people: list[InsuredPerson]) -> None:
        self.people = {each.psn_no: each for each in people}
        self._institutions = {
            f"H{city}{level:05d}": MedicalInstitution(
                fixmedins_code=f"H{city}{level:05d}",
                name=f"测试医院{level}",
                kind="hospital",
                level=level,
                account=f"institution-receivable/H{city}{level:05d}",
            )
            for level in _LEVELS
        }

    @property
    def institutions(self) -> tuple[MedicalInstitution, ...]:
        return tuple(self._institutions.values())

    def person(self, psn_no: str) -> InsuredPerson | None:
        return self.people.get(psn_no)

    def by_credential(self, mdtrt_cert_type: str, mdtrt_cert_no: str) -> InsuredPerson | None:
        for each in self.people.values():
            numbers = {"02": each.certno, "03": each.card_number}
            if numbers.get(mdtrt_cert_type) == mdtrt_cert_no:
                return each
        return None

    def institution(self, fixmedins_code: str) -> MedicalInstitution | None:
        return self._institutions.get(fixmedins_code)

    def card(self, number: str) -> CardRecord | None:
        owner = self.by_credential("03", number)
        if owner is None:
            return None
        return CardRecord(
            card_number=number, card_sn=owner.card_sn, certno=owner.certno, psn_name=owner.psn_name
        )


class Answer(msgspec.Struct, frozen=True):
    """One message and what came of it."""

    infno: str
    msgid: str
    sent: dict[str, Any]
    got: dict[str, Any]

    @property
    def output(self) -> Any:
        return self.got["output"]

    @property
    def reason(self) -> str:
        """The reason's word; empty for a success."""
        return "" if self.got["infcode"] == 0 else str(self.got["err_msg"]).partition(":")[0]


class Country:
    """All tiers over a handful of people; messages are answered at once, one minute apart."""

    def __init__(
        self,
        *people: InsuredPerson,
        policies: dict[str, str] | None = None,
        date: str = "2024-03-04",
        fund_yuan: int = 1_000_000_000,
    ) -> None:
        self.policies = policies or POLICIES
        start = datetime.date.fromisoformat(date)
        insured = people or tuple(person(city, number) for city in self.policies for number in (1, 2))
        registries: dict[str, Any] = {
            city: SmallRegistry(city, [each for each in insured if each.insuplc_admdvs == city])
            for city in self.policies
        }
        self.nation = Nation(
            model=NationModel(
                date=date,
                cities=tuple(CityModel(admdvs=city, policy=name) for city, name in self.policies.items()),
                fund_opening_yuan=fund_yuan,
            ),
            start=start,
            calendar=Calendar(start),
            directory=Directory(self.policies),
            registries=registries,
            authorities={
                authority_address(city): CardAuthority(
                    registry.card, start=start, address=authority_address(city), division=city
                )
                for city, registry in registries.items()
            },
        )
        self.tiers = {address: self.nation.tier(address) for address in self.nation.addresses}
        self.now_us = 8 * HOUR
        self.number = 0
        self.messages = 0
        self.down: set[str] = set()
        self.lost: set[str] = set()
        self.history: list[tuple[Dialogue | None, str, int]] = []

    # ---- carrying

    def call(self, address: str, request: bytes) -> bytes | None:
        """Carry a message; an address in ``down`` never gets it, the answer of one in ``lost`` is lost."""
        self.messages += 1
        if address in self.down:
            return None
        authority = self.nation.authorities.get(address)
        if authority is not None:
            return authority.handle(request, self.now_us)
        serving = self.tiers[address].serve(request, self.now_us)
        reply = answer_at_once(serving, lambda ask: self.call(ask.address, ask.request), self.now_us)
        return None if address in self.lost else reply

    def exchange(self, city: str, request: bytes) -> Answer:
        """Send one message of an institution and advance the clock by a minute."""
        reply = self.call(city_address(city), request)
        self.now_us += 60 * SECOND
        sent = msgspec.json.decode(request)
        nothing = {"infcode": None, "err_msg": "no-answer: ", "output": None}
        got = msgspec.json.decode(reply) if reply else nothing
        return Answer(sent["infno"], sent["msgid"], sent["input"], got)

    # ---- places and clients

    def city(self, admdvs: str) -> CityTier:
        tier = self.tiers[city_address(admdvs)]
        assert isinstance(tier, CityTier)
        return tier

    def desk(self, city: str, level: int = 3) -> Desk:
        self.number += 1
        institution = self.nation.registries[city].institution(f"H{city}{level:05d}")
        assert institution is not None
        return Desk(
            fixmedins_code=institution.fixmedins_code,
            fixmedins_name=institution.name,
            mdtrtarea_admvs=city,
            calendar=self.nation.calendar,
            number=self.number % 1296,
        )

    @staticmethod
    def credential(who: InsuredPerson) -> Credential:
        return Credential(
            mdtrt_cert_type="03",
            mdtrt_cert_no=who.card_number,
            card_sn=who.card_sn,
            certno=who.certno,
            psn_name=who.psn_name,
        )

    def stay(
        self, city: str, who: InsuredPerson, *batches: tuple[Charge, ...], level: int = 3, **options: Any
    ) -> InpatientStay:
        """Prepare a stay; by default with a bill of all classes."""
        desk = self.desk(city, level)
        return InpatientStay(
            desk=desk,
            credential=self.credential(who),
            ipt_no=f"Z{self.number:05d}",
            batches=batches or (mixed_bill(),),
            **options,
        )

    def visit(self, city: str, who: InsuredPerson, *bill: Charge, level: int = 3, **options: Any) -> Any:
        """Prepare an outpatient visit."""
        desk = self.desk(city, level)
        return OutpatientVisit(
            desk=desk,
            credential=self.credential(who),
            ipt_otp_no=f"M{self.number:05d}",
            charges=bill or mixed_bill(2),
            **options,
        )

    def follow(self, client: Dialogue, *, until: str = "", at_us: int | None = None) -> list[Answer]:
        """Follow a client's plan to its end, or through the next ``until``; check every settlement."""
        if at_us is not None:
            self.now_us = at_us
        answers: list[Answer] = []
        while (request := client.next_request(self.now_us)) is not None:
            infno = client.next_infno
            before_fen = self.balance_of(client.psn_no)
            cancelled = client.settlement if infno in ("2305", "2208") else None
            answer = self.exchange(client.desk.mdtrtarea_admvs, request)
            answers.append(answer)
            self.history.append((client, infno or "", self.now_us))
            client.receive(msgspec.json.encode(answer.got) if answer.got["infcode"] is not None else b"")
            if client.failure is None and infno in ("2303", "2304", "2305", "2206", "2207", "2208"):
                self.check(client, answer, before_fen, None if cancelled is None else _plain(cancelled))
            if infno == until:
                break
        return answers

    def run(self, client: Any, **options: Any) -> Any:
        """Follow a client's plan and insist that nothing fails."""
        self.follow(client, **options)
        assert client.failure is None, client.failure
        return client

    def then(self, client: Any, *infnos: str) -> Any:
        """Give a client another plan and follow it; insist that nothing fails."""
        client._plan = list(infnos)
        return self.run(client)

    def send(self, client: Dialogue, infno: str, node: dict[str, Any] | None = None) -> Answer:
        """Send a transaction that is not in the client's plan, or send it out of turn."""
        if node is None:
            build: Any = type(client)._build[infno]
            node = msgspec.to_builtins(build(client, self.time()))
        self.history.append((None, infno, self.now_us))
        request = client.desk.write(infno, msgspec.Raw(msgspec.json.encode(node)), self.now_us, _home(client))
        return self.exchange(client.desk.mdtrtarea_admvs, request)

    def reverse(self, client: Dialogue, original: Answer) -> Answer:
        """Send 2601 for an earlier message."""
        data = {"psn_no": client.psn_no, "omsgid": original.msgid, "oinfno": original.infno}
        return self.send(client, "2601", {"data": data})

    def time(self) -> str:
        return self.nation.calendar.datetime(self.now_us)

    # ---- what there is

    def who(self, psn_no: str) -> InsuredPerson:
        for registry in self.nation.registries.values():
            found = registry.person(psn_no)
            if found is not None:
                return found
        raise KeyError(psn_no)

    def balance_of(self, psn_no: str) -> int:
        if not psn_no:
            return 0
        who = self.who(psn_no)
        return self.city(who.insuplc_admdvs).balance_fen(who)

    def used(self, who: InsuredPerson, year: int = 2024) -> Used:
        return self.city(who.insuplc_admdvs).used(who, year)

    def rows(self, setl_id: str) -> dict[str, SettlementRow]:
        """The row of a settlement at every tier that has one."""
        found = {}
        for address, tier in self.tiers.items():
            for name in ("SETL_D", "OUTMED_SETL_D"):
                row = tier.store.tables[name].get(setl_id)
                if row is not None:
                    found[address] = row
        return found

    def check(
        self, client: Dialogue, answer: Answer, before_fen: int, cancelled: dict[str, Any] | None
    ) -> None:
        """Hold a settlement against the identities A-1 to A-21 and §4.1."""
        info = answer.output["setlinfo"]
        evidence: dict[str, Any] = {
            "setldetail": answer.output["setldetail"],
            "cancelled": cancelled,
            "msgid": answer.msgid,
        }
        policy = self.city(self.who(client.psn_no).insuplc_admdvs).policy
        evidence["fund_includes_account"] = policy.fund_includes_account
        evidence["account_separate"] = policy.account_separate
        if cancelled is None:
            evidence["balance_before_fen"] = before_fen
            evidence["acct_used_flag"] = answer.sent["data"]["acct_used_flag"]
            evidence["lines"] = self.unsettled_lines(client, info.get("setl_id"))
        if client.presettled is not None and self._just_presettled(client):
            evidence["presettlement"] = _plain(client.presettled)
        if "setl_id" in info:
            (row, *others) = self.rows(info["setl_id"]).values()
            evidence["deductible_standard_fen"] = row.dedc_std
            evidence["deductible_current_fen"] = row.crt_dedc
            assert all(row == other for other in others), "every tier has landed the same row (C-29)"
        assert check_identities(info, **evidence) == []

    def _just_presettled(self, client: Dialogue) -> bool:
        """Whether nothing came between a pre-settlement and this settlement but perhaps the discharge."""
        before = self.history[:-1]
        if before[-1:] and before[-1][:2] == (client, "2402"):
            before = before[:-1]
        who, infno, at_us = before[-1]
        return who is client and infno in ("2303", "2206") and self.now_us - at_us < HOUR

    def unsettled_lines(self, client: Dialogue, setl_id: str | None) -> list[dict[str, Any]]:
        """The result rows of the lines that a settlement settled, or that a pre-settlement would."""
        city = self.city(client.desk.mdtrtarea_admvs)
        visit = city.visit_row(client.mdtrt_id)
        assert visit is not None
        mine = {row.feedetl_sn for row in city.lines(visit) if row.setl_id == (setl_id or "")}
        fees: Any = getattr(client, "fees", None)
        batches = fees if isinstance(fees, list) else [fees]
        sent = [msgspec.to_builtins(row) for batch in batches for row in batch.result]
        return [row for row in sent if row["feedetl_sn"] in mine]

    def audit(self) -> None:
        """See that all books sum to zero and that accumulations are the sum of the settlements in force."""
        for address, tier in self.tiers.items():
            audit = tier.book.ledger.audit()
            assert audit.clean, (address, audit)
        for admdvs in self.policies:
            city = self.city(admdvs)
            expected: dict[str, Used] = {}
            for visit in city.insured_visits:
                rows = in_force(city, visit.mdtrt_id)
                assert len(rows) == visit.live_settlements, visit
                for row in rows:
                    calculation = city.calculations.get(row.setl_id)
                    assert calculation is not None
                    who = self.who(row.psn_no)
                    key = f"{row.psn_no}/{row.insutype}/{calculation.year}"
                    start = who.used if calculation.year == self.nation.start.year else Used()
                    expected[key] = expected.get(key, start).plus(calculation.benefit)
            for accumulation in city.accumulations:
                who = self.who(accumulation.psn_no)
                start = who.used if accumulation.year == self.nation.start.year else Used()
                assert accumulation.used == expected.get(accumulation.accumulation, start)


def change_of(stay: InpatientStay, time: str, **changes: str) -> dict[str, Any]:
    """Write 2403 for a stay: its 2401 with other fields."""
    node = msgspec.to_builtins(stay._admission(time))
    absent = ("insutype", "mdtrt_cert_no", "ipt_no")
    kept = {name: value for name, value in node["mdtrtinfo"].items() if name not in absent}
    return {
        "adminfo": kept | {"mdtrt_id": stay.mdtrt_id, "ipt_otp_no": stay.ipt_no} | changes,
        "diseinfo": [row | {"mdtrt_id": stay.mdtrt_id} for row in node["diseinfo"]],
    }


def _home(client: Dialogue) -> str:
    return client.insuplc_admdvs


def _plain(info: Any) -> dict[str, Any]:
    return msgspec.to_builtins(info)  # type: ignore[no-any-return]
