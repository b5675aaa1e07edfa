"""A small city for the tests of the institutions: a few people, two hospitals, a pharmacy, all actors."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any, Literal

import msgspec

from onecard.sim.actors import Ask, answer_at_once
from onecard.sim.authority import CardAuthority, CardRecord, CardStatus
from onecard.sim.banks import BankCard, BankHost
from onecard.sim.ledger import Ledger, Posting
from onecard.sim.platform import ECard, ECardService
from onecard.sim.settlement.benefit import KindUsed, Used, load_catalogue, load_policy
from onecard.sim.settlement.clients.desk import Desk
from onecard.sim.settlement.clients.dialogue import Charge, Credential, charge
from onecard.sim.settlement.clients.outpatient_visit import OutpatientVisit
from onecard.sim.settlement.clients.pharmacy import PharmacyPurchase
from onecard.sim.settlement.messages.calendar import Calendar
from onecard.sim.settlement.registry import InsuredPerson, MedicalInstitution
from onecard.sim.settlement.store.rows import FeeRow, SettlementRow
from onecard.sim.settlement.tiers.city import CityTier

START = datetime.date(2023, 9, 4)
HOUR = 3_600_000_000
CATALOGUE = load_catalogue()
INSTITUTIONS: tuple[tuple[str, str, Literal["hospital", "pharmacy"], int], ...] = (
    ("H31010100001", "测试医院", "hospital", 3),
    ("H31010100002", "测试社区", "hospital", 1),
    ("P31010100003", "测试药店", "pharmacy", 0),
)
BILL = ("SYN-S-1002", "SYN-S-3003", "SYN-W-5004", "SYN-W-5008", "SYN-S-2002")


def person(number: int, **changes: Any) -> InsuredPerson:
    """Make an insured person; odd numbers are employees, even ones residents."""
    employee = number % 2 == 1
    values: dict[str, Any] = {
        "psn_no": f"3100000000{number:06d}",
        "certno": f"31010119800101{number:04d}",
        "psn_name": f"测试{number}",
        "gend": "1",
        "brdy": "1980-01-01",
        "insutype": "310" if employee else "390",
        "psn_type": "1101" if employee else "1501",
        "insuplc_admdvs": "310101",
        "medical_account": f"person-medical/{number}" if employee else "",
        "card_number": f"A{number:08d}",
        "card_sn": f"310100D156000005{number:016d}",
        "used": Used(outpatient=KindUsed(in_scope_fen=50_000, deductible_fen=50_000)),
    }
    return InsuredPerson(**(values | changes))


class World:
    """All actors, with lookups over a handful of people; the city stands alone and asks the authority itself.

    ``ledger`` is the bank's, ``city.book`` the city's.
    """

    def __init__(
        self,
        *people: InsuredPerson,
        policy: str = "shanghai-2023",
        account_fen: int = 30_000,
        fund_fen: int = 10**12,
    ) -> None:
        self.people = {
            each.psn_no: msgspec.structs.replace(each, medical_opening_fen=account_fen)
            if each.medical_account
            else each
            for each in people or (person(1), person(2))
        }
        self.statuses: dict[str, CardStatus] = {}
        self.expires: dict[str, str] = {}
        self.levels: dict[str, int] = {}
        self.postings: list[Posting] = []
        self.now_us = 8 * HOUR
        self.silent = False
        self.asked: list[str] = []
        self.ledger = Ledger()
        self._institutions = {
            code: MedicalInstitution(
                fixmedins_code=code,
                name=name,
                kind=kind,
                level=level,
                account=f"institution-receivable/{code}",
            )
            for code, name, kind, level in INSTITUTIONS
        }
        self.ledger.open("merchant/shop", opening_fen=0)
        self.ledger.open("bank-vault/atm", opening_fen=10_000_000)
        self.ledger.open("subsidy-payer/housing", opening_fen=100_000)
        for number in range(1, len(self.people) + 1):
            self.ledger.open(f"person-bank/{number}", opening_fen=50_000)
            self.ledger.open(f"person-cash/{number}", opening_fen=10_000)
        self.authority = CardAuthority(self.card, start=START)
        self.bank = BankHost(self.ledger, self.bank_card)
        self.ecards = ECardService(
            by_certno=self.ecard_by_certno,
            by_essc_no=self.ecard_by_essc_no,
            ask=self.ask,
            random_bytes=lambda essc_no, n: hashlib.blake2b(
                f"{essc_no} {n}".encode(), digest_size=16
            ).digest(),
        )
        self.city = CityTier(
            admdvs="310000",
            start=START,
            registry=self,
            policy=load_policy(policy),
            fund_opening_fen=fund_fen,
            catalogue=CATALOGUE,
            observer=self.postings.append,
            authority=self.authority.address,
        )

    def ask(self, address: str, message: bytes) -> bytes:
        self.asked.append(address)
        if self.silent:
            return b""
        assert address == self.authority.address
        return self.authority.handle(message, self.now_us)

    def serve(self, request: bytes, now_us: int | None = None) -> bytes:
        """Let the city serve one message; what it asks is answered at once."""
        at_us = self.now_us if now_us is None else now_us
        return answer_at_once(self.city.serve(request, at_us), self._carry, at_us)

    def _carry(self, ask: Ask) -> bytes | None:
        return self.ask(ask.address, ask.request) or None

    # what the city holds
    def balance(self, account: str) -> int:
        """What an account of the city's book holds; an account that is not open yet has its opening."""
        if account in self.city.book.ledger:
            return self.city.book.balance(account)
        openings = {each.medical_account: each.medical_opening_fen for each in self.people.values()}
        return openings.get(account, self.city.fund_opening_fen if account.startswith("fund-") else 0)

    def settlements(self) -> dict[str, SettlementRow]:
        """The settlement rows of the city, by number."""
        return {row.setl_id: row for row in self.city.store.tables["SETL_D"]}

    def lines(self, visit: OutpatientVisit) -> list[FeeRow]:
        """The fee lines of a visit that were not taken back."""
        row = self.city.visit_row(visit.mdtrt_id)
        return [] if row is None else self.city.lines(row)

    # registry of the city platform
    def person(self, psn_no: str) -> InsuredPerson | None:
        return self.people.get(psn_no)

    def by_credential(self, mdtrt_cert_type: str, mdtrt_cert_no: str) -> InsuredPerson | None:
        for each in self.people.values():
            numbers = {"01": f"E{each.certno}", "02": each.certno, "03": each.card_number}
            if numbers.get(mdtrt_cert_type) == mdtrt_cert_no:
                return each
        return None

    def institution(self, fixmedins_code: str) -> MedicalInstitution | None:
        return self._institutions.get(fixmedins_code)

    @property
    def institutions(self) -> tuple[MedicalInstitution, ...]:
        return tuple(self._institutions.values())

    # registries of the others
    def card(self, card_number: str) -> CardRecord | None:
        owner = self.by_credential("03", card_number) or self.by_credential("01", card_number)
        if owner is None:
            return None
        return CardRecord(
            card_number=owner.card_number,
            card_sn=owner.card_sn,
            certno=owner.certno,
            psn_name=owner.psn_name,
            status=self.statuses.get(owner.card_number, CardStatus.NORMAL),
            expires=self.expires.get(owner.card_number, ""),
        )

    def bank_card(self, pan: str) -> BankCard | None:
        for number, each in enumerate(self.people.values(), 1):
            if pan == f"6228000000000{number:06d}":
                return BankCard(
                    pan=pan,
                    account=f"person-bank/{number}",
                    cash_account=f"person-cash/{number}",
                    name=each.psn_name,
                    certno=each.certno,
                )
        return None

    def ecard_by_certno(self, certno: str) -> ECard | None:
        for number, each in enumerate(self.people.values(), 1):
            if each.certno == certno:
                return ECard(
                    certno=certno,
                    psn_name=each.psn_name,
                    card_number=each.card_number,
                    essc_no=f"E{certno}",
                    pan=f"6228000000000{number:06d}",
                    sign_level=self.levels.get(certno, 0),
                )
        return None

    def ecard_by_essc_no(self, essc_no: str) -> ECard | None:
        return self.ecard_by_certno(essc_no[1:]) if essc_no.startswith("E") else None

    # clients
    def desk(self, code: str = "H31010100001", number: int = 0) -> Desk:
        return Desk(
            fixmedins_code=code,
            fixmedins_name="测试机构",
            mdtrtarea_admvs="310101",
            calendar=Calendar(START),
            number=number,
        )

    def credential(self, who: InsuredPerson, kind: str = "03") -> Credential:
        number = {"01": f"E{who.certno}", "02": who.certno, "03": who.card_number}[kind]
        return Credential(
            mdtrt_cert_type=kind, mdtrt_cert_no=number, card_sn=who.card_sn if kind == "03" else ""
        )

    def visit(self, who: InsuredPerson | None = None, **options: Any) -> OutpatientVisit:
        who = who or next(iter(self.people.values()))
        options.setdefault("charges", bill(*BILL))
        options.setdefault("desk", self.desk())
        options.setdefault("ipt_otp_no", "0001")
        options.setdefault("credential", self.credential(who))
        return OutpatientVisit(**options)

    def purchase(self, who: InsuredPerson | None = None, **options: Any) -> PharmacyPurchase:
        who = who or next(iter(self.people.values()))
        options.setdefault("charges", bill("SYN-W-5009", "SYN-Z-6001"))
        options.setdefault("desk", self.desk("P31010100003"))
        options.setdefault("credential", self.credential(who))
        return PharmacyPurchase(**options)

    def follow(self, dialogue: OutpatientVisit | PharmacyPurchase, until: str = "") -> list[dict[str, Any]]:
        """Carry a client's requests to the city until its plan ends; returns the decoded answers."""
        answers = []
        while dialogue.next_infno not in (None, until):
            request = dialogue.next_request(self.now_us)
            assert request is not None
            reply = self.serve(request)
            dialogue.receive(reply)
            answers.append(msgspec.json.decode(reply))
            self.now_us += 1_000_000
        return answers

    def send(self, infno: str, node: Any, /, **envelope: Any) -> dict[str, Any]:
        """Send one message to the city and decode the answer."""
        reply: dict[str, Any] = msgspec.json.decode(self.serve(self.message(infno, node, **envelope)))
        self.now_us += 1_000_000
        return reply

    def message(self, infno: str, node: Any, /, **envelope: Any) -> bytes:
        desk = self.desk("H31010100001", number=99)
        values: dict[str, Any] = {
            "infno": infno,
            "msgid": desk.msgid(self.now_us),
            "mdtrtarea_admvs": "310101",
            "insuplc_admdvs": "310101",
            "recer_sys_code": "YBXT",
            "infver": "V1.0",
            "opter_type": "1",
            "opter": "T01",
            "opter_name": "TEST",
            "inf_time": "2023-09-04 08:00:00",
            "fixmedins_code": "H31010100001",
            "fixmedins_name": "TEST HOSPITAL",
            "input": node,
        }
        values |= envelope
        return msgspec.json.encode({name: value for name, value in values.items() if value is not ...})


def bill(*codes: str) -> tuple[Charge, ...]:
    """Charge one of each item at its usual price."""
    return tuple(charge(CATALOGUE[code]) for code in codes)
