"""What tiers ask each other about reconciliation and money: transactions of this project.

The facts say what is compared and cleared between tiers, not with which messages (settlement.md §5.5, 5.6),
so these have numbers of their own. They travel in the same envelope; the sender's address stands in
``fixmedins_code``. A *query* is answered to a neighbour. A *job* is what the office of a tier does at its
hour (§5.5: 00:30 for the day before; §5.6: the 21st for the month before): a host sends it to the tier in
the tier's own name, and may repeat it, for a job that was done before finds nothing to do.

=======  =====================================================  =========
number   content                                                kind
=======  =====================================================  =========
RC01     totals of a day, by group                              query
RC02     rows of a day as digests, in pages                     query
RC03     rows by number, to land them again                     query
RC04     reconcile a day with all neighbours                    job
CL01     clear a month                                          job
CL02     payment and collection notices, in pages               query
PP01     issue notices that raise or return a prepayment        job
PP02     close the year of the prepayments held                 job
=======  =====================================================  =========
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from onecard.sim.actors import Ask, Heard
from onecard.sim.settlement.messages.envelope import Request, decode_reply, encode, input_bytes
from onecard.sim.settlement.messages.fields import Date, MonthOfYear, Year
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.money.sums import Totals
from onecard.sim.settlement.store.rows import SettlementRow
from onecard.sim.settlement.store.rows_money import ClearingNoticeRow
from onecard.sim.settlement.tiers.kernel import UNDECODABLE, Arrived, Tier, identifier

if TYPE_CHECKING:
    from onecard.sim.settlement.messages.calendar import Calendar

__all__ = [
    "MAX_FETCHED",
    "MAX_LISTED",
    "NEIGHBOUR_TIMEOUT_US",
    "DayQuery",
    "DayRows",
    "DayRowsQuery",
    "DayTotals",
    "Group",
    "Landing",
    "Listed",
    "MonthClosed",
    "MonthJob",
    "Notices",
    "NoticesQuery",
    "PrepaymentJob",
    "ReconcileJob",
    "Reconciled",
    "RowsQuery",
    "YearClosed",
    "YearJob",
    "ask_neighbour",
    "check_job",
    "read_input",
    "write_request",
]

NEIGHBOUR_TIMEOUT_US = 20_000_000
"""How long a tier waits for a neighbour's answer to a query."""
MAX_LISTED = 1000
"""Digests of one RC02 answer."""
MAX_FETCHED = 100
"""Rows of one RC03 answer, and notices of one CL02 answer."""

_Division = Annotated[str, Meta(pattern=r"\A[0-9]{2}\Z")]
_Start = Annotated[int, Meta(ge=1)]
_Struct = TypeVar("_Struct", bound=msgspec.Struct)


class _Content(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class DayQuery(_Content, frozen=True, kw_only=True):
    """RC01: totals of a day at the boundary with the asker."""

    day: Date


class Group(_Content, frozen=True, kw_only=True):
    """A group of RC01: insured division, division of treatment, insurance, person type, medical category."""

    group: tuple[str, ...]
    totals: Totals


class DayTotals(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of RC01."""

    totals: Totals
    groups: tuple[Group, ...] = ()


class DayRowsQuery(_Content, frozen=True, kw_only=True):
    """RC02: rows of a day from ``startrow`` on, counted from 1."""

    day: Date
    startrow: _Start = 1


class Listed(msgspec.Struct, frozen=True, array_like=True):
    """A row of RC02."""

    setl_id: str
    digest: str


class DayRows(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of RC02, a page."""

    totalrow: int
    rows: tuple[Listed, ...] = ()


class RowsQuery(_Content, frozen=True, kw_only=True):
    """RC03: rows that the asker lacks, or has otherwise."""

    setl_ids: Annotated[tuple[str, ...], Meta(min_length=1, max_length=MAX_FETCHED)]


class ReconcileJob(_Content, frozen=True, kw_only=True):
    """RC04: reconcile a day; ``repair``: land what neighbours have and this tier lacks."""

    day: Date
    repair: bool = True


class Reconciled(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of RC04: neighbour → state of §5.5, and rows that were fetched."""

    states: dict[str, str]
    fetched: int = 0


class MonthJob(_Content, frozen=True, kw_only=True):
    """CL01: clear a month."""

    month: MonthOfYear


class MonthClosed(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of CL01: the tier's own table, notices that were posted, what institutions were paid."""

    lines: int = 0
    amount_fen: int = 0
    notices: int = 0
    institutions_paid: int = 0
    paid_fen: int = 0


class NoticesQuery(_Content, frozen=True, kw_only=True):
    """CL02: notices to the asker from number ``startrow`` on, and whether a month is cleared."""

    month: MonthOfYear
    startrow: _Start = 1


class Notices(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of CL02, a page."""

    closed: bool
    totalrow: int
    notices: tuple[ClearingNoticeRow, ...] = ()


class PrepaymentJob(_Content, frozen=True, kw_only=True):
    """PP01, at the ministry: what an insured province adds to a prepayment; negative: what it gets back."""

    insured: _Division
    treatment: _Division
    year: Year
    amount_fen: Annotated[int, Meta(gt=-(10**15), lt=10**15)]


class YearJob(_Content, frozen=True, kw_only=True):
    """PP02: close a year."""

    year: Year


class YearClosed(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of PP02: insured province → balance that the next year opens with."""

    balances_fen: dict[str, int]


class Landing(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of RC03, as rows travel in every answer."""

    landing: tuple[SettlementRow, ...] = ()


def read_input(arrived: Arrived, kind: type[_Struct]) -> _Struct:
    """Decode the input of a message between tiers.

    Raises:
        RefusedError: it is not of this form.
    """
    try:
        return msgspec.json.decode(input_bytes(arrived.request), type=kind)
    except UNDECODABLE as error:
        raise RefusedError(Reason.MALFORMED, str(error)) from None


def check_job(tier: Tier, arrived: Arrived) -> None:
    """Refuse a job that does not come from the tier's own office."""
    if arrived.request.fixmedins_code != tier.address:
        raise RefusedError(
            Reason.WRONG_ROLE, f"{arrived.request.infno} from {arrived.request.fixmedins_code}"
        )


def write_request(
    infno: str, node: msgspec.Struct, *, sender: str, division: str, to: str, calendar: Calendar, now_us: int
) -> bytes:
    """Write a message between tiers; the same question in the same second is the same message."""
    body = encode(node)
    return encode(
        Request(
            infno=infno,
            msgid=identifier(
                division, calendar.stamp(now_us), 10, infno, sender, to, body.decode(), str(now_us)
            ),
            mdtrtarea_admvs=division,
            recer_sys_code="YBXT",
            infver="V1.0",
            opter_type="1",
            opter="office",
            opter_name="office",
            inf_time=calendar.datetime(now_us),
            fixmedins_code=sender,
            fixmedins_name=sender,
            input=msgspec.Raw(body),
        )
    )


def ask_neighbour(
    tier: Tier, arrived: Arrived, peer: str, infno: str, node: msgspec.Struct, answer: type[_Struct]
) -> Generator[Ask, Heard, _Struct | None]:
    """Ask a neighbour; None if it was silent or refused. Afterwards a new step has begun."""
    request = write_request(
        infno,
        node,
        sender=tier.address,
        division=tier.division,
        to=peer,
        calendar=tier.calendar,
        now_us=arrived.now_us,
    )
    reply = yield from tier.ask(arrived, peer, request, timeout_us=NEIGHBOUR_TIMEOUT_US)
    try:
        heard = decode_reply(reply or b"")
        if int(heard.infcode) != 0:
            return None
        decoded: Any = msgspec.json.decode(bytes(heard.output), type=answer)
    except (*UNDECODABLE, ValueError):
        return None
    done: _Struct = decoded
    return done
