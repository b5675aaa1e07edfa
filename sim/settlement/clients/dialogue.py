"""What the clients of a city platform have in common: a plan of transactions, without any I/O.

A plan is a row of transaction numbers; each has a builder that writes its request and a reader that takes
what the next one needs out of the answer. The host asks for the next request, carries it, and hands the
answer back::

    visit = OutpatientVisit(desk=desk, credential=…, ipt_otp_no="00042", charges=(…,))
    while (request := visit.next_request(now_us)) is not None:
        visit.receive(link(request))

Three results are possible (settlement.md §5.3 UR-1): success, failure, and unknown when there was no usable
answer; an unknown result ends the plan with reason ``no-answer``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from onecard.sim.settlement.benefit.catalogue import line_amount_fen
from onecard.sim.settlement.messages.amounts import fen_of
from onecard.sim.settlement.messages.envelope import RawReply, decode_reply
from onecard.sim.settlement.messages.inputs import (
    Cancellation,
    CancellationInput,
    PersonQuery,
    PersonQueryInput,
)
from onecard.sim.settlement.messages.outputs import PersonOutput, SettlementInfo, SettlementOutput
from onecard.sim.settlement.messages.reasons import Reason, reason_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.sim.settlement.benefit.catalogue import Item
    from onecard.sim.settlement.clients.desk import Desk

__all__ = ["Charge", "Credential", "Dialogue", "Failure", "Settled", "charge"]

_PERSON = msgspec.json.Decoder(PersonOutput)
_SETTLEMENT = msgspec.json.Decoder(SettlementOutput)


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """What the person showed: type 01 e-card number, 02 certificate number, 03 card number with its code.

    Attributes:
        tac: transaction check code of a card that was debited (settlement.md §5.2 CA-5); empty for none.
    """

    mdtrt_cert_type: str
    mdtrt_cert_no: str
    card_sn: str = ""
    certno: str = ""
    psn_name: str = ""
    tac: str = ""

    @property
    def extension(self) -> str | None:
        """What a settlement says of the card in ``expContent``."""
        return msgspec.json.encode({"tac": self.tac}).decode() if self.tac else None


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the bill."""

    med_list_codg: str
    price_micro: int
    count_e4: int
    amount_fen: int


def charge(item: Item, count: int = 1) -> Charge:
    """Charge a catalogue item at its usual price."""
    price_micro, count_e4 = item.price_micro, count * 10_000
    return Charge(
        med_list_codg=item.code,
        price_micro=price_micro,
        count_e4=count_e4,
        amount_fen=line_amount_fen(price_micro, count_e4),
    )


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """A settlement as the institution needs it, in fen."""

    setl_id: str
    mdtrt_id: str
    psn_no: str
    medfee_sumamt_fen: int
    fund_pay_sumamt_fen: int
    acct_pay_fen: int
    psn_cash_pay_fen: int
    act_pay_dedc_fen: int
    balc_fen: int


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Why a visit stopped: at which transaction, the reason's word, and the platform's text."""

    infno: str
    reason: str
    err_msg: str


class Dialogue:
    """A plan of transactions followed one by one."""

    _build: ClassVar[dict[str, Callable[[Any, str], msgspec.Struct]]]
    """Transaction → what writes its input, given the time as text."""
    _read: ClassVar[dict[str, Callable[[Any, bytes], None]]]
    """Transaction → what takes from its output; transactions without output have none."""

    def __init__(self, *, desk: Desk, credential: Credential, plan: tuple[str, ...]) -> None:
        self.desk = desk
        self.credential = credential
        self.psn_no = ""
        self.insutype = ""
        self.insuplc_admdvs = ""
        self.psn_name = ""
        self.certno = ""
        self.balc_fen = 0
        self.mdtrt_id = ""
        self.presettled: SettlementInfo | None = None
        self.settlement: SettlementInfo | None = None
        self.failure: Failure | None = None
        self.done: list[str] = []
        self._plan = list(plan)

    @property
    def next_infno(self) -> str | None:
        """The transaction that comes next, None when the plan is finished or stopped."""
        return self._plan[0] if self._plan and self.failure is None else None

    @property
    def result(self) -> Settled | None:
        """The settlement, once there is one."""
        info = self.settlement
        if info is None:
            return None
        return Settled(
            setl_id=info.setl_id or "",
            mdtrt_id=info.mdtrt_id,
            psn_no=self.psn_no,
            medfee_sumamt_fen=fen_of(info.medfee_sumamt, "medfee_sumamt"),
            fund_pay_sumamt_fen=fen_of(info.fund_pay_sumamt, "fund_pay_sumamt"),
            acct_pay_fen=fen_of(info.acct_pay, "acct_pay"),
            psn_cash_pay_fen=fen_of(info.psn_cash_pay, "psn_cash_pay"),
            act_pay_dedc_fen=fen_of(info.act_pay_dedc, "act_pay_dedc"),
            balc_fen=fen_of(info.balc, "balc"),
        )

    def next_request(self, now_us: int, desk: Desk | None = None) -> bytes | None:
        """Write the next request, or return None when the plan is finished or stopped.

        Args:
            now_us: when it is sent.
            desk: which desk sends it; by default the one the visit began at.
        """
        infno = self.next_infno
        if infno is None:
            return None
        sender = desk or self.desk
        node = self._build[infno](self, sender.calendar.datetime(now_us))
        return sender.write(infno, node, now_us, self.insuplc_admdvs)

    def receive(self, reply: bytes) -> None:
        """Take the answer to the last request; empty bytes stand for none."""
        infno = self._plan[0]
        try:
            answer = decode_reply(reply)
            if int(answer.infcode) != 0:
                self._fail(infno, answer)
                return
            reader = self._read.get(infno)
            if reader is not None:
                reader(self, bytes(answer.output))
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError, IndexError) as error:
            self.failure = Failure(infno=infno, reason=Reason.NO_ANSWER, err_msg=str(error)[:200])
            return
        self._plan.pop(0)
        self.done.append(infno)

    def _fail(self, infno: str, answer: RawReply) -> None:
        text = answer.err_msg or ""
        self.failure = Failure(infno=infno, reason=reason_of(text), err_msg=text)

    def query_person(self, _time: str) -> PersonQueryInput:
        """Write 1101."""
        shown = self.credential
        return PersonQueryInput(
            PersonQuery(
                mdtrt_cert_type=shown.mdtrt_cert_type,
                mdtrt_cert_no=shown.mdtrt_cert_no,
                card_sn=shown.card_sn or None,
                psn_cert_type="01",
                certno=shown.certno or None,
                psn_name=shown.psn_name or None,
            )
        )

    def read_person(self, output: bytes) -> None:
        """Take person, insurance and balance out of the answer to 1101."""
        answer = _PERSON.decode(output)
        insured = answer.insuinfo[0]
        self.psn_no = answer.baseinfo.psn_no
        self.psn_name, self.certno = answer.baseinfo.psn_name, answer.baseinfo.certno
        self.insutype, self.insuplc_admdvs = insured.insutype, insured.insuplc_admdvs
        self.balc_fen = fen_of(insured.balc, "balc")

    def cancellation(self, _time: str) -> CancellationInput:
        """Write 2208 or 2103."""
        settled = self.settlement
        setl_id = "" if settled is None else settled.setl_id or ""
        return CancellationInput(Cancellation(setl_id=setl_id, mdtrt_id=self.mdtrt_id, psn_no=self.psn_no))

    def read_cancellation(self, output: bytes) -> None:
        """Forget the settlement after it was cancelled."""
        _SETTLEMENT.decode(output)
        self.settlement = None
