"""Torn loads, purchases, payments: no fen is lost, what happened can be proved (facts: card.md §11, §13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.applications.bank_steps import TC, BankCase, terminal_data
from onecard.conformance.cards.applications.purse_steps import (
    LAST_RECORD,
    LOAD,
    PURCHASE,
    SERIAL,
    TIME,
    PurseCase,
    amounts,
)
from onecard.conformance.cards.tearing.anti_tear_points import POINTS, Point, power_fails

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_FEN = 700
_MONEY = amounts(300, 20, 10)
_PROOF = "card/tear/proof"


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    for point in POINTS:
        yield torn_load(context, point)
        yield torn_purchase(context, point)
        if context.version != "1.00" and context.face == "contact":
            yield torn_cash(context, point)


def _again(c: PurseCase) -> None:
    c.alive()
    c.verify_pin()
    c.enter()


def torn_load(context: Context, point: Point) -> Case:
    """CREDIT FOR LOAD: balance, counter and log agree; the proof tells which it was."""
    rule = "card/tear/load"
    c = PurseCase(
        f"{rule}/{point.number:02}",
        f"CREDIT FOR LOAD torn {point.when}: balance, counter and log are all old or all new.",
        context,
    )
    c.load(_FEN)
    log = c.must(LAST_RECORD)
    c.length(28)
    offer = c.begin_load(_FEN)
    c.status("9000")
    c.length(16)
    balance = c.let("add", f"{{{offer}[0:4]}}", f"{_FEN:08X}")
    counter = c.let("add", f"{{{offer}[4:6]}}", "0001")
    tac = c.tac(f"{balance}{{{offer}[4:6]}} {_FEN:08X} {LOAD} {c.terminal} {TIME}")
    power_fails(c, c.credit_command(offer, _FEN), point)
    _again(c)
    now, line = _state(c)
    before = f"{{{offer}[0:6]}}{{{log}}}"
    after = f"{balance}{counter}{{{offer}[4:6]}}{LOAD}{c.terminal}{TIME}{_FEN:08X}{'00' * 8}"
    _proved(c, f"B02E00{LOAD}02{{{offer}[4:6]}}00", f"{{{offer}[12:16]}}{tac}", point)
    c.value_in(
        0, 34, *point.allowed(before, after), of=f"{{{now}[0:6]}}{{{line}}}", rule=rule, shows=point.shows
    )
    return c.case()


def _state(c: PurseCase) -> tuple[str, str]:
    now = c.begin_load(0)
    c.status("9000")
    line = c.must(LAST_RECORD)
    return now, line


def _proved(c: PurseCase, command: str, proof: str, point: Point) -> None:
    c.send(command)
    if point.before and point.after:
        c.status("9000", "9406", rule=_PROOF)
    elif point.before:
        c.status("9406", rule=_PROOF, shows="forbidden")
    else:
        c.data(proof, rule=_PROOF)


def torn_purchase(context: Context, point: Point) -> Case:
    """DEBIT FOR PURCHASE: balance, totals, counter and log agree; the proof tells which it was."""
    rule = "card/tear/purchase"
    c = PurseCase(
        f"{rule}/{point.number:02}",
        f"DEBIT FOR PURCHASE torn {point.when}: balance, totals, counter and log are all old or all new.",
        context,
    )
    c.load(2 * _FEN)
    c.purchase(_MONEY)
    log = c.must(LAST_RECORD)
    c.length(28)
    offer = c.begin_purchase(_MONEY)
    c.status("9000")
    c.length(22)
    parts = [f"{{{offer}[{at}:{at + 4}]}}" for at in (0, 4, 8)]
    rest = c.let("subtract", parts[0], _MONEY[:8])
    self_pay, pooled = c.let("add", parts[1], _MONEY[8:16]), c.let("add", parts[2], _MONEY[16:])
    counter = c.let("add", f"{{{offer}[14:16]}}", "0001")
    tac = c.tac(f"{_MONEY} {PURCHASE} {c.terminal} {SERIAL} {TIME}")
    mac2 = c.purchase_mac(offer, _MONEY)
    power_fails(c, c.debit_command(offer, _MONEY), point)
    _again(c)
    now = c.begin_purchase(amounts(0))
    c.status("9000")
    line = c.must(LAST_RECORD)
    before = f"{{{offer}[0:16]}}{{{log}}}"
    year = f"{{{offer}[12:14]}}"
    after = f"{rest}{self_pay}{pooled}{year}{counter}{{{offer}[14:16]}}{PURCHASE}{c.terminal}{TIME}{_MONEY}"
    _proved(c, f"B02E00{PURCHASE}02{{{offer}[14:16]}}00", f"{mac2}{tac}", point)
    c.value_in(
        0, 44, *point.allowed(before, after), of=f"{{{now}[0:16]}}{{{line}}}", rule=rule, shows=point.shows
    )
    return c.case()


def torn_cash(context: Context, point: Point) -> Case:
    """GENERATE AC that pays: the balance is the old one or nothing."""
    rule = "card/tear/cash"
    c = BankCase(
        f"{rule}/{point.number:02}",
        f"A payment of electronic cash torn {point.when}: the balance is the old one or the new one.",
        context,
        effect="alters",
    )
    before = c.must("80CA9F7900")
    c.length(9)
    c.differs("9F7906000000000000")
    whole = f"{{{before}[3:9]}}"
    c.options(whole, cash=True)
    c.status("9000")
    merchant = "CORNER SHOP".ljust(20).encode("ascii").hex().upper()
    power_fails(c, f"80AE{TC}0034 {terminal_data(whole)} 101530 {merchant} 00", point)
    c.alive()
    c.enter()
    c.send("80CA9F7900")
    c.one_of(*point.allowed(f"{{{before}}}", "9F7906000000000000"), rule=rule, shows=point.shows)
    return c.case()
