"""What a scenario may change about the people; the defaults are the world's figures of April 2019."""

from __future__ import annotations

import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from onecard.sim import facts
from onecard.sim.errors import InputError

__all__ = ["VERSIONS", "PopulationParameters"]

Share = Annotated[float, Meta(ge=0.0, le=1.0)]

VERSIONS = ("1.00", "2.00", "3.00")
"""Versions of the card specification, by generation (card.md §6.5)."""

_TOLERANCE = 1e-9


def _default(identifier: str) -> Share:
    number: Share = msgspec.field(default=facts.value(identifier))
    return number


class PopulationParameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Shares of the population.

    Shares of cards are shares of the people who hold a card.

    Raises:
        InputError: a share is outside 0 to 1, or shares do not fit together; names field and value.
    """

    as_of: datetime.date = msgspec.field(default_factory=lambda: datetime.date(2019, 4, 30))
    """The day on which ages, cards and losses are what they are; no card is issued after it."""
    male_share: Share = _default("population.male-share")
    employee_share: Share = _default("insurance.employee-share")
    """People insured as working employees, share of the nation; provinces differ by their urban share."""
    retired_share: Share = _default("insurance.retired-share")
    """People insured as retired employees, share of the nation."""
    uninsured_share: Share = _default("insurance.uninsured-share")
    card_share: Share = _default("card.share")
    generation_mix: dict[str, Share] = msgspec.field(
        default_factory=lambda: {
            v: facts.value(f"card.generation-share.{v.replace('.', '-')}") for v in VERSIONS
        }
    )
    """Version of the card -> share of cards."""
    finance_share: Share = _default("card.finance-share")
    """Cards with a financial function; a card of version 1.00 has none."""
    e_card_share: Share = _default("e-card.share")
    """Card holders who also have the electronic card."""
    e_card_level_2_share: Share = _default("e-card.level-2-share")
    """Electronic cards with payment opened, among holders whose card has a financial function."""
    mislaid_share: Share = _default("card.mislaid-share")
    """Cards that are lost today and not yet reported."""
    reported_lost_share: Share = _default("card.reported-lost-share")
    temporary_loss_share: Share = _default("card.temporary-loss-share")
    """Among the reported losses: those that are only temporary so far."""
    expired_share: Share = _default("card.expired-share")
    """Cards still carried although their ten years are over."""
    locked_share: Share = _default("card.locked-share")
    """Cards whose application is locked, because the PIN was entered wrong too often."""
    cancelled_share: Share = _default("card.cancelled-share")
    initial_pin_share: Share = _default("card.initial-pin-share")
    """Cards whose PIN is still the one they were issued with."""
    forgets_pin_share: Share = _default("card.forgets-pin-share")

    def __post_init__(self) -> None:
        for field in self.__struct_fields__:
            number = getattr(self, field)
            if isinstance(number, int | float):
                _check_share(field, number)
        _check_mix(self.generation_mix)
        self._check_year()
        self._check_sums()

    def _check_year(self) -> None:
        if not 2000 <= self.as_of.year <= 2100:
            raise InputError("day out of range", where="as_of", value=str(self.as_of), allowed="2000 to 2100")

    def _check_sums(self) -> None:
        insured = self.employee_share + self.retired_share + self.uninsured_share
        _check_at_most_one("employee_share + retired_share + uninsured_share", insured)
        _check_at_most_one(
            "reported_lost_share + locked_share + cancelled_share",
            self.reported_lost_share + self.locked_share + self.cancelled_share,
        )
        financial = 1.0 - self.generation_mix["1.00"]
        if self.finance_share > financial + _TOLERANCE:
            raise InputError(
                "more cards with a financial function than cards of version 2.00 and 3.00",
                where="finance_share",
                value=self.finance_share,
                allowed=f"0 to {financial:.6g}, as generation_mix says",
            )


def _check_share(field: str, number: float) -> None:
    if not 0.0 <= number <= 1.0:
        raise InputError("not a share", where=field, value=number, allowed="0 to 1")


def _check_at_most_one(field: str, number: float) -> None:
    if number > 1.0 + _TOLERANCE:
        raise InputError("the sum exceeds 1", where=field, value=round(number, 9), allowed="at most 1")


def _check_mix(mix: dict[str, float]) -> None:
    if set(mix) != set(VERSIONS):
        raise InputError(
            "wrong versions", where="generation_mix", value=", ".join(mix), allowed=", ".join(VERSIONS)
        )
    for version, share in mix.items():
        _check_share(f"generation_mix.{version}", share)
    total = sum(mix.values())
    if abs(total - 1.0) > _TOLERANCE:
        raise InputError("shares do not sum to 1", where="generation_mix", value=round(total, 9), allowed="1")
