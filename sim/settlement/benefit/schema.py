"""What a policy file holds: rows of figures, each with mark and source (settlement.md §6).

A row says which insurance, which people and which kind of visit it is for, and carries mark and source for
its figures; a figure that comes from elsewhere carries its own. Ratios are percent that the fund pays,
amounts are yuan, both as texts, so that no figure passes through a binary fraction.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from onecard.sim.settlement.benefit.case import Filing, Group, Visit
from onecard.sim.settlement.benefit.terms import Period

__all__ = [
    "AidRow",
    "BandFigure",
    "BenefitRow",
    "Cap",
    "CriticalRow",
    "DeductibleFigure",
    "Mark",
    "PolicyFile",
    "Ratio",
    "ReductionRow",
    "SupplementFund",
    "SupplementRow",
]

Mark = Literal["S", "M", "1", "?"]
SupplementFund = Literal["cvlserv", "hifes", "hifdm"]

_Yuan = Annotated[str, Meta(pattern=r"\A[0-9]{1,9}(\.[0-9]{1,2})?\Z")]
_Percent = Annotated[str, Meta(pattern=r"\A(100|[0-9]{1,2}(\.[0-9])?)\Z")]
_Level = Annotated[int, Meta(ge=0, le=3)]
_Insutype = Annotated[str, Meta(pattern=r"\A[0-9]{3}\Z")]
_EVERYBODY: tuple[Group, ...] = ("active", "retired", "child", "adult", "elderly")
_ALL_LEVELS = (0, 1, 2, 3)


class Sourced(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A figure that may carry its own provenance instead of its row's."""

    mark: Mark | None = None
    source: str | None = None


class DeductibleFigure(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A standard deductible: for some levels, from some stay of the year on, for some filings (none: all)."""

    yuan: _Yuan
    levels: tuple[_Level, ...] = _ALL_LEVELS
    from_stay: Annotated[int, Meta(ge=1, le=60)] = 1
    filings: tuple[Filing, ...] = ()


class Ratio(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a fund pays, in percent."""

    percent: _Percent


class OverCap(Ratio, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the large-amount fund pays beyond the cap of the pool."""

    fund: Literal["large"]


class BandFigure(Ratio, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A band of the in-scope amount: for some levels, up to an amount, paid by a fund."""

    levels: tuple[_Level, ...] = _ALL_LEVELS
    up_to_yuan: _Yuan | None = None
    fund: Literal["pool", "large"] = "pool"


class Segment(Ratio, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A band of the personal burden, up to an amount of burden counted from zero."""

    up_to_yuan: _Yuan | None = None


class Cap(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An amount that a fund pays at most in a year, or a threshold."""

    yuan: _Yuan


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every row has: provenance, and whether its sources conflict (settlement.md §10 Q-17)."""

    mark: Mark
    source: str
    note: str = ""
    verify: bool = False


class BenefitRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Basic insurance for some people and one kind of visit."""

    insutype: _Insutype
    people: tuple[Group, ...]
    visit: Visit
    period: Period
    bands_over: Literal["period", "year"] = "period"
    age_from: int = 0
    age_below: int = 200
    deductible: tuple[DeductibleFigure, ...] = ()
    bands: tuple[BandFigure, ...] = ()
    cap: Cap | None = None
    over_cap: OverCap | None = None
    large_cap: Cap | None = None
    burden: bool = True


class CriticalRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Critical-illness insurance, for everybody or only for people with one of some identities."""

    insutype: _Insutype
    people: tuple[Group, ...] = _EVERYBODY
    identities: tuple[str, ...] = ()
    threshold: Cap
    bands: tuple[Segment, ...]
    cap: Cap | None = None
    counts_preselfpay: bool = False


class AidRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Medical aid for people with one of some identities."""

    identities: tuple[str, ...]
    threshold: Cap
    ratio: Ratio
    cap: Cap | None = None


class SupplementRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Civil-servant subsidy, enterprise supplement or disabled soldiers' fund: a ratio of what is left."""

    insutype: _Insutype
    fund: SupplementFund
    identities: tuple[str, ...] = ()
    ratio: Ratio


class ReductionRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Care outside the insured area: a multiplier on the ratio, then points off it (settlement.md §6.4)."""

    insutypes: tuple[_Insutype, ...]
    filings: tuple[Filing, ...]
    same_province: bool | None = None
    multiplier_percent: _Percent = "100"
    points: _Percent = "0"


class PolicyFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A policy file.

    Attributes:
        base: policy whose rows follow this file's: a built-in name, or a path beside this file.
        inherited_mark: mark of the figures taken from the base, where it stands in for another region.
        fund_includes_account: ``fund_pay_sumamt`` includes ``acct_pay`` (§10 Q-3).
        account_separate: ``acct_mulaid_pay`` is beside ``acct_pay``, not in it (§10 Q-4).
        beyond_national_limits: allow reductions beyond those of §5.4, for a what-if.
    """

    region: Annotated[str, Meta(pattern=r"\A[0-9]{6}\Z")] | None = None
    english: str | None = None
    chinese: str | None = None
    valid_from: datetime.date | None = None
    valid_until: datetime.date | None = None
    base: str | None = None
    inherited_mark: Mark | None = None
    fund_includes_account: bool | None = None
    account_separate: bool | None = None
    beyond_national_limits: bool = False
    sources: dict[str, str] = {}
    benefit: tuple[BenefitRow, ...] = ()
    critical: tuple[CriticalRow, ...] = ()
    aid: tuple[AidRow, ...] = ()
    supplement: tuple[SupplementRow, ...] = ()
    reduction: tuple[ReductionRow, ...] = ()
