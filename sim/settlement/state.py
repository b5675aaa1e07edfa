"""What a city platform keeps: visits, fee lines, settlements, accumulations, answered messages.

Settlement rows are never deleted: a cancellation is a row of its own that points to the cancelled one
(settlement.md §2.3, 2208; §5.7). Identifiers are derived from who and which occurrence, never from the order
of calls, so that events of the same instant cannot change them.
"""

from __future__ import annotations

import hashlib

import msgspec

from onecard.sim.settlement.benefit import Accumulation, Benefit, LineSplit
from onecard.sim.settlement.messages.outputs import FeeResult, FundDetail, SettlementInfo

__all__ = ["Answered", "FeeRow", "SettlementRow", "Store", "Visit", "identifier"]


class FeeRow(msgspec.Struct):
    """An uploaded fee line."""

    feedetl_sn: str
    chrg_bchno: str
    dise_codg: str
    split: LineSplit
    result: FeeResult
    setl_id: str | None = None


class Visit(msgspec.Struct, kw_only=True):
    """A registered visit."""

    mdtrt_id: str
    fixmedins_code: str
    psn_no: str
    ipt_otp_no: str
    insutype: str
    is_open: bool = True
    med_type: str = ""
    diagnoses: int = 0
    lines: dict[str, FeeRow] = {}
    live_settlements: int = 0
    settled_times: int = 0

    def unsettled(self, chrg_bchno: str | None = None) -> list[FeeRow]:
        """Return the unsettled lines, all or those of one batch."""
        return [
            line
            for line in self.lines.values()
            if line.setl_id is None and chrg_bchno in (None, line.chrg_bchno)
        ]


class SettlementRow(msgspec.Struct, kw_only=True):
    """A settlement, or the cancellation of one."""

    setl_id: str
    mdtrt_id: str
    psn_no: str
    insutype: str
    fixmedins_code: str
    setl_time_us: int
    year: int
    info: SettlementInfo
    details: list[FundDetail]
    benefit: Benefit
    entries: tuple[tuple[str, int], ...]
    auth_serial: str
    init_setl_id: str | None = None
    refd_setl_flag: str = "0"
    vali_flag: str = "1"


class Answered(msgspec.Struct, frozen=True):
    """A message that was answered, for repeats (settlement.md §10 Q-7)."""

    digest: bytes
    reply: bytes


class Store:
    """The platform's database.

    Args:
        remembered: how many answered messages are kept for repeats; the oldest are forgotten.
    """

    def __init__(self, *, remembered: int = 250_000) -> None:
        self.visits: dict[str, Visit] = {}
        self.settlements: dict[str, SettlementRow] = {}
        self._by_number: dict[tuple[str, str], list[str]] = {}
        self._accumulations: dict[tuple[str, str, int], Accumulation] = {}
        self._answered: dict[str, Answered] = {}
        self._remembered = remembered

    def visits_of(self, fixmedins_code: str, ipt_otp_no: str) -> list[str]:
        """Return the visits registered under an institution's outpatient number, oldest first."""
        return self._by_number.setdefault((fixmedins_code, ipt_otp_no), [])

    def accumulation(self, psn_no: str, insutype: str, year: int, initial: Accumulation) -> Accumulation:
        """Return what a person used of the year; ``initial`` if nothing was settled here yet."""
        return self._accumulations.get((psn_no, insutype, year), initial)

    def accumulate(self, psn_no: str, insutype: str, year: int, used: Accumulation) -> None:
        """Set what a person used of the year."""
        self._accumulations[psn_no, insutype, year] = used

    def answered(self, msgid: str) -> Answered | None:
        """Return the answer given to a message number, if any."""
        return self._answered.get(msgid)

    def remember(self, msgid: str, answered: Answered) -> None:
        """Keep an answer."""
        self._answered[msgid] = answered
        if len(self._answered) > self._remembered:
            del self._answered[next(iter(self._answered))]


def identifier(admdvs: str, day: str, digits: int, *parts: str) -> str:
    """Derive an identifier: division, day ``yyMMdd``, and digits of a hash of who and which occurrence."""
    digest = hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).digest()
    return f"{admdvs}{day}{int.from_bytes(digest, 'big') % 10**digits:0{digits}d}"
