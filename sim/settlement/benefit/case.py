"""What is settled: the person, the visit and the money at hand, as frozen values with closed vocabularies.

Theory of operation. Who pays what is a function of four things: the dated policy of the insured place, the
case (settlement.md §6.1 step 2), what the year has used so far (:mod:`.used`) and the split of the bill. The
case holds everything that *selects* figures of the policy, so that two people with equal cases meet equal
figures, and a table over all cases exists (:mod:`.tables`). Ages and dates follow §10 Q-24: age at admission,
deductible and caps of the discharge year; the caller passes the numbers of that year.
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from onecard.sim.errors import InputError

__all__ = [
    "FILINGS",
    "GROUPS",
    "IDENTITIES",
    "LONGEST_STAY_DAYS",
    "VISITS",
    "WINDOWS_PER_STAY",
    "Case",
    "Filing",
    "Group",
    "Money",
    "Visit",
    "group_of",
]

Visit = Literal["outpatient", "inpatient", "pharmacy"]
Group = Literal["active", "retired", "child", "adult", "elderly"]
Filing = Literal["local", "long-term", "transferred", "emergency", "temporary", "unfiled"]

VISITS: tuple[Visit, ...] = get_args(Visit)
GROUPS: tuple[Group, ...] = get_args(Group)
FILINGS: tuple[Filing, ...] = get_args(Filing)
"""Where the care takes place and how it was filed (settlement.md §5.4); ``"local"`` is the insured place."""

_GROUPS: dict[str, Group] = {
    "11": "active",
    "12": "retired",
    "13": "retired",
    "14": "child",
    "15": "adult",
    "16": "elderly",
}

IDENTITIES: dict[str, str] = {
    "101": "extremely poor (特困人员)",
    "102": "subsistence allowance (低保对象)",
    "103": "margin of subsistence (低保边缘)",
    "201": "disabled soldier (伤残军人)",
    "301": "enterprise supplement (企业补充医疗保险)",
    "401": "listed critical disease (大病病种)",
}
"""Special identities (``psn_idet_type``): example codes, mark ?; the facts name the field, not its codes."""

_DAYS_PER_WINDOW = 90
WINDOWS_PER_STAY = 64
LONGEST_STAY_DAYS = _DAYS_PER_WINDOW * WINDOWS_PER_STAY
_OLDEST = 199


def group_of(psn_type: str) -> Group | None:
    """Return the group of a person category (settlement.md §3.1: the first two digits), None if unknown."""
    return _GROUPS.get(psn_type[:2])


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Who is treated where: everything that selects figures of a policy.

    Attributes:
        insutype: insurance type, ``"310"`` employee, ``"390"`` resident (settlement.md §3.1).
        psn_type: person category; its first two digits choose the group.
        age: in whole years, at admission.
        visit: kind of visit.
        level: institution level for the deductible (``dedc_hosp_lv``), 1 to 3; 0 for a community centre.
        stay: number of the stay (or visit) in the year, from 1.
        filing: where the care takes place and how it was filed.
        same_province: whether care elsewhere is inside the insured province.
        cvlserv_flag: ``"1"`` for a civil servant.
        identities: special identities (``psn_idet_type``), keys of :data:`IDENTITIES`.
        month: month of the visit, 1 to 12, for deductibles by month and quarter.
        stay_day: day of the stay at which the settled part begins, 0 unless it is an interim settlement.

    Raises:
        InputError: a value is outside its range; names field and value.
    """

    insutype: str
    psn_type: str
    age: int
    visit: Visit
    level: int
    stay: int = 1
    filing: Filing = "local"
    same_province: bool = True
    cvlserv_flag: str = "0"
    identities: tuple[str, ...] = ()
    month: int = 1
    stay_day: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.age <= _OLDEST:
            raise InputError("age is out of range", where="age", value=self.age, allowed=f"0 to {_OLDEST}")
        if not 0 <= self.level <= 3:
            raise InputError("level is out of range", where="level", value=self.level, allowed="0 to 3")
        if self.stay < 1:
            raise InputError("stays are counted from 1", where="stay", value=self.stay)
        if not 1 <= self.month <= 12:
            raise InputError("month is out of range", where="month", value=self.month, allowed="1 to 12")
        if not 0 <= self.stay_day < LONGEST_STAY_DAYS:
            raise InputError(
                "day of the stay is out of range",
                where="stay_day",
                value=self.stay_day,
                allowed=f"0 to {LONGEST_STAY_DAYS - 1}",
            )
        if self.visit not in VISITS:
            raise InputError(
                "unknown kind of visit", where="visit", value=self.visit, allowed=", ".join(VISITS)
            )
        if self.filing not in FILINGS:
            raise InputError("unknown filing", where="filing", value=self.filing, allowed=", ".join(FILINGS))

    @property
    def quarter(self) -> int:
        """Quarter of the visit, 1 to 4."""
        return (self.month + 2) // 3

    @property
    def window(self) -> int:
        """Number of the 90 days of this stay: an interim settlement may start a new deductible (§6.5)."""
        return self.stay * WINDOWS_PER_STAY + self.stay_day // _DAYS_PER_WINDOW


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """What the person can pay with beside cash, and what the hospital bears, in fen.

    Attributes:
        balance_fen: personal account before the settlement.
        family_fen: what family members' accounts offer (共济).
        use_account: whether the accounts pay (``acct_used_flag``).
        hosp_part_fen: what the hospital bears of the person's part; more than that part is cut off.
    """

    balance_fen: int = 0
    family_fen: int = 0
    use_account: bool = False
    hosp_part_fen: int = 0
