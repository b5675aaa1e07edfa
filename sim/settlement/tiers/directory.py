"""Where a message goes: divisions, cities, provinces, addresses (settlement.md §3.6; architecture §4).

A division code names a district, a city or a province (GB/T 2260). The directory knows the cities that take
part; every division inside one of them belongs to it, and its first two digits are its province.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

__all__ = [
    "MINISTRY",
    "Directory",
    "authority_address",
    "city_address",
    "division_prefix",
    "province_address",
]

MINISTRY = "ministry"


def division_prefix(admdvs: str) -> str:
    """Return what all divisions of a city begin with: ``"31"`` of 310000, ``"5101"`` of 510100."""
    return admdvs[:2] if admdvs[2:] == "0000" else admdvs[:4] if admdvs[4:] == "00" else admdvs


def city_address(city: str) -> str:
    """Return the address of a city's platform."""
    return f"city/{city}"


def province_address(province: str) -> str:
    """Return the address of a province's platform; ``province`` has two digits."""
    return f"province/{province}"


def authority_address(city: str) -> str:
    """Return the address of the card authority of a city."""
    return f"authority/{city}"


class Directory:
    """The cities that take part.

    Args:
        cities: their division codes, ``"310000"``.
        closed: city → services that it has not opened for people from other provinces, ``"outpatient"``,
            ``"inpatient"``, ``"pharmacy"``.
    """

    def __init__(self, cities: Iterable[str], closed: Mapping[str, Collection[str]] | None = None) -> None:
        self.cities = tuple(sorted(cities))
        self._closed = dict(closed or {})
        self._by_prefix = {division_prefix(city): city for city in self.cities}

    @property
    def provinces(self) -> tuple[str, ...]:
        """The provinces of the cities, two digits each."""
        return tuple(dict.fromkeys(city[:2] for city in self.cities))

    def opened(self, city: str, service: str) -> bool:
        """Return whether a city has opened a service across provinces."""
        return service not in self._closed.get(city, ())

    def city_of(self, admdvs: str | None) -> str | None:
        """Return the city in which a division lies, or None if it takes no part."""
        text = admdvs or ""
        for length in (6, 4, 2):
            city = self._by_prefix.get(text[:length])
            if city is not None and len(text) == 6:
                return city
        return None
