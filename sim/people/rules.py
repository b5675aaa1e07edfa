"""The rules of a population: its parameters turned into integer thresholds and tables, once.

Both forms, one person and a million, read these; neither computes a probability.
"""

from __future__ import annotations

import datetime
from functools import cache
from itertools import accumulate, pairwise
from typing import NamedTuple, TypeVar

from onecard.sim import facts
from onecard.sim.draws import maths
from onecard.sim.errors import InputError
from onecard.sim.people.draws import ONE, threshold
from onecard.sim.people.numbers import BANKS
from onecard.sim.people.parameters import VERSIONS, PopulationParameters
from onecard.sim.people.pyramid import OLDEST, Pyramid, years_before

__all__ = [
    "ADULT_TYPES",
    "EXPIRY_AGE",
    "SCHEMES",
    "STATUSES",
    "CardRules",
    "InsuranceRules",
    "Windows",
    "age_table",
]

SCHEMES = ("employee", "retired", "resident", "none")
STATUSES = ("3", "2", "4", "9", "1")
"""Statuses of AAZ502 in the order of :attr:`CardRules.statuses`."""
ADULT_TYPES = ("1101", "1102", "1103")
"""Person categories of working employees."""

EXPIRY_AGE = int(facts.value("card.validity")) + 1
"""Youngest age at which an expired card is possible: it was issued after birth."""

_HOLDERS_ON = "card.holders-on."
_RESIDENT_AGES = ((1, "1401"), (6, "1402"), (18, "1403"), (60, "1501"), (OLDEST + 1, "16"))
"""First age that is older, and the category (settlement.md §3.1) until then."""

T = TypeVar("T")


class Windows(NamedTuple):
    """Days of issue, as ordinals, by generation (entry 0 keeps people without a card in range)."""

    first: tuple[int, ...]
    last: tuple[int, ...]
    oldest_valid: int
    """First day of issue of a card that is still valid."""
    today: int
    origin: int
    """Day of the first card."""
    issued: tuple[int, ...]
    """Hundreds of cards issued in the nation before each day from ``origin`` to the day after ``today``."""


class CardRules(NamedTuple):
    """Thresholds of the card."""

    holder: int
    expired: int
    """Compared with the same bits as the generation, so that expired cards are of the oldest."""
    generations: tuple[int, int, int]
    """Cumulative."""
    finance: int
    e_card: int
    e_card_level_2: int
    """Compared with the same bits as ``e_card``."""
    statuses: tuple[int, ...]
    """Cumulative: locked, formally lost, temporarily lost, cancelled, normal."""
    mislaid: int
    initial_pin: int
    forgets_pin: int
    banks: tuple[int, ...]
    """Cumulative."""
    windows: Windows
    validity_years: int

    @classmethod
    def of(cls, parameters: PopulationParameters, ages: Pyramid) -> CardRules:
        """Turn parameters into thresholds.

        Raises:
            InputError: more expired cards than cards that can be old enough.
        """
        mix = [parameters.generation_mix[version] for version in VERSIONS]
        windows = _windows(parameters)
        lost = parameters.reported_lost_share
        states = (
            parameters.locked_share,
            lost * (1.0 - parameters.temporary_loss_share),
            lost * parameters.temporary_loss_share,
            parameters.cancelled_share,
        )
        banks = _cumulative([facts.value(f"bank.share.{name}") for name, _ in BANKS])
        financial = mix[1] + mix[2]
        return cls(
            holder=threshold(parameters.card_share),
            expired=_expired(parameters, mix, windows, ages),
            generations=_cumulative(mix),  # type: ignore[arg-type]
            finance=threshold(parameters.finance_share / financial) if financial else 0,
            e_card=threshold(parameters.e_card_share),
            e_card_level_2=threshold(parameters.e_card_share * parameters.e_card_level_2_share),
            statuses=(*(threshold(share) for share in accumulate(states)), ONE),
            mislaid=threshold(parameters.mislaid_share),
            initial_pin=threshold(parameters.initial_pin_share),
            forgets_pin=threshold(parameters.forgets_pin_share),
            banks=banks,
            windows=windows,
            validity_years=int(facts.value("card.validity")),
        )


class InsuranceRules(NamedTuple):
    """Thresholds of insurance."""

    working: dict[str, int]
    """Province -> threshold for people of working age."""
    retired: dict[str, int]
    """Province -> threshold for people of retirement age."""
    uninsured: int
    """People insured neither as working nor as retired employees are uninsured from here upwards."""
    working_from: int
    retirement: tuple[int, int]
    """Age of males, of females."""
    civil_servant: int
    flexible: int
    college: int
    """College students among residents of :attr:`college_ages`, both included."""
    college_ages: tuple[int, int]
    resident_types: tuple[str, ...]
    """Person category of residents by age, apart from college students."""

    @classmethod
    def of(cls, parameters: PopulationParameters, ages: Pyramid) -> InsuranceRules:
        """Turn parameters into thresholds.

        Raises:
            InputError: a share exceeds the people of the age that it is about.
        """
        start = int(facts.value("insurance.working-age.from"))
        ends = (
            int(facts.value("insurance.retirement-age.male")),
            int(facts.value("insurance.retirement-age.female")),
        )
        sexes = (parameters.male_share, 1.0 - parameters.male_share)
        workers = sum(share * ages.share(start, end - 1) for share, end in zip(sexes, ends, strict=True))
        elderly = sum(share * ages.share(end) for share, end in zip(sexes, ends, strict=True))
        others = 1.0 - parameters.employee_share - parameters.retired_share
        civil = facts.value("insurance.civil-servant-share")
        uninsured = min(1.0, parameters.uninsured_share / others) if others > 0.0 else 0.0
        return cls(
            working=_by_province("employee_share", parameters.employee_share, workers),
            retired=_by_province("retired_share", parameters.retired_share, elderly),
            uninsured=ONE - threshold(uninsured),
            working_from=start,
            retirement=ends,
            civil_servant=threshold(civil),
            flexible=threshold(civil + facts.value("insurance.flexible-share")),
            college=threshold(facts.value("insurance.college-student-share") * (1.0 - uninsured)),
            college_ages=(18, 21),
            resident_types=_by_age(_RESIDENT_AGES),
        )


def age_table() -> tuple[int, ...]:
    """Return the threshold of a chronic disease for each age."""
    groups = ((15, "0-14"), (45, "15-44"), (60, "45-59"), (OLDEST + 1, "60-plus"))
    return _by_age(tuple((end, threshold(facts.value(f"population.chronic.{name}"))) for end, name in groups))


def _by_age(groups: tuple[tuple[int, T], ...]) -> tuple[T, ...]:
    """Spread values over the ages 0 to OLDEST; each group has its end, which it does not include."""
    table: list[T] = []
    for end, value in groups:
        table += [value] * (end - len(table))
    return tuple(table)


def _by_province(field: str, share: float, eligible: float) -> dict[str, int]:
    """Spread a national share over provinces by their urban share, among people of the eligible age."""
    exponent = facts.value("insurance.urban-exponent")
    factors = {row.code: maths.pow(row.urban_share, exponent) for row in facts.provinces()}
    people = sum(row.population_10k for row in facts.provinces())
    mean = sum(row.population_10k * factors[row.code] for row in facts.provinces()) / people
    highest = max(factors.values()) / mean / eligible
    if share * highest > 1.0:
        raise InputError(
            "more than everybody of that age in the most urban province",
            where=field,
            value=share,
            allowed=f"0 to {int(1000 / highest) / 1000}",
        )
    return {code: threshold(share / eligible * factor / mean) for code, factor in factors.items()}


def _cumulative(shares: list[float]) -> tuple[int, ...]:
    """Turn shares that sum to 1 into cumulative thresholds that end in certainty."""
    whole = sum(shares)
    sums = tuple(threshold(share / whole) for share in accumulate(shares))
    return (*sums[:-1], ONE)


def _windows(parameters: PopulationParameters) -> Windows:
    today = parameters.as_of
    origin = _day("card.issue-start.1-00").toordinal()
    first, last = [origin], [today.toordinal()]
    for version in ("1-00", "2-00", "3-00"):
        start = _day(f"card.issue-start.{version}")
        first.append(min(start, today).toordinal())
        end = _day("card.issue-end.1-00") if version == "1-00" else today
        last.append(min(end, today).toordinal())
    oldest = years_before(today, int(facts.value("card.validity")))
    # A card of 28 February is valid until 28 February: on the 29th it is over.
    late = oldest.toordinal() + (1 if oldest.day != today.day else 0)
    issued = _issued(origin, today.toordinal() + 1)
    return Windows(tuple(first), tuple(last), late, today.toordinal(), origin, issued)


@cache
def _issued(origin: int, end: int) -> tuple[int, ...]:
    """Hundreds of cards issued before each day: straight lines through the known numbers of holders, and on.

    Replacements are not counted: a card is as old as its holder's first [assumption].
    """
    known = [(origin, 0)]
    for identifier, row in facts.all_facts().items():
        if identifier.startswith(_HOLDERS_ON):
            day = datetime.date.fromisoformat(identifier.removeprefix(_HOLDERS_ON)).toordinal() + 1
            known.append((day, int(facts.value(row.id))))
    slope_end = max(end, known[-1][0]) + 1
    (day_1, count_1), (day_2, count_2) = known[-2:]
    known.append((slope_end, count_2 + (count_2 - count_1) * (slope_end - day_2) // (day_2 - day_1)))
    counts: list[int] = []
    for (day_1, count_1), (day_2, count_2) in pairwise(known):
        days = day_2 - day_1
        counts += [(count_1 + (count_2 - count_1) * at // days) // 100 for at in range(days)]
    return tuple(counts[: end - origin + 1])


def _day(identifier: str) -> datetime.date:
    return datetime.date.fromisoformat(str(facts.fact(identifier).value))


def _expired(parameters: PopulationParameters, mix: list[float], windows: Windows, ages: Pyramid) -> int:
    """Threshold among cards whose holder is old enough to have had one for more than ten years."""
    old_enough = sum(
        share for share, first in zip(mix, windows.first[1:], strict=True) if first < windows.oldest_valid
    )
    grown = ages.share(EXPIRY_AGE)
    if parameters.expired_share > old_enough * grown:
        raise InputError(
            f"more expired cards than cards that can be ten years old on {parameters.as_of}",
            where="expired_share",
            value=parameters.expired_share,
            allowed=f"0 to {int(old_enough * grown * 1e6) / 1e6}, as generation_mix says",
        )
    return threshold(parameters.expired_share / grown)
