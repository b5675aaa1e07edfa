"""Columns of birth, home, origin and insurance: the array forms of those fields of ``Person``."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from onecard.sim import facts
from onecard.sim.people import numbers
from onecard.sim.people.draws import Streams, lanes_array
from onecard.sim.people.homes import ethnic_mixes
from onecard.sim.people.identity import identity_numbers, sequence
from onecard.sim.people.rules import ADULT_TYPES, SCHEMES, CardRules, InsuranceRules, age_table

if TYPE_CHECKING:
    from onecard.sim.people.arrangement import Arrangement, Places
    from onecard.sim.people.homes import Home
    from onecard.sim.people.pyramid import Int64Array

__all__ = ["ResidentColumns", "dates_of", "where_else_empty"]

Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.bytes_]
Dates = npt.NDArray[np.datetime64]

_EPOCH = 719_163
"""Ordinal of 1 January 1970, where numpy's dates begin."""
_EMPLOYEE, _RETIRED, _RESIDENT, _NONE = range(len(SCHEMES))


class ResidentColumns:
    """What people have without a card."""

    def __init__(
        self,
        index: Int64Array,
        *,
        arrangement: Arrangement,
        homes: list[Home],
        streams: Streams,
        card: CardRules,
        insurance: InsuranceRules,
    ) -> None:
        self.index = index
        self._arrangement, self._homes, self._streams = arrangement, homes, streams
        self._card, self._insurance = card, insurance

    def __len__(self) -> int:
        return len(self.index)

    # ---- birth and home ---------------------------------------------------------------------------------

    @cached_property
    def _places(self) -> Places:
        return self._arrangement.places(self.index)

    @cached_property
    def age(self) -> Int64Array:
        """Completed years."""
        return self._places.age

    @cached_property
    def male(self) -> Bools:
        """Whether the sex is ``"1"``."""
        return self._places.male

    @cached_property
    def sex(self) -> Texts:
        """``"1"`` male, ``"2"`` female."""
        return np.where(self.male, b"1", b"2")

    @cached_property
    def birth_date(self) -> Dates:
        """Day of birth."""
        return dates_of(self._born)

    @cached_property
    def identity_number(self) -> Texts:
        """18 characters."""
        places = self._places
        first = np.where(places.male, sequence(True, 0), sequence(False, 0))
        return identity_numbers(
            self._of_home([int(home.county_code) for home in self._homes]),
            self._arrangement.ages.dates[places.day],
            first - 2 * places.earlier,
        )

    @cached_property
    def county_code(self) -> Texts:
        """Home county."""
        return self._text_of_home([home.county_code for home in self._homes])

    @cached_property
    def prefecture_code(self) -> Texts:
        """Home prefecture."""
        return self._text_of_home([home.prefecture_code for home in self._homes])

    @cached_property
    def province_code(self) -> Texts:
        """Home province, six digits."""
        return self._text_of_home([home.province_code for home in self._homes])

    @cached_property
    def city_code(self) -> Texts:
        """Issuing area of the card."""
        return self._text_of_home([home.city_code for home in self._homes])

    @cached_property
    def mobile(self) -> Texts:
        """Eleven digits."""
        return numbers.mobiles(self._places.rank)

    # ---- origin and insurance ---------------------------------------------------------------------------

    @cached_property
    def _origin(self) -> tuple[Int64Array, Int64Array]:
        return lanes_array(self._streams.origin, self.index)

    @cached_property
    def ethnic_group(self) -> Texts:
        """GB 3304."""
        bounds, groups = _ethnic_bounds()
        return groups[np.searchsorted(bounds, (self._province << 33) + self._origin[0], side="right")]

    @cached_property
    def chronic(self) -> Bools:
        """Has a chronic disease."""
        return self._origin[1] < np.array(age_table())[self.age]

    @cached_property
    def _insurance_draws(self) -> tuple[Int64Array, Int64Array]:
        return lanes_array(self._streams.insurance, self.index)

    @cached_property
    def _scheme(self) -> Int64Array:
        """Place in SCHEMES."""
        rules = self._insurance
        draw, kind = self._insurance_draws
        province = self._province
        elderly = self.age >= np.where(self.male, *rules.retirement)
        of_working = np.array([rules.working[row.code] for row in facts.provinces()])[province]
        of_retired = np.array([rules.retired[row.code] for row in facts.provinces()])[province]
        scheme = np.where(kind >= rules.uninsured, _NONE, _RESIDENT)
        working = ~elderly & (self.age >= rules.working_from) & (draw < of_working)
        scheme[working] = _EMPLOYEE
        scheme[elderly & (draw < of_retired)] = _RETIRED
        return scheme

    @cached_property
    def insurance(self) -> Texts:
        """Scheme."""
        return np.array(SCHEMES, dtype=np.bytes_)[self._scheme]

    @cached_property
    def psn_type(self) -> Texts:
        """Person category."""
        rules, age, kind = self._insurance, self.age, self._insurance_draws[1]
        types = np.array(rules.resident_types, dtype="S4")[age]
        low, high = rules.college_ages
        types[(low <= age) & (age <= high) & (kind < rules.college)] = b"1404"
        employee = np.where(kind < rules.civil_servant, 1, np.where(kind < rules.flexible, 2, 0))
        types = np.where(self._scheme == _EMPLOYEE, np.array(ADULT_TYPES, dtype="S4")[employee], types)
        types[self._scheme == _RETIRED] = b"1201"
        types[self._scheme == _NONE] = b""
        return types

    @cached_property
    def psn_no(self) -> Texts:
        """Person number."""
        cities = self._of_home([int(home.city_code) for home in self._homes])
        return where_else_empty(self._scheme != _NONE, numbers.person_numbers(cities, self._position))

    # ---- shared intermediate columns --------------------------------------------------------------------

    @cached_property
    def _born(self) -> Int64Array:
        """Day of birth as an ordinal."""
        return self._card.windows.today - self._places.day

    @cached_property
    def _position(self) -> Int64Array:
        """Position inside the city."""
        return self._places.rank - self._of_home([home.city_start for home in self._homes])

    @cached_property
    def _province(self) -> Int64Array:
        """Place in ``facts.provinces()``."""
        ordinals = {row.code: place for place, row in enumerate(facts.provinces())}
        return self._of_home([ordinals[home.province_code[:2]] for home in self._homes])

    def _of_home(self, values: list[int]) -> Int64Array:
        return np.array(values, dtype=np.int64)[self._places.area]

    def _text_of_home(self, values: list[str]) -> Texts:
        return np.array(values, dtype="S6")[self._places.area]


@cache
def _ethnic_bounds() -> tuple[Int64Array, Texts]:
    """Return the thresholds of all provinces in one ascending array, and the group of each."""
    bounds: list[int] = []
    groups: list[str] = []
    for ordinal, mix in enumerate(ethnic_mixes().values()):
        bounds += [(ordinal << 33) + bound for bound in mix.thresholds]
        groups += mix.groups
    return np.array(bounds, dtype=np.int64), np.array(groups, dtype="S2")


def dates_of(ordinals: Int64Array) -> Dates:
    """Turn ordinals of ``datetime.date`` into numpy dates."""
    days: Dates = (ordinals - _EPOCH).astype("datetime64[D]")
    return days


def where_else_empty(wanted: Bools, texts: Texts) -> Texts:
    """Keep the wanted texts; the others become empty."""
    return np.where(wanted, texts, b"")
