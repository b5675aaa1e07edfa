"""Payments: cryptograms, electronic cash, issuer authentication, qPBOC (facts: card.md §15; design.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.applications.bank_steps import AAC, AIP, ARQC, TC, BankCase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_GET_COUNTER, _GET_BALANCE, _GET_PIN_TRIES = "80CA9F3600", "80CA9F7900", "80CA9F1700"
_NOTHING = "000000000000"
_QPBOC, _ONLINE_REQUIRED = "26000080", "26800080"


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield transactions_are_counted(context)
    yield one_transaction_for_each_selection(context)
    for number, asked, answered in ((1, ARQC, (ARQC, AAC)), (2, AAC, (AAC,)), (3, TC, (TC, ARQC, AAC))):
        yield never_more_than_asked(context, number, asked, answered)
    yield debit_goes_on_line(context)
    yield issuer_data(context)
    yield order_of_cryptograms(context)
    yield pin_is_on_line(context)
    if context.statement.keys.source == "published":
        yield cryptogram_verifies(context)
        yield issuer_answers(context)
    yield wrong_issuer(context)
    yield from _faces(context)


def _faces(context: Context) -> Iterator[Case]:
    if context.face == "contact":
        yield cash_pays_off_line(context)
        yield more_than_the_balance(context)
    else:
        yield tap_pays_off_line(context)
        yield tap_goes_on_line(context)


def transactions_are_counted(context: Context) -> Case:
    """9F36 grows by one at GET PROCESSING OPTIONS."""
    rule = "card/bank/transaction-counter"
    c = BankCase(f"{rule}/01", "GET PROCESSING OPTIONS counts the transaction.", context, effect="alters")
    before = c.must(_GET_COUNTER)
    c.length(5)
    c.must(_GET_COUNTER)
    c.data(f"{{{before}}}", rule=rule)
    grown = c.let("add", f"{{{before}[3:5]}}", "0001")
    c.options()
    c.status("9000")
    c.send(_GET_COUNTER)
    c.data(f"9F3602{grown}", rule=rule)
    return c.case()


def one_transaction_for_each_selection(context: Context) -> Case:
    """See that a second GET PROCESSING OPTIONS needs another SELECT."""
    rule = "card/bank/one-transaction"
    c = BankCase(f"{rule}/01", "One GET PROCESSING OPTIONS for each SELECT.", context, effect="alters")
    c.options()
    c.status("9000")
    c.options()
    c.status("6985", rule=rule, shows="forbidden")
    c.enter()
    c.options()
    c.matches(f"80..{AIP}*", rule=rule)
    return c.case()


def never_more_than_asked(context: Context, number: int, asked: str, answered: tuple[str, ...]) -> Case:
    """AAC < ARQC < TC."""
    rule = "card/bank/cryptogram-kind"
    c = BankCase(
        f"{rule}/{number:02}", f"Asked for {asked}, the card gives no more.", context, effect="alters"
    )
    c.options()
    c.status("9000")
    c.first(asked)
    c.status("9000", rule=rule)
    c.matches("80*", rule=rule)
    c.value_in(2, 3, *answered, rule=rule, shows="forbidden")
    return c.case()


def debit_goes_on_line(context: Context) -> Case:
    """Debit that is asked for a TC asks the issuer."""
    rule = "card/bank/debit-on-line"
    c = BankCase(
        f"{rule}/01", "Debit goes on-line, whatever the terminal asks for.", context, effect="alters"
    )
    c.options()
    c.status("9000")
    c.first(TC)
    c.value_in(2, 3, ARQC, rule=rule, shows="forbidden")
    c.length(21, 40, rule=rule)
    return c.case()


def issuer_data(context: Context) -> Case:
    """9F10 has length, key index, version, results, algorithm."""
    rule = "card/bank/issuer-data"
    c = BankCase(
        f"{rule}/01", "9F10 begins with 07 01 01 03 and ends with the algorithm.", context, effect="alters"
    )
    c.options()
    c.status("9000")
    c.first(ARQC)
    c.length(21, 40, rule=rule)
    c.value_in(13, 17, "07010103", rule=rule)
    c.value_in(20, 21, "01", "04", rule=rule)
    return c.case()


def order_of_cryptograms(context: Context) -> Case:
    """No cryptogram without a transaction, none after the last."""
    rule = "card/bank/cryptogram-order"
    c = BankCase(f"{rule}/01", "GENERATE AC needs a transaction and ends with it.", context, effect="alters")
    c.first(ARQC)
    c.status("6985", rule=rule, shows="forbidden")
    c.options()
    c.status("9000")
    c.first(ARQC)
    c.matches("80..80*", rule=rule)
    c.second(AAC)
    c.matches("80..00*", rule=rule)
    c.second(AAC)
    c.status("6985", rule=rule, shows="forbidden")
    return c.case()


def pin_is_on_line(context: Context) -> Case:
    """VERIFY finds nothing to compare with, and spends no try."""
    rule = "card/bank/pin-on-line"
    c = BankCase(f"{rule}/01", "The bank PIN is on-line: VERIFY answers 6A88.", context)
    before = c.must(_GET_PIN_TRIES)
    c.length(4)
    for command in (f"00200000{len(context.pin) // 2:02X}{context.pin}", "002000800824123456FFFFFFFF"):
        c.send(command)
        c.status("6A88", rule=rule, shows="forbidden")
    c.send(_GET_PIN_TRIES)
    c.data(f"{{{before}}}", rule=rule)
    return c.case()


def cryptogram_verifies(context: Context) -> Case:
    """See that the cryptogram is the one of the published issuer key."""
    rule = "card/bank/cryptogram"
    c = BankCase(
        f"{rule}/01",
        "9F26 verifies over the terminal's data, AIP, counter and results.",
        context,
        effect="alters",
    )
    record = c.account()
    c.options()
    c.status("9000")
    answer = c.first(ARQC)
    c.status("9000")
    c.length(21, 40)
    expected = c.cryptogram(record, answer)
    c.send(_GET_COUNTER)
    c.value_in(0, 8, expected, of=f"{{{answer}[5:13]}}", rule=rule)
    c.data(f"9F3602{{{answer}[3:5]}}", rule="card/bank/transaction-counter")
    return c.case()


def issuer_answers(context: Context) -> Case:
    """See that a right answer of the issuer is accepted, and then the card approves."""
    rule = "card/bank/issuer-authentication"
    c = BankCase(f"{rule}/01", "With the issuer's right answer the card approves.", context, effect="alters")
    record = c.account()
    c.options()
    c.status("9000")
    answer = c.first(ARQC)
    c.status("9000")
    c.length(21, 40)
    response = c.let(
        "payment-response",
        f"{{{record}}}",
        f"{{{answer}[3:5]}}",
        f"{{{answer}[20:21]}}",
        f"{{{answer}[5:13]}}",
        "3030",
    )
    c.send(f"008200000A{response}3030")
    c.status("9000", rule=rule)
    c.second(TC)
    c.matches("80..40*", rule=rule)
    return c.case()


def wrong_issuer(context: Context) -> Case:
    """See that a wrong answer is 6300, and then the card declines."""
    rule = "card/bank/issuer-authentication"
    c = BankCase(
        f"{rule}/02", "With a wrong answer of the issuer the card declines.", context, effect="alters"
    )
    c.options()
    c.status("9000")
    c.first(ARQC)
    c.matches("80..80*")
    c.send("008200000A00112233445566773030")
    c.status("6300", rule=rule, shows="forbidden")
    c.second(TC)
    c.matches("80..00*", rule=rule, shows="forbidden")
    return c.case()


def cash_pays_off_line(context: Context) -> Case:
    """Electronic cash pays its whole balance off-line and leaves a line in the log."""
    rule = "card/bank/cash"
    c = BankCase(f"{rule}/01", "Electronic cash pays off-line; its balance falls.", context, effect="alters")
    before = c.must(_GET_BALANCE)
    c.length(9)
    c.differs(f"9F7906{_NOTHING}")
    whole = f"{{{before}[3:9]}}"
    c.options(whole, cash=True)
    c.status("9000")
    answer = c.first(TC, whole)
    c.matches("80..40*", rule=rule)
    c.send(_GET_BALANCE)
    c.data(f"9F7906{_NOTHING}", rule=rule)
    c.send("00B2015C00")
    c.matches(f"260715101530{whole}{_NOTHING}0156*", rule="card/bank/log")
    c.value_in(43, 45, f"{{{answer}[3:5]}}", rule="card/bank/log")
    return c.case()


def more_than_the_balance(context: Context) -> Case:
    """More than the balance is not paid off-line."""
    rule = "card/bank/cash"
    c = BankCase(
        f"{rule}/02", "What electronic cash cannot cover is not paid off-line.", context, effect="alters"
    )
    before = c.must(_GET_BALANCE)
    c.length(9)
    c.options(99_999_999, cash=True)
    c.status("9000")
    c.first(TC, 99_999_999)
    c.value_in(2, 3, ARQC, AAC, rule=rule, shows="forbidden")
    c.send(_GET_BALANCE)
    c.data(f"{{{before}}}", rule=rule, shows="forbidden")
    return c.case()


def tap_pays_off_line(context: Context) -> Case:
    """qPBOC: the answer has everything, and the last record read completes the purchase."""
    rule = "card/bank/qpboc"
    c = BankCase(f"{rule}/01", "A tap pays off-line when the last record is read.", context, effect="alters")
    before = c.must(_GET_BALANCE)
    c.length(9)
    c.differs(f"9F7906{_NOTHING}")
    c.tap(_QPBOC, f"{{{before}[3:9]}}")
    for tag in ("82", "94", "9F36", "9F26", "9F10", "57", "5F34", "9F4B"):
        c.tlv("77", tag, rule=rule)
    c.tlv("77", "9F27", value=TC, rule=rule)
    c.send(_GET_BALANCE)
    c.data(f"{{{before}}}", rule="card/bank/tap-completed", shows="forbidden")
    for command in ("00B2041400", "00B2051400", "00B2061400", "00B2011C00", "00B2012C00"):
        c.must(command)
    c.send(_GET_BALANCE)
    c.data(f"9F7906{_NOTHING}", rule="card/bank/tap-completed")
    return c.case()


def tap_goes_on_line(context: Context) -> Case:
    """qPBOC: a terminal that wants to go on-line gets an ARQC, and no money leaves the card."""
    rule = "card/bank/qpboc"
    c = BankCase(f"{rule}/02", "A tap that must go on-line gets an ARQC.", context, effect="alters")
    before = c.must(_GET_BALANCE)
    c.length(9)
    c.tap(_ONLINE_REQUIRED, 1)
    c.tlv("77", "9F27", value=ARQC, rule=rule)
    c.tlv("77", "9F26", rule=rule)
    c.send(_GET_BALANCE)
    c.data(f"{{{before}}}", rule=rule, shows="forbidden")
    return c.case()
