"""When purse commands are allowed: PIN, application, states idle, load, purchase (facts: card.md §13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.applications.purse_steps import (
    GET_BALANCE,
    GET_POOLED,
    GET_SELF_PAY,
    LOAD,
    PurseCase,
    amounts,
)
from onecard.conformance.cards.builder import CaseBuilder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_FEN = 500
_MONEY = amounts(200)
_ANY_CREDIT = "B02A00000B 20250701093015 00000000 00"
_ANY_DEBIT = "B02C01000F 00000001 20250701093015 00000000 00"


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield from pin_is_needed(context)
    yield from nothing_finishes_from_idle(context)
    yield from crossed_commands_end_the_transaction(context)
    yield last_initialize_counts(context)
    yield from finished_transaction_is_over(context)
    yield reading_keeps_the_state(context)
    yield from selection_ends_the_transaction(context)
    yield purse_lies_in_its_application(context)
    yield parameters_are_checked(context)
    yield card_use_tells_the_purse(context)
    yield on_line_card_has_no_purse(context)


def pin_is_needed(context: Context) -> Iterator[Case]:
    """Without the PIN 6982, with it the same command works."""
    rule = "card/purse/pin"
    commands = (
        ("INITIALIZE FOR LOAD", f"B02800010B 01 {_FEN:08X} 519900000042 00", 16),
        ("INITIALIZE FOR PURCHASE", f"B028010113 01 {amounts(0)} 519900000042 00", 22),
        ("GET BALANCE 01", GET_BALANCE, 4),
        ("GET BALANCE 02", GET_SELF_PAY, 6),
        ("GET BALANCE 03", GET_POOLED, 6),
    )
    for number, (name, command, size) in enumerate(commands, 1):
        c = PurseCase(f"{rule}/{number:02}", f"{name} needs the PIN.", context, effect="none", verified=False)
        c.send(command)
        c.status("6982", rule=rule, shows="forbidden")
        c.verify_pin()
        c.send(command)
        c.status("9000", rule=rule)
        c.length(size, rule=rule)
        yield c.case()


def nothing_finishes_from_idle(context: Context) -> Iterator[Case]:
    """CREDIT belongs to the load, DEBIT to the purchase."""
    for rule, command in (("card/purse/credit-state", _ANY_CREDIT), ("card/purse/debit-state", _ANY_DEBIT)):
        c = PurseCase(f"{rule}/01", "Without INITIALIZE nothing is finished.", context, effect="none")
        balance = c.must(GET_BALANCE)
        c.length(4)
        c.send(command)
        c.status("6901", rule=rule, shows="forbidden")
        c.send(GET_BALANCE)
        c.data(f"{{{balance}}}", rule=rule)
        yield c.case()


def crossed_commands_end_the_transaction(context: Context) -> Iterator[Case]:
    """DEBIT in a load and CREDIT in a purchase answer 6901, and what was begun is over."""
    c = PurseCase("card/purse/debit-state/02", "DEBIT in a load is refused, and the load is over.", context)
    offer = c.begin_load(_FEN)
    c.status("9000")
    c.send(_ANY_DEBIT)
    c.status("6901", rule="card/purse/debit-state", shows="forbidden")
    c.credit(offer, _FEN)
    c.status("6901", rule="card/purse/refused-is-idle", shows="forbidden")
    c.load(_FEN)
    c.send(GET_BALANCE)
    c.length(4, rule="card/purse/refused-is-idle")
    yield c.case()

    c = PurseCase("card/purse/credit-state/02", "CREDIT in a purchase is refused, and it is over.", context)
    c.load(_FEN)
    offer = c.begin_purchase(_MONEY)
    c.status("9000")
    c.send(_ANY_CREDIT)
    c.status("6901", rule="card/purse/credit-state", shows="forbidden")
    c.debit(offer, _MONEY)
    c.status("6901", rule="card/purse/refused-is-idle", shows="forbidden")
    c.send(GET_BALANCE)
    c.data(f"{{{offer}[0:4]}}", rule="card/purse/refused-is-idle")
    yield c.case()


def last_initialize_counts(context: Context) -> Case:
    """INITIALIZE is allowed in any state and begins anew."""
    rule = "card/purse/initialize-any-state"
    c = PurseCase(f"{rule}/01", "INITIALIZE is allowed in any state; the last one counts.", context)
    c.load(_FEN)
    for begin, size in ((c.begin_load, 16), (c.begin_load, 16)):
        begin(_FEN)
        c.status("9000", rule=rule)
        c.length(size, rule=rule)
    for _ in range(2):
        c.begin_purchase(_MONEY)
        c.status("9000", rule=rule)
        c.length(22, rule=rule)
    offer = c.begin_load(_FEN)
    c.status("9000", rule=rule)
    c.send(_ANY_DEBIT.replace("00000001", "00000002"))
    c.status("6901", rule=rule, shows="forbidden")
    again = c.begin_load(_FEN)
    c.status("9000")
    c.credit(again, _FEN)
    c.status("9000")
    expected = c.let("add", f"{{{offer}[0:4]}}", f"{_FEN:08X}")
    c.send(GET_BALANCE)
    c.data(expected, rule=rule)
    return c.case()


def finished_transaction_is_over(context: Context) -> Iterator[Case]:
    """CREDIT and DEBIT return to idle: they cannot be repeated."""
    rule = "card/purse/finished-is-idle"
    c = PurseCase(f"{rule}/01", "A CREDIT cannot be sent twice.", context)
    offer = c.begin_load(_FEN)
    c.status("9000")
    c.length(16)
    c.credit(offer, _FEN)
    c.status("9000")
    c.credit(offer, _FEN)
    c.status("6901", rule=rule, shows="forbidden")
    once = c.let("add", f"{{{offer}[0:4]}}", f"{_FEN:08X}")
    c.send(GET_BALANCE)
    c.data(once, rule=rule)
    yield c.case()

    c = PurseCase(f"{rule}/02", "A DEBIT cannot be sent twice.", context)
    c.load(_FEN)
    offer = c.begin_purchase(_MONEY)
    c.status("9000")
    c.length(22)
    c.debit(offer, _MONEY)
    c.status("9000")
    c.debit(offer, _MONEY)
    c.status("6901", rule=rule, shows="forbidden")
    once = c.let("subtract", f"{{{offer}[0:4]}}", _MONEY[:8])
    c.send(GET_BALANCE)
    c.data(once, rule=rule)
    yield c.case()


def reading_keeps_the_state(context: Context) -> Case:
    """GET BALANCE and GET TRANSACTION PROOF do not disturb a load."""
    rule = "card/purse/reading-keeps-state"
    c = PurseCase(f"{rule}/01", "GET BALANCE and GET TRANSACTION PROOF keep the state.", context)
    first = c.load(_FEN)
    offer = c.begin_load(_FEN)
    c.status("9000")
    c.must(GET_BALANCE)
    c.must(f"B02E00{LOAD}02 {{{first}[4:6]}} 00")
    c.credit(offer, _FEN)
    c.status("9000", rule=rule)
    expected = c.let("add", f"{{{offer}[0:4]}}", f"{_FEN:08X}")
    c.send(GET_BALANCE)
    c.data(expected, rule=rule)
    return c.case()


def selection_ends_the_transaction(context: Context) -> Iterator[Case]:
    """After SELECT the purse is idle, also when DF04 is selected again; so it is after a reset."""
    rule = "card/purse/selection-is-idle"
    for number, (way, leave) in enumerate((("SELECT of DF04 again", False), ("SELECT of the SSSE", True)), 1):
        c = PurseCase(f"{rule}/{number:02}", f"{way} ends a load.", context)
        offer = c.begin_load(_FEN)
        c.status("9000")
        c.length(16)
        if leave:
            c.alive()
        c.enter()
        c.credit(offer, _FEN)
        c.status("6901", rule=rule, shows="forbidden")
        c.send(GET_BALANCE)
        c.data(f"{{{offer}[0:4]}}", rule=rule)
        yield c.case()

    c = PurseCase(f"{rule}/03", "A reset ends a purchase.", context)
    c.load(_FEN)
    offer = c.begin_purchase(_MONEY)
    c.status("9000")
    c.length(22)
    c.reset()
    c.alive()
    c.verify_pin()
    c.enter()
    c.debit(offer, _MONEY)
    c.status("6901", rule=rule, shows="forbidden")
    c.send(GET_BALANCE)
    c.data(f"{{{offer}[0:4]}}", rule=rule)
    yield c.case()


def purse_lies_in_its_application(context: Context) -> Case:
    """In the SSSE there is no purse."""
    rule = "card/purse/application"
    c = PurseCase(f"{rule}/01", "Purse commands work in DF04 only.", context, effect="none")
    c.alive()
    for command in (GET_BALANCE, f"B02800010B 01 {_FEN:08X} {c.terminal} 00"):
        c.send(command)
        c.status("6985", rule=rule, shows="forbidden")
    c.enter()
    c.send(GET_BALANCE)
    c.status("9000", rule=rule)
    c.length(4, rule=rule)
    return c.case()


def parameters_are_checked(context: Context) -> Case:
    """Wrong P1 P2 is 6A86, a wrong number of bytes 6700."""
    c = PurseCase(
        "card/purse/parameters/01", "Wrong P1 P2 and wrong lengths are refused.", context, effect="none"
    )
    for command in ("B02800000B", "B02802010B", "B02A01000B", "B02C00000F"):
        data = "00" * int(command[8:], 16)
        c.send(f"{command}{data}00")
        c.status("6A86", rule="card/purse/parameters", shows="forbidden")
    for command in (f"B02800010A 01 {_FEN:08X} {c.terminal[2:]} 00", "B02A00000A 00000000000000000000 00"):
        c.send(command)
        c.status("6700", rule="card/purse/lengths", shows="forbidden")
    c.begin_load(_FEN)
    for rule in ("card/purse/parameters", "card/purse/lengths"):
        c.status("9000", rule=rule)
        c.length(16, rule=rule)
    return c.case()


def card_use_tells_the_purse(context: Context) -> Case:
    """See that an off-line card says so in DF04 EF05, and has a purse."""
    rule = "card/purse/card-use"
    c = PurseCase(f"{rule}/01", "A card with a purse says 2 in its item card use.", context, effect="none")
    c.send("00B28F2800")
    c.data("8F0132", rule=rule)
    c.send(GET_BALANCE)
    c.length(4, rule=rule)
    return c.case()


def on_line_card_has_no_purse(context: Context) -> Case:
    """See that an on-line card refuses the purse commands."""
    rule = "card/purse/card-use"
    c = CaseBuilder(
        f"{rule}/02", "A card that is used on-line refuses purse commands.", context, option="purse"
    )
    c.must(f"00200000{len(context.pin) // 2:02X}{context.pin}")
    c.must(f"00A4040006{context.layout.by_name['DF04'].aid.hex().upper()}")
    c.must("00B28F2800")
    c.data("8F0131")
    for command in (
        GET_BALANCE,
        f"B02800010B 01 {_FEN:08X} 519900000042 00",
        f"B028010113 01 {_MONEY} 519900000042 00",
        "B056010000",
    ):
        c.send(command)
        c.status("6A81", "6985", rule=rule, shows="forbidden")
    return c.case()
