"""Steps of a terminal that pays with the bank application (facts: card.md §15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import CaseBuilder

if TYPE_CHECKING:
    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Effect

__all__ = [
    "AAC",
    "ACCOUNT_RECORD",
    "ADF",
    "AIP",
    "ARQC",
    "CASH_AFL",
    "CONTACTLESS_PDOL",
    "CONTACT_PDOL",
    "DEBIT_AFL",
    "TC",
    "BankCase",
    "terminal_data",
]

ADF = "A000000333010101"
AIP = "7C00"
DEBIT_AFL = "08010100 10010301 18010300 20010100"
CASH_AFL = "08010100 10040701 18010300 20010100 28010100"
CONTACT_PDOL = "9F7A01 9F0206 5F2A02"
CONTACTLESS_PDOL = "9F6604 9F0206 9F0306 9F1A02 9505 5F2A02 9A03 9C01 9F3704"
ACCOUNT_RECORD = "00B2011400"
"""READ RECORD 1 of SFI 2: account number, dates, sequence number."""

TC, ARQC, AAC = "40", "80", "00"

_TIME, _MERCHANT = "101530", "CORNER SHOP".ljust(20).encode("ascii").hex().upper()
_DEBIT_OVER_AIR = "46000000"


def _digits(fen: int | str) -> str:
    return fen if isinstance(fen, str) else f"{fen:012d}"


def terminal_data(fen: int | str) -> str:
    """Write amount, other amount, country, TVR, currency, date, type, unpredictable number: 29 bytes.

    The amount is a number of fen or a template of twelve digits.
    """
    return f"{_digits(fen)} {0:012d} 0156 0080046000 0156 260715 00 1E78EEBC"


class BankCase(CaseBuilder):
    """A case on the bank's side of the firewall: the application is selected.

    Args:
        id: without the face.
        purpose: one sentence.
        context: card and face.
        effect: a transaction counts.
    """

    def __init__(
        self,
        id: str,  # noqa: A002 - the field's name
        purpose: str,
        context: Context,
        *,
        effect: Effect = "none",
    ) -> None:
        super().__init__(id, purpose, context, option="bank", effect=effect)
        self.enter()

    def enter(self) -> None:
        """Select the payment application."""
        self.must(f"00A4040008{ADF}00")
        self.tlv("6F", "84", value=ADF)

    def options(self, fen: int | str = 100, *, cash: bool = False, name: str = "") -> str:
        """GET PROCESSING OPTIONS as the face's PDOL has it: debit, or electronic cash over contacts."""
        if self.context.face == "contact":
            return self.send(f"80A800000B 8309 {cash:02X} {_digits(fen)} 0156 00", name=name)
        return self.tap(_DEBIT_OVER_AIR, fen, name=name)

    def tap(self, qualifiers: str, fen: int | str, *, name: str = "") -> str:
        """GET PROCESSING OPTIONS over the contactless face."""
        return self.send(f"80A8000023 8321 {qualifiers} {terminal_data(fen)} 00", name=name)

    def first(self, asked: str, fen: int | str = 100) -> str:
        """First GENERATE AC."""
        return self.send(f"80AE{asked}0034 {terminal_data(fen)} {_TIME} {_MERCHANT} 00")

    def second(self, asked: str, fen: int | str = 100) -> str:
        """Second GENERATE AC, after the issuer's answer ``00``."""
        return self.send(f"80AE{asked}0022 3030 {terminal_data(fen)} {_TIME} 00")

    def cryptogram(self, record: str, answer: str, fen: int | str = 100) -> str:
        """Compute the cryptogram that an answer of GENERATE AC should have."""
        counter, results = f"{{{answer}[3:5]}}", f"{{{answer}[16:20]}}"
        data = f"{terminal_data(fen)} {AIP} {counter} {results}"
        return self.let("payment-cryptogram", f"{{{record}}}", counter, f"{{{answer}[20:21]}}", data)

    def account(self) -> str:
        """Read the record with the account number."""
        record = self.must(ACCOUNT_RECORD)
        self.tlv("70", "5A")
        return record
