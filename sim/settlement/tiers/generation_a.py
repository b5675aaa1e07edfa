"""A city for institutions that still speak generation A (settlement.md §2.6): an adapter as an actor.

Theory of operation. A call is two strings; as one message of an actor they are the transaction number, a
line feed and the document. The adapter turns it into generation B, lets the city's tier serve that, and
turns the answer back, so the same tier, store and books serve both generations. What a call does not carry
it looks up: which settlement an undo means, and the person number; of somebody insured elsewhere who has no
visit here yet it asks the insured place for that first, as an institution of generation B would (1101).

Generation A has no message number of the sender: the platform gives each call its ``transid``, and knows a
repeat by visit and content. So the last call of each visit is kept: the same content again is the same
message again, and gets the stored answer; anything else in between makes it a new one. A refusal is
forgotten, so that the institution can try again. The row is put before the city begins; it stays when the
city refuses.

``transid`` has 22 digits (treatment division, day, sequence), so a city that demands msgids of generation B
(ENV-3) cannot serve generation A.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import msgspec

from onecard.sim.settlement.messages.envelope import FAILURE, decode_reply, infcode_of
from onecard.sim.settlement.messages.generation_a import (
    GENERATION_A,
    GenerationAContext,
    reply_to_a,
    request_to_b,
)
from onecard.sim.settlement.messages.outputs import PersonOutput
from onecard.sim.settlement.messages.reasons import Reason, RefusedError, reason_of
from onecard.sim.settlement.messages.transactions import TRANSACTIONS
from onecard.sim.settlement.messages.xml_gbk import XmlError, read_xml, write_xml
from onecard.sim.settlement.store.rows_office import TransactionIdRow

if TYPE_CHECKING:
    from collections.abc import Generator

    from onecard.sim.actors import Ask, Heard, Serving
    from onecard.sim.settlement.store import Store, Table
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = ["GenerationATier", "read_call", "write_call"]

IDENTIFICATION = "0211"
"""The call that becomes 1101."""
_PERSON = msgspec.json.Decoder(PersonOutput)
_SCOPES = ("ykc700", "akc190", "otransid", "aac002", "aac044")
"""Elements that name what a call is about, the first that is there."""


def write_call(transaction: str, document: bytes) -> bytes:
    """Put the two strings of a call into one message."""
    return transaction.encode() + b"\n" + document


def read_call(message: bytes) -> tuple[str, bytes]:
    """Take the two strings of a call out of a message.

    Raises:
        XmlError: there is no transaction number of four digits before the first line feed.
    """
    number, feed, document = message.partition(b"\n")
    if not feed or len(number) != 4 or not number.isdigit():
        raise XmlError("a call is a transaction number of four digits, a line feed and a document")
    return number.decode(), document


class GenerationATier:
    """Generation A in front of a city.

    Args:
        city: the city's platform; both may be hosted side by side.
    """

    def __init__(self, city: CityTier) -> None:
        self.city = city
        self.address = f"{city.address}/generation-a"
        self._last: Table[TransactionIdRow] = city.store.tables["TRANSID_D"]

    @property
    def store(self) -> Store:
        """The city's store."""
        return self.city.store

    def serve(self, request: bytes, now_us: int) -> Serving:
        """Serve one call; never raises for what it holds."""
        try:
            transaction, document = read_call(request)
            if transaction not in GENERATION_A:
                raise XmlError(f"transaction {transaction!r}, known are {', '.join(GENERATION_A)}")
            header = _header(document)
        except XmlError as error:
            return failure(str(error))
        self.city.store.begin()
        row = self._numbered(transaction, document, header, now_us)
        return (yield from self._served(row, transaction, document, header, now_us))

    def _served(
        self, row: TransactionIdRow, transaction: str, document: bytes, header: dict[str, str], now_us: int
    ) -> Generator[Ask, Heard, bytes]:
        context = self._context(row, header)
        try:
            if self._is_stranger(transaction, header, context):
                question = request_to_b(IDENTIFICATION, document, context=context)
                reply, now_us = yield from self._serve_city(question, now_us)
                psn_no = _psn_no(reply)
                if not psn_no:
                    return self._answer(row, transaction, reply)
                values = {**context.values, "psn_no": psn_no}
                context = msgspec.structs.replace(context, values=values)
            message = request_to_b(transaction, document, context=context)
        except XmlError as error:
            self._forget(row)
            return failure(str(error), row.transid)
        reply, _ = yield from self._serve_city(message, now_us)
        return self._answer(row, transaction, reply)

    def _serve_city(self, message: bytes, now_us: int) -> Generator[Ask, Heard, tuple[bytes, int]]:
        """Let the city serve a message; return the answer and the time then."""
        serving = self.city.serve(message, now_us)
        try:
            question = next(serving)
            while True:
                heard = yield question
                now_us = heard.now_us
                question = serving.send(heard)
        except StopIteration as stop:
            return stop.value, now_us

    def _answer(self, row: TransactionIdRow, transaction: str, reply: bytes) -> bytes:
        answer = decode_reply(reply)
        if infcode_of(answer) != 0 and reason_of(answer.err_msg) != Reason.RESULT_UNCERTAIN:
            self._forget(row)
        return reply_to_a(transaction, reply, transid=row.transid)

    # ---- which message it is

    def _numbered(
        self, transaction: str, document: bytes, header: dict[str, str], now_us: int
    ) -> TransactionIdRow:
        """Give a call its number: that of the visit's last call if it is the same again."""
        named = next((header[name] for name in _SCOPES if name in header), "")
        scope = f"{header.get('akb026', '')}/{named}"
        digest = hashlib.blake2b(write_call(transaction, document), digest_size=16).hexdigest()
        known = self._last.get(scope)
        if known is not None and known.digest == digest:
            return known
        day = self.city.short_day(now_us)
        row = TransactionIdRow(
            scope=scope,
            digest=digest,
            transid=f"{self.city.admdvs}{day}{self.city.sequence(f'transid {day}'):010d}",
            inf_time=self.city.calendar.datetime(now_us),
        )
        if TRANSACTIONS[GENERATION_A[transaction].infno].changes_state:
            self._last.put(row)
        return row

    def _forget(self, row: TransactionIdRow) -> None:
        if self._last.get(row.scope) == row:
            self._last.put(msgspec.structs.replace(row, digest=""))

    # ---- what the call does not carry

    def _context(self, row: TransactionIdRow, header: dict[str, str]) -> GenerationAContext:
        known = {"psn_no": self._person(header), "setl_id": self._settlement(header)}
        values = {field: value for field, value in known.items() if value}
        institution = self.city.registry.institution(header.get("akb026", ""))
        return GenerationAContext(
            msgid=row.transid,
            inf_time=row.inf_time,
            mdtrtarea_admvs=self.city.admdvs,
            fixmedins_name=institution.name if institution is not None else "-",
            values=values,
        )

    def _is_stranger(self, transaction: str, header: dict[str, str], context: GenerationAContext) -> bool:
        """Return whether a call names somebody insured elsewhere whose number is not known here."""
        return (
            TRANSACTIONS[GENERATION_A[transaction].infno].names_person
            and "psn_no" not in context.values
            and not self.city.serves(header.get("aab301"))
            and "aac044" in header
        )

    def _person(self, header: dict[str, str]) -> str:
        """Return the number of the person: of the visit, or by the certificate; empty if unknown."""
        visit = self.city.visit_row(header.get("ykc700", ""))
        if visit is not None:
            return visit.psn_no
        number = header.get("aac002") or header.get("aac044", "")
        person = self.city.registry.by_credential("02", number)
        return person.psn_no if person is not None else ""

    def _settlement(self, header: dict[str, str]) -> str:
        """Return the settlement that an undo names by the number of its call; empty if there is none."""
        rows = self.city.settlements_by_message(header.get("otransid", ""))
        return rows[0].setl_id if rows else ""


def _psn_no(reply: bytes) -> str:
    """Return the person number of an answer to 1101; empty for a refusal."""
    answer = decode_reply(reply)
    return _PERSON.decode(answer.output).baseinfo.psn_no if infcode_of(answer) == 0 else ""


def _header(document: bytes) -> dict[str, str]:
    tree = read_xml(document, root="input")
    texts = ((each.tag, (each.text or "").strip()) for each in tree if not len(each))
    return {tag: text for tag, text in texts if text not in ("", "-")}


def failure(text: str, transid: str = "") -> bytes:
    """Write the answer to a call that cannot be turned into a message."""
    result = ET.Element("result")
    told = RefusedError(Reason.MALFORMED, text).text
    for name, value in (
        ("sign", ""),
        ("transid", transid),
        ("errorcode", str(FAILURE)),
        ("errormsg", told),
        ("output", ""),
    ):
        ET.SubElement(result, name).text = value
    return write_xml(result)
