"""The platform of a city: where institutions settle, and where the benefits of its insured are computed.

Theory of operation. A city has two roles. As the place of *treatment* it checks the institution and the
business, splits the fee lines by its catalogue, keeps them, and collects what the insured place answers. As
the *insured* place it checks the person, computes by its policy, moves funds and accounts. The table
:data:`~onecard.sim.settlement.tiers.handlers.HANDLERS` says for each transaction whose duty it is:

* ``treatment``: the city of treatment alone (fee lines, reconciliation, files);
* ``insured``: the insured city alone; the city of treatment passes the message on as it came (1101, 2001,
  2501);
* ``both``: the city of treatment prepares, the insured city does it, the city of treatment completes.

For its own people both roles are one call; for others the insured part is a message through province and
ministry. What differs is only who carries it, so a stay settles in the same way wherever it is (§9 C-24).

Before a message that changes something is sent on, the visit is marked with it, durably: until it is answered
for good, other messages of the visit are refused. The institution resolves it by the same message again, or
by its reversal.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import msgspec

from onecard.sim.actors import Ask, Heard
from onecard.sim.settlement.benefit import Used, load_catalogue
from onecard.sim.settlement.messages.codes import unknown_codes_in
from onecard.sim.settlement.messages.envelope import decode_reply, encode, explain, input_bytes
from onecard.sim.settlement.messages.reasons import Reason, RefusedError, reason_of
from onecard.sim.settlement.messages.transactions import TRANSACTIONS, TransactionSpec
from onecard.sim.settlement.store.rows import (
    AccumulationRow,
    CalculationRow,
    CardTacRow,
    FeeRow,
    InsuredVisitRow,
    SettlementRow,
    VisitRow,
)
from onecard.sim.settlement.tiers.authentication import authenticate_card
from onecard.sim.settlement.tiers.between import BETWEEN_TIERS, serve_between
from onecard.sim.settlement.tiers.call import Call
from onecard.sim.settlement.tiers.directory import city_address, division_prefix, province_address
from onecard.sim.settlement.tiers.handlers import HANDLERS, VISIT_NODES, Handler
from onecard.sim.settlement.tiers.kernel import PENDING, UNDECODABLE, Arrived, Tier
from onecard.sim.settlement.tiers.landing import land, read_landing, with_landing
from onecard.sim.settlement.tiers.money import receivable, treatment_city_entries
from onecard.sim.settlement.tiers.options import DEFAULT_TIER_OPTIONS
from onecard.sim.settlement.tiers.treatment.files import Files
from onecard.sim.settlement.tiers.treatment.office import check_sender

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable

    from onecard.sim.ledger import Posting
    from onecard.sim.settlement.benefit import Catalogue, Policy
    from onecard.sim.settlement.registry import InsuredPerson, MedicalInstitution, Registry
    from onecard.sim.settlement.store import Table
    from onecard.sim.settlement.store.rows_office import MappingRow, SignInRow
    from onecard.sim.settlement.tiers.options import TierOptions

__all__ = ["CITY_TIMEOUT_US", "CityTier"]

CITY_TIMEOUT_US = 25_000_000
"""How long a city waits for its province (settlement.md §10 Q-11)."""


class CityTier(Tier):
    """The platform of one city.

    Args:
        admdvs: division code of the city, ``"310000"``.
        start: the date of time zero.
        registry: the city's insured people and designated institutions.
        policy: the benefit policy.
        fund_opening_fen: what each fund holds at the start.
        catalogue: the medical catalogue; by default the synthetic one.
        observer: called with every posting.
        journal: whether requests and answers are written down as they went.
        authority: address of the card authority of an isolated city, which has no province: nobody insured
            elsewhere can settle, and the authority is asked directly; empty in a network.
        options: what it demands of senders.
    """

    def __init__(
        self,
        *,
        admdvs: str,
        start: datetime.date,
        registry: Registry,
        policy: Policy,
        fund_opening_fen: int,
        catalogue: Catalogue | None = None,
        observer: Callable[[Posting], None] | None = None,
        journal: bool = False,
        authority: str = "",
        options: TierOptions = DEFAULT_TIER_OPTIONS,
    ) -> None:
        super().__init__(
            address=city_address(admdvs),
            division=admdvs,
            start=start,
            observer=observer,
            journal=journal,
            options=options,
        )
        self.admdvs = admdvs
        self.registry = registry
        self.policy = policy
        self.catalogue = catalogue or load_catalogue()
        self.authority = authority
        self.fund_opening_fen = fund_opening_fen
        self._prefix = division_prefix(admdvs)
        self._busy: set[str] = set()
        tables = self.store.tables
        self._visits: dict[bool, Table[VisitRow]] = {True: tables["MDTRT_D"], False: tables["OUTMED_MDTRT_D"]}
        self._fees: dict[bool, Table[FeeRow]] = {
            True: tables["FEE_LIST_D"],
            False: tables["OUTMED_FEE_LIST_D"],
        }
        self._settlements: dict[bool, Table[SettlementRow]] = {
            True: tables["SETL_D"],
            False: tables["OUTMED_SETL_D"],
        }
        self.insured_visits: Table[InsuredVisitRow] = tables["INSU_MDTRT_D"]
        self.calculations: Table[CalculationRow] = tables["SETL_CALC_D"]
        self.accumulations: Table[AccumulationRow] = tables["PSN_ACCUM_D"]
        self.tacs: Table[CardTacRow] = tables["CARD_TAC_D"]
        self.sign_ins: Table[SignInRow] = tables["SIGN_IN_D"]
        self.mappings: Table[MappingRow] = tables["HILIST_MAP_D"]
        self.files = Files(self)

    # ---- roles and routes

    def serves(self, admdvs: str | None) -> bool:
        """Return whether a division lies in this city."""
        return bool(admdvs) and str(admdvs).startswith(self._prefix)

    def transact(self, arrived: Arrived) -> Generator[Ask, Heard, bytes]:
        """Do a transaction in the role that the city has in it."""
        request = arrived.request
        if request.infno in BETWEEN_TIERS:
            return (yield from serve_between(self, arrived))
        handler = HANDLERS.get(request.infno)
        if handler is None:
            raise RefusedError(Reason.UNKNOWN_TRANSACTION, f"ENV-1 infno {request.infno}")
        spec = TRANSACTIONS[request.infno]
        if self.serves(request.mdtrtarea_admvs):
            return (yield from self._at_treatment(arrived, handler, spec))
        if handler.place == "treatment" or not self.serves(request.insuplc_admdvs):
            raise RefusedError(
                Reason.WRONG_ROLE, f"{request.infno} for mdtrtarea_admvs {request.mdtrtarea_admvs}"
            )
        call = self._call(arrived, spec, None)
        arrived.mdtrt_id = self._visit_named(handler, call)
        output, rows = self._insure(handler, call)
        self._land(rows, now_us=arrived.now_us)
        self._note_opened(arrived, handler, output)
        encoded = encode(output)
        return self.success(arrived, msgspec.Raw(with_landing(encoded, rows) if rows else encoded))

    def _at_treatment(
        self, arrived: Arrived, handler: Handler, spec: TransactionSpec
    ) -> Generator[Ask, Heard, bytes]:
        institution = check_sender(self, arrived.request)
        if spec.names_person:
            self._check_place(arrived.request.insuplc_admdvs)
        call = self._call(arrived, spec, institution)
        warning = unknown_codes_in(call.node, spec.coded_nodes) if spec.coded_nodes else ""
        if handler.place == "treatment":
            return self.success(arrived, handler.treat(self, call), warning)
        if handler.place == "insured":
            output = yield from self._at_insured(arrived, handler, call)
        else:
            output = yield from self._at_both(arrived, handler, call)
        return self.success(arrived, output, warning)

    def _check_place(self, insuplc_admdvs: str | None) -> None:
        """Refuse a message that names a person but no insured place, or one that is not reachable (ENV-4)."""
        if not insuplc_admdvs:
            raise RefusedError(Reason.INSURED_PLACE_MISSING, "ENV-4 insuplc_admdvs")
        if self.authority and not self.serves(insuplc_admdvs):
            raise RefusedError(Reason.OUT_OF_AREA, f"insuplc_admdvs {insuplc_admdvs}")

    @staticmethod
    def _call(arrived: Arrived, spec: TransactionSpec, institution: MedicalInstitution | None) -> Call:
        request = arrived.request
        try:
            node = spec.read_input(input_bytes(request, limit_bytes=spec.max_input_bytes))
        except UNDECODABLE as error:
            raise RefusedError(Reason.MALFORMED, explain(error)) from None
        return Call(request, node, institution, arrived.now_us)

    # ---- the insured place alone

    def _at_insured(self, arrived: Arrived, handler: Handler, call: Call) -> Generator[Ask, Heard, Any]:
        place = handler.home(self, call) if handler.home is not None else call.request.insuplc_admdvs
        if self.serves(place):
            return self._insure(handler, call)[0]
        request = msgspec.structs.replace(call.request, insuplc_admdvs=place)
        answer = yield from self._ask_home(arrived, encode(request), durable=arrived.remembered)
        return msgspec.Raw(answer)

    # ---- both places

    def _at_both(self, arrived: Arrived, handler: Handler, call: Call) -> Generator[Ask, Heard, Any]:
        arrived.mdtrt_id = self._visit_named(handler, call)
        self._check_free(arrived)
        if self.serves(call.request.insuplc_admdvs):
            return (yield from self._at_home(arrived, handler, call))
        return (yield from self._abroad(arrived, handler, call))

    def _check_free(self, arrived: Arrived) -> None:
        """Refuse while another message of the visit is out; a reversal may always pass."""
        if not arrived.mdtrt_id or arrived.request.infno == "2601":
            return
        visit = self.visit_row(arrived.mdtrt_id)
        other = visit is not None and visit.pending not in ("", arrived.key)
        if other or arrived.mdtrt_id in self._busy:
            raise RefusedError(Reason.VISIT_BUSY, arrived.mdtrt_id)

    def _at_home(self, arrived: Arrived, handler: Handler, call: Call) -> Generator[Ask, Heard, Any]:
        """Settle with the city's own people: authenticate the card, then everything in one step."""
        handler.treat(self, call)
        if handler.card:
            self._busy.add(arrived.mdtrt_id)
            try:
                serial = yield from authenticate_card(self, arrived, call)
            finally:
                self._busy.discard(arrived.mdtrt_id)
            self.check_late(arrived)
            call.now_us = arrived.now_us
            if call.treatment is not None:
                call.treatment.auth_serial = serial
        output, rows = self._insure(handler, call)
        self._land(rows, now_us=call.now_us)
        if handler.complete is not None:
            output = handler.complete(self, call, output, rows)
        self._note_opened(arrived, handler, output)
        return output

    def _abroad(self, arrived: Arrived, handler: Handler, call: Call) -> Generator[Ask, Heard, Any]:
        """Settle with somebody insured elsewhere: prepare, send on, complete."""
        known = self.message(arrived.request.msgid, arrived.request.infno)
        if known is not None and known.state == PENDING:
            arrived.forwarded = known.forwarded
        else:
            node = handler.treat(self, call)
            if handler.card and self._authenticates(call.request.insuplc_admdvs):
                serial = yield from authenticate_card(self, arrived, call)
                self.check_late(arrived)
                self._check_free(arrived)
                call.now_us = arrived.now_us
                if call.treatment is not None:
                    call.treatment.auth_serial = serial
                node = handler.treat(self, call)
            arrived.forwarded = encode(msgspec.structs.replace(call.request, input=msgspec.Raw(encode(node))))
            if arrived.remembered:
                self.note_pending(arrived)
                self._mark(arrived.mdtrt_id, pending=arrived.key)
        answer = yield from self._ask_home(arrived, arrived.forwarded, durable=arrived.remembered)
        call.now_us = arrived.now_us
        rows = read_landing(answer)
        self._land(rows, now_us=call.now_us)
        self._unmark(arrived)
        if self.reversed.get(arrived.request.msgid) is not None:
            self.store.begin()  # what has landed stays: the far end did it, and took it back
            raise RefusedError(Reason.LATE_MESSAGE, "reversed while it was out")
        output = _answered(arrived.request.infno, handler, answer)
        if handler.complete is not None:
            output = handler.complete(self, call, output, rows)
        self._note_opened(arrived, handler, output)
        return output

    def _authenticates(self, insuplc_admdvs: str | None) -> bool:
        """Return whether the card is authenticated here, and not by the ministry on the way."""
        return self.options.authentication == "first" or str(insuplc_admdvs)[:2] == self.admdvs[:2]

    def _visit_named(self, handler: Handler, call: Call) -> str:
        if handler.visit_of is not None:
            return handler.visit_of(self, call)
        node = VISIT_NODES[call.request.infno]
        return getattr(call.node, node).mdtrt_id if node else ""

    @staticmethod
    def _note_opened(arrived: Arrived, handler: Handler, output: Any) -> None:
        """Note which visit a message opened, for its reversal."""
        if handler.opened is not None and output is not None:
            arrived.mdtrt_id = handler.opened(output)

    def _ask_home(self, arrived: Arrived, request: bytes, *, durable: bool) -> Generator[Ask, Heard, bytes]:
        """Send a message up the chain; return the encoded output of a success."""
        if self.authority:
            raise RefusedError(Reason.OUT_OF_AREA, arrived.request.insuplc_admdvs or "")
        reply = yield from self.ask(
            arrived,
            province_address(self.admdvs[:2]),
            request,
            timeout_us=CITY_TIMEOUT_US,
            durable=durable,
        )
        try:
            answer = decode_reply(reply or b"")
            code = int(answer.infcode)
        except (*UNDECODABLE, ValueError):
            raise RefusedError(Reason.RESULT_UNCERTAIN, "no answer from the insured place") from None
        if code != 0:
            word = reason_of(answer.err_msg)
            if word in ("", Reason.MALFORMED):  # it was read here: damaged on its way, or another's words
                raise RefusedError(Reason.RESULT_UNCERTAIN, f"answered: {answer.err_msg}")
            raise RefusedError(Reason(word), told=answer.err_msg)
        return bytes(answer.output)

    def refused(self, arrived: Arrived) -> None:
        """Free the visit of a message that was refused for good."""
        self._unmark(arrived)

    def _mark(self, mdtrt_id: str, *, pending: str) -> None:
        visit = self.visit_row(mdtrt_id)
        if visit is not None and visit.pending != pending:
            self.put_visit(msgspec.structs.replace(visit, pending=pending))

    def _unmark(self, arrived: Arrived) -> None:
        visit = self.visit_row(arrived.mdtrt_id)
        if visit is not None and visit.pending == arrived.key:
            self.put_visit(msgspec.structs.replace(visit, pending=""))

    def release(self, mdtrt_id: str, msgid: str, infno: str) -> None:
        """Free a visit of a message that was reversed."""
        visit = self.visit_row(mdtrt_id)
        if visit is not None and visit.pending == f"{msgid}/{infno}":
            self.put_visit(msgspec.structs.replace(visit, pending=""))

    def _insure(self, handler: Handler, call: Call) -> tuple[Any, tuple[SettlementRow, ...]]:
        done = handler.insure(self, call)
        return done if isinstance(done, tuple) else (done, ())

    # ---- what the handlers look up, and refuse in the words of the interface

    def person(self, call: Call, psn_no: str, insutype: str | None = None) -> InsuredPerson:
        """Return the insured person a message names, at the insured place.

        Raises:
            RefusedError: unknown, insured at another place than stated, or not in this insurance.
        """
        person = self.registry.person(psn_no)
        if person is None:
            raise RefusedError(Reason.PERSON_UNKNOWN, psn_no)
        if person.insuplc_admdvs != call.request.insuplc_admdvs:
            raise RefusedError(Reason.INSURED_PLACE_DIFFERS, call.request.insuplc_admdvs or "")
        if insutype is not None and insutype != person.insutype:
            raise RefusedError(Reason.INSURANCE_DIFFERS, insutype)
        if insutype is not None and person.psn_insu_stas != "1":
            raise RefusedError(Reason.NOT_INSURED, f"psn_insu_stas {person.psn_insu_stas}")
        return person

    def visit_row(self, mdtrt_id: str) -> VisitRow | None:
        """Find a visit at an institution here, of anybody."""
        return self._visits[True].get(mdtrt_id) or self._visits[False].get(mdtrt_id)

    def visits_numbered(self, number: str) -> list[VisitRow]:
        """Return the visits under an institution's own number, oldest first."""
        return self._visits[True].by("number", number) + self._visits[False].by("number", number)

    def visits_of_person(self, psn_no: str) -> list[VisitRow]:
        """Return the visits here of a person, oldest first."""
        return self._visits[True].by("psn_no", psn_no) + self._visits[False].by("psn_no", psn_no)

    def put_visit(self, visit: VisitRow) -> None:
        """Write a visit into the table it belongs to."""
        self._visits[self.serves(visit.insu_admdvs)].put(visit)

    def visit(self, call: Call, mdtrt_id: str, psn_no: str) -> VisitRow:
        """Return the visit that a message of the place of treatment names, free for it.

        Raises:
            RefusedError: no such visit of this person at this institution, or another message of it is out.
        """
        visit = self.visit_row(mdtrt_id)
        if visit is None or visit.fixmedins_code != call.here.fixmedins_code or visit.psn_no != psn_no:
            raise RefusedError(Reason.VISIT_UNKNOWN, f"ST-1 {mdtrt_id}")
        if visit.insu_admdvs != call.request.insuplc_admdvs:
            raise RefusedError(Reason.INSURED_PLACE_DIFFERS, call.request.insuplc_admdvs or "")
        out = visit.pending not in ("", f"{call.request.msgid}/{call.request.infno}")
        if (out or mdtrt_id in self._busy) and call.request.infno not in ("2601",):
            raise RefusedError(Reason.VISIT_BUSY, mdtrt_id)
        return visit

    def lines(self, visit: VisitRow) -> list[FeeRow]:
        """Return the fee lines of a visit that were not taken back."""
        table = self._fees[self.serves(visit.insu_admdvs)]
        return [line for line in table.by("mdtrt_id", visit.mdtrt_id) if line.vali_flag == "1"]

    def unsettled(self, visit: VisitRow, chrg_bchno: str | None = None) -> list[FeeRow]:
        """Return the unsettled lines, all or those of one batch."""
        return [
            line for line in self.lines(visit) if not line.setl_id and chrg_bchno in (None, line.chrg_bchno)
        ]

    def line(self, visit: VisitRow, feedetl_sn: str) -> FeeRow | None:
        """Find a line of a visit, taken back or not."""
        return self._fees[self.serves(visit.insu_admdvs)].get(f"{visit.mdtrt_id}/{feedetl_sn}")

    def put_line(self, visit: VisitRow, line: FeeRow) -> None:
        """Write a fee line."""
        self._fees[self.serves(visit.insu_admdvs)].put(line)

    def settlement(self, setl_id: str) -> SettlementRow | None:
        """Find a settlement of a person insured here or treated here."""
        return self._settlements[True].get(setl_id) or self._settlements[False].get(setl_id)

    def settlements_of(self, mdtrt_id: str) -> list[SettlementRow]:
        """Return the settlement rows of a visit, oldest first."""
        return self._settlements[True].by("mdtrt_id", mdtrt_id) + self._settlements[False].by(
            "mdtrt_id", mdtrt_id
        )

    def settlements_by_message(self, msgid: str) -> list[SettlementRow]:
        """Return the settlement rows that a message made, at most one."""
        return self._settlements[True].by("medins_setl_id", msgid) + self._settlements[False].by(
            "medins_setl_id", msgid
        )

    def _land(self, rows: tuple[SettlementRow, ...], *, now_us: int) -> None:
        """Land rows; the funds were moved where they were computed, here the institution gets its claim."""
        for row in rows:
            mine = self.serves(row.insu_admdvs)
            if self.serves(row.mdtrtarea_admvs):
                self.book.ensure(receivable(row.fixmedins_code), 0, now_us)
            land(
                self._settlements[mine],
                (row,),
                book=self.book,
                entries_of=self._no_entries if mine else self._treatment_entries,
                now_us=now_us,
            )

    def landing_entries(self, row: SettlementRow, now_us: int) -> tuple[tuple[str, int], ...]:
        """Return what is booked when a row is landed; the funds' part was booked when it was computed."""
        return () if self.serves(row.insu_admdvs) else self._treatment_entries(row)

    def land_again(self, row: SettlementRow, now_us: int) -> None:
        """Land a row that was missing here."""
        self._land((row,), now_us=now_us)

    def _treatment_entries(self, row: SettlementRow) -> tuple[tuple[str, int], ...]:
        entries = treatment_city_entries(self.admdvs, row)
        for account, _ in entries:
            self.book.ensure(account, 0, row.opt_time_us)
        return entries

    @staticmethod
    def _no_entries(_row: SettlementRow) -> tuple[tuple[str, int], ...]:
        return ()

    # ---- accumulations and accounts, at the insured place

    def year(self, now_us: int) -> int:
        """Return the insurance year of a time."""
        return self.calendar.on(now_us).year

    def short_day(self, now_us: int) -> str:
        """Return the day as ``yyMMdd``, for identifiers."""
        return self.calendar.stamp(now_us)[2:8]

    def balance_fen(self, person: InsuredPerson) -> int:
        """Return what a person's medical account holds, 0 for people without one."""
        if not person.medical_account:
            return 0
        if person.medical_account in self.book.ledger:
            return self.book.balance(person.medical_account)
        return person.medical_opening_fen

    def used(self, person: InsuredPerson, year: int) -> Used:
        """Return what a person used of a year; the registry's figure holds for the first year."""
        row = self.accumulations.get(f"{person.psn_no}/{person.insutype}/{year}")
        if row is not None:
            return row.used
        return person.used if year == self.calendar.start.year else Used()

    def put_used(self, person: InsuredPerson, year: int, used: Used) -> None:
        """Set what a person used of a year."""
        self.accumulations.put(
            AccumulationRow(
                accumulation=f"{person.psn_no}/{person.insutype}/{year}",
                psn_no=person.psn_no,
                insutype=person.insutype,
                year=year,
                used=used,
            )
        )


def _answered(infno: str, handler: Handler, answer: bytes) -> Any:
    """Decode what the insured place answered; None for a transaction without output."""
    if handler.answer is not None:
        return handler.answer.decode(answer)
    spec = TRANSACTIONS[infno]
    return None if spec.output is None else spec.read_output(answer)
