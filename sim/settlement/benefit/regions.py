"""Which policy a place has on a date: the file in force, or the nearest one, and the caller is told which."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Literal

import msgspec

from onecard.sim.errors import InputError
from onecard.sim.settlement.benefit.files import load_policy, policy_names

if TYPE_CHECKING:
    import datetime

    from onecard.sim.settlement.benefit.policy import Policy

__all__ = ["PolicyChoice", "policy_for"]


class PolicyChoice(msgspec.Struct, frozen=True):
    """A policy and whether it is in force on the date asked for.

    Attributes:
        policy: the file.
        standing: ``"in-force"``; ``"expired"`` for the nearest earlier file; ``"not-yet"`` for the earliest
            file when the date lies before all of them.
    """

    policy: Policy
    standing: Literal["in-force", "expired", "not-yet"]

    @property
    def in_force(self) -> bool:
        """Whether the policy is in force on the date."""
        return self.standing == "in-force"


def policy_for(region: str, date: datetime.date) -> PolicyChoice:
    """Choose the built-in policy of a place.

    Args:
        region: division code of six digits; a county without a file of its own takes its city's, a city its
            province's.
        date: the day of discharge or visit.

    Raises:
        InputError: no built-in policy covers the place.
    """
    files = _files_for(region)
    started = [policy for policy in files if policy.valid_from <= date]
    if not started:
        return PolicyChoice(files[0], "not-yet")
    latest = started[-1]
    ended = latest.valid_until is not None and latest.valid_until < date
    return PolicyChoice(latest, "expired" if ended else "in-force")


def _files_for(region: str) -> tuple[Policy, ...]:
    by_region = _by_region()
    for code in (region, f"{region[:4]}00", f"{region[:2]}0000"):
        if code in by_region:
            return by_region[code]
    raise InputError(
        "no built-in policy covers the region", where="region", value=region, allowed=", ".join(by_region)
    )


@functools.cache
def _by_region() -> dict[str, tuple[Policy, ...]]:
    """Return the built-in policies by region, each list by first day."""
    policies = sorted((load_policy(name) for name in policy_names()), key=lambda each: each.valid_from)
    regions = sorted({policy.region for policy in policies})
    return {region: tuple(each for each in policies if each.region == region) for region in regions}
