"""Defects that the cases of ``cards.applications.bank`` must find."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.conformance.defects.lies import SUCCESS, answers, instead_of, is_, preparing, succeeded, turns
from onecard.conformance.defects.wrong import Defect, WrongCard
from onecard.virtual_cards.layouts.access import PIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["DEFECTS"]

_AREA = "card/bank/"
_ADF = "00A4040008A000000333010101"
_OPTIONS, _GENERATE = "80A8", "80AE"


def _defect(
    name: str, lie: str, rule: str, make: Callable[[PoweredCard], PoweredCard], case: str = ""
) -> Defect:
    return Defect(
        name=f"bank-{name}", lie=lie, rule=_AREA + rule, case=_AREA + (case or f"{rule}/01"), make=make
    )


def _replacing(head: str, old: str, new: str) -> Callable[[PoweredCard], PoweredCard]:
    """Put other bytes for some that are in a successful answer."""

    def after(_card: WrongCard, command: bytes, response: bytes) -> bytes:
        changed = is_(command, head) and succeeded(response)
        return response.replace(bytes.fromhex(old), bytes.fromhex(new), 1) if changed else response

    return answers(after)


def _on_the_banks_side(card: WrongCard) -> bool:
    return card.session.application.environment == "payment"


def _kind(kind: int) -> Callable[[PoweredCard], PoweredCard]:
    """Answer a kind of cryptogram that the card has not decided for."""

    def after(_card: WrongCard, command: bytes, response: bytes) -> bytes:
        changed = is_(command, _GENERATE) and succeeded(response)
        return response[:2] + bytes((kind,)) + response[3:] if changed else response

    return answers(after)


def _deaf(head: str, word: str) -> Callable[[PoweredCard], PoweredCard]:
    return preparing(lambda _card, command: bytes.fromhex(word) if is_(command, head) else None)


def _not_counted(card: WrongCard, command: bytes, response: bytes) -> bytes:
    payment = card.memory.payment
    if is_(command, _OPTIONS) and succeeded(response) and payment is not None:
        counter = payment.transaction_counter - 1
        card.memory.payment = msgspec.structs.replace(payment, transaction_counter=counter)
    return response


def _pays_less(card: WrongCard, command: bytes, response: bytes) -> bytes:
    payment = card.memory.payment
    if is_(command, _GENERATE) and succeeded(response) and payment is not None:
        card.memory.payment = msgspec.structs.replace(payment, balance=payment.balance + 1)
    return response


def _pays_at_once(card: WrongCard, command: bytes, response: bytes) -> bytes:
    payment = card.memory.payment
    if is_(command, _OPTIONS) and succeeded(response) and payment is not None:
        card.memory.payment = msgspec.structs.replace(payment, balance=0)
    return response


def _begins_again(card: WrongCard, command: bytes) -> None:
    if is_(command, _OPTIONS):
        card.session.payment = None


def _counts_social_tries(card: WrongCard, command: bytes, response: bytes) -> bytes:
    if is_(command, "0020") and _on_the_banks_side(card):
        card.memory.pin_tries_left -= 1
    return response


def _knows_social_commands(card: WrongCard, command: bytes) -> bytes | None:
    return SUCCESS if is_(command, "00DC") and _on_the_banks_side(card) else None


def _knows_bank_commands(card: WrongCard, command: bytes) -> bytes | None:
    known = is_(command, "80CA9F36") and not _on_the_banks_side(card)
    return bytes.fromhex("9F360200019000") if known else None


def _visit_ends_the_pin(card: WrongCard, command: bytes, response: bytes) -> bytes:
    if is_(command, _ADF):
        card.session.rights.discard(PIN)
    return response


class _KeysStay(WrongCard):
    """Rights of keys outlive selection."""

    def transmit(self, command: bytes) -> bytes:
        """Put the rights back after SELECT."""
        rights = set(self.session.rights)
        response = super().transmit(command)
        if is_(command, "00A404"):
            self.session.rights |= rights
        return response


class _ChallengeStays(WrongCard):
    """Whoever asked for a challenge, it is good everywhere."""

    kept = b""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Keep challenges of the bank's side, and give them to the social side."""
        if is_(command, "0084") and succeeded(response):
            self.kept = response[:-2]
        elif is_(command, "00A404") and self.kept:
            self.session.challenge, self.kept = self.kept, b""
        return response


DEFECTS = (
    _defect(
        "pse-without-directory",
        "the FCI of the PSE names another directory",
        "pse",
        _replacing("00A404000E3150", "880101", "880102"),
    ),
    _defect(
        "ppse-empty",
        "the PPSE names another application",
        "ppse",
        _replacing("00A404000E3250", "A000000333010101", "A000000333010102"),
        "ppse/01@contactless",
    ),
    _defect(
        "any-application",
        "SELECT finds applications that are not there",
        "aid",
        turns("00A404", "6A82", "9000"),
    ),
    _defect("whole-aid-only", "a partial AID is not found", "partial-aid", _deaf("00A4040007", "6A82")),
    _defect(
        "fci-without-log", "the FCI has no log entry", "fci", _replacing(_ADF, "9F4D020B0A", "9F4E020B0A")
    ),
    _defect(
        "contactless-fci-of-contacts",
        "over the contactless face the PDOL is another",
        "fci",
        _replacing(_ADF, "9F6604", "9F6704"),
        "fci/02@contactless",
    ),
    _defect("aip-wrong", "the AIP is another", "processing-options", _replacing(_OPTIONS, "7C00", "7C01")),
    _defect(
        "any-template",
        "GET PROCESSING OPTIONS takes any template",
        "command-template",
        turns(_OPTIONS, "6A80", "6700"),
        "processing-options/01",
    ),
    _defect(
        "record-missing",
        "a record of the AFL lacks its certificates",
        "records",
        _replacing("00B20214", "9F46", "9F56"),
        "records/03",
    ),
    _defect(
        "track-of-another", "track 2 has another account number", "account-number", instead_of("00B2010C", 6)
    ),
    _defect(
        "ceiling-missing",
        "GET DATA does not give 9F77",
        "data-objects",
        _deaf("80CA9F77", "6A88"),
        "data-objects/02",
    ),
    _defect(
        "any-object",
        "GET DATA gives anything",
        "unknown-object",
        turns("80CA", "6A88", "9F0000009000"),
        "data-objects/01",
    ),
    _defect(
        "log-format-short", "9F4F lacks the counter", "log-format", _replacing("80CA9F4F", "9F3602", "9F3702")
    ),
    _defect(
        "log-without-counter", "the log has another counter", "log", instead_of("00B2015C", 44), "cash/01"
    ),
    _defect("not-counted", "transactions are not counted", "transaction-counter", answers(_not_counted)),
    _defect(
        "options-again", "GET PROCESSING OPTIONS can be repeated", "one-transaction", preparing(_begins_again)
    ),
    _defect(
        "approves-unasked",
        "the card gives a TC where an AAC was asked for",
        "cryptogram-kind",
        _kind(0x40),
        "cryptogram-kind/02",
    ),
    _defect("debit-off-line", "debit is approved off-line", "debit-on-line", _kind(0x40)),
    _defect(
        "issuer-data-short",
        "9F10 has another length of results",
        "issuer-data",
        _replacing(_GENERATE, "07010103", "07010104"),
    ),
    _defect("cryptogram-wrong", "9F26 does not verify", "cryptogram", instead_of(_GENERATE, 5)),
    _defect(
        "cryptogram-at-any-time",
        "GENERATE AC without a transaction answers AAC",
        "cryptogram-order",
        turns(_GENERATE, "6985", "8003000001" + "9000"),
    ),
    _defect(
        "issuer-not-checked",
        "any response cryptogram is right",
        "issuer-authentication",
        turns("00820000", "6300", "9000"),
        "issuer-authentication/02",
    ),
    _defect(
        "pin-off-line",
        "VERIFY on the bank's side answers 9000",
        "pin-on-line",
        turns("0020", "6A88", "9000"),
    ),
    _defect("cash-pays-less", "electronic cash pays one fen less", "cash", answers(_pays_less)),
    _defect(
        "tap-without-sequence",
        "a tap's answer lacks 5F34",
        "qpboc",
        _replacing(_OPTIONS, "5F3401", "5F3501"),
        "qpboc/01@contactless",
    ),
    _defect(
        "tap-pays-at-once",
        "a tap is paid before its records are read",
        "tap-completed",
        answers(_pays_at_once),
        "qpboc/01@contactless",
    ),
    _defect(
        "social-writes-at-the-bank",
        "UPDATE RECORD works on the bank's side",
        "firewall-social",
        preparing(_knows_social_commands),
    ),
    _defect(
        "bank-data-outside",
        "GET DATA works on the social side",
        "firewall-bank",
        preparing(_knows_bank_commands),
    ),
    _defect(
        "social-tries-at-the-bank",
        "VERIFY on the bank's side spends tries of the social PIN",
        "firewall-pin",
        answers(_counts_social_tries),
    ),
    _defect(
        "visit-ends-the-pin",
        "a visit to the bank's side ends the PIN's right",
        "firewall-pin-stays",
        answers(_visit_ends_the_pin),
    ),
    _defect("keys-stay", "rights of keys outlive a visit to the bank's side", "firewall-keys", _KeysStay),
    _defect("challenge-stays", "a challenge is good on both sides", "firewall-challenge", _ChallengeStays),
)
