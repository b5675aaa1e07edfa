"""One transaction at hand, as the handlers see it, and what they are told about the place of treatment."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from onecard.sim.settlement.messages.amounts import fen_of, scaled_of
from onecard.sim.settlement.messages.reasons import Reason, RefusedError

if TYPE_CHECKING:
    from onecard.sim.settlement.messages.envelope import Request
    from onecard.sim.settlement.registry import MedicalInstitution
    from onecard.sim.settlement.tiers.treatment.fees import SplitLine

__all__ = [
    "Call",
    "Treatment",
    "amount_fen",
    "date_of",
    "read_hospital_part",
    "read_tac",
    "read_treatment",
    "says_emergency",
    "whole",
    "write_treatment",
]


class Treatment(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What the place of treatment tells the insured place beside the interface's fields.

    It travels as JSON in ``expContent`` (settlement.md §1.1 ENV-7), a choice of this project: the facts leave
    open what exactly is sent on (§10 Q-15). Amounts are fen; both the four split amounts and the level are
    the treatment place's to say (§5.1).

    Attributes:
        dedc_hosp_lv: institution level for the deductible, 0 to 3.
        kind: ``"outpatient"``, ``"inpatient"`` or ``"pharmacy"``.
        amounts: total, fully self-funded, over the ceiling, pre-self-pay, in scope.
        categories: charge category → amount, for inpatients (national major categories).
        lines: number of fee lines.
        emergency: the emergency mark (§5.4): counts as filed.
        auth_serial: the card authentication that allows the settlement (§10 Q-9).
        tac: the card's transaction check code (§5.2 CA-5).
        setl_number: how many settlements this visit had before.
        med_type: medical category of a stay, which its settlement does not name.
        begntime: admission, as last changed (2403).
        hosp_part_fen: what the institution bears.
    """

    dedc_hosp_lv: int
    kind: str
    amounts: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    categories: dict[str, int] = {}
    lines: int = 0
    emergency: bool = False
    auth_serial: str = ""
    tac: str = ""
    setl_number: int = 0
    med_type: str = ""
    begntime: str = ""
    hosp_part_fen: int = 0


class _Extension(msgspec.Struct, omit_defaults=True):
    onecard: Treatment | None = None
    tac: Annotated[str, Meta(max_length=64)] = ""
    er_flag: str = ""
    hosp_part_amt: str | int | float = ""


_EXTENSION = msgspec.json.Decoder(_Extension)
_NOTHING_SAID = _Extension()


def read_treatment(text: str | None) -> Treatment | None:
    """Read what a place of treatment said in ``expContent``; None if it said nothing.

    Raises:
        msgspec.DecodeError: the text is no JSON or has other types.
    """
    return _EXTENSION.decode(text).onecard if text else None


def write_treatment(treatment: Treatment) -> str:
    """Write ``expContent``."""
    return msgspec.json.encode(_Extension(treatment)).decode()


def read_tac(text: str | None) -> str:
    """Read the card's transaction check code that an institution gives as ``tac`` in ``expContent`` (CA-5).

    Raises:
        RefusedError: the text is no JSON object or the code no text of at most 64 characters.
    """
    return _said(text).tac


def says_emergency(text: str | None) -> bool:
    """Return whether an institution marks an emergency: ``er_flag`` 1 in ``expContent`` (§2.3, 2204).

    Raises:
        RefusedError: the text is no JSON object, or not in the agreed form.
    """
    return _said(text).er_flag == "1"


def read_hospital_part(text: str | None) -> int:
    """Read what an institution bears, in fen: ``hosp_part_amt`` in ``expContent``, a choice of this project.

    Raises:
        RefusedError: the text is no JSON object, or the amount none.
    """
    given_fen = amount_fen(_said(text).hosp_part_amt, "hosp_part_amt")
    if given_fen < 0:
        raise RefusedError(Reason.MALFORMED, f"hosp_part_amt {given_fen} fen is below zero")
    return given_fen


def _said(text: str | None) -> _Extension:
    try:
        return _EXTENSION.decode(text) if text else _NOTHING_SAID
    except (msgspec.DecodeError, RecursionError) as error:
        raise RefusedError(Reason.MALFORMED, f"expContent: {error}") from None


class Call:
    """One transaction at hand.

    Attributes:
        request: the envelope.
        node: the decoded input.
        institution: the sender, at the place of treatment; None at the insured place of somebody treated
            elsewhere.
        now_us: the time of the present step.
        treatment: what the place of treatment says of it.
        lines: the fee lines of a purchase once they are split.
    """

    __slots__ = ("institution", "lines", "node", "now_us", "request", "treatment")

    def __init__(
        self, request: Request, node: Any, institution: MedicalInstitution | None, now_us: int
    ) -> None:
        self.request = request
        self.node = node
        self.institution = institution
        self.now_us = now_us
        self.treatment: Treatment | None = None
        self.lines: list[SplitLine] | None = None

    @property
    def here(self) -> MedicalInstitution:
        """The sender, where there must be one."""
        if self.institution is None:
            raise ValueError("no institution at the insured place")
        return self.institution


def amount_fen(value: str | float, field: str) -> int:
    """Read an amount of a message.

    Raises:
        RefusedError: it is no amount in yuan with at most two decimals.
    """
    try:
        return fen_of(value, field)
    except ValueError as error:
        raise RefusedError(Reason.MALFORMED, str(error)) from None


def whole(value: str | float, field: str) -> int:
    """Read a whole number of a message, which may be written with decimals of zero (C-05); empty is 0.

    Raises:
        RefusedError: it is no whole number.
    """
    try:
        return scaled_of(value, 0, field)
    except ValueError as error:
        raise RefusedError(Reason.MALFORMED, str(error)) from None


def date_of(text: str, field: str) -> datetime.date:
    """Return the date of a date or time of a message.

    Raises:
        RefusedError: there is no such day.
    """
    try:
        return datetime.date.fromisoformat(text[:10])
    except ValueError:
        raise RefusedError(Reason.MALFORMED, f"{field} {text!r} is no date") from None
