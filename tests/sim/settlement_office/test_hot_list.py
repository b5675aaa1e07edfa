"""The ministry's hot list: reported by authorities (CA02), it refuses at once, even while they are silent."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from nation_samples import AWAY, HOME, NationWorld
from office_samples import refusal

from onecard.sim.actors import answer_at_once
from onecard.sim.authority import CounterRequest, Operation, encode_request
from onecard.sim.authority.reporting import ReportingAuthority
from onecard.sim.settlement.messages.reasons import Reason
from onecard.sim.settlement.tiers.options import TierOptions

both_ways = pytest.mark.parametrize(
    "options",
    [TierOptions(authentication="first"), TierOptions(authentication="on-the-way")],
    ids=["first", "on-the-way"],
)


def settled(world: NationWorld, **changes: Any) -> str:
    """Settle a visit away from home; the reason's word, empty when it settled."""
    visit = world.visit(AWAY, world.employee(HOME), **changes)
    world.follow(AWAY, visit)
    return "" if visit.failure is None else visit.failure.reason


@both_ways
def test_a_reported_card_is_refused_while_its_authority_is_silent(options: TierOptions) -> None:
    world = NationWorld(options=options)
    person = world.employee(HOME)
    world.counter(HOME, Operation.FORMAL_LOSS, person)
    assert [answer["infcode"] for answer in world.report(HOME)] == [0]
    world.silent.add("authority/110000")
    world.asked.clear()
    assert settled(world) == Reason.CARD_LOST
    assert "authority/110000" not in [address for address, _ in world.asked]
    other = world.visit(AWAY, world.employee(HOME, 1))
    world.follow(AWAY, other)
    assert other.failure is not None
    assert other.failure.reason == Reason.AUTHORITY_SILENT


def test_the_electronic_form_of_a_reported_card_is_refused_too() -> None:
    world = NationWorld()
    person = world.employee(HOME, e_card=True)
    record = world.nation.registries[HOME].card(person.card_number)
    assert record is not None
    world.counter(HOME, Operation.TEMPORARY_LOSS, person)
    world.report(HOME)
    world.silent.add("authority/110000")
    credential = msgspec.structs.replace(
        world.credential(person), mdtrt_cert_type="01", mdtrt_cert_no=record.essc_no, card_sn=""
    )
    visit = world.visit(AWAY, person, credential=credential)
    world.follow(AWAY, visit)
    assert visit.failure is not None
    assert visit.failure.reason == Reason.CARD_LOST


def test_a_found_card_comes_off_the_list() -> None:
    world = NationWorld()
    person = world.employee(HOME)
    world.counter(HOME, Operation.TEMPORARY_LOSS, person)
    world.report(HOME)
    world.now_us += 60_000_000
    world.counter(HOME, Operation.LIFT_LOSS, person)
    world.report(HOME)
    assert settled(world) == ""


def test_reports_that_overtake_each_other_leave_the_newest() -> None:
    world = NationWorld()
    person = world.employee(HOME)
    authority = world.nation.authorities["authority/110000"]
    world.counter(HOME, Operation.TEMPORARY_LOSS, person)
    world.now_us += 60_000_000
    world.counter(HOME, Operation.LIFT_LOSS, person)
    lost, found = authority.notifications()
    world.serve("ministry", found)
    world.serve("ministry", lost)
    assert settled(world) == ""


def test_an_authority_reports_what_changed_once_and_nothing_else() -> None:
    world = NationWorld()
    person = world.employee(HOME)
    authority = world.nation.authorities["authority/110000"]
    world.counter(HOME, Operation.STATUS, person)
    world.counter(HOME, Operation.PIN_RESET, person)
    assert authority.notifications() == []
    world.counter(HOME, Operation.TEMPORARY_LOSS, person)
    world.counter(HOME, Operation.FORMAL_LOSS, person)
    assert len(authority.notifications()) == 1, "a formal loss after a temporary one changes no answer"
    assert authority.notifications() == []


def test_a_card_is_reported_lost_by_its_electronic_number_too() -> None:
    world = NationWorld()
    person = world.employee(HOME, e_card=True)
    record = world.nation.registries[HOME].card(person.card_number)
    assert record is not None
    lost = msgspec.structs.replace(person, card_number=record.essc_no)
    assert world.counter(HOME, Operation.TEMPORARY_LOSS, lost) == "done"
    authority = world.nation.authorities["authority/110000"]
    assert authority.listed(record.essc_no)
    assert authority.listed(person.card_number)
    (message,) = authority.notifications()
    rows = msgspec.json.decode(message)["input"]["data"]
    assert [row["mdtrt_cert_no"] for row in rows] == [person.card_number, record.essc_no]


def test_the_same_card_number_of_another_city_is_another_card() -> None:
    world = NationWorld()
    person = world.employee(HOME)
    node = {
        "mdtrt_cert_type": "03",
        "mdtrt_cert_no": person.card_number,
        "result": "2",
        "chg_time": "2024-03-04 08:00:00",
    }
    assert report(world, AWAY, node)["infcode"] == 0
    assert settled(world) == ""
    assert report(world, HOME, node)["infcode"] == 0
    assert settled(world) == Reason.CARD_LOST


def report(world: NationWorld, city: str, row: dict[str, Any], *, by: str = "ministry") -> dict[str, Any]:
    world.now_us += 1_000_000
    message = {
        "infno": "CA02",
        "msgid": f"{city}{world.now_us}",
        "mdtrtarea_admvs": city,
        "recer_sys_code": "CARD",
        "infver": "V1.0",
        "opter_type": "1",
        "opter": "T",
        "opter_name": "T",
        "inf_time": "2024-03-04 08:00:00",
        "fixmedins_code": f"city/{city}",
        "fixmedins_name": "T",
        "input": {"data": [row]},
    }
    reply: dict[str, Any] = msgspec.json.decode(world.serve(by, msgspec.json.encode(message)))
    return reply


ROW = {
    "mdtrt_cert_type": "03",
    "mdtrt_cert_no": "A00000001",
    "result": "2",
    "chg_time": "2024-03-04 08:00:00",
}


def test_a_city_may_report_through_its_province() -> None:
    world = NationWorld()
    assert report(world, AWAY, ROW, by="province/31")["infcode"] == 0
    (row,) = world.tiers["ministry"].store.tables["HOT_LIST"]
    assert (row.card, row.result, row.listed) == ("310000/A00000001", "2", True)


@pytest.mark.parametrize(
    ("city", "changes", "expected"),
    [
        pytest.param("440100", {}, Reason.NO_ROUTE, id="unknown-reporter"),
        pytest.param(AWAY, {"card_sn": "110000" + "0" * 26}, Reason.DIVISION_DIFFERS, id="anothers-card"),
        pytest.param(AWAY, {"result": "x"}, Reason.MALFORMED, id="unknown-result"),
        pytest.param(AWAY, {"chg_time": "yesterday"}, Reason.MALFORMED, id="no-time"),
    ],
)
def test_a_wrong_report_is_refused_and_changes_nothing(
    city: str, changes: dict[str, Any], expected: str
) -> None:
    world = NationWorld()
    assert refusal(report(world, city, {**ROW, **changes})) == expected
    assert len(world.tiers["ministry"].store.tables["HOT_LIST"]) == 0


def test_a_city_is_no_place_to_report_to() -> None:
    world = NationWorld()
    assert refusal(report(world, AWAY, ROW, by="city/310000")) == Reason.UNKNOWN_TRANSACTION


def test_an_authority_brings_its_reports_itself_until_they_are_answered() -> None:
    world = NationWorld()
    person, other = world.employee(HOME), world.employee(HOME, 1)
    authority = ReportingAuthority(world.nation.authorities["authority/110000"], report_to="province/11")

    def at_counter(operation: Operation, number: str, certno: str) -> str:
        request = encode_request(CounterRequest(operation=operation, card_number=number, certno=certno))
        reply = answer_at_once(authority.serve(request, world.now_us), world._carry, world.now_us)
        return str(msgspec.json.decode(reply)["reason"])

    def reports() -> list[str]:
        asked, world.asked = world.asked, []
        return [address for address, infno in asked if infno == "CA02"]

    world.silent.add("ministry")
    assert at_counter(Operation.TEMPORARY_LOSS, person.card_number, person.certno) == "done"
    assert at_counter(Operation.TEMPORARY_LOSS, other.card_number, other.certno) == "done"
    assert reports() == ["province/11", "ministry"] * 2, (
        "the first is tried again, the second waits behind it"
    )
    assert not len(world.tiers["ministry"].store.tables["HOT_LIST"])
    world.silent.clear()
    assert at_counter(Operation.STATUS, person.card_number, "") == "done"
    assert reports() == ["province/11", "ministry"] * 2
    listed = {row.card_no for row in world.tiers["ministry"].store.tables["HOT_LIST"] if row.listed}
    assert {person.card_number, other.card_number} <= listed
    assert at_counter(Operation.STATUS, person.card_number, "") == "done"
    assert reports() == [], "what was answered is not sent again"
    assert settled(world) == Reason.CARD_LOST


def test_card_authentication_never_waits_for_a_report() -> None:
    world = NationWorld()
    world.counter(HOME, Operation.TEMPORARY_LOSS, world.employee(HOME))
    authority = ReportingAuthority(world.nation.authorities["authority/110000"], report_to="province/11")
    with pytest.raises(StopIteration):
        next(authority.serve(b'{"infno": "CA01"}', 0))
