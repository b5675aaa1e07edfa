"""What selects the figures of a settlement at the insured place: filing, stay, dates (settlement.md §6.1).

Dates follow §10 Q-24: age at admission; deductible and caps of the year of discharge. An interim settlement
belongs to the year in which it is made, and what is settled after the turn of the year begins a stay of the
new one.

Stays of a year are numbered by the settlements in force: a stay keeps its number while it has one, and a
number that a cancellation leaves free goes to the next stay. So no two stays share the deductible of one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from onecard.sim.settlement.benefit import Case, Used
from onecard.sim.settlement.benefit.case import LONGEST_STAY_DAYS
from onecard.sim.settlement.tiers.call import date_of
from onecard.sim.settlement.tiers.insured.amounts import age_on
from onecard.sim.settlement.tiers.insured.filing_state import FilingState, filing_state
from onecard.sim.settlement.tiers.stays import INTERIM, in_force

if TYPE_CHECKING:
    from onecard.sim.settlement.benefit import KindUsed
    from onecard.sim.settlement.registry import InsuredPerson
    from onecard.sim.settlement.store.rows import CalculationRow, InsuredVisitRow
    from onecard.sim.settlement.tiers.call import Call, Treatment
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = ["Chosen", "choose_case"]

_INPATIENT = "inpatient"


class Chosen(msgspec.Struct, frozen=True):
    """A case, and where it came from.

    Attributes:
        case: what selects figures of the policy.
        used: what the year has used.
        year: whose deductible and caps count.
        filing: number of the filing, empty for none.
    """

    case: Case
    used: Used
    year: int
    filing: str


class _Times(msgspec.Struct, frozen=True):
    """When a visit began, until when a late filing counts, and which day the settlement belongs to."""

    began: str
    until: str
    day: str


def choose_case(
    city: CityTier,
    call: Call,
    person: InsuredPerson,
    data: Any,
    visit: InsuredVisitRow | None,
    treatment: Treatment,
) -> Chosen:
    """Choose the case of a settlement; it is the same before and after (A-21).

    Args:
        city: the insured city.
        call: the settlement or pre-settlement.
        person: who.
        data: its input.
        visit: the visit, None for a purchase.
        treatment: what the place of treatment says.

    Raises:
        InputError: what the place of treatment says is out of range.
        RefusedError: a date is none.
    """
    times = _times(city, call, data, visit, treatment)
    year, month = int(times.day[:4]), int(times.day[5:7])
    used = city.used(person, year)
    if treatment.kind == _INPATIENT and visit is not None:
        stay, stay_day = _stay(city, person, visit, year, times.began)
    else:
        stay, stay_day = _next_visit(used.of(treatment.kind)), 0  # type: ignore[arg-type] # Case checks it
    state = _filed(city, call, person, visit, treatment, times)
    case = Case(
        insutype=person.insutype,
        psn_type=person.psn_type,
        age=age_on(person.brdy, date_of(times.began, "begntime")),
        visit=treatment.kind,  # type: ignore[arg-type]
        level=treatment.dedc_hosp_lv,
        stay=stay,
        filing=state.filing,
        same_province=call.request.mdtrtarea_admvs[:2] == person.insuplc_admdvs[:2],
        cvlserv_flag=person.cvlserv_flag,
        identities=person.identities,
        month=month,
        stay_day=stay_day,
    )
    return Chosen(case, used, year, state.serial)


def _filed(
    city: CityTier,
    call: Call,
    person: InsuredPerson,
    visit: InsuredVisitRow | None,
    treatment: Treatment,
    times: _Times,
) -> FilingState:
    return filing_state(
        city,
        person,
        mdtrtarea_admvs=call.request.mdtrtarea_admvs,
        began=times.began,
        until=times.until,
        emergency=treatment.emergency,
        mdtrt_id="" if visit is None else visit.mdtrt_id,
    )


def _times(
    city: CityTier, call: Call, data: Any, visit: InsuredVisitRow | None, treatment: Treatment
) -> _Times:
    now = city.calendar.datetime(call.now_us)
    if treatment.kind != _INPATIENT or visit is None:
        return _Times(now, now, now)
    began = treatment.begntime or visit.begntime
    if data.mid_setl_flag == INTERIM:
        return _Times(began, now, now)
    announced = data.dscg_time or now
    return _Times(began, visit.endtime or now, visit.endtime or announced)


def _stay(
    city: CityTier, person: InsuredPerson, visit: InsuredVisitRow, year: int, began: str
) -> tuple[int, int]:
    """Return the number of a stay in a year, and its day at which the part to be settled begins."""
    own = _calculated(city, visit, year)
    if own:
        since = city.calendar.on(own[-1].setl_time_us) - date_of(began, "begntime")
        return own[0].stay, min(max(1, since.days), LONGEST_STAY_DAYS - 1)
    others = city.insured_visits.by("psn_no", person.psn_no)
    taken = {
        calculation.stay
        for other in others
        if other.kind == _INPATIENT and other.live_settlements and other.insutype == person.insutype
        for calculation in _calculated(city, other, year)
    }
    number = 1 + (person.used.inpatient.stays if year == city.calendar.start.year else 0)
    while number in taken:
        number += 1
    return number, 0


def _calculated(city: CityTier, visit: InsuredVisitRow, year: int) -> list[CalculationRow]:
    found = [city.calculations.get(row.setl_id) for row in in_force(city, visit.mdtrt_id)]
    return [each for each in found if each is not None and each.year == year]


def _next_visit(kind: KindUsed) -> int:
    """Return the number of a visit or purchase: not of one whose deductible is being charged."""
    number = kind.stays + 1
    while kind.window(number) != (0, 0):
        number += 1
    return number
