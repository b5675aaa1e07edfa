"""What the transactions of a city platform work with: configuration, lookups and the store.

Handlers are functions of (city, call); this object is what they share. Lookups refuse in the words of the
interface, so that a handler reads as the list of what it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from onecard.sim.settlement.benefit import Accumulation, KindUsed
from onecard.sim.settlement.messages.calendar import Calendar
from onecard.sim.settlement.messages.envelope import Request
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.registry import InsuredPerson, MedicalInstitution
from onecard.sim.settlement.rules import check_visit
from onecard.sim.settlement.state import Store, Visit

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable

    from onecard.sim.ledger import Ledger
    from onecard.sim.settlement.benefit import Benefit, Catalogue, Policy
    from onecard.sim.settlement.registry import Registry
    from onecard.sim.settlement.state import SettlementRow

__all__ = ["Call", "City", "age_on", "division_prefix", "fund_account", "fund_accounts"]

_EMPLOYEE_INSURANCES = ("310", "320", "330", "340", "350", "370")
_FUND_KINDS: dict[tuple[bool, str], str] = {
    (True, "pool"): "fund-employee-pool",
    (True, "large"): "fund-employee-large",
    (True, "critical"): "fund-employee-large",
    (False, "pool"): "fund-resident-pool",
    (False, "large"): "fund-resident-critical",
    (False, "critical"): "fund-resident-critical",
}
"""(employee insurance?, fund of the policy) → kind of ledger account."""


class Call(msgspec.Struct, frozen=True):
    """One transaction at hand.

    Attributes:
        request: the envelope.
        node: the decoded input.
        institution: the sender.
        now_us: when it arrived.
    """

    request: Request
    node: Any
    institution: MedicalInstitution
    now_us: int


class City:
    """Shared state of one city's platform; see :class:`~onecard.sim.settlement.platform.CityPlatform`."""

    def __init__(
        self,
        *,
        admdvs: str,
        start: datetime.date,
        registry: Registry,
        ledger: Ledger,
        policy: Policy,
        catalogue: Catalogue,
        ask: Callable[[str, bytes], bytes],
        authority: str,
        store: Store,
    ) -> None:
        self.admdvs = admdvs
        self.calendar = Calendar(start)
        self.registry = registry
        self.ledger = ledger
        self.policy = policy
        self.catalogue = catalogue
        self.ask = ask
        self.authority = authority
        self.store = store
        self._prefix = division_prefix(admdvs)

    def serves(self, admdvs: str) -> bool:
        """Return whether a division lies in this city."""
        return admdvs.startswith(self._prefix)

    def short_day(self, now_us: int) -> str:
        """Return the day as ``yyMMdd``, for identifiers."""
        return self.calendar.stamp(now_us)[2:8]

    def year(self, now_us: int) -> int:
        """Return the insurance year of a time."""
        return self.calendar.on(now_us).year

    def person(self, call: Call, psn_no: str, insutype: str | None = None) -> InsuredPerson:
        """Return the insured person a message names.

        Raises:
            RefusedError: unknown, insured at another place than stated, or not in this insurance.
        """
        person = self.registry.person(psn_no)
        if person is None:
            raise RefusedError(Reason.PERSON_UNKNOWN, psn_no)
        if person.insuplc_admdvs != call.request.insuplc_admdvs:
            raise RefusedError(Reason.INSURED_PLACE_DIFFERS, call.request.insuplc_admdvs or "")
        if insutype is not None and insutype != person.insutype:
            raise RefusedError(Reason.INSURANCE_DIFFERS, insutype)
        if insutype is not None and person.psn_insu_stas != "1":
            raise RefusedError(Reason.NOT_INSURED, f"psn_insu_stas {person.psn_insu_stas}")
        return person

    def visit(self, call: Call, mdtrt_id: str, psn_no: str) -> Visit:
        """Return the visit a message names, if the state rules allow the transaction.

        Raises:
            RefusedError: no such visit of this person at this institution, or a state rule.
        """
        visit = self.store.visits.get(mdtrt_id)
        stranger = visit is None or visit.fixmedins_code != call.institution.fixmedins_code
        if visit is None or stranger or visit.psn_no != psn_no:
            raise RefusedError(Reason.VISIT_UNKNOWN, f"ST-1 {mdtrt_id}")
        check_visit(call.request.infno[:4], visit)
        return visit

    def balance_fen(self, person: InsuredPerson) -> int:
        """Return what a person's medical account holds, 0 for people without one."""
        return self.ledger.balance(person.medical_account) if person.medical_account else 0

    def used(self, person: InsuredPerson, now_us: int) -> Accumulation:
        """Return what a person used of this year; the registry's figure holds for the first year."""
        year = self.year(now_us)
        before = person.used.outpatient if year == self.calendar.start.year else KindUsed()
        initial = Accumulation(in_scope_fen=before.in_scope_fen, deductible_fen=before.deductible_fen)
        return self.store.accumulation(person.psn_no, person.insutype, year, initial)

    def use(self, person: InsuredPerson, now_us: int, paid: Benefit) -> None:
        """Add a settlement to what the person used."""
        used = self.used(person, now_us).plus(paid)
        self.store.accumulate(person.psn_no, person.insutype, self.year(now_us), used)

    def give_back(self, person: InsuredPerson, row: SettlementRow) -> None:
        """Take a cancelled settlement out of what the person used in its year."""
        used = self.used(person, row.setl_time_us).minus(row.benefit)
        self.store.accumulate(person.psn_no, person.insutype, row.year, used)


def division_prefix(admdvs: str) -> str:
    """Return what all divisions of a city begin with: ``"31"`` of 310000, ``"5101"`` of 510100."""
    return admdvs[:2] if admdvs[2:] == "0000" else admdvs[:4] if admdvs[4:] == "00" else admdvs


def fund_account(admdvs: str, insutype: str, fund: str) -> str:
    """Return the ledger account of one of a city's funds."""
    return f"{_FUND_KINDS[insutype in _EMPLOYEE_INSURANCES, fund]}/{admdvs}"


def fund_accounts(admdvs: str) -> tuple[str, ...]:
    """Return the ledger accounts of all of a city's funds."""
    return tuple(f"{kind}/{admdvs}" for kind in dict.fromkeys(_FUND_KINDS.values()))


def age_on(brdy: str, date: datetime.date) -> int:
    """Return the age in whole years; 0 for an unknown birth date."""
    if len(brdy) != 10:
        return 0
    had_birthday = (date.month, date.day) >= (int(brdy[5:7]), int(brdy[8:10]))
    return date.year - int(brdy[:4]) - (0 if had_birthday else 1)
