"""PIN entry at a terminal."""

from __future__ import annotations

import pytest
from terminal_samples import (
    PIN,
    Trace,
    make_card,
    make_terminal,
    right_pin,
)

from onecard.sim.terminals import PinPolicy


def test_wrong_pin_then_right_goes_on_and_counts_the_entries() -> None:
    trace = Trace()
    terminal = make_terminal(make_card(), observer=trace)
    result = terminal.run("identity-verify", pin_pad=lambda attempt: PIN if attempt == 2 else "000000")
    assert result.ok
    assert result.pin_attempts == 2
    assert trace.commands("contact")[-3:] == ["0020000000", "0020000003000000", "0020000003123456"]


@pytest.mark.parametrize("attempts", [1, 2])
def test_terminal_stops_after_its_own_number_of_attempts(attempts: int) -> None:
    terminal = make_terminal(make_card(), pin_policy=PinPolicy(attempts))
    result = terminal.run("identity-verify", pin_pad=lambda _attempt: "000000")
    assert (result.reason, result.return_code, result.tries_left) == ("pin-wrong", -51, 3 - attempts)
    assert result.pin_attempts == attempts


def test_last_try_is_spared_when_the_policy_says_so() -> None:
    terminal = make_terminal(make_card(), pin_policy=PinPolicy(9, spare_last_try=True))
    result = terminal.run("pay", pin_pad=lambda _attempt: "000000")
    assert (result.reason, result.tries_left, result.pin_attempts) == ("pin-wrong", 1, 2)
    again = terminal.run("pay", pin_pad=right_pin)
    assert (again.reason, again.tries_left, again.pin_attempts) == ("pin-wrong", 1, 0)


def test_using_up_the_last_try_is_minus_51_and_afterwards_minus_52() -> None:
    terminal = make_terminal(make_card(), pin_policy=PinPolicy(5))
    result = terminal.run("pay", pin_pad=lambda _attempt: "000000")
    assert (result.reason, result.return_code, result.tries_left) == ("pin-locked", -51, 0)
    assert result.pin_attempts == 3
    locked = terminal.run("pay", pin_pad=right_pin)
    assert (locked.reason, locked.return_code, locked.pin_attempts) == ("pin-locked", -52, 0)


def test_cancelling_the_entry_ends_the_dialogue_without_a_try() -> None:
    terminal = make_terminal(make_card())
    result = terminal.run("pay", pin_pad=lambda _attempt: None)
    assert (result.reason, result.return_code, result.tries_left) == ("pin-cancelled", -31, 3)


@pytest.mark.parametrize("entry", ["123", "1" * 17, "12345a", ""], ids=["short", "long", "letter", "empty"])
def test_entry_that_is_no_pin_never_reaches_the_card(entry: str) -> None:
    trace = Trace()
    result = make_terminal(make_card(), observer=trace).run("pay", pin_pad=lambda _attempt: entry)
    assert (result.reason, result.return_code) == ("pin-invalid", -33)
    assert trace.commands()[-1] == "0020000000"


def test_odd_number_of_digits_is_filled_with_f() -> None:
    trace = Trace()
    result = make_terminal(make_card(pin="12345"), observer=trace).run(
        "pay", pin_pad=lambda _attempt: "12345"
    )
    assert result.ok
    assert trace.commands()[-1] == "002000000312345F"


def test_card_without_a_pin_is_not_asked_for_one() -> None:
    result = make_terminal(make_card(pin="")).run("pay")
    assert result.ok
    assert result.pin_attempts == 0


def test_terminal_without_a_pin_pad_says_so() -> None:
    result = make_terminal(make_card()).run("pay")
    assert (result.reason, result.return_code) == ("terminal-no-pin-pad", -13)
