"""Many people as columns: the array forms of everything that ``Person`` has."""

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
from onecard.sim.people.parameters import VERSIONS
from onecard.sim.people.rules import (
    ADULT_TYPES,
    EXPIRY_AGE,
    SCHEMES,
    STATUSES,
    CardRules,
    InsuranceRules,
    age_table,
)

if TYPE_CHECKING:
    from onecard.sim.people.arrangement import Arrangement, Places
    from onecard.sim.people.homes import Home
    from onecard.sim.people.pyramid import Int64Array

__all__ = ["PeopleTable"]

Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.bytes_]
Dates = npt.NDArray[np.datetime64]

_EPOCH = 719_163
"""Ordinal of 1 January 1970, where numpy's dates begin."""
_EMPLOYEE, _RETIRED, _RESIDENT, _NONE = range(len(SCHEMES))


class PeopleTable:
    """Columns for many people; a column is computed when it is first read, and kept.

    Columns have the names of the fields of ``Person`` and its values: texts as ASCII byte strings (empty
    where a person has none), dates as ``datetime64[D]`` (NaT where none), ``card_serial`` as a big-endian
    number (0 where none). Only names and addresses are not here.
    """

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
        return _dates(self._born)

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
        return _only(self._scheme != _NONE, numbers.person_numbers(cities, self._position))

    # ---- card -------------------------------------------------------------------------------------------

    @cached_property
    def _card_draws(self) -> tuple[Int64Array, Int64Array]:
        return lanes_array(self._streams.card, self.index)

    @cached_property
    def card_generation(self) -> Int64Array:
        """0 none, 1, 2, 3."""
        holder, kind = self._card_draws
        first, second, _ = self._card.generations
        generation = 1 + (kind >= first).astype(np.int64) + (kind >= second)
        generation[holder >= self._card.holder] = 0
        return generation

    @cached_property
    def has_card(self) -> Bools:
        """Whether there is a card."""
        return self.card_generation > 0

    @cached_property
    def card_version(self) -> Texts:
        """Specification version."""
        return np.array(("", *VERSIONS), dtype="S4")[self.card_generation]

    @cached_property
    def card_number(self) -> Texts:
        """Nine characters."""
        districts = self._of_home([home.district for home in self._homes])
        return _only(self.has_card, numbers.card_numbers(self._places.rank, districts))

    @cached_property
    def card_serial(self) -> npt.NDArray[np.uint32]:
        """Serial as a number; 0 without a card."""
        return np.where(self.has_card, numbers.card_serials(self._position, self.card_generation), 0).astype(
            np.uint32
        )

    @cached_property
    def _issue_draws(self) -> tuple[Int64Array, Int64Array]:
        return lanes_array(self._streams.issue, self.index)

    @cached_property
    def _issue_day(self) -> Int64Array:
        """Day of issue as an ordinal; meaningless without a card."""
        windows, generation = self._card.windows, self.card_generation
        expired = (self._card_draws[1] < self._card.expired) & (self.age >= EXPIRY_AGE)
        first = np.maximum(np.array(windows.first)[generation], self._born)
        first = np.where(expired, first, np.maximum(first, windows.oldest_valid))
        last = np.where(expired, windows.oldest_valid - 1, np.array(windows.last)[generation])
        last = np.where(last < first, windows.today, last)
        issued = np.array(windows.issued, dtype=np.int64)
        before, after = issued[first - windows.origin], issued[last + 1 - windows.origin]
        card = before + (self._issue_draws[0] * (after - before) >> 32)
        day: Int64Array = windows.origin - 1 + np.searchsorted(issued, card, side="right")
        return day

    @cached_property
    def issue_date(self) -> Dates:
        """Day of issue."""
        return _only_dates(self.has_card, _dates(self._issue_day))

    @cached_property
    def valid_until(self) -> Dates:
        """Last day of validity."""
        windows = self._card.windows
        until = _valid_until(np.arange(windows.origin, windows.today + 1), self._card.validity_years)
        return _only_dates(self.has_card, until[self._issue_day - windows.origin])

    @cached_property
    def expired(self) -> Bools:
        """Whether the card's validity is over on the day that the population is as of."""
        expired: Bools = self.has_card & (self._issue_day < self._card.windows.oldest_valid)
        return expired

    @cached_property
    def _status_draws(self) -> tuple[Int64Array, Int64Array]:
        return lanes_array(self._streams.status, self.index)

    @cached_property
    def card_status(self) -> Texts:
        """AAZ502."""
        state = np.searchsorted(self._card.statuses, self._status_draws[0], side="right")
        return _only(self.has_card, np.array(STATUSES, dtype="S1")[state])

    @cached_property
    def card_mislaid(self) -> Bools:
        """Lost today, not yet reported."""
        mislaid: Bools = (self.card_status == b"1") & (self._status_draws[1] < self._card.mislaid)
        return mislaid

    @cached_property
    def pin(self) -> Texts:
        """Six digits."""
        number, unchanged = lanes_array(self._streams.pin, self.index)
        return _only(self.has_card, numbers.pins(number, unchanged < self._card.initial_pin))

    @cached_property
    def forgets_pin(self) -> Bools:
        """Will not remember the PIN."""
        forgets: Bools = lanes_array(self._streams.memory, self.index)[0] < self._card.forgets_pin
        return self.has_card & forgets

    # ---- money and the electronic card ------------------------------------------------------------------

    @cached_property
    def _finance_draws(self) -> tuple[Int64Array, Int64Array]:
        return lanes_array(self._streams.finance, self.index)

    @cached_property
    def has_finance(self) -> Bools:
        """The card has a financial function."""
        return (self.card_generation > 1) & (self._finance_draws[0] < self._card.finance)

    @cached_property
    def _bank(self) -> Int64Array:
        return np.searchsorted(self._card.banks, self._issue_draws[1], side="right")

    @cached_property
    def bank_code(self) -> Texts:
        """Three digits."""
        codes = np.array([code for _, code in numbers.BANKS], dtype="S3")
        return _only(self.has_finance, codes[self._bank])

    @cached_property
    def bank_account(self) -> Texts:
        """19 digits."""
        return _only(self.has_finance, numbers.bank_accounts(self._places.rank, self._bank))

    @cached_property
    def e_card(self) -> Int64Array:
        """0 none, 1 identity, 2 also payment."""
        draw = self._finance_draws[1]
        level = (self.has_card & (draw < self._card.e_card)).astype(np.int64)
        level[self.has_finance & (draw < self._card.e_card_level_2)] = 2
        return level

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


def _dates(ordinals: Int64Array) -> Dates:
    days: Dates = (ordinals - _EPOCH).astype("datetime64[D]")
    return days


def _valid_until(issue_days: Int64Array, years: int) -> Dates:
    issued = _dates(issue_days)
    months = issued.astype("datetime64[M]")
    wanted = months + np.timedelta64(12 * years, "M")
    until: Dates = wanted.astype("datetime64[D]") + (issued - months)
    until -= (until.astype("datetime64[M]") != wanted).astype("timedelta64[D]")  # 29 February ran over
    return until


def _only(wanted: Bools, texts: Texts) -> Texts:
    return np.where(wanted, texts, b"")


def _only_dates(wanted: Bools, dates: Dates) -> Dates:
    return np.where(wanted, dates, np.datetime64("NaT", "D"))
