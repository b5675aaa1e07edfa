"""The settlement platform of a city, as an actor.

Theory of operation. A message passes five doors in order: the envelope (§1.1 ENV-2), the repeat check (§10
Q-7: the same message again gets the stored answer, another one under the same number is refused), the table
of transactions (ENV-1), the sender and the insured place (ENV-4), and the input's fields. Then one handler
function does the transaction or refuses with a reason of the closed list. Every answer has infcode 0 or -1,
and a refusal leaves no trace but its own answer.

The table :data:`TRANSACTIONS` is all that dispatch knows; a new transaction is a row.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec

from onecard.sim.settlement import outpatient, person, settle
from onecard.sim.settlement.benefit import load_catalogue
from onecard.sim.settlement.city import Call, City, fund_accounts
from onecard.sim.settlement.messages import inputs
from onecard.sim.settlement.messages.codes import unknown_codes
from onecard.sim.settlement.messages.envelope import (
    FAILURE,
    SUCCESS,
    Reply,
    Request,
    decode_request,
    encode,
    field_of,
    input_bytes,
)
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.state import Answered, Store, identifier

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable

    from onecard.sim.ledger import Ledger
    from onecard.sim.settlement.benefit import Catalogue, Policy
    from onecard.sim.settlement.registry import Registry

__all__ = ["TRANSACTIONS", "CityPlatform", "Transaction"]

_UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Transaction(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table of transactions.

    Attributes:
        title: English and Chinese name.
        decoder: of the input.
        handler: what does it.
        node: the input node whose dictionary fields are looked at for warnings.
        names_person: the input names a person by ``psn_no``, so the insured place is required (ENV-4).
    """

    title: tuple[str, str]
    decoder: msgspec.json.Decoder[Any]
    handler: Callable[[City, Call], Any]
    node: str = "data"
    names_person: bool = True


_VISIT_INFORMATION = Transaction(
    title=("outpatient visit information", "门诊就诊信息上传"),
    decoder=msgspec.json.Decoder(inputs.VisitInformationInput),
    handler=outpatient.visit_information,
    node="mdtrtinfo",
)
_PRESETTLEMENT = Transaction(
    title=("outpatient pre-settlement", "门诊预结算"),
    decoder=msgspec.json.Decoder(inputs.SettlementInput),
    handler=settle.presettle,
)
_SETTLEMENT = Transaction(
    title=("outpatient settlement", "门诊结算"),
    decoder=msgspec.json.Decoder(inputs.SettlementInput),
    handler=settle.settle,
)

TRANSACTIONS: dict[str, Transaction] = {
    "1101": Transaction(
        title=("person information", "人员基本信息获取"),
        decoder=msgspec.json.Decoder(inputs.PersonQueryInput),
        handler=person.person_information,
        names_person=False,
    ),
    "2001": Transaction(
        title=("benefit check", "待遇检查"),
        decoder=msgspec.json.Decoder(inputs.TreatmentCheckInput),
        handler=person.benefit_check,
    ),
    "2101": Transaction(
        title=("pharmacy pre-settlement", "药店预结算"),
        decoder=msgspec.json.Decoder(inputs.DrugPurchaseInput),
        handler=settle.presettle_purchase,
        node="druginfo",
    ),
    "2102": Transaction(
        title=("pharmacy settlement", "药店结算"),
        decoder=msgspec.json.Decoder(inputs.DrugPurchaseInput),
        handler=settle.purchase,
        node="druginfo",
    ),
    "2103": Transaction(
        title=("cancel pharmacy settlement", "药店结算撤销"),
        decoder=msgspec.json.Decoder(inputs.CancellationInput),
        handler=settle.cancel,
    ),
    "2201": Transaction(
        title=("outpatient registration", "门诊挂号"),
        decoder=msgspec.json.Decoder(inputs.RegistrationInput),
        handler=outpatient.register,
    ),
    "2202": Transaction(
        title=("cancel outpatient registration", "门诊挂号撤销"),
        decoder=msgspec.json.Decoder(inputs.RegistrationCancellationInput),
        handler=outpatient.cancel_registration,
    ),
    "2203": _VISIT_INFORMATION,
    "2203A": _VISIT_INFORMATION,
    "2204": Transaction(
        title=("upload outpatient fees", "门诊费用明细信息上传"),
        decoder=msgspec.json.Decoder(inputs.FeeInput),
        handler=outpatient.upload_fees,
        node="",
    ),
    "2205": Transaction(
        title=("cancel outpatient fees", "门诊费用明细信息撤销"),
        decoder=msgspec.json.Decoder(inputs.FeeCancellationInput),
        handler=outpatient.cancel_fees,
    ),
    "2206": _PRESETTLEMENT,
    "2206A": _PRESETTLEMENT,
    "2207": _SETTLEMENT,
    "2207A": _SETTLEMENT,
    "2208": Transaction(
        title=("cancel outpatient settlement", "门诊结算撤销"),
        decoder=msgspec.json.Decoder(inputs.CancellationInput),
        handler=settle.cancel,
    ),
}
"""Transaction number → what it is; 2206A and 2207A are aliases (settlement.md §2.3 [?])."""


class CityPlatform:
    """The settlement platform of one city.

    Args:
        admdvs: division code of the city, ``"310000"``.
        start: the scenario's first day.
        registry: the world's people and institutions.
        ledger: where the money is; the funds' accounts are opened here.
        policy: the benefit policy.
        ask: carries a message to another actor's address; empty bytes mean no answer.
        fund_opening_fen: what each fund holds at the start.
        catalogue: the medical catalogue; by default the synthetic one.
        authority: address of the card authority.
        address: where messages go; by default ``"city/"`` and the division.
        remembered: how many answered messages are kept for repeats.
    """

    def __init__(
        self,
        *,
        admdvs: str,
        start: datetime.date,
        registry: Registry,
        ledger: Ledger,
        policy: Policy,
        ask: Callable[[str, bytes], bytes],
        fund_opening_fen: int,
        catalogue: Catalogue | None = None,
        authority: str = "authority/card",
        address: str | None = None,
        remembered: int = 250_000,
    ) -> None:
        self.address = address or f"city/{admdvs}"
        self.store = Store(remembered=remembered)
        self._city = City(
            admdvs=admdvs,
            start=start,
            registry=registry,
            ledger=ledger,
            policy=policy,
            catalogue=catalogue or load_catalogue(),
            ask=ask,
            authority=authority,
            store=self.store,
        )
        for account in fund_accounts(admdvs):
            if account not in ledger:
                ledger.open(account, opening_fen=fund_opening_fen)

    def handle(self, request: bytes, now_us: int) -> bytes:
        """Answer one message; never raises for what it holds."""
        digest = hashlib.blake2b(request, digest_size=16).digest()
        try:
            envelope = decode_request(request)
        except _UNDECODABLE as error:
            refusal = RefusedError(Reason.MALFORMED, f"{field_of(error)}: {error}")
            return self._reply(digest, now_us, error=refusal)
        answered = self.store.answered(envelope.msgid)
        if answered is not None:
            if answered.digest == digest:
                return answered.reply
            refusal = RefusedError(Reason.DUPLICATE_MESSAGE, envelope.msgid)
            return self._reply(digest, now_us, error=refusal)
        try:
            output, warning = self._transact(envelope, now_us)
            reply = self._reply(digest, now_us, output=output, warning=warning)
        except RefusedError as refusal:
            reply = self._reply(digest, now_us, error=refusal)
        self.store.remember(envelope.msgid, Answered(digest, reply))
        return reply

    def _transact(self, envelope: Request, now_us: int) -> tuple[Any, str]:
        transaction = TRANSACTIONS.get(envelope.infno)
        if transaction is None:
            raise RefusedError(Reason.UNKNOWN_TRANSACTION, envelope.infno)
        institution = self._city.registry.institution(envelope.fixmedins_code)
        if institution is None or not self._city.serves(envelope.mdtrtarea_admvs):
            raise RefusedError(Reason.INSTITUTION_UNKNOWN, envelope.fixmedins_code)
        if transaction.names_person:
            if not envelope.insuplc_admdvs:
                raise RefusedError(Reason.INSURED_PLACE_MISSING, "ENV-4 insuplc_admdvs")
            if not self._city.serves(envelope.insuplc_admdvs):
                raise RefusedError(Reason.OUT_OF_AREA, envelope.insuplc_admdvs)
        try:
            node = transaction.decoder.decode(input_bytes(envelope))
        except _UNDECODABLE as error:
            raise RefusedError(Reason.MALFORMED, f"{field_of(error)}: {error}") from None
        output = transaction.handler(self._city, Call(envelope, node, institution, now_us))
        return output, unknown_codes(getattr(node, transaction.node)) if transaction.node else ""

    def _reply(
        self,
        digest: bytes,
        now_us: int,
        *,
        output: Any = None,
        warning: str = "",
        error: RefusedError | None = None,
    ) -> bytes:
        time = self._city.calendar.millis(now_us)
        return encode(
            Reply(
                output=output,
                infcode=SUCCESS if error is None else FAILURE,
                warn_msg=warning or None,
                err_msg=None if error is None else error.text,
                refmsg_time=time,
                respond_time=time,
                inf_refmsgid=identifier(self._city.admdvs, time[:14], 10, "message", digest.hex()),
            )
        )
