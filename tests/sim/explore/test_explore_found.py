"""Defects of the tiers that the search has found, each as the few faults that show it."""

import msgspec
import pytest
from scripted_world import Scene, inject, wanted

from onecard.sim.explore.audit import audit
from onecard.sim.settlement.benefit import load_catalogue
from onecard.sim.settlement.clients.dialogue import charge

HOME, PLACE = "510100", "310000"
LOST = inject("reply-lost-after-commit")


def clean(scene: Scene) -> None:
    """Hold everything against the books, as the search does."""
    tiers = {}
    for address, node in scene.world.nodes.items():
        tiers[address] = scene.stage.nation.tier(address)
        tiers[address].restore(node.rows())
    audited = audit(scene.stage, scene.book, tiers, scene.monitor, now_us=scene.world.clock_us)
    assert scene.monitor.findings == []
    assert (audited.lost_fen, audited.doubled_fen, audited.differences) == (0, 0, 0)


@pytest.mark.parametrize("name", ["truncate", "corrupt"])
@pytest.mark.parametrize(
    "link",
    [
        ("city/310000", "province/31"),
        ("province/31", "ministry"),
        ("ministry", "province/51"),
        ("province/51", "city/510100"),
    ],
    ids=" to ".join,
)
def test_damage_on_the_way_of_a_repeated_settlement_is_no_refusal(link: tuple[str, str], name: str) -> None:
    """The first copy took effect and its answer was lost; the second one is refused as malformed."""
    each = wanted("pharmacy", PLACE, HOME)
    lost = {("2102", 0, "reply"): LOST, ("2102", 1, "request"): inject(name)}
    scene = Scene({link: lost})
    scene.go(each)
    assert scene.plan.done == ["reply-lost-after-commit", name]
    assert len(scene.book.live) == 1
    assert scene.book.reversals == 0
    clean(scene)


def test_a_settlement_that_is_cancelled_restored_and_cancelled_again_has_two_cancellations() -> None:
    """The cancellation's answer is lost three times, so it is reversed, and then tried again."""
    each = wanted("pharmacy", PLACE, HOME, "cancel")
    sender = (each.institution.fixmedins_code, f"city/{PLACE}")
    scene = Scene({sender: {("2103", number, "reply"): LOST for number in range(3)}})
    scene.go(each)
    rows = scene.rows(f"city/{HOME}", "SETL_D")
    settled = next(row for row in rows if not row.init_setl_id)
    cancelled = [row for row in rows if row.init_setl_id == settled.setl_id]
    assert len(cancelled) == 2
    assert [row.vali_flag for row in cancelled] == ["0", "1"]
    clean(scene)


@pytest.mark.parametrize("kind", ["pharmacy", "outpatient", "inpatient"])
def test_a_visit_counts_what_is_in_force_when_a_lost_cancellation_was_reversed(kind: str) -> None:
    """The city of treatment never heard of the cancellation that its reversal restores."""
    each = wanted(kind, PLACE, HOME, "cancel-and-settle-again")
    cancelling = {"pharmacy": "2103", "outpatient": "2208", "inpatient": "2305"}[kind]
    link = ("province/31", "ministry")
    script = {(cancelling, number, "reply"): LOST for number in range(3)}
    scene = Scene({link: script})
    scene.go(each)
    assert scene.plan.done == ["reply-lost-after-commit"] * 3
    assert scene.book.reversals == 1
    clean(scene)


@pytest.mark.parametrize("place", [HOME, PLACE], ids=["local", "across provinces"])
def test_a_cancellation_whose_money_was_spent_meanwhile_stands(place: str) -> None:
    """Its answers are lost, the person spends what it gave back, and its reversal is refused."""
    large = (charge(load_catalogue()["SYN-S-2002"], 50),)
    first = msgspec.structs.replace(wanted("pharmacy", place, HOME, "cancel"), charges=large)
    assert sum(line.amount_fen for line in large) > first.person.medical_opening_fen
    second = msgspec.structs.replace(
        wanted("pharmacy", HOME, HOME),
        charges=large,
        person=first.person,
        number=first.number + 1,
        begins_us=40_000_000,
    )
    sender = (first.institution.fixmedins_code, f"city/{place}")
    scene = Scene({sender: {("2103", number, "reply"): LOST for number in range(3)}})
    scene.go(first, second)
    assert scene.plan.done == ["reply-lost-after-commit"] * 3
    assert any("fund-exhausted" in line for line in scene.heard())
    assert sorted(scene.over) == [first.number, second.number]
    assert len(scene.book.live) == 1
    assert scene.book.reversals == 1
    clean(scene)
