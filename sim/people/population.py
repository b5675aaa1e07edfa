"""The population: a size, a seed, and functions from an index to a person.

Theory of operation. Nothing about a person is stored. Where, when and as what sex somebody is born follows
from their rank (arrangement.py), everything else from draws keyed by their index (draws.py) against
thresholds that were made from the parameters once (rules.py). :meth:`Population.person` builds one person,
:meth:`Population.vector` columns for many; both evaluate the same integer formulas, and the tests hold them
equal field by field. So 1.259 billion people cost as much memory as ten, in any order, on any machine.
"""

from __future__ import annotations

import datetime
import operator
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

import numpy as np

from onecard.sim.errors import InputError
from onecard.sim.people import numbers
from onecard.sim.people.arrangement import LARGEST, Arrangement, Place
from onecard.sim.people.counties import areas_of
from onecard.sim.people.draws import Streams, lanes
from onecard.sim.people.homes import Home, ethnic_mixes, homes_of
from onecard.sim.people.identity import identity_number, sequence
from onecard.sim.people.parameters import VERSIONS, PopulationParameters
from onecard.sim.people.person import Person
from onecard.sim.people.pyramid import pyramid, years_before
from onecard.sim.people.rules import (
    ADULT_TYPES,
    EXPIRY_AGE,
    STATUSES,
    CardRules,
    InsuranceRules,
    age_table,
)
from onecard.sim.people.table import PeopleTable

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

__all__ = ["Population"]

_NORMAL = "1"


class Population:
    """People as a pure function of their index.

    Args:
        size: number of people, 1 to 2 billion.
        seed: other seeds give other people.
        region: where they live: province (``"46"`` or ``"460000"``), prefecture (``"460100"``), county
            (``"460105"``), or None for the nation.
        parameters: shares of cards, insurance and so on; the default is April 2019.

    Raises:
        InputError: a size outside the limits, an unknown region, more people than the region can have
            identity numbers for, or parameters that do not fit together.
    """

    def __init__(
        self,
        size: int,
        seed: int,
        *,
        region: str | None = None,
        parameters: PopulationParameters | None = None,
    ) -> None:
        if not 1 <= size <= LARGEST:
            raise InputError("not a size", where="size", value=size, allowed=f"1 to {LARGEST}")
        self.size, self.seed, self.region = size, seed, region
        self.parameters = parameters or PopulationParameters()
        areas = areas_of(region)
        self._ages = pyramid(self.parameters.as_of)
        self._arrangement = Arrangement(
            size, seed, region=areas, ages=self._ages, male_share=self.parameters.male_share
        )
        self._homes = homes_of(areas, self._arrangement.first_ranks)
        self._streams = Streams.of(seed)
        self._card = CardRules.of(self.parameters, self._ages)
        self._insurance = InsuranceRules.of(self.parameters, self._ages)
        self._chronic = age_table()
        self._mixes = ethnic_mixes()

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[Person]:
        return map(self.person, range(self.size))

    def person(self, index: int) -> Person:
        """Build one person.

        Args:
            index: 0 to ``len(population) - 1``.

        Raises:
            InputError: there is no such index.
        """
        index = operator.index(index)  # a numpy integer would overflow in the draws
        if not 0 <= index < self.size:
            raise self._no_such(index)
        place = self._arrangement.place(index)
        home = self._homes[place.area]
        scheme, psn_type = self._insured(index, place, home.province_code[:2])
        origin, health = lanes(self._streams.origin, index)
        mix = self._mixes[home.province_code[:2]]
        born = self._card.windows.today - place.day
        position = place.rank - home.city_start
        return Person(
            seed=self.seed,
            index=index,
            identity_number=identity_number(
                home.county_code, self._ages.date_list[place.day], sequence(place.male, place.earlier)
            ),
            birth_date=datetime.date.fromordinal(born),
            sex="1" if place.male else "2",
            age=place.age,
            county_code=home.county_code,
            prefecture_code=home.prefecture_code,
            province_code=home.province_code,
            city_code=home.city_code,
            ethnic_group=mix.groups[bisect_right(mix.thresholds, origin)],
            insurance=scheme,
            psn_type=psn_type,
            psn_no=numbers.person_number(home.city_code, position) if psn_type else "",
            chronic=health < self._chronic[place.age],
            mobile=numbers.mobile(place.rank),
            **self._card_of(index, place, home),
        )

    def vector(self, indices: npt.ArrayLike) -> PeopleTable:
        """Build columns for many people; each column is computed when it is first asked for.

        Args:
            indices: shape (n,), each 0 to ``len(population) - 1``.

        Raises:
            InputError: an index that does not exist, or is not a whole number.
        """
        given = np.atleast_1d(np.asarray(indices))
        if given.size and given.dtype.kind not in "iu":
            raise InputError("not whole numbers", where="indices", value=str(given.dtype), allowed="integers")
        wanted = given.astype(np.int64)
        wrong = wanted[(wanted < 0) | (wanted >= self.size)]
        if len(wrong):
            raise self._no_such(int(wrong[0]))
        return PeopleTable(
            wanted,
            arrangement=self._arrangement,
            homes=self._homes,
            streams=self._streams,
            card=self._card,
            insurance=self._insurance,
        )

    def _no_such(self, index: int) -> InputError:
        return InputError("no such person", where="index", value=index, allowed=f"0 to {self.size - 1}")

    def _insured(self, index: int, place: Place, province: str) -> tuple[str, str]:
        """Return scheme and person category."""
        rules, age = self._insurance, place.age
        scheme, kind = lanes(self._streams.insurance, index)
        if age >= rules.retirement[0 if place.male else 1]:
            if scheme < rules.retired[province]:
                return "retired", "1201"
        elif age >= rules.working_from and scheme < rules.working[province]:
            civil = 1 if kind < rules.civil_servant else 2 if kind < rules.flexible else 0
            return "employee", ADULT_TYPES[civil]
        if kind >= rules.uninsured:
            return "none", ""
        return "resident", self._resident_type(age, kind)

    def _resident_type(self, age: int, kind: int) -> str:
        rules = self._insurance
        if rules.college_ages[0] <= age <= rules.college_ages[1] and kind < rules.college:
            return "1404"
        return rules.resident_types[age]

    def _card_of(self, index: int, place: Place, home: Home) -> dict[str, Any]:
        """Return the fields of the card, the account and the electronic card."""
        rules, streams = self._card, self._streams
        holder, kind = lanes(streams.card, index)
        if holder >= rules.holder:
            return _NO_CARD
        generation = bisect_right(rules.generations, kind) + 1
        money, online = lanes(streams.finance, index)
        has_finance = generation > 1 and money < rules.finance
        when, bank = lanes(streams.issue, index)
        issued = self._issue_day(generation, kind < rules.expired, place, when)
        state, lost = lanes(streams.status, index)
        status = STATUSES[bisect_right(rules.statuses, state)]
        number, unchanged = lanes(streams.pin, index)
        place_of_bank = bisect_right(rules.banks, bank)
        e_card = 0 if online >= rules.e_card else 2 if has_finance and online < rules.e_card_level_2 else 1
        return {
            "card_generation": generation,
            "card_version": VERSIONS[generation - 1],
            "card_number": numbers.card_number(place.rank, home.district),
            "card_serial": numbers.card_serial(place.rank - home.city_start, generation),
            "issue_date": issued,
            "valid_until": years_before(issued, -rules.validity_years),
            "card_status": status,
            "card_mislaid": status == _NORMAL and lost < rules.mislaid,
            "pin": numbers.pin(number, unchanged < rules.initial_pin),
            "forgets_pin": streams.memory.bits(index) >> 32 < rules.forgets_pin,
            "has_finance": has_finance,
            "bank_code": numbers.BANKS[place_of_bank][1] if has_finance else "",
            "bank_account": numbers.bank_account(place.rank, place_of_bank) if has_finance else "",
            "e_card": e_card,
        }

    def _issue_day(self, generation: int, expired: bool, place: Place, draw: int) -> datetime.date:
        """Pick the day of issue: in the generation's years, after birth, and valid or not as it should be.

        A day is as likely as cards were issued in the nation on it.
        """
        windows = self._card.windows
        first = max(windows.first[generation], windows.today - place.day)
        if expired and place.age >= EXPIRY_AGE:
            last = windows.oldest_valid - 1
        else:
            first, last = max(first, windows.oldest_valid), windows.last[generation]
            if last < first:  # born after the generation's years: the local stock lasted longer
                last = windows.today
        issued, origin = windows.issued, windows.origin
        before, after = issued[first - origin], issued[last + 1 - origin]
        card = before + (draw * (after - before) >> 32)
        return datetime.date.fromordinal(origin + bisect_right(issued, card) - 1)


_NO_CARD: dict[str, Any] = {
    "card_generation": 0,
    "card_version": None,
    "card_number": "",
    "card_serial": b"",
    "issue_date": None,
    "valid_until": None,
    "card_status": "",
    "card_mislaid": False,
    "pin": "",
    "forgets_pin": False,
    "has_finance": False,
    "bank_code": "",
    "bank_account": "",
    "e_card": 0,
}
