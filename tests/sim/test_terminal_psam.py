"""A terminal with its PSAM: level search, missing keys and algorithms, faults."""

from __future__ import annotations

from typing import Any

import pytest
from terminal_samples import (
    TODAY,
    Tampered,
    Trace,
    connection,
    make_card,
    make_psam,
    make_terminal,
)

from onecard.sim.terminals import SecurityModule, Terminal, parse_dialogues
from onecard.virtual_cards.readers.in_process import Reader


@pytest.mark.parametrize(
    "psam", [None, Reader("empty slot").createConnection()], ids=["no-slot", "empty-slot"]
)
def test_no_psam_is_minus_2201(psam: Any) -> None:
    result = make_terminal(make_card(), psam=psam).run("identity-read")
    assert (result.reason, result.return_code) == ("terminal-no-psam", -2201)


def test_psam_without_the_cards_algorithm_is_minus_2202() -> None:
    terminal = make_terminal(make_card(), psam=make_psam(environments=["sx1"]))
    result = terminal.run("identity-read")
    assert (result.reason, result.return_code) == ("terminal-without-key", -2202)
    assert terminal.run("identity-read", card=connection(make_card("2.00"))).ok


def test_psam_without_rkssse_is_minus_2203_on_a_3_00_card_only() -> None:
    terminal = make_terminal(make_card(), psam=make_psam(without=["RKSSSE"]))
    result = terminal.run("identity-read")
    assert (result.reason, result.return_code, result.sw) == ("terminal-without-key", -2203, 0x6A88)
    assert terminal.run("identity-read", card=connection(make_card("2.00"))).ok


def test_psam_without_another_key_is_minus_27272() -> None:
    result = make_terminal(make_card(), psam=make_psam(without=["RK1DF04"])).run("medical-register")
    assert (result.reason, result.return_code) == ("terminal-without-key", -27272)


@pytest.mark.parametrize(
    ("level", "tries"), [("national", ["67"]), ("provincial", ["67", "47"]), ("city", ["67", "47", "27"])]
)
def test_level_of_the_psam_is_searched_once(level: str, tries: list[str]) -> None:
    trace = Trace()
    terminal = make_terminal(make_card(), psam=make_psam(level=level), observer=trace)
    assert terminal.run("transit-tap").ok
    assert terminal.run("transit-tap").ok
    usages = [command[4:6] for command in trace.commands("psam") if command.startswith("BFDE")]
    assert usages == [*tries, tries[-1]]


@pytest.mark.parametrize(
    ("level", "area", "return_code"),
    [
        ("national", "310000", 0),
        ("provincial", "510100", 0),
        ("provincial", "310000", -24),
        ("city", "510100", -24),
    ],
    ids=["nation-anywhere", "province-at-home", "province-abroad", "city-next-door"],
)
def test_root_of_a_smaller_area_cannot_serve_cards_from_outside(
    level: str, area: str, return_code: int
) -> None:
    card = make_card(area=area)
    result = make_terminal(card, psam=make_psam(level=level)).run("transit-tap")
    assert result.return_code == return_code


def test_psam_that_refuses_every_level_is_minus_24() -> None:
    def refuse(_count: int, command: list[int]) -> list[int] | None:
        return [0x6A, 0x80] if command[:2] == [0xBF, 0xDE] else None

    terminal = make_terminal(make_card(), psam=Tampered(connection(make_psam()), refuse))
    result = terminal.run("transit-tap")
    assert (result.return_code, result.sw) == (-24, 0x6A80)


def test_psam_pulled_out_and_put_back_is_used_again() -> None:
    reader = Reader("psam slot")
    psam = make_psam()
    reader.insert(psam)
    terminal = make_terminal(make_card(), psam=reader.createConnection())
    first = terminal.run("transit-tap")
    reader.remove()
    without = terminal.run("transit-tap")
    assert (without.reason, without.return_code) == ("terminal-no-psam", -2201)
    reader.insert(psam)
    again = terminal.run("transit-tap")
    assert (again.ok, again.apdus, again.elapsed_us) == (True, first.apdus, first.elapsed_us)


def test_psam_exchanged_for_one_of_another_level_and_number_is_learnt_anew() -> None:
    reader = Reader("psam slot")
    reader.insert(make_psam(level="national"))
    terminal = make_terminal(make_card(), psam=reader.createConnection())
    assert terminal.run("identity-read").ok
    reader.remove()
    assert terminal.run("identity-read").return_code == -2201
    reader.insert(make_psam(level="city", serial="8"))
    basic = terminal.run("identity-read").basic
    assert basic is not None
    assert basic.terminal_number == "519900000008"


def test_faulty_psam_is_the_terminals_fault_and_is_selected_afresh() -> None:
    fail = True

    def plan(_count: int, command: list[int]) -> list[int] | None:
        return [0x65, 0x81] if fail and command[:2] == [0x80, 0xFA] else None

    terminal = make_terminal(make_card(), psam=Tampered(connection(make_psam()), plan))
    result = terminal.run("transit-tap")
    assert (result.reason, result.return_code, result.step) == ("terminal-fault", -25985, "psam-cipher")
    fail = False
    assert terminal.run("transit-tap").ok


def test_psam_is_left_alone_when_no_key_is_needed() -> None:
    trace = Trace()
    dialogues = parse_dialogues(
        """
        [peek]
        title = { en = "Peek", zh = "查看" }
        source = "test"
        mark = "P"
        steps = [{ do = "select" }, { do = "identify" }, { do = "read", file = "SSSEEF06", items = ["08"] }]
        """
    )
    terminal = make_terminal(make_card("2.00"), dialogues=dialogues, observer=trace)
    assert terminal.run("peek").data["08"] == "519900199001010015"
    assert not trace.commands("psam")


def test_what_a_psam_has_taught_outlives_the_terminal_object() -> None:
    module = SecurityModule(connection(make_psam(level="city")))
    card = connection(make_card())
    first = Terminal(card, module, today=TODAY).run("transit-tap")
    second = Terminal(card, module, today=TODAY).run("transit-tap")
    assert (first.apdus - second.apdus) == 7, "environment, number, application; two wrong levels"
