"""3201 at the end of a seed: every institution states what it believes, and its city must agree.

One statement for every insurance type, clearing type and clearing agency (settlement.md §5.5 step 1). Totals
are net: a settlement that was taken back counts nothing on either side, whoever knows of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from onecard.sim.actors import answer_at_once
from onecard.sim.settlement.clients.desk import Desk
from onecard.sim.settlement.messages.amounts import fen_to_yuan
from onecard.sim.settlement.messages.envelope import decode_reply
from onecard.sim.settlement.messages.inputs import TotalStatement, TotalStatementInput
from onecard.sim.settlement.messages.outputs import TotalStatementOutput
from onecard.sim.settlement.tiers.directory import city_address

if TYPE_CHECKING:
    from onecard.sim.actors import Ask
    from onecard.sim.explore.book import Believed, Book
    from onecard.sim.explore.nation import Stage
    from onecard.sim.settlement.registry import MedicalInstitution
    from onecard.sim.settlement.tiers.kernel import Tier

__all__ = ["disagreements"]

_AGREED = "000000"
_CLEARING_TYPES = {"hospital": ("11", "21"), "pharmacy": ("41",)}
_INSURANCES = ("310", "390")
_OUTPUT = msgspec.json.Decoder(TotalStatementOutput)
_DESK = 1295


def disagreements(stage: Stage, book: Book, tiers: dict[str, Tier], now_us: int) -> Iterator[str]:
    """Give a line for every statement that a city does not agree with.

    Args:
        stage: the nation.
        book: what the institutions are certain of.
        tiers: address → tier.
        now_us: the time; both days of a seed are stated.
    """
    groups: dict[tuple[str, str, str, str], list[Believed]] = {}
    for each in book.live.values():
        key = (each.fixmedins_code, each.insutype, each.clr_type, each.clr_optins)
        groups.setdefault(key, []).append(each)
    for (city, kind), institutions in stage.institutions.items():
        for place in institutions:
            asked = {
                (insutype, clr_type, city) for insutype in _INSURANCES for clr_type in _CLEARING_TYPES[kind]
            }
            asked |= {group[1:] for group in groups if group[0] == place.fixmedins_code}
            for group in sorted(asked):
                stated = groups.get((place.fixmedins_code, *group), [])
                result = _state(stage, tiers[city_address(city)], (city, place), group, stated, now_us)
                if result != _AGREED:
                    yield f"city/{city}: 3201 of {place.fixmedins_code} {' '.join(group)} gives {result}"


def _state(
    stage: Stage,
    tier: Tier,
    sender: tuple[str, MedicalInstitution],
    group: tuple[str, ...],
    stated: list[Believed],
    now_us: int,
) -> str:
    """Send one statement; return its result."""
    city, place = sender
    insutype, clr_type, clr_optins = group
    calendar = stage.nation.calendar
    desk = Desk(
        fixmedins_code=place.fixmedins_code,
        fixmedins_name=place.name,
        mdtrtarea_admvs=city,
        calendar=calendar,
        number=_DESK,
    )
    totals = [
        sum(getattr(each.settled, name) for each in stated)
        for name in ("medfee_sumamt_fen", "fund_pay_sumamt_fen", "acct_pay_fen")
    ]
    data = TotalStatement(
        insutype=insutype,
        clr_type=clr_type,
        setl_optins=clr_optins,
        stmt_begndate=calendar.start.isoformat(),
        stmt_enddate=calendar.date(now_us),
        medfee_sumamt=fen_to_yuan(totals[0]),
        fund_pay_sumamt=fen_to_yuan(totals[1]),
        acct_pay=fen_to_yuan(totals[2]),
        fixmedins_setl_cnt=str(len(stated)),
    )
    request = desk.write("3201", TotalStatementInput(data), now_us, "")
    reply = decode_reply(answer_at_once(tier.serve(request, now_us), _nobody, now_us))
    if int(reply.infcode) != 0:
        return reply.err_msg or "a refusal"
    return _OUTPUT.decode(reply.output).stmtinfo.stmt_rslt


def _nobody(question: Ask) -> None:
    """Answer no question: a statement concerns one city."""
