"""A small nation for the tests of reconciliation and clearing: three cities in two provinces, and a ministry.

Everything is answered within the instant; a message can be kept from a tier to make it lack a row.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import msgspec

from onecard.sim.actors import answer_at_once
from onecard.sim.nation import CityModel, Nation, NationModel, build_nation
from onecard.sim.settlement.benefit import load_catalogue
from onecard.sim.settlement.clients.desk import Desk
from onecard.sim.settlement.clients.dialogue import Credential, charge
from onecard.sim.settlement.clients.outpatient_visit import OutpatientVisit
from onecard.sim.settlement.clients.pharmacy import PharmacyPurchase
from onecard.sim.settlement.messages import inputs
from onecard.sim.settlement.messages.amounts import fen_to_yuan
from onecard.sim.settlement.messages.envelope import decode_reply, decode_request
from onecard.sim.settlement.messages.reasons import reason_of
from onecard.sim.settlement.registry import InsuredPerson, MedicalInstitution
from onecard.sim.settlement.tiers.between.jobs import daily_jobs, job, monthly_jobs
from onecard.sim.settlement.tiers.city import CityTier
from onecard.sim.settlement.tiers.forwarding import ProvinceTier
from onecard.sim.settlement.tiers.kernel import Tier
from onecard.sim.settlement.tiers.options import TierOptions
from onecard.sim.units.time import DAY, HOUR, SECOND

SHANGHAI, CHENGDU, LESHAN = "310000", "510100", "511100"
CITIES = (SHANGHAI, CHENGDU, LESHAN)
START = "2024-01-30"
ITEMS = ("SYN-S-2002", "SYN-W-5007", "SYN-S-1002")


@functools.cache
def nation(prepayment_yuan: int = 1_000_000) -> Nation:
    """Build the people once; tiers are new for every world."""
    return build_nation(
        NationModel(
            date=START,
            cities=(
                CityModel(admdvs=SHANGHAI, policy="shanghai-2023", people=60),
                CityModel(admdvs=CHENGDU, policy="chengdu-2023", people=60),
                CityModel(admdvs=LESHAN, policy="leshan-2023", people=60),
            ),
            prepayment_yuan=prepayment_yuan,
        )
    )


@functools.cache
def people(city: str) -> tuple[InsuredPerson, ...]:
    """Return the employees of a city who have a card."""
    registry = nation().registries[city]
    found = (registry.insured(index) for index in range(60))
    return tuple(each for each in found if each and each.card_number and each.insutype == "310")


class World:
    """Tiers, and what the tests do with them."""

    def __init__(self, *, prepayment_yuan: int = 1_000_000, options: TierOptions | None = None) -> None:
        self.nation = nation(prepayment_yuan)
        self.calendar = self.nation.calendar
        self.tiers: dict[str, Tier] = {
            address: self.nation.tier(address) for address in self.nation.addresses
        }
        for tier in self.tiers.values():
            tier.options = options or tier.options
        self.now_us = 9 * HOUR
        self.lost: Callable[[str, bytes], bool] = lambda _address, _request: False
        """Says which messages get no answer, although they have arrived."""
        self._desks: dict[str, Desk] = {}

    # ---- messages

    def call(self, address: str, request: bytes) -> bytes:
        """Carry a message to a tier or an authority."""
        if address in self.nation.authorities:
            return self.nation.authorities[address].handle(request, self.now_us)
        return answer_at_once(
            self.tiers[address].serve(request, self.now_us),
            lambda ask: self._answer(ask.address, ask.request),
            self.now_us,
        )

    def _answer(self, address: str, request: bytes) -> bytes | None:
        reply = self.call(address, request)
        return None if self.lost(address, request) else reply

    def tick(self) -> int:
        """Let a second pass."""
        self.now_us += SECOND
        return self.now_us

    def next_day(self, days: int = 1) -> None:
        """Go to nine o'clock some days later."""
        self.now_us = (self.now_us // DAY + days) * DAY + 9 * HOUR

    def go_to(self, date: str) -> None:
        """Go to nine o'clock of a date that has not begun."""
        while self.calendar.date(self.now_us) != date:
            self.next_day()

    @property
    def today(self) -> str:
        return self.calendar.date(self.now_us)

    def city(self, admdvs: str) -> CityTier:
        tier = self.tiers[f"city/{admdvs}"]
        assert isinstance(tier, CityTier)
        return tier

    def province(self, place: str) -> ProvinceTier:
        tier = self.tiers[f"province/{place}"]
        assert isinstance(tier, ProvinceTier)
        return tier

    # ---- institutions

    def institution(self, city: str, kind: str = "pharmacy", number: int = -1) -> MedicalInstitution:
        return [each for each in self.nation.registries[city].institutions if each.kind == kind][number]

    def desk(self, institution: MedicalInstitution) -> Desk:
        code = institution.fixmedins_code
        if code not in self._desks:
            self._desks[code] = Desk(
                fixmedins_code=code,
                fixmedins_name=institution.name,
                mdtrtarea_admvs=code[1:7],
                calendar=self.calendar,
            )
        return self._desks[code]

    def send(
        self, institution: MedicalInstitution, infno: str, node: msgspec.Struct, insured: str = ""
    ) -> tuple[str, Any]:
        """Send a message of an institution; return the reason of a refusal, or "", and the output."""
        self.tick()
        request = self.desk(institution).write(infno, node, self.now_us, insured)
        return self.read(self.call(f"city/{institution.fixmedins_code[1:7]}", request))

    @staticmethod
    def read(reply: bytes) -> tuple[str, Any]:
        answer = decode_reply(reply)
        if int(answer.infcode) != 0:
            return reason_of(answer.err_msg) or str(answer.err_msg), answer.err_msg
        return "", msgspec.json.decode(bytes(answer.output))

    def settle(
        self, treatment: str, insured: str, *, person: int = 0, count: int = 1, kind: str = "pharmacy"
    ) -> Any:
        """Settle a purchase or a visit; return the dialogue, which has the settlement."""
        who = people(insured)[person % len(people(insured))]
        shown = Credential(
            mdtrt_cert_type="03",
            mdtrt_cert_no=who.card_number,
            card_sn=who.card_sn,
            certno=who.certno,
            psn_name=who.psn_name,
        )
        charges = tuple(charge(load_catalogue()[code], count) for code in ITEMS)
        institution = self.institution(treatment, kind)
        dialogue: Any
        if kind == "pharmacy":
            dialogue = PharmacyPurchase(desk=self.desk(institution), credential=shown, charges=charges)
        else:
            dialogue = OutpatientVisit(
                desk=self.desk(institution),
                credential=shown,
                ipt_otp_no=f"{self.now_us // SECOND}-{who.psn_no}",
                charges=charges,
            )
        self._follow(dialogue, treatment)
        return dialogue

    def cancel(self, dialogue: Any) -> None:
        """Undo a settlement by its cancellation."""
        dialogue.undo()
        self._follow(dialogue, dialogue.desk.fixmedins_code[1:7])
        assert dialogue.failure is None, dialogue.failure

    def _follow(self, dialogue: Any, city: str) -> None:
        while (request := dialogue.next_request(self.tick())) is not None:
            dialogue.last_msgid = decode_request(request).msgid
            dialogue.receive(self.call(f"city/{city}", request))

    def reverse(self, dialogue: Any, msgid: str, infno: str = "2102") -> str:
        """Send 2601; return the reason of a refusal, or ""."""
        institution = self.nation.registries[dialogue.desk.fixmedins_code[1:7]].institution(
            dialogue.desk.fixmedins_code
        )
        assert institution is not None
        node = inputs.ReversalInput(inputs.Reversal(psn_no=dialogue.psn_no, omsgid=msgid, oinfno=infno))
        return self.send(institution, "2601", node, dialogue.insuplc_admdvs)[0]

    def statement(
        self, institution: MedicalInstitution, begin: str, end: str = "", **changes: Any
    ) -> tuple[str, Any]:
        """Send 3201 with what the city's rows of these days add up to, and changes to that."""
        data = self.totals(institution, begin, end or begin)
        data.update(changes)
        reason, output = self.send(
            institution, "3201", inputs.TotalStatementInput(inputs.TotalStatement(**data))
        )
        return (reason, output) if reason else ("", output["stmtinfo"])

    def totals(self, institution: MedicalInstitution, begin: str, end: str) -> dict[str, Any]:
        """Add up the rows that an institution should have, out of the landed ones."""
        city = self.city(institution.fixmedins_code[1:7])
        rows = [
            row
            for table in ("SETL_D", "OUTMED_SETL_D")
            for row in city.store.tables[table]
            if row.fixmedins_code == institution.fixmedins_code and begin <= row.clr_day <= end
        ]
        return {
            "insutype": "310",
            "clr_type": "41" if institution.kind == "pharmacy" else "11",
            "setl_optins": city.admdvs,
            "stmt_begndate": begin,
            "stmt_enddate": end,
            "medfee_sumamt": fen_to_yuan(sum(row.medfee_sumamt for row in rows)),
            "fund_pay_sumamt": fen_to_yuan(sum(row.fund_pay_sumamt for row in rows)),
            "acct_pay": fen_to_yuan(sum(row.acct_pay for row in rows)),
            "fixmedins_setl_cnt": str(len(rows)),
        }

    # ---- offices

    def job(self, address: str, infno: str, node: msgspec.Struct) -> tuple[str, Any]:
        """Send a job to a tier."""
        self.tick()
        request = job(address, infno, node, calendar=self.calendar, now_us=self.now_us)
        return self.read(self.call(address, request))

    def reconcile(self, day: str, *, repair: bool = True) -> list[tuple[str, Any]]:
        """Run the daily jobs of all tiers; return (address, answer)."""
        self.tick()
        jobs = daily_jobs(
            self.nation.directory, day, calendar=self.calendar, now_us=self.now_us, repair=repair
        )
        return [(address, self.read(self.call(address, request))[1]) for address, request in jobs]

    def clear(self, month: str) -> dict[str, tuple[str, Any]]:
        """Run the monthly jobs of all tiers; return address → (reason, answer)."""
        self.tick()
        jobs = monthly_jobs(self.nation.directory, month, calendar=self.calendar, now_us=self.now_us)
        return {address: self.read(self.call(address, request)) for address, request in jobs}

    def rows(self, address: str) -> dict[str, Any]:
        """Return settlement → row as a tier has landed it, whether in force or not."""
        return {
            row.setl_id: row
            for table in ("SETL_D", "OUTMED_SETL_D")
            for row in self.tiers[address].store.tables[table]
        }

    def forget(self, address: str, setl_id: str) -> None:
        """Make a tier lack a row and its postings, as if it had never landed there."""
        tier = self.nation.tier(address)
        tier.options = self.tiers[address].options
        old = self.tiers[address]
        for name, table in old.store.tables.items():
            for row in table:
                kept = getattr(row, "setl_id", "") != setl_id if name in ("SETL_D", "OUTMED_SETL_D") else True
                if name == "POSTING":
                    kept = row.reference != setl_id
                if kept:
                    tier.store.tables[name].load(row)
                    if name == "POSTING":
                        tier.book.load(row)
        self.tiers[address] = tier
