"""Purchases: INITIALIZE FOR PURCHASE, DEBIT FOR PURCHASE, and what they leave (facts: card.md §10, §13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.applications.purse_steps import (
    GET_BALANCE,
    LAST_RECORD,
    PURCHASE,
    SERIAL,
    TIME,
    PurseCase,
    amounts,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_LOADED = 10_000
_MONEY = amounts(1_234, 56, 78)


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield offer_of_a_purchase(context)
    yield random_of_a_purchase_is_new(context)
    for index in (1, 2, 3):
        yield purchase_takes_the_amount(context, index)
    yield purchase_counts(context)
    yield answer_to_a_debit(context)
    yield purchase_is_logged(context)
    yield wrong_mac_is_refused(context)
    yield balance_must_cover(context)
    yield proof_of_a_purchase(context)
    yield no_proof_of_another_purchase(context)
    for number, index in enumerate((0x00, 0x04), 4):
        yield unknown_key_index(context, number, index)
    yield counter_ends(context)


def offer_of_a_purchase(context: Context) -> Case:
    """See that the answer to INITIALIZE FOR PURCHASE has its eight fields."""
    rule = "card/purse/purchase-offer"
    c = PurseCase(
        f"{rule}/01",
        "INITIALIZE FOR PURCHASE answers balance, totals, year, counter, key version, algorithm and random.",
        context,
        effect="none",
    )
    balance = c.must(GET_BALANCE)
    c.length(4)
    c.begin_purchase(amounts(0))
    c.status("9000", rule=rule)
    c.length(22, rule=rule)
    c.matches(f"{{{balance}}}*", rule=rule)
    c.value_in(17, 18, context.algorithm, rule=rule)
    return c.case()


def random_of_a_purchase_is_new(context: Context) -> Case:
    """Two purchases get two randoms."""
    rule = "card/purse/random"
    c = PurseCase(
        f"{rule}/02", "Each INITIALIZE FOR PURCHASE has a random of its own.", context, effect="none"
    )
    first = c.begin_purchase(amounts(0))
    c.status("9000")
    c.length(22)
    c.begin_purchase(amounts(0))
    c.status("9000", rule=rule)
    c.differs(f"{{{first}}}", rule=rule)
    return c.case()


def purchase_takes_the_amount(context: Context, index: int) -> Case:
    """Each version of DPK pays, and takes the account amount only."""
    rule = "card/purse/purchase-subtracts"
    c = PurseCase(
        f"{rule}/{index:02}", f"A purchase under version {index} of DPK takes the account amount.", context
    )
    c.load(_LOADED)
    offer = c.begin_purchase(_MONEY, index=index)
    c.status("9000")
    c.length(22)
    c.debit(offer, _MONEY, index=index)
    c.status("9000")
    rest = c.let("subtract", f"{{{offer}[0:4]}}", _MONEY[:8])
    c.send(GET_BALANCE)
    c.data(rest, rule=rule)
    return c.case()


def purchase_counts(context: Context) -> Case:
    """See that the purchase counter grows by one with each purchase, and with nothing else."""
    rule = "card/purse/purchase-counter"
    c = PurseCase(
        f"{rule}/01", "The purchase counter grows by one at a purchase, not at INITIALIZE.", context
    )
    c.load(_LOADED)
    before = c.begin_purchase(_MONEY)
    c.status("9000")
    c.length(22)
    same = c.begin_purchase(_MONEY)
    c.value_in(14, 16, f"{{{before}[14:16]}}", rule=rule, shows="forbidden")
    c.debit(same, _MONEY)
    c.status("9000")
    grown = c.let("add", f"{{{before}[14:16]}}", "0001")
    c.begin_purchase(_MONEY)
    c.value_in(14, 16, grown, rule=rule)
    return c.case()


def answer_to_a_debit(context: Context) -> Case:
    """TAC under DTK, MAC2 under the session key."""
    c = PurseCase("card/purse/purchase-tac/01", "TAC and MAC2 of a purchase verify.", context)
    c.load(_LOADED)
    offer = c.begin_purchase(_MONEY)
    c.status("9000")
    tac = c.tac(f"{_MONEY} {PURCHASE} {c.terminal} {SERIAL} {TIME}")
    mac2 = c.purchase_mac(offer, _MONEY)
    c.debit(offer, _MONEY)
    c.status("9000")
    c.length(8)
    c.value_in(0, 4, tac, rule="card/purse/purchase-tac")
    c.value_in(4, 8, mac2, rule="card/purse/purchase-mac2")
    return c.case()


def purchase_is_logged(context: Context) -> Case:
    """Record 1 of the log tells the purchase."""
    rule = "card/purse/purchase-record"
    c = PurseCase(f"{rule}/01", "A purchase stands in record 1 of DF04 EF08.", context)
    c.load(_LOADED)
    offer = c.purchase(_MONEY)
    c.send(LAST_RECORD)
    c.data(f"{{{offer}[14:16]}} {PURCHASE} {c.terminal} {TIME} {_MONEY}", rule=rule)
    return c.case()


def wrong_mac_is_refused(context: Context) -> Case:
    """See that a wrong MAC1 is 9302, takes nothing and ends the purchase."""
    c = PurseCase(
        "card/purse/purchase-mac1/01", "A wrong MAC1 is refused; balance, totals and counter stay.", context
    )
    c.load(_LOADED)
    offer = c.begin_purchase(_MONEY)
    c.status("9000")
    c.length(22)
    c.wrong_debit(offer, _MONEY)
    c.status("9302", rule="card/purse/purchase-mac1", shows="forbidden")
    c.debit(offer, _MONEY)
    c.status("6901", rule="card/purse/finished-is-idle", shows="forbidden")
    again = c.begin_purchase(_MONEY)
    c.value_in(0, 16, f"{{{offer}[0:16]}}", rule="card/purse/purchase-unchanged", shows="forbidden")
    c.debit(again, _MONEY)
    c.status("9000", rule="card/purse/purchase-mac1")
    rest = c.let("subtract", f"{{{offer}[0:4]}}", _MONEY[:8])
    c.send(GET_BALANCE)
    c.data(rest, rule="card/purse/purchase-unchanged")
    return c.case()


def balance_must_cover(context: Context) -> Case:
    """One fen more than the balance is 9401; all of it is not."""
    rule = "card/purse/insufficient"
    c = PurseCase(f"{rule}/01", "A purchase of one fen more than the balance is refused.", context)
    c.load(_LOADED)
    balance = c.must(GET_BALANCE)
    c.length(4)
    more = c.let("add", f"{{{balance}}}", "00000001")
    c.begin_purchase(f"{more}{amounts(0)[8:]}")
    c.status("9401", rule=rule, shows="forbidden")
    c.begin_purchase(f"{{{balance}}}{amounts(0)[8:]}")
    c.status("9000", rule=rule)
    c.length(22, rule=rule)
    return c.case()


def proof_of_a_purchase(context: Context) -> Case:
    """GET TRANSACTION PROOF gives MAC2 and TAC of the last purchase, also after a reset."""
    rule = "card/purse/proof"
    c = PurseCase(f"{rule}/03", "GET TRANSACTION PROOF gives MAC and TAC of the last purchase.", context)
    c.load(_LOADED)
    offer = c.begin_purchase(_MONEY)
    c.status("9000")
    settled = c.debit(offer, _MONEY)
    c.status("9000")
    c.length(8)
    c.reset()
    c.alive()
    c.enter()
    c.send(f"B02E00{PURCHASE}02 {{{offer}[14:16]}} 00")
    c.status("9000", rule=rule)
    c.data(f"{{{settled}[4:8]}}{{{settled}[0:4]}}", rule=rule)
    return c.case()


def no_proof_of_another_purchase(context: Context) -> Case:
    """There is a proof of the last purchase only."""
    rule = "card/purse/proof"
    c = PurseCase(f"{rule}/04", "Another counter than that of the last purchase has no proof: 9406.", context)
    c.load(_LOADED)
    first = c.purchase(_MONEY)
    second = c.purchase(_MONEY)
    c.send(f"B02E00{PURCHASE}02 {{{first}[14:16]}} 00")
    c.status("9406", rule=rule, shows="forbidden")
    c.send(f"B02E00{PURCHASE}02 {{{second}[14:16]}} 00")
    c.status("9000", rule=rule)
    c.length(8, rule=rule)
    return c.case()


def unknown_key_index(context: Context, number: int, index: int) -> Case:
    """DPK has three groups."""
    rule = "card/purse/key-index"
    c = PurseCase(
        f"{rule}/{number:02}",
        f"INITIALIZE FOR PURCHASE with key index {index:02X} is refused.",
        context,
        effect="none",
    )
    c.begin_purchase(amounts(0), index=index)
    c.status("9403", rule=rule, shows="forbidden")
    c.begin_purchase(amounts(0), index=3)
    c.status("9000", rule=rule)
    c.length(22, rule=rule)
    return c.case()


def counter_ends(context: Context) -> Case:
    """After the last purchase there is none any more, and the money stays."""
    rule = "card/purse/counter-end"
    c = PurseCase(
        f"{rule}/02",
        "When the purchase counter is at its end INITIALIZE FOR PURCHASE is refused.",
        context,
        personality="off-line, last transactions",
    )
    offer = c.purchase(_MONEY)
    rest = c.let("subtract", f"{{{offer}[0:4]}}", _MONEY[:8])
    c.begin_purchase(_MONEY)
    c.status("9402", rule=rule, shows="forbidden")
    c.send(GET_BALANCE)
    c.data(rest, rule=rule)
    return c.case()
