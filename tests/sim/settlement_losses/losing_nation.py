"""A nation in which exactly one crossing of a link is lost: a request on its way there, or the reply back.

No simulation kernel: a message is carried down the chain of questions by recursion, each crossing is counted,
and the one that is lost costs its asker the time that it waits. What the tiers hold afterwards is told as
plain values, so two histories can be compared.
"""

from __future__ import annotations

import functools
from collections import Counter
from typing import Any, Literal

from nation_samples import AWAY, BILL, HOME, MODEL

from onecard.sim.actors import Ask, Heard
from onecard.sim.nation import Nation, build_nation
from onecard.sim.settlement.clients.desk import Desk
from onecard.sim.settlement.clients.dialogue import Credential, Dialogue
from onecard.sim.settlement.clients.inpatient_stay import InpatientStay
from onecard.sim.settlement.clients.outpatient_visit import OutpatientVisit
from onecard.sim.settlement.clients.pharmacy import PharmacyPurchase
from onecard.sim.settlement.messages.envelope import decode_reply, infcode_of
from onecard.sim.settlement.messages.reasons import reason_of
from onecard.sim.settlement.money.agreement import books_agree, books_follow_rows
from onecard.sim.settlement.registry import InsuredPerson
from onecard.sim.settlement.tiers.city import CityTier
from onecard.sim.settlement.tiers.kernel import Tier

Route = Literal["across", "province", "local"]
ROUTES: dict[Route, tuple[str, str]] = {
    "across": (AWAY, HOME),
    "province": ("511100", "510100"),
    "local": (AWAY, AWAY),
}
"""Route → (city of treatment, insured city)."""
HOSPITAL_WAITS_US = 30_000_000


@functools.cache
def nation() -> Nation:
    """People and institutions; they never change, so all histories share them."""
    return build_nation(MODEL)


@functools.cache
def employee(city: str) -> InsuredPerson:
    registry = nation().registries[city]
    for index in range(400):
        person = registry.insured(index)
        if person is None or person.insutype != "310" or not person.card_number:
            continue
        card = registry.card(person.card_number)
        if card is not None and card.status == "1":
            return person
    raise LookupError(city)


class LosingNation:
    """New tiers, one patient, one institution.

    Attributes:
        crossings: what crossed a link since :meth:`lose`, in order: (address, ``"request"`` or ``"reply"``).
    """

    def __init__(self, route: Route) -> None:
        self.city, self.home = ROUTES[route]
        self.address = f"city/{self.city}"
        self.nation = nation()
        self.tiers = {address: self.nation.tier(address) for address in self.nation.addresses}
        self.now_us = 9 * 3_600_000_000
        self.crossings: list[tuple[str, str]] = []
        self._lost = -1

    def lose(self, number: int) -> None:
        """Lose the crossing of that number, counted from now on; -1: none."""
        self._lost = number
        self.crossings = []

    def send(self, request: bytes) -> bytes | None:
        """Carry a request of the institution; None when no answer came."""
        self.now_us += 1_000_000
        return self._carry(Ask(address=self.address, request=request, timeout_us=HOSPITAL_WAITS_US))

    def _crosses(self, address: str, direction: str) -> bool:
        self.crossings.append((address, direction))
        return len(self.crossings) - 1 != self._lost

    def _carry(self, ask: Ask) -> bytes | None:
        deadline_us = self.now_us + ask.timeout_us
        reply = self._answered(ask) if self._crosses(ask.address, "request") else None
        if reply is not None and self._crosses(ask.address, "reply"):
            return reply
        self.now_us = deadline_us
        return None

    def _answered(self, ask: Ask) -> bytes:
        authority = self.nation.authorities.get(ask.address)
        if authority is not None:
            return authority.handle(ask.request, self.now_us)
        serving = self.tiers[ask.address].serve(ask.request, self.now_us)
        try:
            question = next(serving)
            while True:
                question = serving.send(Heard(self._carry(question), self.now_us))
        except StopIteration as stop:
            reply: bytes = stop.value
            return reply

    # ---- the institution

    def desk(self, kind: str = "hospital") -> Desk:
        found = self.nation.registries[self.city].institutions
        institution = next(each for each in found if each.kind == kind)
        return Desk(
            fixmedins_code=institution.fixmedins_code,
            fixmedins_name=institution.name,
            mdtrtarea_admvs=self.city,
            calendar=self.nation.calendar,
        )

    def dialogue(self, kind: str) -> Dialogue:
        """A visit, a stay or a purchase of the patient."""
        person = employee(self.home)
        credential = Credential(
            mdtrt_cert_type="03",
            mdtrt_cert_no=person.card_number,
            card_sn=person.card_sn,
            certno=person.certno,
            psn_name=person.psn_name,
        )
        if kind == "pharmacy":
            return PharmacyPurchase(desk=self.desk("pharmacy"), credential=credential, charges=BILL)
        if kind == "stay":
            return InpatientStay(
                desk=self.desk(),
                credential=credential,
                ipt_no="S1",
                batches=(BILL,),
                filing="transferred" if self.city != self.home else "",
            )
        return OutpatientVisit(desk=self.desk(), credential=credential, ipt_otp_no="V1", charges=BILL)

    def follow(self, dialogue: Dialogue, until: str = "") -> None:
        """Follow a plan up to a transaction, or to its end; nothing may be refused."""
        while dialogue.next_infno not in (None, until):
            request = dialogue.next_request(self.now_us)
            assert request is not None
            dialogue.receive(self.send(request) or b"")
        assert dialogue.failure is None, dialogue.failure

    # ---- what the tiers hold

    def held(self) -> dict[str, Any]:
        """What money, benefits and visits are like, without numbers and times of messages."""
        held: dict[str, Any] = {address: _held(tier) for address, tier in self.tiers.items()}
        city = self.tiers[f"city/{self.home}"]
        assert isinstance(city, CityTier)
        held["used of the year"] = city.used(employee(self.home), 2024)
        return held

    def disagreements(self) -> list[str]:
        return books_agree(self.tiers) + books_follow_rows(self.tiers)


def _held(tier: Tier) -> dict[str, Any]:
    """What one tier holds; the empty visit that a purchase leaves when it is taken back says nothing."""
    visits = [row for row in _valid(tier, "MDTRT_D", "OUTMED_MDTRT_D") if _says_something(row)]
    insured = [row for row in _valid(tier, "INSU_MDTRT_D") if _says_something(row)]
    settled = [row for row in _valid(tier, "SETL_D", "OUTMED_SETL_D") if not row.init_setl_id]
    open_visits = {row.mdtrt_id for row in visits}
    lines = [row for row in _valid(tier, "FEE_LIST_D", "OUTMED_FEE_LIST_D") if row.mdtrt_id in open_visits]
    return {
        "in force": sorted(
            (row.insu_admdvs, row.medfee_sumamt, row.fund_pay_sumamt, row.acct_pay, row.cash_payamt)
            for row in settled
        ),
        "money": _moved_fen(tier),
        "visits": sorted(
            (row.kind, row.insu_admdvs, row.endtime != "", row.inhosp_stas, row.pending, row.live_settlements)
            for row in visits
        ),
        "insured visits": sorted(
            (row.kind, row.is_open, row.endtime != "", row.live_settlements) for row in insured
        ),
        "settled lines": sum(1 for row in lines if row.setl_id),
        "unsettled lines": sum(1 for row in lines if not row.setl_id),
        "filings": len(_valid(tier, "OUT_APPY_EVT_C", "REFL_APPY_EVT_C")),
    }


def _valid(tier: Tier, *tables: str) -> list[Any]:
    return [row for name in tables for row in tier.store.tables[name] if row.vali_flag == "1"]


def _says_something(visit: Any) -> bool:
    return visit.kind != "pharmacy" or visit.live_settlements > 0


def _moved_fen(tier: Tier) -> dict[str, int]:
    """By how much each account differs from what it was opened with; accounts that do not are left out."""
    moved: Counter[str] = Counter()
    for row in tier.store.tables["POSTING"]:
        if row.purpose != "opening":
            moved.update(dict(row.entries))
    return {account: amount for account, amount in moved.items() if amount}


def result(reply: bytes | None) -> str:
    """``"done"``, the word of a refusal, or ``"silence"``."""
    if reply is None:
        return "silence"
    answer = decode_reply(reply)
    return "done" if infcode_of(answer) == 0 else reason_of(answer.err_msg)
