"""Random settlements over all that a policy distinguishes: keyed draws, so that a case can be drawn again."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from onecard.sim.draws import Stream
from onecard.sim.settlement.benefit import (
    Case,
    CaseArrays,
    KindUsed,
    LineSplit,
    Money,
    MoneyArrays,
    SplitArrays,
    Used,
    UsedArrays,
    Window,
    settle_benefit,
    settle_benefits,
)
from onecard.sim.settlement.benefit.case import FILINGS, IDENTITIES, VISITS

if TYPE_CHECKING:
    import numpy.typing as npt

    from onecard.sim.settlement.benefit import Benefit, BenefitArrays, Policy
_T = TypeVar("_T")

SEED = 20_260_801
PEOPLE = (
    ("310", "1101"),
    ("310", "1103"),
    ("310", "1201"),
    ("310", "1300"),
    ("390", "1403"),
    ("390", "1501"),
    ("390", "16"),
    ("390", "1501"),
    ("310", "9901"),  # no such category
    ("340", "1300"),  # no such insurance here
)
LARGEST = (50_000, 400_000, 8_000_000, 90_000_000, 2_400_000_000)
"""Bills of up to these many fen: a visit, a short stay, a stay, a hard case, and what no cap leaves alone."""


class Sample(NamedTuple):
    """Settlements; ``case_of`` says which of the distinct cases (and years so far) each one has."""

    cases: list[Case]
    used: list[Used]
    case_of: npt.NDArray[np.int64]
    split: SplitArrays
    money: MoneyArrays

    def case_arrays(self) -> CaseArrays:
        return taken(CaseArrays.of(self.cases), self.case_of)

    def used_arrays(self, policy: Policy) -> UsedArrays:
        return taken(UsedArrays.of(policy, self.cases, self.used), self.case_of)


def taken(arrays: _T, places: npt.NDArray[np.int64]) -> _T:
    """Return the elements at some places of each array."""
    names = [field.name for field in dataclasses.fields(arrays)]  # type: ignore[arg-type]
    return type(arrays)(**{name: getattr(arrays, name)[places] for name in names})


def sample(policy: Policy, number: int, *, pairs: int = 4_000, seed: int = SEED) -> Sample:
    """Draw settlements under a policy: ``pairs`` cases with their year so far, and bills for them."""
    stream = Stream(seed, f"benefit-sample/{policy.name}")
    cases = [_case(stream, entity) for entity in range(pairs)]
    used = [_used(stream, policy, case, entity) for entity, case in enumerate(cases)]
    who = np.arange(number, dtype=np.int64)
    parts = [_amounts(stream, who, occurrence) for occurrence in range(4)]
    balance, family, hospital = (_amounts(stream, who, occurrence) for occurrence in (4, 5, 6))
    return Sample(
        cases=cases,
        used=used,
        case_of=stream.below_array(pairs, who, 7),
        split=SplitArrays(
            amount_fen=sum(parts, start=np.zeros(number, dtype=np.int64)),
            fulamt_ownpay_fen=parts[0],
            overlmt_fen=parts[1],
            preselfpay_fen=parts[2],
            inscp_scp_fen=parts[3],
        ),
        money=MoneyArrays(
            balance_fen=np.where(stream.below_array(50, who, 8) == 0, -balance, balance),
            family_fen=family,
            use_account=stream.below_array(2, who, 9) == 1,
            hosp_part_fen=np.where(stream.below_array(4, who, 10) == 0, hospital, 0),
        ),
    )


def scalar(policy: Policy, drawn: Sample) -> list[Benefit | None]:
    """Settle a sample one by one."""
    split, money = drawn.split, drawn.money
    columns = (
        drawn.case_of,
        split.amount_fen,
        split.fulamt_ownpay_fen,
        split.overlmt_fen,
        split.preselfpay_fen,
        split.inscp_scp_fen,
        money.balance_fen,
        money.family_fen,
        money.use_account,
        money.hosp_part_fen,
    )
    return [
        settle_benefit(
            policy,
            drawn.cases[place],
            drawn.used[place],
            LineSplit(
                amount_fen=amount,
                fulamt_ownpay_fen=own,
                overlmt_fen=over,
                preselfpay_fen=before,
                inscp_scp_fen=scope,
            ),
            Money(balance_fen=balance, family_fen=family, use_account=use, hosp_part_fen=hospital),
        )
        for place, amount, own, over, before, scope, balance, family, use, hospital in zip(
            *[column.tolist() for column in columns], strict=True
        )
    ]


def both(
    policy: Policy, case: Case, scope_yuan: int, *, used: Used | None = None, money: Money | None = None
) -> Benefit:
    """Settle a bill that is wholly in scope in both forms, see that they agree, and return the scalar one."""
    before, purse = used or Used(), money or Money()
    split = LineSplit(amount_fen=scope_yuan * 100, inscp_scp_fen=scope_yuan * 100)
    benefit = settle_benefit(policy, case, before, split, purse)
    arrays = settle_benefits(
        policy,
        CaseArrays.of([case]),
        UsedArrays.of(policy, [case], [before]),
        SplitArrays.of([split]),
        MoneyArrays.of([purse]),
    )
    assert differing([benefit], arrays) == []
    assert benefit is not None
    return benefit


def differing(one_by_one: list[Benefit | None], at_once: BenefitArrays) -> list[str]:
    """Return the fields in which the two forms differ, with the first settlement that does."""
    wrong = []
    found = [benefit is not None for benefit in one_by_one]
    if found != at_once.found.tolist():
        wrong.append("found")
    for field in dataclasses.fields(at_once):
        if field.name == "found":
            continue
        values = [_number(benefit, field.name) for benefit in one_by_one]
        unequal = np.flatnonzero(np.array(values, dtype=np.int64) != getattr(at_once, field.name))
        if unequal.size:
            place = int(unequal[0])
            wrong.append(f"{field.name}[{place}]: {values[place]}, {getattr(at_once, field.name)[place]}")
    return wrong


def _number(benefit: Benefit | None, name: str) -> int:
    value = 0 if benefit is None else getattr(benefit, name)
    return -1 if value is None else int(value)


def _amounts(stream: Stream, who: npt.NDArray[np.int64], occurrence: int) -> npt.NDArray[np.int64]:
    largest = np.array((1, *LARGEST))[stream.below_array(len(LARGEST) + 1, who, 100 + occurrence)]
    share = stream.below_array(1_000_001, who, 200 + occurrence)
    return largest * share // 1_000_000


def _case(stream: Stream, entity: int) -> Case:
    insutype, psn_type = PEOPLE[stream.below(len(PEOPLE), entity, 300)]
    known = tuple(IDENTITIES)
    return Case(
        insutype=insutype,
        psn_type=psn_type,
        age=stream.below(110, entity, 301),
        visit=VISITS[min(stream.below(5, entity, 302), 3) % 3],
        level=stream.below(4, entity, 303),
        stay=1 + stream.below(10, entity, 304),
        filing=FILINGS[stream.below(len(FILINGS), entity, 305)],
        same_province=stream.below(2, entity, 306) == 0,
        cvlserv_flag=str(stream.below(2, entity, 307)),
        identities=tuple(code for at, code in enumerate(known) if stream.below(5, entity, 308 + at) == 0),
        month=1 + stream.below(12, entity, 320),
        stay_day=(0, 0, 30, 90, 179, 400)[stream.below(6, entity, 321)],
    )


def _used(stream: Stream, policy: Policy, case: Case, entity: int) -> Used:
    def fen(occurrence: int) -> int:
        largest = (0, *LARGEST)[stream.below(len(LARGEST) + 1, entity, occurrence)]
        return stream.below(largest + 1, entity, occurrence + 1)

    def kind(first: int) -> KindUsed:
        number = policy.window(case) if stream.below(2, entity, first) == 0 else 1
        window = Window(1 if number is None else number, fen(first + 2) // 100, fen(first + 4), 1)
        return KindUsed(
            in_scope_fen=fen(first + 6),
            deductible_fen=fen(first + 8) // 100,
            standard_fen=fen(first + 10) // 100,
            pool_fen=fen(first + 12),
            windows=(window,),
        )

    return Used(
        outpatient=kind(400),
        inpatient=kind(450),
        pharmacy=kind(500),
        large_fen=fen(550),
        burden_fen=fen(552),
        critical_fen=fen(554),
        aid_fen=fen(556) // 100,
    )
