"""One person, as a value."""

from __future__ import annotations

import datetime

import msgspec

from onecard.sim.people import names

__all__ = ["Person"]


class Person(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A synthetic person and the card that they hold.

    Without a card ``card_generation`` is 0, ``card_version``, ``issue_date`` and ``valid_until`` are None,
    and the other card fields are empty. Two persons are equal when all their fields are.
    """

    seed: int
    """Seed of the population."""
    index: int
    """Who: 0 to the size of the population - 1."""
    identity_number: str
    """Social security number, 18 characters (card.md §6.4); its area code is the home county."""
    birth_date: datetime.date
    sex: str
    """``"1"`` male, ``"2"`` female (card.md §7.1)."""
    age: int
    """Completed years on the day that the population is as of."""
    county_code: str
    """GB/T 2260, six digits."""
    prefecture_code: str
    """``"460100"``."""
    province_code: str
    """``"460000"``."""
    city_code: str
    """Issuing area of the card: the prefecture; a municipality as a whole (``"310000"``); a directly
    administered county itself (``"469005"``)."""
    ethnic_group: str
    """GB 3304, two digits (card.md §7.2)."""
    insurance: str
    """``"employee"``, ``"retired"``, ``"resident"`` or ``"none"``."""
    psn_type: str
    """Person category of the settlement network (settlement.md §3.1); empty without insurance."""
    psn_no: str
    """Person number of the insured place: city code and ten digits; empty without insurance."""
    chronic: bool
    """Has a chronic disease."""
    mobile: str
    """Eleven digits in a range that no operator has."""
    card_generation: int
    """0 none, 1, 2 or 3."""
    card_version: str | None
    """Specification version: ``"1.00"``, ``"2.00"``, ``"3.00"`` (card.md §6.5)."""
    card_number: str
    """Nine characters with check character (card.md §6.3)."""
    card_serial: bytes
    """Four bytes of the card identification code (card.md §6.1); version 3.00: TA to TD of the ATR."""
    issue_date: datetime.date | None
    valid_until: datetime.date | None
    """Ten years after the issue; the last day on which the card is valid."""
    card_status: str
    """AAZ502 (card.md §18.1): ``"1"`` normal, ``"2"`` formally lost, ``"3"`` locked, ``"4"`` temporarily
    lost, ``"9"`` cancelled."""
    card_mislaid: bool
    """Lost today and not yet reported."""
    pin: str
    """Six digits."""
    forgets_pin: bool
    """Will not remember the PIN when asked."""
    has_finance: bool
    """The card has a financial function."""
    bank_code: str
    """Three digits of the issuing bank (aac080)."""
    bank_account: str
    """18 digits with Luhn check digit; the leading six are invented."""
    e_card: int
    """Level of the electronic card (card.md §17): 0 none, 1 identity, 2 also payment."""

    @property
    def synthetic(self) -> bool:
        """True: nobody here is real. Identity numbers are dealt from 999 downwards (see identity.py)."""
        return True

    @property
    def name(self) -> str:
        """Chinese name that fits the sex (Faker zh_CN)."""
        return names.full_name(self.seed, self.index, self.sex)

    @property
    def address(self) -> str:
        """Postal address in the home county; the street is invented (Faker zh_CN)."""
        return names.address(self.seed, self.index, self.county_code)
