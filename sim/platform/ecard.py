"""The e-card service of the national card service platform, as an actor.

Theory of operation. An e-card is the on-line form of one physical card and has its status (card.md §17): it
can be issued, shown and accepted only while the physical card's AAZ502 is ``1`` (§21, 30), so every such
request asks the card authority. When a loss is lifted the e-card works again, because nothing was stored.

A dynamic code is an opaque token made of randomness that is handed in, keyed by the e-card and by how many
codes it showed before. It is accepted once, within 60 seconds of being shown; the service remembers what it
gave out, and forgets it ten minutes later, after which the code is unknown. A check that fails for the card
or for its level uses the code up too: a code is for one check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.authority.messages import CounterRequest
from onecard.sim.authority.messages import decode_reply as decode_authority_reply
from onecard.sim.authority.statuses import CardStatus, Operation
from onecard.sim.platform.messages import (
    BusinessType,
    ECard,
    ECardReply,
    Issue,
    Request,
    ShowCode,
    Status,
    Unlink,
    Verify,
    decode_request,
    encode_request,
)
from onecard.sim.platform.reasons import Reason
from onecard.sim.units.time import MINUTE, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CODE_VALID", "ECardService"]

CODE_VALID = 60 * SECOND
"""How long a code is accepted after it was shown (card.md §17)."""
_FORGOTTEN = 10 * MINUTE
PAYMENT_LEVEL = 2


class _Code(msgspec.Struct):
    certno: str
    shown_us: int
    used: bool = False


class ECardService:
    """Issues e-cards, shows and checks their codes.

    Args:
        by_certno: finds a holder by social security number, or None.
        by_essc_no: finds a holder by e-card number, or None.
        ask: carries a message to another actor's address; empty bytes mean no answer.
        random_bytes: gives 16 bytes for (e-card number, occurrence); the same for the same two.
        authority: address of the card authority.
        address: where messages go.
    """

    def __init__(
        self,
        *,
        by_certno: Callable[[str], ECard | None],
        by_essc_no: Callable[[str], ECard | None],
        ask: Callable[[str, bytes], bytes],
        random_bytes: Callable[[str, int], bytes],
        authority: str = "authority/card",
        address: str = "platform/ecard",
    ) -> None:
        self.address = address
        self._by_certno = by_certno
        self._by_essc_no = by_essc_no
        self._ask = ask
        self._random_bytes = random_bytes
        self._authority = authority
        self._levels: dict[str, int] = {}
        self._shown: dict[str, int] = {}
        self._codes: dict[str, _Code] = {}

    def handle(self, request: bytes, now_us: int) -> bytes:
        """Answer one message; never raises for what it holds."""
        try:
            message = decode_request(request)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return encode_request(ECardReply(reason=Reason.MALFORMED, error=str(error)[:200]))
        return encode_request(self._answer(message, now_us))

    def _answer(self, message: Request, now_us: int) -> ECardReply:
        match message:
            case Issue():
                return self._issue(message)
            case Verify():
                return self._verify(message, now_us)
            case ShowCode():
                return self._show(message, now_us)
            case Status():
                return self._status(message)
            case Unlink():
                return self._unlink(message)

    def _level(self, card: ECard) -> int:
        return self._levels.get(card.essc_no, card.sign_level)

    def _card_status(self, card: ECard) -> str | None:
        """Ask the card authority for the physical card's status; None when it does not answer."""
        question = CounterRequest(operation=Operation.STATUS, card_number=card.card_number)
        data = self._ask(self._authority, encode_request(question))
        try:
            reply = decode_authority_reply(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        return reply.status if reply.done else ""

    def _unusable(self, card: ECard) -> Reason | None:
        """Return why the e-card cannot be used now, if so."""
        status = self._card_status(card)
        if status is None:
            return Reason.AUTHORITY_SILENT
        return None if status == CardStatus.NORMAL else Reason.CARD_NOT_NORMAL

    def _issue(self, message: Issue) -> ECardReply:
        card = self._by_certno(message.certno)
        if card is None:
            return ECardReply(reason=Reason.UNKNOWN_HOLDER)
        if card.psn_name != message.psn_name:
            return ECardReply(reason=Reason.HOLDER_DIFFERS)
        if self._level(card) >= message.sign_level:
            return ECardReply(
                reason=Reason.ALREADY_ISSUED, essc_no=card.essc_no, sign_level=self._level(card)
            )
        reason = self._unusable(card)
        if reason is None and message.sign_level == PAYMENT_LEVEL and not card.pan:
            reason = Reason.NO_BANK_ACCOUNT
        if reason is not None:
            return ECardReply(reason=reason)
        self._levels[card.essc_no] = message.sign_level
        return ECardReply(reason=Reason.OK, essc_no=card.essc_no, sign_level=message.sign_level)

    def _status(self, message: Status) -> ECardReply:
        card = self._by_essc_no(message.essc_no)
        if card is None or not self._level(card):
            return ECardReply(reason=Reason.NOT_ISSUED)
        status = self._card_status(card)
        if status is None:
            return ECardReply(reason=Reason.AUTHORITY_SILENT, essc_no=card.essc_no)
        return ECardReply(
            reason=Reason.OK, essc_no=card.essc_no, sign_level=self._level(card), card_status=status
        )

    def _unlink(self, message: Unlink) -> ECardReply:
        card = self._by_essc_no(message.essc_no)
        if card is None or not self._level(card):
            return ECardReply(reason=Reason.NOT_ISSUED)
        self._levels[card.essc_no] = 0
        return ECardReply(reason=Reason.OK, essc_no=card.essc_no)

    def _show(self, message: ShowCode, now_us: int) -> ECardReply:
        card = self._by_essc_no(message.essc_no)
        if card is None or not self._level(card):
            return ECardReply(reason=Reason.NOT_ISSUED)
        reason = self._unusable(card)
        if reason is not None:
            return ECardReply(reason=reason, essc_no=card.essc_no)
        self._forget(now_us)
        occurrence = self._shown.get(card.essc_no, 0)
        self._shown[card.essc_no] = occurrence + 1
        token = self._random_bytes(card.essc_no, occurrence).hex()
        self._codes[token] = _Code(certno=card.certno, shown_us=now_us)
        return ECardReply(
            reason=Reason.OK, essc_no=card.essc_no, qr_code=token, valid_until_us=now_us + CODE_VALID
        )

    def _forget(self, now_us: int) -> None:
        while self._codes:
            token = next(iter(self._codes))
            if now_us - self._codes[token].shown_us <= _FORGOTTEN:
                return
            del self._codes[token]

    def _verify(self, message: Verify, now_us: int) -> ECardReply:
        code = self._codes.get(message.qr_code)
        if code is None or now_us - code.shown_us > _FORGOTTEN:
            return ECardReply(reason=Reason.UNKNOWN_CODE)
        if code.used:
            return ECardReply(reason=Reason.USED_CODE)
        if now_us - code.shown_us > CODE_VALID:
            return ECardReply(reason=Reason.EXPIRED_CODE)
        code.used = True
        card = self._by_certno(code.certno)
        if card is None or not self._level(card):
            return ECardReply(reason=Reason.NOT_ISSUED)
        reason = self._unusable(card)
        pays = message.busi_type is BusinessType.PAYMENT
        if reason is None and pays and self._level(card) < PAYMENT_LEVEL:
            reason = Reason.LEVEL_TOO_LOW
        if reason is not None:
            return ECardReply(reason=reason, essc_no=card.essc_no)
        return ECardReply(
            reason=Reason.OK,
            essc_no=card.essc_no,
            sign_level=self._level(card),
            card_number=card.card_number,
            certno=card.certno,
            psn_name=card.psn_name,
            pan=card.pan if pays else "",
        )
