"""Messages of the bank host, with the data elements' names of ISO 8583 (settlement.md §8.1).

They travel as JSON for now; the names and values are those that the binary form will carry, so that only
the encoding changes. A financial message and a batch line differ in their ``form``.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from onecard.sim.banks.responses import CardStatus

__all__ = [
    "BankCard",
    "BatchLine",
    "BatchReply",
    "Financial",
    "FinancialReply",
    "decode_message",
    "decode_reply",
    "encode_message",
]

_Account = Annotated[str, Meta(max_length=80)]


class BankCard(msgspec.Struct, frozen=True, kw_only=True):
    """What the bank's registry knows of a card; the world hands it in.

    Attributes:
        pan: card number, up to 19 digits.
        account: the holder's ledger account, kind ``person-bank``.
        cash_account: the holder's cash, kind ``person-cash``, for withdrawals and deposits.
        name: the account's name, compared with batch lines.
        certno: certificate number, compared with batch lines.
        status: state of the account.
    """

    pan: str
    account: str
    cash_account: str
    name: str = ""
    certno: str = ""
    status: CardStatus = CardStatus.NORMAL


class Financial(msgspec.Struct, kw_only=True, omit_defaults=True, tag_field="form", tag="financial"):
    """A financial message: MTI and DE3 say what is wanted.

    Attributes:
        mti: message type, ``"0200"``, ``"0220"``, ``"0400"``.
        processing_code: DE3.
        pan: DE2.
        amount_fen: DE4.
        stan: DE11, system trace number, six digits.
        terminal: DE41, up to eight characters.
        merchant_account: the accepting side's ledger account (stands for DE42).
        original_stan: trace number of the original (DE61/DE90); a reversal without it means its own.
        original_terminal: terminal of the original, when it is another one.
    """

    mti: Annotated[str, Meta(pattern=r"\A[0-9]{4}\Z")]
    processing_code: Annotated[str, Meta(pattern=r"\A[0-9]{6}\Z")]
    pan: Annotated[str, Meta(pattern=r"\A[0-9]{1,19}\Z")]
    amount_fen: Annotated[int, Meta(ge=0, lt=10**12)] = 0
    stan: Annotated[str, Meta(pattern=r"\A[0-9]{6}\Z")]
    terminal: Annotated[str, Meta(min_length=1, max_length=8)]
    merchant_account: _Account = ""
    original_stan: Annotated[str, Meta(pattern=r"\A[0-9]{6}\Z")] | None = None
    original_terminal: Annotated[str, Meta(min_length=1, max_length=8)] | None = None


class BatchLine(msgspec.Struct, kw_only=True, omit_defaults=True, tag_field="form", tag="batch-line"):
    """One payment of a batch disbursement (代发, settlement.md §8.2)."""

    batch_number: Annotated[str, Meta(min_length=1, max_length=40)]
    line_number: Annotated[int, Meta(ge=1)]
    payer_account: _Account
    pan: Annotated[str, Meta(pattern=r"\A[0-9]{1,19}\Z")]
    name: Annotated[str, Meta(max_length=50)]
    certno: Annotated[str, Meta(max_length=50)]
    amount_fen: Annotated[int, Meta(gt=0, lt=10**12)]
    purpose: Annotated[str, Meta(max_length=100)]
    reference: Annotated[str, Meta(max_length=60)] = ""


class FinancialReply(msgspec.Struct, kw_only=True, omit_defaults=True, tag_field="form", tag="financial"):
    """Answer to a financial message; a message that was not understood is answered with empty elements.

    Attributes:
        response_code: DE39.
        reference: DE37, retrieval reference number, when approved.
        balance_fen: DE54, available balance, for an approved balance enquiry.
        error: what was wrong with the format, for code 30.
    """

    mti: str = ""
    processing_code: str = ""
    pan: str = ""
    amount_fen: int = 0
    stan: str = ""
    terminal: str = ""
    response_code: str
    reference: str = ""
    balance_fen: int | None = None
    error: str = ""

    @property
    def approved(self) -> bool:
        """Whether the response code is 00."""
        return self.response_code == "00"


class BatchReply(msgspec.Struct, kw_only=True, omit_defaults=True, tag_field="form", tag="batch-line"):
    """Answer to a batch line."""

    batch_number: str = ""
    line_number: int = 0
    result: str
    bank_serial: str = ""

    @property
    def approved(self) -> bool:
        """Whether the line was paid."""
        return self.result == "0"


_MESSAGE: msgspec.json.Decoder[Financial | BatchLine] = msgspec.json.Decoder(Financial | BatchLine)
_REPLY: msgspec.json.Decoder[FinancialReply | BatchReply] = msgspec.json.Decoder(FinancialReply | BatchReply)
encode_message = msgspec.json.Encoder().encode


def decode_message(data: bytes) -> Financial | BatchLine:
    """Decode a request; raises msgspec and Unicode errors for what is none."""
    return _MESSAGE.decode(data)


def decode_reply(data: bytes) -> FinancialReply | BatchReply:
    """Decode an answer of the bank; raises msgspec and Unicode errors for what is none."""
    return _REPLY.decode(data)
