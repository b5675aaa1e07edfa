"""When a node dies, what it wrote before the commit never was, and what it wrote after it stays."""

import pytest
from scripted_world import Scene, inject, wanted

HOME = "310000"
CITY = f"city/{HOME}"


def purchase(moment: str, *, later_step: bool = True, reply_first: bool = False) -> Scene:
    each = wanted("pharmacy", HOME, HOME)
    crash = inject("crash", duration_us=2_000_000, moment=moment, later_step=later_step)
    script = {(each.institution.fixmedins_code, CITY): {("2102", 0, "request"): crash}}
    scene = Scene(script, reply_first=reply_first)
    scene.go(each)
    assert scene.world.crashes == 1
    return scene


@pytest.mark.parametrize("moment", ["on-arrival", "before-commit", "after-commit", "after-reply"])
def test_a_purchase_is_settled_once_whenever_its_city_dies(moment: str) -> None:
    scene = purchase(moment)
    assert len(scene.rows(CITY, "SETL_D")) == 1
    assert list(scene.book.live) == [row.setl_id for row in scene.rows(CITY, "SETL_D")]
    assert not scene.monitor.findings


def test_what_was_not_durable_is_done_again() -> None:
    scene = purchase("before-commit")
    (row,) = scene.rows(CITY, "SETL_D")
    assert sum("durable" in line and row.setl_id in line for line in scene.heard()) == 1
    assert scene.book.uncertain == 1


def test_what_was_durable_is_answered_from_memory_after_the_restart() -> None:
    scene = purchase("after-commit")
    lines = scene.heard()
    durable = next(number for number, line in enumerate(lines) if "durable" in line)
    back = next(number for number, line in enumerate(lines) if "is back" in line)
    assert durable < back
    assert sum("durable" in line for line in lines) == 1
    assert scene.book.uncertain == 1


def test_a_restarted_tier_has_the_balances_that_it_had() -> None:
    scene = purchase("after-reply")
    node = scene.world.nodes[CITY]
    assert node.generation == 1
    settled = next(iter(scene.book.live.values())).settled
    person = wanted("pharmacy", HOME, HOME).person
    assert node.tier.book.balance(person.medical_account) == person.medical_opening_fen - settled.acct_pay_fen


def test_a_host_that_answers_first_loses_what_it_acknowledged() -> None:
    scene = purchase("before-commit", reply_first=True)
    assert scene.rows(CITY, "SETL_D") == []
    assert len(scene.book.live) == 1
    assert any("acknowledged and is not durable" in finding for finding in scene.monitor.findings)


def test_a_question_does_not_leave_before_its_note_is_durable() -> None:
    each = wanted("pharmacy", HOME, "510100")
    crash = inject("crash", duration_us=2_000_000, moment="before-commit")
    scene = Scene({(each.institution.fixmedins_code, CITY): {("2102", 0, "request"): crash}})
    scene.go(each)
    lines = scene.heard()
    dies = next(number for number, line in enumerate(lines) if "dies" in line)
    assert not any("asks 2102" in line and "province" in line for line in lines[:dies])
    assert len(scene.book.live) == 1
