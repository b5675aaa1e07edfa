"""Card authentication across provinces: before the settlement or on its way; lost cards; strangers' cards."""

from __future__ import annotations

import msgspec
import pytest
from nation_samples import AWAY, HOME, NationWorld

from onecard.sim.authority import Operation
from onecard.sim.settlement.messages.reasons import Reason
from onecard.sim.settlement.tiers.options import TierOptions

FIRST = TierOptions(authentication="first")
ON_THE_WAY = TierOptions(authentication="on-the-way")
both_ways = pytest.mark.parametrize("options", [FIRST, ON_THE_WAY], ids=["first", "on-the-way"])
both_routes = pytest.mark.parametrize("home", [AWAY, HOME], ids=["local", "across-provinces"])


@both_ways
@both_routes
def test_the_settlement_carries_the_serial_and_the_tac_is_stored_ca_6(
    home: str, options: TierOptions
) -> None:
    world = NationWorld(options=options)
    person = world.employee(home)
    visit = world.visit(AWAY, person, credential=world.credential(person, tac="A1B2C3D4"))
    world.follow(AWAY, visit)
    assert visit.result is not None, visit.failure
    rows = world.landed(visit.result.setl_id)
    serials = {row.auth_serial for row in rows.values()}
    assert len(serials) == 1
    assert len(serials.pop()) == 20
    kept = world.tiers[f"city/{home}"].store.tables["CARD_TAC_D"].get(visit.result.setl_id)
    assert (kept.tac, kept.card_no, kept.psn_no) == ("A1B2C3D4", person.card_number, person.psn_no)
    assert kept.auth_serial == rows[f"city/{home}"].auth_serial


@pytest.mark.parametrize(
    ("options", "asks"),
    [
        pytest.param(FIRST, [("province/31", "CA01"), ("ministry", "CA01"), ("authority/110000", "CA01")],
                     id="first"),
        pytest.param(ON_THE_WAY, [("authority/110000", "CA01")], id="on-the-way"),
    ],
)  # fmt: skip
def test_who_asks_the_cards_home(options: TierOptions, asks: list[tuple[str, str]]) -> None:
    world = NationWorld(options=options)
    visit = world.visit(AWAY, world.employee(HOME))
    world.follow(AWAY, visit, until="2207")
    world.asked.clear()
    world.follow(AWAY, visit)
    assert [ask for ask in world.asked if ask[1] == "CA01"] == asks
    assert [address for address, infno in world.asked if infno == "2207"] == [
        "province/31",
        "ministry",
        "province/11",
        "city/110000",
    ]


@both_ways
@both_routes
@pytest.mark.parametrize("shop", ["hospital", "pharmacy"])
def test_a_lost_card_settles_nothing_anywhere_and_queries_still_work_c_27(
    home: str, options: TierOptions, shop: str
) -> None:
    world = NationWorld(options=options)
    person = world.employee(home)
    assert world.counter(home, Operation.TEMPORARY_LOSS, person) == "done"
    dialogue = world.visit(AWAY, person) if shop == "hospital" else world.purchase(AWAY, person)
    answers = world.follow(AWAY, dialogue)
    assert answers[0]["infcode"] == 0, "1101 does not ask for the card's status"
    assert dialogue.failure is not None
    assert dialogue.failure.reason == Reason.CARD_LOST
    assert all(len(tier.store.tables["OUTMED_SETL_D"]) == 0 for tier in world.tiers.values())
    assert world.counter(home, Operation.LIFT_LOSS, person) == "done"
    again = world.visit(AWAY, person)
    world.follow(AWAY, again)
    assert again.result is not None


@both_ways
@both_routes
def test_a_strangers_card_is_refused_c_28(home: str, options: TierOptions) -> None:
    world = NationWorld(options=options)
    visit = world.visit(AWAY, world.employee(home))
    world.follow(AWAY, visit, until="2207")
    stranger = world.credential(world.employee(home, 1))
    visit.credential = stranger
    world.follow(AWAY, visit)
    assert visit.failure is not None
    assert visit.failure.reason in (Reason.CREDENTIAL_DIFFERS, Reason.CARD_HOLDER_DIFFERS)
    assert all(len(tier.store.tables["OUTMED_SETL_D"]) == 0 for tier in world.tiers.values())


def test_a_card_lost_between_a_settlement_and_its_repeat_cannot_refuse_what_was_settled() -> None:
    world = NationWorld(options=ON_THE_WAY)
    person = world.employee(HOME)
    visit = world.visit(AWAY, person)
    world.follow(AWAY, visit, until="2207")
    request = visit.next_request(world.now_us)
    assert request is not None
    insured = world.tiers["city/110000"]
    world.silent.add("province/31")  # the ministry's and the city's answers are lost on the way back
    envelope = msgspec.json.decode(world.serve("city/310000", request))
    assert envelope["err_msg"].startswith(Reason.RESULT_UNCERTAIN)
    forwarded = next(row for row in world.tiers["city/310000"].store.tables["MESSAGE"] if row.forwarded)
    world.serve("ministry", forwarded.forwarded)
    assert len(insured.store.tables["SETL_D"]) == 1
    assert world.counter(HOME, Operation.FORMAL_LOSS, person) == "done"
    world.silent.clear()
    repeated = msgspec.json.decode(world.serve("city/310000", request))
    assert repeated["infcode"] == 0, repeated["err_msg"]
    assert len(insured.store.tables["SETL_D"]) == 1


def test_a_repeat_after_the_ministry_heard_nothing_asks_no_second_time() -> None:
    world = NationWorld(options=ON_THE_WAY)
    person = world.employee(HOME)
    visit = world.visit(AWAY, person)
    world.follow(AWAY, visit, until="2207")
    request = visit.next_request(world.now_us)
    assert request is not None
    world.silent.add("province/11")
    assert msgspec.json.decode(world.serve("city/310000", request))["infcode"] == -1
    world.silent.clear()
    world.asked.clear()
    world.counter(HOME, Operation.FORMAL_LOSS, person)
    assert msgspec.json.decode(world.serve("city/310000", request))["infcode"] == 0
    assert "authority/110000" not in [address for address, _ in world.asked]
