"""Who among the insured is special: identities, civil servants, family accounts, filings, by shares.

Whether a person belongs to a share is a draw of its own, keyed by the person, so a greater share keeps
everybody whom a smaller one had, and no share moves another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta

from onecard.sim.draws import Stream
from onecard.sim.settlement.registry import FilingRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["TYPICAL", "Share", "SpecialDraws", "SpecialShares"]

Share = Annotated[float, Meta(ge=0.0, le=1.0)]


class SpecialShares(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Shares of the insured people of a city; all 0 by default: nobody is special.

    Attributes:
        extremely_poor: identity ``101``.
        subsistence: identity ``102``.
        margin: identity ``103``.
        listed_disease: identity ``401``.
        civil_servant: of the employees and retired (``cvlserv_flag``).
        family_account: of people without an account: a relative's pays too (共济).
        long_term: filed for care in another city, without end.
        transferred: filed for one transfer to another city.
        temporary: filed otherwise for half a year.
    """

    extremely_poor: Share = 0.0
    subsistence: Share = 0.0
    margin: Share = 0.0
    listed_disease: Share = 0.0
    civil_servant: Share = 0.0
    family_account: Share = 0.0
    long_term: Share = 0.0
    transferred: Share = 0.0
    temporary: Share = 0.0


TYPICAL = SpecialShares(
    extremely_poor=0.0035,  # 4.83 m destitute people of 1.36 bn insured (world.md, social assistance 2018)
    subsistence=0.033,  # 45.26 m people with a minimum living allowance, the same table
    margin=0.01,  # assumption
    listed_disease=0.01,  # assumption
    civil_servant=0.02,  # assumption
    family_account=0.2,  # assumption
    long_term=0.006,  # 7.71 m registered people in 2020 (settlement.md §7.2)
    transferred=0.001,  # assumption
    temporary=0.002,  # assumption
)
"""Shares of a typical city: from counts where the facts have them."""

_IDENTITIES: dict[str, tuple[str, ...]] = {
    "poverty": ("101", "102", "103"),
    "disease": ("401",),
}
"""What a person can be of each kind, one at most (``psn_idet_type``)."""
_SHARE_OF = {"101": "extremely_poor", "102": "subsistence", "103": "margin", "401": "listed_disease"}
_FILINGS: tuple[Literal["long-term", "transferred", "temporary"], ...] = (
    "long-term",
    "transferred",
    "temporary",
)
_TRANSFER_SETTLEMENTS = 1
_RELATIVES_TRIED = 64
"""How many people are asked for an account before somebody has no relative with one."""


class SpecialDraws:
    """Draws for the people of one city.

    Args:
        shares: how many are special.
        seed: of the people.
        admdvs: their city.
        elsewhere: the other cities, for filings; without any nobody files.
        today: date of time zero, ``yyyy-MM-dd``; filings with an end begin on it.
        until: last day of these filings, half a year later (settlement.md §5.4).
    """

    def __init__(
        self,
        shares: SpecialShares,
        seed: int,
        admdvs: str,
        *,
        elsewhere: Sequence[str],
        today: str,
        until: str,
    ) -> None:
        self._shares = shares
        self._elsewhere = tuple(elsewhere)
        self._today, self._until = today, until
        self._streams = {
            name: Stream(seed, f"nation/{name}/{admdvs}")
            for name in (*_IDENTITIES, "civil-servant", "relative", *_FILINGS)
        }

    def identities(self, person: int) -> tuple[str, ...]:
        """Return the special identities of a person."""
        found = []
        for kind, codes in _IDENTITIES.items():
            place = self._streams[kind].uniform(person)
            for code in codes:
                place -= getattr(self._shares, _SHARE_OF[code])
                if place < 0:
                    found.append(code)
                    break
        return tuple(found)

    def is_civil_servant(self, person: int) -> bool:
        """Say whether an employed or retired person is a civil servant."""
        return self._streams["civil-servant"].happens(self._shares.civil_servant, person)

    def relatives(self, person: int, people: int) -> list[int]:
        """Return whom to ask for an account, in this order; nobody for most people."""
        stream = self._streams["relative"]
        if not stream.happens(self._shares.family_account, person):
            return []
        asked = (stream.below(people, person, 1 + number) for number in range(_RELATIVES_TRIED))
        return [other for other in asked if other != person]

    def filings(self, person: int) -> tuple[FilingRecord, ...]:
        """Return the filings of a person."""
        return tuple(self._filing(kind, person) for kind in _FILINGS if self._files(kind, person))

    def _files(self, kind: str, person: int) -> bool:
        share = getattr(self._shares, kind.replace("-", "_"))
        return bool(self._elsewhere) and self._streams[kind].happens(share, person)

    def _filing(self, kind: Literal["long-term", "transferred", "temporary"], person: int) -> FilingRecord:
        where = self._elsewhere[self._streams[kind].below(len(self._elsewhere), person, 1)]
        if kind == "long-term":
            return FilingRecord(kind=kind, rloc_admdvs=where)
        return FilingRecord(
            kind=kind,
            rloc_admdvs=where,
            begndate=self._today,
            enddate=self._until,
            allo_setl_cnt=_TRANSFER_SETTLEMENTS if kind == "transferred" else 0,
        )
