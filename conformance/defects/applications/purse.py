"""Defects that the cases of ``cards.applications.purse`` must find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.defects.lies import answers, instead_of, turns
from onecard.conformance.defects.purse_lies import (
    BALANCE,
    CREDIT,
    DEBIT,
    INIT_LOAD,
    INIT_PURCHASE,
    LOG,
    PROOF,
    BalanceEndsTransaction,
    ProofIsForgotten,
    RandomRepeats,
    any_mac,
    elsewhere,
    granted,
    keeping,
    other_part,
    shorter,
    spoiling,
)
from onecard.conformance.defects.wrong import Defect
from onecard.virtual_cards.layouts.access import PIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["DEFECTS"]

_AREA = "card/purse/"


def _defect(
    name: str, lie: str, rule: str, make: Callable[[PoweredCard], PoweredCard], case: str = ""
) -> Defect:
    return Defect(
        name=f"purse-{name}", lie=lie, rule=_AREA + rule, case=_AREA + (case or f"{rule}/01"), make=make
    )


DEFECTS = (
    _defect(
        "load-offer-without-balance",
        "the balance in the load's offer is zero",
        "load-offer",
        other_part(INIT_LOAD, 0, "00FFFFFF"),
    ),
    _defect(
        "purchase-offer-algorithm",
        "the purchase's offer names another cipher",
        "purchase-offer",
        other_part(INIT_PURCHASE, 17, "09"),
    ),
    _defect("random-repeats", "every INITIALIZE gives the same random", "random", RandomRepeats),
    _defect("mac1-of-load-wrong", "MAC1 of a load does not verify", "load-mac1", instead_of(INIT_LOAD, 12)),
    _defect(
        "mac1-type-number",
        "MAC1 of a load is not made over the character",
        "type-character",
        instead_of(INIT_LOAD, 15),
        "load-mac1/01",
    ),
    _defect("mac2-not-checked", "CREDIT FOR LOAD takes any MAC2", "load-mac2", any_mac(CREDIT, 4)),
    _defect(
        "wrong-load-adds",
        "a load with a wrong MAC2 adds money",
        "load-unchanged",
        spoiling(CREDIT, lambda purse: {"balance": purse.balance + 1}, "9302"),
        "load-mac2/01",
    ),
    _defect(
        "load-adds-one-more",
        "a load adds one fen too much",
        "load-adds",
        spoiling(CREDIT, lambda purse: {"balance": purse.balance + 1}),
    ),
    _defect(
        "load-counts-twice",
        "a load counts two",
        "load-counter",
        spoiling(CREDIT, lambda purse: {"load_counter": purse.load_counter + 1}),
    ),
    _defect("tac-of-load-wrong", "the TAC of a load does not verify", "load-tac", instead_of(CREDIT, 0)),
    _defect(
        "tac-of-load-other-balance",
        "the TAC of a load is over another balance",
        "load-tac-balance",
        instead_of(CREDIT, 3),
        "load-tac/01",
    ),
    _defect(
        "load-log-without-amount", "the log of a load has another amount", "load-record", instead_of(LOG, 16)
    ),
    _defect(
        "load-log-keeps-old-amounts",
        "the log of a load has a pooled amount",
        "load-record-zeros",
        instead_of(LOG, 27),
        "load-record/01",
    ),
    _defect(
        "load-overflows",
        "a balance beyond four bytes is accepted",
        "load-overflow",
        turns(INIT_LOAD, "6985", "00" * 16 + "9000"),
    ),
    _defect(
        "mac1-not-checked",
        "DEBIT FOR PURCHASE takes any MAC1",
        "purchase-mac1",
        any_mac(DEBIT, 8),
    ),
    _defect(
        "wrong-purchase-counts",
        "a purchase with a wrong MAC1 is counted",
        "purchase-unchanged",
        spoiling(DEBIT, lambda purse: {"purchase_counter": purse.purchase_counter + 1}, "9302"),
        "purchase-mac1/01",
    ),
    _defect(
        "purchase-takes-one-less",
        "a purchase takes one fen too little",
        "purchase-subtracts",
        spoiling(DEBIT, lambda purse: {"balance": purse.balance + 1}),
    ),
    _defect(
        "purchase-counts-nothing",
        "a purchase is not counted",
        "purchase-counter",
        spoiling(DEBIT, lambda purse: {"purchase_counter": purse.purchase_counter - 1}),
    ),
    _defect(
        "mac2-of-purchase-wrong",
        "MAC2 of a purchase does not verify",
        "purchase-mac2",
        instead_of(DEBIT, 4),
        "purchase-tac/01",
    ),
    _defect(
        "tac-of-purchase-wrong",
        "the TAC of a purchase does not verify",
        "purchase-tac",
        instead_of(DEBIT, 0),
    ),
    _defect(
        "purchase-log-without-time",
        "the log of a purchase has another time",
        "purchase-record",
        instead_of(LOG, 9),
    ),
    _defect(
        "spends-what-it-lacks",
        "INITIALIZE FOR PURCHASE does not look at the balance",
        "insufficient",
        turns(INIT_PURCHASE, "9401", "00" * 22 + "9000"),
    ),
    _defect(
        "any-key-index",
        "INITIALIZE takes any key index",
        "key-index",
        turns(INIT_LOAD, "9403", "00" * 16 + "9000"),
    ),
    _defect(
        "counter-wraps",
        "a counter at its end begins anew",
        "counter-end",
        turns(INIT_LOAD, "9402", "00" * 16 + "9000"),
    ),
    _defect("proof-forgotten", "proofs do not outlive the power", "proof", ProofIsForgotten),
    _defect(
        "proof-of-anything",
        "GET TRANSACTION PROOF looks at no counter",
        "proof",
        turns(PROOF, "9406", "00" * 8 + "9000"),
        "proof/04",
    ),
    _defect(
        "pin-not-needed",
        "INITIALIZE FOR LOAD works without the PIN",
        "pin",
        granted(INIT_LOAD, PIN),
    ),
    _defect(
        "balance-without-pin",
        "GET BALANCE works without the PIN",
        "pin",
        granted(BALANCE, PIN),
        "pin/03",
    ),
    _defect(
        "credit-from-idle",
        "CREDIT without INITIALIZE answers 6985",
        "credit-state",
        turns(CREDIT, "6901", "6985"),
    ),
    _defect(
        "debit-in-load",
        "DEBIT in a load answers 9000",
        "debit-state",
        turns(DEBIT, "6901", "00" * 8 + "9000"),
        "debit-state/02",
    ),
    _defect(
        "refused-goes-on",
        "a command out of state leaves the load as it is",
        "refused-is-idle",
        keeping(CREDIT, DEBIT),
        "debit-state/02",
    ),
    _defect("credit-twice", "a CREDIT can be repeated", "finished-is-idle", keeping(CREDIT, DEBIT)),
    _defect(
        "first-initialize-counts",
        "a second INITIALIZE is forgotten",
        "initialize-any-state",
        keeping(INIT_LOAD),
    ),
    _defect("balance-ends-load", "GET BALANCE ends a load", "reading-keeps-state", BalanceEndsTransaction),
    _defect("select-keeps-load", "SELECT does not end a load", "selection-is-idle", keeping("00A404")),
    _defect("everywhere", "GET BALANCE works in every application", "application", answers(elsewhere)),
    _defect(
        "any-parameters",
        "purse commands do not look at P1 P2",
        "parameters",
        turns("B0", "6A86", "6700"),
    ),
    _defect(
        "any-length",
        "purse commands do not look at Lc",
        "lengths",
        turns("B0", "6700", "6985"),
        "parameters/01",
    ),
    _defect(
        "on-line-purse",
        "an on-line card tells a balance",
        "card-use",
        turns(BALANCE, "6A81", "000000009000"),
        "card-use/02",
    ),
    _defect(
        "totals-without-year",
        "GET BALANCE gives a total without its year",
        "balance-forms",
        answers(shorter),
    ),
    _defect(
        "totals-forget",
        "a purchase forgets the year's self-pay total",
        "year-totals",
        spoiling(DEBIT, lambda _purse: {"self_pay_total": 0}),
    ),
    _defect(
        "year-stays",
        "a new payment year is not set",
        "year-rollover",
        spoiling(DEBIT, lambda _purse: {"payment_year": 2025}),
        "year-rollover/04",
    ),
    _defect(
        "calendar-year",
        "the payment year is the calendar's",
        "payment-year",
        spoiling(DEBIT, lambda purse: {"payment_year": purse.payment_year + (purse.starting_day > 101)}),
    ),
    _defect(
        "starting-day-open",
        "the starting day is written without DSK",
        "starting-day",
        granted("B0560000", "DSK"),
    ),
    _defect(
        "starting-day-of-any-form",
        "any two bytes are a starting day",
        "starting-day-form",
        turns("B0560000", "6985", "9000"),
    ),
    _defect(
        "account-only-with-day",
        "an account-only card tells a starting day",
        "account-only",
        instead_of("B05601", 0),
    ),
    _defect(
        "account-only-pools",
        "an account-only card takes a pooled amount",
        "account-only-amounts",
        turns(INIT_PURCHASE, "6985", "00" * 22 + "9000"),
    ),
)
