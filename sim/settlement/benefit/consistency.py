"""What must hold of a policy before anything is computed with it: the checks of a file's meaning.

Bands ascend; a level that has no band where others have some is a slip of the file; identities come from the
closed list; and reductions outside the insured area stay within the national limits that are in force since
2023 (settlement.md §5.4), unless a what-if says ``beyond_national_limits``.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from onecard.sim.errors import InputError
from onecard.sim.settlement.benefit.case import IDENTITIES
from onecard.sim.settlement.benefit.terms import UNLIMITED_FEN, Band

if TYPE_CHECKING:
    from onecard.sim.settlement.benefit.case import Filing
    from onecard.sim.settlement.benefit.policy import Policy
    from onecard.sim.settlement.benefit.terms import Terms

__all__ = ["NATIONAL_LIMITS", "NATIONAL_LIMITS_SINCE", "check_policy"]

NATIONAL_LIMITS_SINCE = datetime.date(2023, 1, 1)
NATIONAL_LIMITS: dict[Filing, int] = {"long-term": 0, "transferred": 10, "emergency": 10, "temporary": 20}
"""Points that the ratio may be below the local one (settlement.md §5.4; long-term: local benefits, §6.4)."""

_POINT = 10_000


def check_policy(policy: Policy) -> None:
    """Check the meaning of a policy's figures.

    Raises:
        InputError: names the row and the figure that cannot be.
    """
    for number, row in enumerate(policy.file.benefit):
        for level in range(4):
            where = f"{policy.name}: benefit[{number}], level {level}"
            terms = policy.terms_of(number, level=level, stay=1, filing="local", same_province=True)
            _ascending(terms.bands, where)
            if row.bands and not terms.bands:
                raise InputError("no band for the level", where=where, allowed="a band for every level")
            _national(policy, number, level, terms)
    for number, critical in enumerate(policy.file.critical):
        where = f"{policy.name}: critical[{number}]"
        uppers = [None if each.up_to_yuan is None else float(each.up_to_yuan) for each in critical.bands]
        _ascends(uppers, where)
        _known(critical.identities, where)
    for number, aid in enumerate(policy.file.aid):
        _known(aid.identities, f"{policy.name}: aid[{number}]")
    for number, extra in enumerate(policy.file.supplement):
        _known(extra.identities, f"{policy.name}: supplement[{number}]")


def _ascending(bands: tuple[Band, ...], where: str) -> None:
    _ascends([None if band.upper_fen == UNLIMITED_FEN else band.upper_fen for band in bands], where)


def _ascends(uppers: list[int | None] | list[float | None], where: str) -> None:
    ends = [upper for upper in uppers if upper is not None]
    if None in uppers[:-1] or ends != sorted(set(ends)):
        raise InputError(
            "bands do not ascend", where=where, value=uppers, allowed="ascending up_to_yuan, open band last"
        )


def _known(identities: tuple[str, ...], where: str) -> None:
    for identity in identities:
        if identity not in IDENTITIES:
            raise InputError(
                "unknown identity",
                where=f"{where}.identities",
                value=identity,
                allowed=", ".join(f"{code} {what}" for code, what in IDENTITIES.items()),
            )


def _national(policy: Policy, number: int, level: int, local: Terms) -> None:
    until = policy.valid_until
    if policy.file.beyond_national_limits or (until is not None and until < NATIONAL_LIMITS_SINCE):
        return
    for filing, points in NATIONAL_LIMITS.items():
        for same_province in (True, False):
            away = policy.terms_of(number, level=level, stay=1, filing=filing, same_province=same_province)
            for here, there in zip(local.bands, away.bands, strict=True):
                percent = [ratio / _POINT for ratio in (here.ratio_millionths, there.ratio_millionths)]
                if percent[0] - percent[1] > points:
                    raise InputError(
                        f"{filing} care is reduced by more than the national limit of {points} points",
                        where=f"{policy.name}: benefit[{number}], level {level}",
                        value=f"{percent[0]:g} % to {percent[1]:g} %",
                        allowed="a smaller reduction, or beyond_national_limits = true",
                    )
