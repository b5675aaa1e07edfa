"""Every order of calls of a stay and of an outpatient visit against a small model of settlement.md §2.2.

The model says of each call in each state why it may be refused, and what it changes otherwise. All orders of
accepted calls are tried up to a length, and after each of them every call once more; a refused call leaves
nothing behind in any tier, so orders with refused calls in between are covered as well.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
import pytest
from stays_country import BEIJING, SHANGHAI, Answer, Country, in_scope_bill, person
from test_stay_rules import contents

LENGTH = 6
WHERE = [
    pytest.param(SHANGHAI, SHANGHAI, id="local"),
    pytest.param(SHANGHAI, BEIJING, id="across-provinces"),
]
NO_VISIT = NO_SETTLEMENT = "310000999999999999999999999999"

NOT_TRIED = "not tried: the call cannot be written in this state"


class Visit(NamedTuple):
    """What the facts say a visit or stay is: its phase, batches not settled, settlements in force."""

    phase: str = "none"
    unsettled: int = 0
    settled: tuple[tuple[str, int], ...] = ()
    cancelled: bool = False

    @property
    def final(self) -> bool:
        return any(flag == "0" for flag, _ in self.settled)


def reasons(**conditions: tuple[bool, str]) -> set[str]:
    return {reason for holds, reason in conditions.values() if holds}


def stay_refusals(stay: Visit, call: str) -> set[str]:
    """Return the reasons that speak against a call of a stay (ST-1 to ST-8); none: it is accepted."""
    if call == "2401":
        return {"visit-exists", "admitted"} if stay.phase in ("open", "discharged") else set()
    if call == "2401 elsewhere":
        return {"admitted"} if stay.phase == "open" else {NOT_TRIED}
    return before_all(stay, call, "2305") or of_a_known_stay(stay, call)


def before_all(visit: Visit, call: str, cancel: str) -> set[str]:
    """Return what speaks against a call whatever the visit holds: the visit (ST-1), the settlement (ST-8)."""
    if call == f"{cancel} again":
        return {"settlement-cancelled"} if visit.cancelled else {NOT_TRIED}
    if call == cancel and not visit.settled:
        return {"settlement-unknown", "visit-unknown", "visit-closed"}
    return {"none": {"visit-unknown"}, "closed": {"visit-closed"}}.get(visit.phase, set())


def of_a_known_stay(stay: Visit, call: str) -> set[str]:
    discharged = stay.phase == "discharged"
    settles = call in ("2303", "2304", "2304 interim", "2304 other amount")
    return reasons(
        st_4_settlement=(call == "2404" and bool(stay.settled), "settlement-exists"),
        st_4_fees=(call == "2404" and (stay.unsettled > 0 or bool(stay.settled)), "fees-unsettled"),
        st_4_backwards=(call in ("2302", "2402", "2404") and discharged, "discharged"),
        st_4_discharge=(call == "2405" and not discharged, "not-discharged"),
        st_4_settled=((settles or call in ("2301", "2405")) and stay.final, "settlement-exists"),
        st_5=(call in ("2304", "2304 other amount") and not discharged, "not-discharged"),
        st_5_interim=(call == "2304 interim" and discharged, "discharged"),
        st_6=(call == "2304 other amount", "amount-differs"),
        no_lines=(settles and not stay.unsettled, "no-fees"),
    )


def stay_after(stay: Visit, call: str) -> Visit:
    """Return the stay after an accepted call."""
    if call == "2401":
        return Visit("open", cancelled=stay.cancelled)
    if call == "2404":
        return stay._replace(phase="closed")
    if call in ("2402", "2405"):
        return stay._replace(phase="discharged" if call == "2402" else "open")
    return fees_after(stay, call, upload="2301", take_back="2302", cancel="2305")


def fees_after(visit: Visit, call: str, *, upload: str, take_back: str, cancel: str) -> Visit:
    if call == upload:
        return visit._replace(unsettled=visit.unsettled + 1)
    if call == take_back:
        return visit._replace(unsettled=0)
    if call == cancel:
        lines = visit.settled[-1][1]
        return visit._replace(unsettled=visit.unsettled + lines, settled=visit.settled[:-1], cancelled=True)
    if call in ("2304", "2304 interim", "2207"):
        flag = "1" if call == "2304 interim" else "0"
        return visit._replace(unsettled=0, settled=(*visit.settled, (flag, visit.unsettled)))
    return visit


STAY_CALLS = (
    *("2401", "2401 elsewhere", "2301", "2302", "2303", "2304", "2304 interim", "2304 other amount"),
    *("2402", "2405", "2404", "2305", "2305 again"),
)


def outpatient_refusals(visit: Visit, call: str) -> set[str]:
    """Return the reasons that speak against a call of an outpatient visit; none: it is accepted."""
    if call == "2201":
        return {"visit-exists"} if visit.phase == "open" else set()
    return before_all(visit, call, "2208") or of_a_known_visit(visit, call)


def of_a_known_visit(visit: Visit, call: str) -> set[str]:
    settles = call in ("2206", "2207", "2207 other amount")
    return reasons(
        st_2=(call == "2202" and bool(visit.settled), "settlement-exists"),
        st_2_fees=(call == "2202" and visit.unsettled > 0, "fees-unsettled"),
        serial=(call == "2204" and (visit.unsettled > 0 or bool(visit.settled)), "fee-line"),
        st_6=(call == "2207 other amount", "amount-differs"),
        no_lines=(settles and not visit.unsettled, "no-fees"),
    )


def outpatient_after(visit: Visit, call: str) -> Visit:
    """Return the visit after an accepted call."""
    if call == "2201":
        return Visit("open", cancelled=visit.cancelled)
    if call == "2202":
        return visit._replace(phase="closed")
    return fees_after(visit, call, upload="2204", take_back="2205", cancel="2208")


OUTPATIENT_CALLS = (
    *("2201", "2203", "2204", "2205", "2206", "2207", "2207 other amount", "2208", "2208 again", "2202"),
)


class Hospital:
    """Sends calls in any order: the client writes the messages, this class keeps the numbers."""

    def __init__(self, treatment: str, home: str, *, stay: bool) -> None:
        self.country = Country()
        self.who, self.treatment = person(home), treatment
        bills = [in_scope_bill(1000 + number) for number in range(LENGTH + 1)]
        self.client: Any = (
            self.country.stay(treatment, self.who, *bills, use_account=False)
            if stay
            else self.country.visit(treatment, self.who, *bills[0], use_account=False)
        )
        self.country.then(self.client, "1101")
        self.client.mdtrt_id = NO_VISIT
        self.settled: list[str] = []
        self.cancelled: list[str] = []

    def send(self, call: str) -> str:
        """Send a call; return the reason's word of a refusal."""
        infno, _, variant = call.partition(" ")
        if variant == "elsewhere":
            return self._admit_elsewhere().reason
        answer = self.country.send(self.client, infno, self._node(infno, variant))
        if not answer.reason:
            self._note(infno, answer)
        return answer.reason

    def _admit_elsewhere(self) -> Answer:
        other = self.country.stay(BEIJING if self.treatment == SHANGHAI else SHANGHAI, self.who)
        for name in ("psn_no", "insutype", "insuplc_admdvs"):
            setattr(other, name, getattr(self.client, name))
        return self.country.send(other, "2401")

    def _node(self, infno: str, variant: str) -> dict[str, Any]:
        node: dict[str, Any] = msgspec.to_builtins(
            type(self.client)._build[infno](self.client, self.country.time())
        )
        if infno in ("2305", "2208"):
            known = self.cancelled if variant == "again" else self.settled
            node["data"]["setl_id"] = known[-1] if known else NO_SETTLEMENT
        if variant == "interim":
            node["data"]["mid_setl_flag"] = "1"
        if variant == "other amount":
            node["data"]["medfee_sumamt"] = "0.07"
        return node

    def _note(self, infno: str, answer: Answer) -> None:
        read = type(self.client)._read.get(infno)
        if infno in ("2304", "2207"):
            setl_id = answer.output["setlinfo"]["setl_id"]
            assert setl_id not in self.settled + self.cancelled, "ST-8: a new settlement has a new number"
            self.settled.append(setl_id)
        if infno in ("2305", "2208"):
            self.cancelled.append(self.settled.pop())
        if read is not None and infno not in ("2404", "2208"):
            read(self.client, msgspec.json.encode(answer.output))

    def state(self) -> tuple[int, int]:
        """Return how many lines are unsettled and how many settlements are in force, as the city has it."""
        city = self.country.city(self.treatment)
        row = city.visit_row(self.client.mdtrt_id)
        return (len(city.unsettled(row)), row.live_settlements) if row is not None else (0, 0)


def try_all(treatment: str, home: str, calls: tuple[str, ...], refusals: Any, after: Any) -> int:
    """Try every order of accepted calls, and all calls after each; return the number of orders."""
    orders: list[tuple[tuple[str, ...], Visit]] = [((), Visit())]
    for order, visit in orders:
        hospital = Hospital(treatment, home, stay="2401" in calls)
        assert [hospital.send(call) for call in order] == [""] * len(order), order
        assert hospital.state() == (visit.unsettled, len(visit.settled)), order
        before = contents(hospital.country)
        accepted = []
        for call in calls:
            expected = refusals(visit, call)
            if not expected:
                accepted.append(call)
            elif expected != {NOT_TRIED}:
                assert hospital.send(call) in expected, (order, call)
        assert contents(hospital.country) == before, (order, "a refused call leaves nothing")
        for call in accepted:
            then = after(visit, call)
            if then == visit:
                assert hospital.send(call) == "", (order, call)
                assert hospital.state() == (visit.unsettled, len(visit.settled)), (order, call)
            elif len(order) < LENGTH:
                orders.append(((*order, call), then))
        hospital.country.audit()
    return len(orders)


@pytest.mark.parametrize(("treatment", "home"), WHERE)
def test_all_orders_of_the_calls_of_a_stay(treatment: str, home: str) -> None:
    assert try_all(treatment, home, STAY_CALLS, stay_refusals, stay_after) == 292


@pytest.mark.parametrize(("treatment", "home"), WHERE)
def test_all_orders_of_the_calls_of_an_outpatient_visit(treatment: str, home: str) -> None:
    assert try_all(treatment, home, OUTPATIENT_CALLS, outpatient_refusals, outpatient_after) == 33
