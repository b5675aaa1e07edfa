"""What a host sends to the tiers at the hours of their offices (settlement.md §5.5, §5.6).

A host that has a clock sends the list of a day shortly after midnight and the list of a month on the 21st;
each list is in the order in which rows and notices travel, and a host waits for one answer before it sends
the next message. A job that was refused or lost is sent again later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.settlement.tiers.between import messages as told
from onecard.sim.settlement.tiers.directory import MINISTRY, city_address, province_address

if TYPE_CHECKING:
    import msgspec

    from onecard.sim.settlement.messages.calendar import Calendar
    from onecard.sim.settlement.tiers.directory import Directory

__all__ = ["daily_jobs", "job", "monthly_jobs"]


def job(address: str, infno: str, node: msgspec.Struct, *, calendar: Calendar, now_us: int) -> bytes:
    """Write a job for a tier, in its own name."""
    kind, _, place = address.partition("/")
    division = {"city": place, "province": f"{place}0000"}.get(kind, "000000")
    return told.write_request(
        infno, node, sender=address, division=division, to=address, calendar=calendar, now_us=now_us
    )


def daily_jobs(
    directory: Directory, day: str, *, calendar: Calendar, now_us: int, repair: bool = True
) -> list[tuple[str, bytes]]:
    """Return (address, request) for the reconciliation of a day, in order.

    Provinces come twice: first they fetch from their cities, then from the ministry. The first and last round
    of a network that lost nothing costs one short question at each boundary.
    """
    cities, provinces = _addresses(directory)
    middle = [*provinces, MINISTRY, *provinces] if len(provinces) > 1 else provinces
    node = told.ReconcileJob(day=day, repair=repair)
    order = [*middle, *cities]
    return [
        (address, job(address, "RC04", node, calendar=calendar, now_us=now_us + turn))
        for turn, address in enumerate(order)
    ]


def monthly_jobs(
    directory: Directory, month: str, *, calendar: Calendar, now_us: int
) -> list[tuple[str, bytes]]:
    """Return (address, request) for the clearing of a month ``yyyyMM``, from the ministry down."""
    cities, provinces = _addresses(directory)
    top = [MINISTRY] if len(provinces) > 1 else []
    node = told.MonthJob(month=month)
    return [
        (address, job(address, "CL01", node, calendar=calendar, now_us=now_us))
        for address in (*top, *provinces, *cities)
    ]


def _addresses(directory: Directory) -> tuple[list[str], list[str]]:
    return (
        [city_address(city) for city in directory.cities],
        [province_address(province) for province in directory.provinces],
    )
