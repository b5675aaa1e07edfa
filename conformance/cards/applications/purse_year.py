"""The payment year: totals, roll-over, starting day; and cards that keep no year (facts: card.md §13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.applications.purse_steps import (
    GET_BALANCE,
    GET_POOLED,
    GET_SELF_PAY,
    LAST_RECORD,
    NEXT_YEAR,
    PURCHASE,
    TIME,
    PurseCase,
    amounts,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_LOADED = 1_000
_MONEY = amounts(1, 56, 78)
_GET_STARTING_DAY = "B056010000"
_NEW_YEAR, _APRIL = "0101", "0401"

_SAME_YEAR = ((1, TIME), (2, "20251231235959"), (3, "20240229120000"))
"""Dates for which n < 10000 while the payment year is 2025: the same day, the last one, an earlier one."""
_OTHER_YEAR = ((4, NEXT_YEAR), (5, "20260101000000"))
"""Dates for which n ≥ 10000: a later one, the very first one."""


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield forms_of_balances(context)
    for number, time in _SAME_YEAR:
        yield same_year_adds_up(context, number, time)
    for number, time in _OTHER_YEAR:
        yield other_year_starts_over(context, number, time)
    yield year_contains_the_date(context)
    yield starting_day_needs_its_key(context)
    yield starting_day_is_a_day(context)
    yield from account_only(context)


def forms_of_balances(context: Context) -> Case:
    """GET BALANCE gives 4 bytes, for the totals also the year; the offer says the same."""
    rule = "card/purse/balance-forms"
    c = PurseCase(f"{rule}/01", "GET BALANCE gives an amount, with a total also the payment year.", context)
    c.load(_LOADED)
    c.purchase(_MONEY)
    offer = c.begin_purchase(_MONEY)
    c.status("9000")
    c.length(22)
    for command, part in (
        (GET_BALANCE, f"{{{offer}[0:4]}}"),
        (GET_SELF_PAY, f"{{{offer}[4:8]}}{{{offer}[12:14]}}"),
        (GET_POOLED, f"{{{offer}[8:14]}}"),
    ):
        c.send(command)
        c.data(part, rule=rule)
    c.send("B026000400")
    c.status("6A86", rule=rule, shows="forbidden")
    return c.case()


def same_year_adds_up(context: Context, number: int, time: str) -> Case:
    """Within a payment year the totals grow."""
    rule = "card/purse/year-totals"
    c = PurseCase(f"{rule}/{number:02}", f"A purchase on {time[:8]} adds to the totals of 2025.", context)
    self_pay, pooled = _paid_in_2025(c)
    expected = c.let("add", f"{{{self_pay}[0:4]}}", _MONEY[8:16])
    expected_pooled = c.let("add", f"{{{pooled}[0:4]}}", _MONEY[16:])
    c.purchase(_MONEY, time=time)
    c.send(GET_SELF_PAY)
    c.data(f"{expected}2025", rule=rule)
    c.send(GET_POOLED)
    c.data(f"{expected_pooled}2025", rule=rule)
    return c.case()


def _paid_in_2025(c: PurseCase) -> tuple[str, str]:
    """Pay in 2025, starting day the first of January; the card must take that year as its own."""
    c.must(_GET_STARTING_DAY)
    c.data(_NEW_YEAR)
    c.load(_LOADED)
    c.purchase(_MONEY)
    self_pay = c.must(GET_SELF_PAY)
    c.value_in(4, 6, "2025")
    pooled = c.must(GET_POOLED)
    c.length(6)
    return self_pay, pooled


def other_year_starts_over(context: Context, number: int, time: str) -> Case:
    """In another payment year the totals are replaced and the year is set."""
    rule = "card/purse/year-rollover"
    c = PurseCase(f"{rule}/{number:02}", f"A purchase on {time[:8]} starts the totals over.", context)
    _paid_in_2025(c)
    c.purchase(_MONEY, time=time)
    c.send(GET_SELF_PAY)
    c.data(f"{_MONEY[8:16]}2026", rule=rule)
    c.send(GET_POOLED)
    c.data(f"{_MONEY[16:]}2026", rule=rule)
    return c.case()


def year_contains_the_date(context: Context) -> Case:
    """See that a January before the starting day belongs to the year before."""
    c = PurseCase(
        "card/purse/payment-year/01",
        "The payment year that is kept is the one that contains the date.",
        context,
    )
    before = c.must(_GET_STARTING_DAY)
    c.authenticate("DSK")
    c.must(f"B056000002{_APRIL}")
    c.load(_LOADED)
    c.purchase(_MONEY, time="20270115120000")
    seen = c.must(GET_SELF_PAY)
    c.must(f"B056000002{{{before}}}")
    c.send(_GET_STARTING_DAY)
    c.value_in(0, 2, "2026", of=f"{{{seen}[4:6]}}", rule="card/purse/payment-year")
    return c.case()


def starting_day_needs_its_key(context: Context) -> Case:
    """UPDATE STARTING DAY without DSK is 6982; with it the day is what GET gives."""
    rule = "card/purse/starting-day"
    c = PurseCase(f"{rule}/01", "The starting day is written under DSK only.", context, effect="restores")
    before = c.must(_GET_STARTING_DAY)
    c.length(2)
    c.send(f"B056000002{_APRIL}")
    c.status("6982", rule=rule, shows="forbidden")
    c.send(_GET_STARTING_DAY)
    c.data(f"{{{before}}}", rule=rule, shows="forbidden")
    c.authenticate("DSK")
    c.send(f"B056000002{_APRIL}")
    written = c.send(_GET_STARTING_DAY)
    c.must(f"B056000002{{{before}}}")
    c.send(_GET_STARTING_DAY)
    c.value_in(0, 2, _APRIL, of=f"{{{written}}}", rule=rule)
    c.data(f"{{{before}}}", rule=rule)
    return c.case()


def starting_day_is_a_day(context: Context) -> Case:
    """See that what is no day of the calendar is not taken."""
    rule = "card/purse/starting-day-form"
    c = PurseCase(
        f"{rule}/01", "A starting day that the calendar lacks is refused.", context, effect="restores"
    )
    before = c.must(_GET_STARTING_DAY)
    c.length(2)
    c.authenticate("DSK")
    for day in ("0230", "1301", "0100", "01AA"):
        c.send(f"B056000002{day}")
        c.status("6985", rule=rule, shows="forbidden")
    c.send("B0560000020229")
    c.status("9000", rule=rule)
    c.must(f"B056000002{{{before}}}")
    c.send(_GET_STARTING_DAY)
    c.data(f"{{{before}}}", rule=rule)
    return c.case()


def account_only(context: Context) -> Iterator[Case]:
    """See that a card whose log has 20-byte records keeps neither totals nor year."""
    personality, money = "off-line, account only", amounts(100)
    rule = "card/purse/account-only"
    c = PurseCase(
        f"{rule}/01",
        "In account-only mode totals, year and starting day are zero.",
        context,
        personality=personality,
    )
    c.load(_LOADED)
    c.purchase(money)
    offer = c.begin_purchase(money)
    c.value_in(4, 14, "00" * 10, rule=rule)
    c.purchase(money)
    c.send(LAST_RECORD)
    c.length(20)
    c.data(f"{{{offer}[14:16]}} {PURCHASE} {c.terminal} {TIME} {money[:8]}", rule=rule)
    c.send(_GET_STARTING_DAY)
    c.data("0000", rule=rule)
    yield c.case()

    rule = "card/purse/account-only-amounts"
    c = PurseCase(
        f"{rule}/01", "In account-only mode further amounts are refused.", context, personality=personality
    )
    c.load(_LOADED)
    c.begin_purchase(_MONEY)
    c.status("6985", rule=rule, shows="forbidden")
    c.begin_purchase(money)
    c.status("9000", rule=rule)
    c.length(22, rule=rule)
    yield c.case()
