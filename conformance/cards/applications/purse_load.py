"""Loads: INITIALIZE FOR LOAD, CREDIT FOR LOAD, and what they leave (facts: card.md §10, §13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.applications.purse_steps import GET_BALANCE, LAST_RECORD, LOAD, TIME, PurseCase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_FEN = 12_345
_BINARY_TYPE = "01"


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield offer_of_a_load(context)
    yield random_of_a_load_is_new(context)
    yield card_proves_itself(context)
    yield load_adds_the_amount(context)
    yield load_counts(context)
    yield tac_of_a_load(context)
    yield load_is_logged(context)
    yield wrong_mac_is_refused(context)
    yield balance_has_a_limit(context)
    yield proof_of_a_load(context)
    yield no_proof_of_another_load(context)
    for number, index in enumerate((0x00, 0x02, 0xFF), 1):
        yield unknown_key_index(context, number, index)
    yield counter_ends(context)


def offer_of_a_load(context: Context) -> Case:
    """See that the answer to INITIALIZE FOR LOAD has its six fields."""
    rule = "card/purse/load-offer"
    c = PurseCase(
        f"{rule}/01",
        "INITIALIZE FOR LOAD answers balance, counter, key version, algorithm, random and MAC1.",
        context,
        effect="none",
    )
    balance = c.must(GET_BALANCE)
    c.length(4)
    c.begin_load(_FEN)
    c.status("9000", rule=rule)
    c.length(16, rule=rule)
    c.matches(f"{{{balance}}}*", rule=rule)
    c.value_in(7, 8, context.algorithm, rule=rule)
    return c.case()


def random_of_a_load_is_new(context: Context) -> Case:
    """Two loads get two randoms."""
    rule = "card/purse/random"
    c = PurseCase(f"{rule}/01", "Each INITIALIZE FOR LOAD has a random of its own.", context, effect="none")
    first = c.begin_load(_FEN)
    c.status("9000")
    c.length(16)
    c.begin_load(_FEN)
    c.status("9000", rule=rule)
    c.differs(f"{{{first}}}", rule=rule)
    return c.case()


def card_proves_itself(context: Context) -> Case:
    """MAC1 of a load verifies under DLK; its type is a character."""
    rule = "card/purse/load-mac1"
    c = PurseCase(f"{rule}/01", "MAC1 of INITIALIZE FOR LOAD verifies under DLK.", context, effect="none")
    offer = c.begin_load(_FEN)
    c.status("9000")
    c.length(16)
    character, number = (
        c.load_mac(offer, f"{{{offer}[0:4]}} {_FEN:08X} {kind} {c.terminal}") for kind in (LOAD, _BINARY_TYPE)
    )
    c.send(GET_BALANCE)
    c.value_in(0, 4, character, number, of=f"{{{offer}[12:16]}}", rule=rule)
    c.value_in(0, 4, character, of=f"{{{offer}[12:16]}}", rule="card/purse/type-character")
    return c.case()


def load_adds_the_amount(context: Context) -> Case:
    """See that the balance grows by what is loaded."""
    rule = "card/purse/load-adds"
    c = PurseCase(f"{rule}/01", "A load adds its amount to the account balance.", context)
    offer = c.load(_FEN)
    expected = c.let("add", f"{{{offer}[0:4]}}", f"{_FEN:08X}")
    c.send(GET_BALANCE)
    c.data(expected, rule=rule)
    return c.case()


def load_counts(context: Context) -> Case:
    """See that the load counter grows by one with each load, and with nothing else."""
    rule = "card/purse/load-counter"
    c = PurseCase(
        f"{rule}/01", "The load counter grows by one at a load, and not at INITIALIZE alone.", context
    )
    before = c.begin_load(_FEN)
    c.status("9000")
    c.length(16)
    same = c.begin_load(_FEN)
    c.value_in(4, 6, f"{{{before}[4:6]}}", rule=rule, shows="forbidden")
    c.credit(same, _FEN)
    c.status("9000")
    grown = c.let("add", f"{{{before}[4:6]}}", "0001")
    c.begin_load(_FEN)
    c.value_in(4, 6, grown, rule=rule)
    return c.case()


def tac_of_a_load(context: Context) -> Case:
    """See that the TAC verifies under DTK, over the balance before or after; ours takes the one after."""
    rule = "card/purse/load-tac"
    c = PurseCase(f"{rule}/01", "The TAC of a load verifies under DTK.", context)
    offer = c.begin_load(_FEN)
    c.status("9000")
    after = c.let("add", f"{{{offer}[0:4]}}", f"{_FEN:08X}")
    tail = f"{{{offer}[4:6]}} {_FEN:08X} {LOAD} {c.terminal} {TIME}"
    before_tac, after_tac = c.tac(f"{{{offer}[0:4]}}{tail}"), c.tac(f"{after}{tail}")
    c.credit(offer, _FEN)
    c.status("9000")
    c.one_of(before_tac, after_tac, rule=rule)
    c.data(after_tac, rule="card/purse/load-tac-balance")
    return c.case()


def load_is_logged(context: Context) -> Case:
    """Record 1 of the log tells the load."""
    rule = "card/purse/load-record"
    c = PurseCase(f"{rule}/01", "A load stands in record 1 of DF04 EF08.", context)
    offer = c.load(_FEN)
    c.send(LAST_RECORD)
    c.length(28)
    c.matches(f"{{{offer}[4:6]}} {LOAD} {c.terminal} {TIME} {_FEN:08X}*", rule=rule)
    c.value_in(20, 28, "00" * 8, rule="card/purse/load-record-zeros")
    return c.case()


def wrong_mac_is_refused(context: Context) -> Case:
    """See that a wrong MAC2 is 9302, adds nothing and ends the load."""
    c = PurseCase(
        "card/purse/load-mac2/01",
        "A wrong MAC2 is refused, and balance and counter stay as they were.",
        context,
    )
    offer = c.begin_load(_FEN)
    c.status("9000")
    c.length(16)
    c.wrong_credit(offer, _FEN)
    c.status("9302", rule="card/purse/load-mac2", shows="forbidden")
    c.credit(offer, _FEN)
    c.status("6901", rule="card/purse/finished-is-idle", shows="forbidden")
    again = c.begin_load(_FEN)
    c.value_in(0, 6, f"{{{offer}[0:6]}}", rule="card/purse/load-unchanged", shows="forbidden")
    c.credit(again, _FEN)
    c.status("9000", rule="card/purse/load-mac2")
    expected = c.let("add", f"{{{offer}[0:4]}}", f"{_FEN:08X}")
    c.send(GET_BALANCE)
    c.data(expected, rule="card/purse/load-unchanged")
    return c.case()


def balance_has_a_limit(context: Context) -> Case:
    """See that a load that four bytes cannot hold is refused."""
    rule = "card/purse/load-overflow"
    c = PurseCase(f"{rule}/01", "A load beyond four bytes of balance is refused.", context)
    c.load(_FEN)
    balance = c.must(GET_BALANCE)
    c.begin_load(0xFFFFFFFF)
    c.status("6985", rule=rule, shows="forbidden")
    c.begin_load(1)
    c.status("9000", rule=rule)
    c.send(GET_BALANCE)
    c.data(f"{{{balance}}}", rule=rule)
    return c.case()


def proof_of_a_load(context: Context) -> Case:
    """GET TRANSACTION PROOF gives MAC1 and TAC of the last load, also after a reset."""
    rule = "card/purse/proof"
    c = PurseCase(
        f"{rule}/01", "GET TRANSACTION PROOF gives MAC and TAC of the last load, also later.", context
    )
    offer = c.begin_load(_FEN, name="offer")
    c.status("9000")
    tac = c.credit(offer, _FEN)
    c.status("9000")
    c.length(4)
    c.reset()
    c.alive()
    c.enter()
    c.send(f"B02E00{LOAD}02 {{offer[4:6]}} 00")
    c.status("9000", rule=rule)
    c.data(f"{{offer[12:16]}}{{{tac}}}", rule=rule)
    return c.case()


def no_proof_of_another_load(context: Context) -> Case:
    """There is a proof of the last load only."""
    rule = "card/purse/proof"
    c = PurseCase(f"{rule}/02", "Another counter than that of the last load has no proof: 9406.", context)
    offer = c.load(_FEN)
    later = c.let("add", f"{{{offer}[4:6]}}", "0001")
    c.send(f"B02E00{LOAD}02 {later} 00")
    c.status("9406", rule=rule, shows="forbidden")
    c.send(f"B02E00{LOAD}02 {{{offer}[4:6]}} 00")
    c.status("9000", rule=rule)
    c.length(8, rule=rule)
    return c.case()


def unknown_key_index(context: Context, number: int, index: int) -> Case:
    """DLK has one group."""
    rule = "card/purse/key-index"
    c = PurseCase(
        f"{rule}/{number:02}",
        f"INITIALIZE FOR LOAD with key index {index:02X} is refused.",
        context,
        effect="none",
    )
    c.begin_load(_FEN, index=index)
    c.status("9403", rule=rule, shows="forbidden")
    c.begin_load(_FEN)
    c.status("9000", rule=rule)
    return c.case()


def counter_ends(context: Context) -> Case:
    """After the last load there is none any more, and the money stays."""
    rule = "card/purse/counter-end"
    c = PurseCase(
        f"{rule}/01",
        "When the load counter is at its end INITIALIZE FOR LOAD is refused.",
        context,
        personality="off-line, last transactions",
    )
    offer = c.load(_FEN)
    expected = c.let("add", f"{{{offer}[0:4]}}", f"{_FEN:08X}")
    c.begin_load(_FEN)
    c.status("9402", rule=rule, shows="forbidden")
    c.send(GET_BALANCE)
    c.data(expected, rule=rule)
    return c.case()
