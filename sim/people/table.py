"""Many people as columns: the array forms of everything that ``Person`` has."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from onecard.sim.people import numbers
from onecard.sim.people.draws import lanes_array
from onecard.sim.people.parameters import VERSIONS
from onecard.sim.people.residents import ResidentColumns, dates_of, where_else_empty
from onecard.sim.people.rules import EXPIRY_AGE, STATUSES

if TYPE_CHECKING:
    from onecard.sim.people.pyramid import Int64Array

__all__ = ["PeopleTable"]

Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.bytes_]
Dates = npt.NDArray[np.datetime64]


class PeopleTable(ResidentColumns):
    """Columns for many people; a column is computed when it is first read, and kept.

    Columns have the names of the fields of ``Person`` and its values: texts as ASCII byte strings (empty
    where a person has none), dates as ``datetime64[D]`` (NaT where none), ``card_serial`` as a big-endian
    number (0 where none). Only names and addresses are not here.
    """

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
        return where_else_empty(self.has_card, numbers.card_numbers(self._places.rank, districts))

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
        return _only_dates(self.has_card, dates_of(self._issue_day))

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
        return where_else_empty(self.has_card, np.array(STATUSES, dtype="S1")[state])

    @cached_property
    def card_mislaid(self) -> Bools:
        """Lost today, not yet reported."""
        mislaid: Bools = (self.card_status == b"1") & (self._status_draws[1] < self._card.mislaid)
        return mislaid

    @cached_property
    def pin(self) -> Texts:
        """Six digits."""
        number, unchanged = lanes_array(self._streams.pin, self.index)
        return where_else_empty(self.has_card, numbers.pins(number, unchanged < self._card.initial_pin))

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
        return where_else_empty(self.has_finance, codes[self._bank])

    @cached_property
    def bank_account(self) -> Texts:
        """18 digits."""
        return where_else_empty(self.has_finance, numbers.bank_accounts(self._places.rank, self._bank))

    @cached_property
    def e_card(self) -> Int64Array:
        """0 none, 1 identity, 2 also payment."""
        draw = self._finance_draws[1]
        level = (self.has_card & (draw < self._card.e_card)).astype(np.int64)
        level[self.has_finance & (draw < self._card.e_card_level_2)] = 2
        return level


def _valid_until(issue_days: Int64Array, years: int) -> Dates:
    issued = dates_of(issue_days)
    months = issued.astype("datetime64[M]")
    wanted = months + np.timedelta64(12 * years, "M")
    until: Dates = wanted.astype("datetime64[D]") + (issued - months)
    until -= (until.astype("datetime64[M]") != wanted).astype("timedelta64[D]")  # 29 February ran over
    return until


def _only_dates(wanted: Bools, dates: Dates) -> Dates:
    return np.where(wanted, dates, np.datetime64("NaT", "D"))
