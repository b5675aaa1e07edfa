"""The bank host: authorises and posts in one step.

Theory of operation. A financial message names its business by MTI and processing code; the table
:data:`~onecard.sim.banks.business.BUSINESS` says what that business is, and which kinds of account may accept
it. The host checks form, duplicate, amount, accepting account, card and card state in this order, then posts
in the ledger; an overdraft of the holder is response 51, never an exception.

Terminal and trace number identify a transaction. The same message again gets the stored answer and moves
nothing; another message under the same identification is refused as a duplicate. A reversal or refund names
its original; what was approved is remembered with what is left of it, so that money can go back once only.
An original that arrives after its reversal is refused.

Memory is bounded: the oldest transactions are forgotten beyond ``remembered``.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from onecard.sim.banks.business import BUSINESS, PAYERS, REVERSALS, REVERSIBLE, Business
from onecard.sim.banks.messages import (
    BankCard,
    BatchLine,
    BatchReply,
    Financial,
    FinancialReply,
    decode_message,
    encode_message,
)
from onecard.sim.banks.responses import REFUSED_BY_STATUS, BatchResult, CardStatus, Response
from onecard.sim.ledger import Ledger, OverdraftError, Posting, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["BankHost", "reference_number"]

_Key = tuple[str, str, str]


class _Stored(msgspec.Struct):
    request: bytes
    reply: bytes
    business: str = ""
    pan: str = ""
    entries: tuple[tuple[str, int], ...] = ()
    left_fen: int = 0
    settles: _Stored | None = None
    """The transaction that this one gave back."""


class BankHost:
    """A bank as an actor.

    Args:
        ledger: where the money is.
        cards: finds a card by its PAN, or None.
        address: where messages go, ``"bank/01"``.
        remembered: how many transactions are kept for duplicates, refunds and reversals.
    """

    def __init__(
        self,
        ledger: Ledger,
        cards: Callable[[str], BankCard | None],
        *,
        address: str = "bank/01",
        remembered: int = 250_000,
    ) -> None:
        self.address = address
        self._ledger = ledger
        self._cards = cards
        self._remembered = remembered
        self._stored: dict[_Key, _Stored] = {}
        self._book = f"bank-book/{address.partition('/')[2] or address}"
        if self._book not in ledger:
            ledger.open(self._book)

    def handle(self, request: bytes, now_us: int) -> bytes:
        """Answer one message; a request that is not understood is answered with code 30."""
        try:
            message = decode_message(request)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return encode_message(FinancialReply(response_code=Response.FORMAT_ERROR, error=str(error)[:200]))
        key = self._key(message)
        stored = self._stored.get(key)
        if stored is not None:
            return stored.reply if stored.request == request else self._refuse_duplicate(message)
        stored = _Stored(request=request, reply=b"")
        if isinstance(message, Financial):
            stored.reply = encode_message(self._financial(message, stored, now_us))
        else:
            stored.reply = encode_message(self._batch_line(message, now_us))
        self._remember(key, stored)
        return stored.reply

    def _key(self, message: Financial | BatchLine) -> _Key:
        if isinstance(message, Financial):
            return message.mti, message.terminal, message.stan
        return "batch", message.batch_number, str(message.line_number)

    def _remember(self, key: _Key, stored: _Stored) -> None:
        self._stored[key] = stored
        if len(self._stored) > self._remembered:
            del self._stored[next(iter(self._stored))]

    def _refuse_duplicate(self, message: Financial | BatchLine) -> bytes:
        if isinstance(message, Financial):
            return encode_message(_reply(message, Response.DUPLICATE))
        return encode_message(_batch_reply(message, BatchResult.FAILED))

    # ---- financial messages

    def _financial(self, message: Financial, stored: _Stored, now_us: int) -> FinancialReply:
        if message.mti in REVERSALS:
            return _reply(message, self._reverse(message, now_us))
        business = BUSINESS.get((message.mti, message.processing_code))
        if business is None:
            return _reply(message, Response.INVALID_TRANSACTION)
        card = self._cards(message.pan)
        refusal = self._refusal(business, message, card)
        if refusal is not None or card is None:
            return _reply(message, refusal or Response.INVALID_CARD)
        stored.business, stored.pan = business.name, message.pan
        if business.name == "balance-enquiry":
            balance_fen = self._ledger.balance(card.account)
            return _reply(message, Response.APPROVED, balance_fen=balance_fen)
        if business.name in ("refund", "purchase-cancel"):
            return _reply(message, self._give_back(business, message, stored, now_us))
        return _reply(message, self._move(business, message, card, stored, now_us))

    def _refusal(self, business: Business, message: Financial, card: BankCard | None) -> Response | None:
        if business.needs_amount and message.amount_fen <= 0:
            return Response.INVALID_AMOUNT
        accepting = message.merchant_account
        if business.accepted_by and (
            kind_of(accepting) not in business.accepted_by or accepting not in self._ledger
        ):
            return Response.INVALID_MERCHANT
        if card is None or card.account not in self._ledger:
            return Response.INVALID_CARD
        if business.needs_normal_card and card.status is not CardStatus.NORMAL:
            return REFUSED_BY_STATUS[card.status][0]
        return None

    def _move(
        self, business: Business, message: Financial, card: BankCard, stored: _Stored, now_us: int
    ) -> Response:
        amount_fen, accepting = message.amount_fen, message.merchant_account
        if business.name == "purchase":
            entries: tuple[tuple[str, int], ...] = ((card.account, -amount_fen), (accepting, amount_fen))
        else:
            # A withdrawal turns a deposit into notes: the deposit shrinks against the bank's own books,
            # and the notes leave the vault for the holder's purse. A deposit is the reverse.
            if card.cash_account not in self._ledger:
                return Response.REFUSED
            out_fen = amount_fen if business.name == "cash-withdrawal" else -amount_fen
            entries = (
                (card.account, -out_fen),
                (self._book, out_fen),
                (accepting, -out_fen),
                (card.cash_account, out_fen),
            )
        posting = Posting(now_us, _reference(message), business.name, entries)
        try:
            self._ledger.post(posting)
        except OverdraftError as error:
            return Response.SYSTEM_ERROR if error.account == accepting else Response.INSUFFICIENT_FUNDS
        stored.entries, stored.left_fen = entries, amount_fen
        return Response.APPROVED

    def _original(self, message: Financial, mti: str) -> _Stored | None:
        terminal = message.original_terminal or message.terminal
        original = self._stored.get((mti, terminal, message.original_stan or message.stan))
        if original is None or original.pan != message.pan or not original.entries:
            return None
        return original

    def _give_back(self, business: Business, message: Financial, stored: _Stored, now_us: int) -> Response:
        if message.original_stan is None:
            return Response.ORIGINAL_NOT_FOUND
        original = self._original(message, "0200")
        if original is None or original.business != "purchase" or original.left_fen == 0:
            return Response.ORIGINAL_NOT_FOUND
        whole = business.name == "purchase-cancel"
        if message.amount_fen > original.left_fen or (whole and message.amount_fen != original.left_fen):
            return Response.INVALID_AMOUNT
        (holder, _), (receiver, _) = original.entries
        entries = ((receiver, -message.amount_fen), (holder, message.amount_fen))
        try:
            self._ledger.post(Posting(now_us, _reference(message), business.name, entries))
        except OverdraftError:
            return Response.REFUSED
        original.left_fen -= message.amount_fen
        stored.entries, stored.left_fen, stored.settles = entries, message.amount_fen, original
        return Response.APPROVED

    def _reverse(self, message: Financial, now_us: int) -> Response:
        original = self._original(message, "0200")
        if original is None:
            self._bar(message)
            return Response.ORIGINAL_NOT_FOUND
        amount_fen = message.amount_fen
        sound = original.business in REVERSIBLE and original.left_fen == amount_fen > 0
        if not sound or BUSINESS["0200", message.processing_code].name != original.business:
            return Response.ORIGINAL_NOT_FOUND
        entries = tuple((account, -entry_fen) for account, entry_fen in original.entries)
        try:
            self._ledger.post(Posting(now_us, _reference(message), "reversal", entries))
        except OverdraftError:
            return Response.REFUSED
        original.left_fen = 0
        if original.settles is not None:
            original.settles.left_fen += amount_fen
        return Response.APPROVED

    def _bar(self, message: Financial) -> None:
        """Make a late original, arriving after its reversal, a duplicate (settlement.md §8.1)."""
        key = ("0200", message.original_terminal or message.terminal, message.original_stan or message.stan)
        if key not in self._stored:
            self._remember(key, _Stored(request=b"", reply=b""))

    # ---- batch disbursement

    def _batch_line(self, line: BatchLine, now_us: int) -> BatchReply:
        card = self._cards(line.pan)
        refusal = self._batch_refusal(line, card)
        if refusal is not None or card is None:
            return _batch_reply(line, refusal or BatchResult.INVALID_CARD)
        reference = f"{line.batch_number}/{line.line_number}"
        entries = ((line.payer_account, -line.amount_fen), (card.account, line.amount_fen))
        try:
            self._ledger.post(Posting(now_us, reference, "subsidy-credit", entries))
        except OverdraftError:
            return _batch_reply(line, BatchResult.FAILED)
        return _batch_reply(line, BatchResult.PAID, bank_serial=reference_number(reference))

    def _batch_refusal(self, line: BatchLine, card: BankCard | None) -> BatchResult | None:
        if card is None or card.account not in self._ledger:
            return BatchResult.INVALID_CARD
        if (line.name, line.certno) != (card.name, card.certno):
            return BatchResult.HOLDER_DATA_WRONG
        if card.status is not CardStatus.NORMAL:
            return REFUSED_BY_STATUS[card.status][1]
        if kind_of(line.payer_account) not in PAYERS or line.payer_account not in self._ledger:
            return BatchResult.NOT_SUPPORTED
        return None


def reference_number(identity: str) -> str:
    """Derive a twelve-digit reference (DE37) from what it identifies, so that ties cannot change it."""
    digest = hashlib.blake2b(identity.encode(), digest_size=8).digest()
    return f"{int.from_bytes(digest, 'big') % 10**12:012d}"


def _reference(message: Financial) -> str:
    return reference_number(f"{message.mti} {message.terminal} {message.stan}")


def _reply(message: Financial, response: Response, *, balance_fen: int | None = None) -> FinancialReply:
    return FinancialReply(
        mti=f"{(int(message.mti) + 10) % 10_000:04d}",
        processing_code=message.processing_code,
        pan=message.pan,
        amount_fen=message.amount_fen,
        stan=message.stan,
        terminal=message.terminal,
        response_code=response,
        reference=_reference(message) if response is Response.APPROVED else "",
        balance_fen=balance_fen,
    )


def _batch_reply(line: BatchLine, result: BatchResult, *, bank_serial: str = "") -> BatchReply:
    return BatchReply(
        batch_number=line.batch_number, line_number=line.line_number, result=result, bank_serial=bank_serial
    )
