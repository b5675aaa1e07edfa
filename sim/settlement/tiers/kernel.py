"""What all tiers have in common: one message, from its arrival to its answer.

Theory of operation. A message passes the envelope's door (§1.1 ENV-2), then the memory of messages (§10 Q-7):
the same message again gets the stored answer, another one under the same number is refused, one that is being
served at this moment is uncertain. Then the tier's own :meth:`Tier.transact` does it or refuses.

Three results are possible (§5.3 UR-1). *Success* and *refusal* are final: they are remembered, so a late
duplicate cannot bring about what a refusal has denied. *Uncertain* (a neighbour did not answer) is not
remembered; the same message again is served again, and a tier that had sent something on sends the very same
bytes, so the far end recognises them. A reversal (2601) leaves a mark under the number of what it reverses; a
message that finds its mark comes too late and has no effect, here or further on (UR-8). That is also the
answer to the repeat of one that had been done and was reversed: its stored success is no longer true.

A refusal rolls back the step in which it happened. What steps before a question have written stays, and is
only ever a note that the question is out.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import msgspec

from onecard.sim.actors import Ask, Heard, Serving
from onecard.sim.settlement.messages.calendar import Calendar
from onecard.sim.settlement.messages.envelope import (
    FAILURE,
    SUCCESS,
    Reply,
    Request,
    decode_request,
    encode_reply,
    explain,
)
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.messages.transactions import TRANSACTIONS
from onecard.sim.settlement.store import SCHEMA, Change, Store, Table
from onecard.sim.settlement.store.rows import JournalRow, MessageRow, PostingRow, ReversedRow, SequenceRow
from onecard.sim.settlement.tiers.book import Book
from onecard.sim.settlement.tiers.options import DEFAULT_TIER_OPTIONS

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable

    from onecard.sim.ledger import Posting
    from onecard.sim.settlement.store.rows import SettlementRow
    from onecard.sim.settlement.tiers.options import TierOptions

__all__ = ["ANSWERED", "PENDING", "UNDECODABLE", "Arrived", "Tier", "identifier"]

UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
PENDING, ANSWERED = "pending", "answered"


class Arrived:
    """A message that is being served.

    Attributes:
        request: the envelope.
        raw: its bytes.
        key: ``msgid/infno``.
        digest: of the bytes.
        now_us: the time of the present step.
        received_us: when it arrived.
        remembered: whether its answer is kept: the transaction changes state.
        final: whether the answer is; an uncertain one is not.
        mdtrt_id: the visit that it is about, for the memory of messages.
        forwarded: what was sent on to the insured place.
    """

    __slots__ = (
        "digest",
        "final",
        "forwarded",
        "key",
        "mdtrt_id",
        "now_us",
        "raw",
        "received_us",
        "remembered",
        "request",
    )

    def __init__(self, request: Request, raw: bytes, digest: str, now_us: int) -> None:
        self.request = request
        self.raw = raw
        self.key = f"{request.msgid}/{request.infno}"
        self.digest = digest
        self.now_us = now_us
        self.received_us = now_us
        spec = TRANSACTIONS.get(request.infno)
        self.remembered = spec is not None and spec.changes_state
        self.final = True
        self.mdtrt_id = ""
        self.forwarded = b""


class Tier(ABC):
    """A tier of the settlement network: a :class:`~onecard.sim.actors.Server`.

    Args:
        address: where messages to it go.
        division: its division code, six digits, for the numbers that it gives out.
        start: the date of time zero.
        observer: called with every posting (the world's record).
        journal: whether requests and answers are written down as they went.
        options: what it demands of senders.
    """

    def __init__(
        self,
        *,
        address: str,
        division: str,
        start: datetime.date,
        observer: Callable[[Posting], None] | None = None,
        journal: bool = False,
        options: TierOptions = DEFAULT_TIER_OPTIONS,
    ) -> None:
        self.address = address
        self.division = division
        self.options = options
        self.calendar = Calendar(start)
        self.store = Store(SCHEMA)
        self.book = Book(self.store, observer)
        self._messages: Table[MessageRow] = self.store.tables["MESSAGE"]
        self.reversed: Table[ReversedRow] = self.store.tables["REVERSED"]
        self._sequences: Table[SequenceRow] = self.store.tables["SEQUENCE"]
        self._journal: Table[JournalRow] | None = self.store.tables["JOURNAL"] if journal else None
        self._live: set[str] = set()

    def restore(self, rows: Iterable[Change]) -> None:
        """Take over the rows of a database or an image; call it before the first message."""
        for change in rows:
            self.store.tables[change.table].load(change.row)
            if isinstance(change.row, PostingRow):
                self.book.load(change.row)

    # ---- money, between the messages

    def opening_fen(self, account: str) -> int:
        """Return what an account holds at the start; nothing by default."""
        return 0

    def landing_entries(self, row: SettlementRow, now_us: int) -> tuple[tuple[str, int], ...]:
        """Return what this tier books when it lands a row, the accounts being open; nothing by default."""
        return ()

    def land_again(self, row: SettlementRow, now_us: int) -> None:
        """Land a row that this tier lacked, out of a neighbour's store instead of an answer."""
        raise NotImplementedError(f"{self.address} lands nothing")

    # ---- one message

    def serve(self, request: bytes, now_us: int) -> Serving:
        """Serve one message; never raises for what it holds."""
        self.store.begin()
        digest = hashlib.blake2b(request, digest_size=16).hexdigest()
        try:
            envelope = decode_request(request, self.options.envelope)
        except UNDECODABLE as error:
            refusal = RefusedError(Reason.MALFORMED, explain(error))
            return self.reply(digest, now_us, now_us, refusal=refusal)
        arrived = Arrived(envelope, request, digest, now_us)
        answer = self._known(arrived)
        if answer is not None:
            return answer
        if not arrived.remembered:
            return (yield from self._served(arrived))
        self._live.add(arrived.key)
        try:
            return (yield from self._served(arrived))
        finally:
            self._live.discard(arrived.key)

    def _known(self, arrived: Arrived) -> bytes | None:
        """Return the answer of a repeated message; None for one that is to be served."""
        known = self._messages.get(arrived.key)
        if known is not None and known.digest != arrived.digest:
            return self._refuse(arrived, RefusedError(Reason.DUPLICATE_MESSAGE, arrived.request.msgid))
        if known is not None and known.state == ANSWERED:
            if self.reversed.get(arrived.request.msgid) is not None:  # its success holds no longer (UR-8)
                return self._refuse(arrived, RefusedError(Reason.LATE_MESSAGE, arrived.request.msgid))
            return known.reply
        if arrived.key in self._live:
            return self._refuse(arrived, RefusedError(Reason.RESULT_UNCERTAIN, "in progress"))
        return None

    def _served(self, arrived: Arrived) -> Generator[Ask, Heard, bytes]:
        try:
            self.check_late(arrived)
            reply = yield from self.transact(arrived)
        except RefusedError as refusal:
            self.store.rollback()
            arrived.final = refusal.reason is not Reason.RESULT_UNCERTAIN
            reply = self._refuse(arrived, refusal)
            if arrived.final:
                self.refused(arrived)
        self._remember(arrived, reply)
        return reply

    @abstractmethod
    def transact(self, arrived: Arrived) -> Generator[Ask, Heard, bytes]:
        """Do the transaction and return the reply, or raise :class:`RefusedError`."""

    def refused(self, arrived: Arrived) -> None:  # noqa: B027 - most tiers have nothing to take back
        """Take back notes of earlier steps after a final refusal; nothing by default."""

    def ask(
        self, arrived: Arrived, address: str, request: bytes, *, timeout_us: int, durable: bool = False
    ) -> Generator[Ask, Heard, bytes | None]:
        """Ask a neighbour; afterwards a new step has begun."""
        heard = yield Ask(address=address, request=request, timeout_us=timeout_us, durable=durable)
        self.store.begin()
        arrived.now_us = heard.now_us
        return heard.reply

    def check_late(self, arrived: Arrived) -> None:
        """Refuse a message that was reversed before it took effect (UR-8)."""
        if self.reversed.get(arrived.request.msgid) is not None:
            raise RefusedError(Reason.LATE_MESSAGE, arrived.request.msgid)

    # ---- memory

    def _remember(self, arrived: Arrived, reply: bytes) -> None:
        if arrived.remembered and arrived.final:
            self._messages.put(self.message_row(arrived, ANSWERED, reply=reply))
        if self._journal is not None and arrived.remembered:
            self._journal.put(
                JournalRow(
                    entry=f"{arrived.key}/{arrived.received_us}",
                    infno=arrived.request.infno,
                    request=arrived.raw,
                    reply=reply,
                    received_us=arrived.received_us,
                    answered_us=arrived.now_us,
                )
            )

    def note_pending(self, arrived: Arrived) -> None:
        """Note that a message was sent on and is not answered."""
        self._messages.put(self.message_row(arrived, PENDING))

    def message_row(self, arrived: Arrived, state: str, *, reply: bytes = b"") -> MessageRow:
        """Write the row of a message."""
        return MessageRow(
            message=arrived.key,
            msgid=arrived.request.msgid,
            infno=arrived.request.infno,
            digest=arrived.digest,
            state=state,
            fixmedins_code=arrived.request.fixmedins_code,
            insu_admdvs=arrived.request.insuplc_admdvs or "",
            mdtrt_id=arrived.mdtrt_id,
            forwarded=arrived.forwarded if state == PENDING else b"",
            reply=reply,
            received_us=arrived.received_us,
            answered_us=arrived.now_us,
        )

    def message(self, msgid: str, infno: str) -> MessageRow | None:
        """Return the row of a message, if it changed or may have changed something here."""
        return self._messages.get(f"{msgid}/{infno}")

    def sequence(self, name: str) -> int:
        """Deal the next number of a sequence, from 1."""
        known = self._sequences.get(name)
        last = 1 if known is None else known.last + 1
        self._sequences.put(SequenceRow(name=name, last=last))
        return last

    # ---- answers

    def _refuse(self, arrived: Arrived, refusal: RefusedError) -> bytes:
        return self.reply(arrived.digest, arrived.received_us, arrived.now_us, refusal=refusal)

    def success(self, arrived: Arrived, output: Any, warning: str = "") -> bytes:
        """Write a success."""
        return self.reply(arrived.digest, arrived.received_us, arrived.now_us, output=output, warning=warning)

    def reply(
        self,
        digest: str,
        received_us: int,
        now_us: int,
        *,
        output: Any = None,
        warning: str = "",
        refusal: RefusedError | None = None,
    ) -> bytes:
        """Write an answer (settlement.md §1.2)."""
        answered = self.calendar.millis(now_us)
        return encode_reply(
            Reply(
                output=output,
                infcode=SUCCESS if refusal is None else FAILURE,
                warn_msg=warning or None,
                err_msg=None if refusal is None else refusal.text,
                refmsg_time=answered if received_us == now_us else self.calendar.millis(received_us),
                respond_time=answered,
                inf_refmsgid=identifier(self.division, answered[:14], 10, "message", digest),
            ),
            self.options.envelope,
        )


def identifier(admdvs: str, day: str, digits: int, *parts: str) -> str:
    """Derive an identifier: division, day ``yyMMdd``, and digits of a hash of who and which occurrence."""
    digest = hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).digest()
    return f"{admdvs}{day}{int.from_bytes(digest, 'big') % 10**digits:0{digits}d}"
