"""The tiers of a nation as the host wants them: servers by address, made anew whenever they are loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.authority.reporting import ReportingAuthority
from onecard.sim.errors import InputError
from onecard.sim.nation import CityModel, NationModel, build_nation
from onecard.sim.settlement.benefit import load_policy, policy_for, policy_names
from onecard.sim.settlement.tiers.directory import province_address

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Mapping

    from onecard.sim.actors import Server

__all__ = ["NationTiers", "city_models"]


class NationTiers:
    """Makes tiers of a nation.

    Args:
        model: the nation.
        tiers: the tiers of this process; empty: all. Card authorities keep nothing and may be in any process.

    Raises:
        InputError: there is no such tier.
    """

    def __init__(self, model: NationModel, tiers: Iterable[str] = ()) -> None:
        self.model = model
        self.nation = build_nation(model)
        all_tiers = (*self.nation.addresses, *self.nation.authorities)
        self.tiers = tuple(dict.fromkeys(tiers)) or all_tiers
        for tier in self.tiers:
            if tier not in all_tiers:
                raise InputError(
                    "no such tier", where="--tier", value=tier, allowed=f"all, {', '.join(all_tiers)}"
                )
        for registry in self.nation.registries.values():
            registry.person("")  # builds its index now, and not while the first message waits;
            registry.insured(0)  # and loads what makes people

    @property
    def start(self) -> datetime.date:
        """The date of time zero."""
        return self.nation.start

    @property
    def world(self) -> str:
        """What a database of these tiers must have been made for."""
        return msgspec.json.encode(self.model).decode()

    def build(self, absent: Iterable[str] = ()) -> Mapping[str, Server]:
        """Make the tiers, empty, and the card authorities that are not elsewhere.

        Args:
            absent: addresses that another process serves.
        """
        keepers = [address for address in self.tiers if address not in self.nation.authorities]
        made: dict[str, Server] = {
            address: ReportingAuthority(actor, report_to=province_address(address.partition("/")[2][:2]))
            for address, actor in self.nation.authorities.items()
        }
        made.update((address, self.nation.tier(address)) for address in keepers)
        return {address: server for address, server in made.items() if address not in absent}


def city_models(text: str, *, date: datetime.date, people: int) -> tuple[CityModel, ...]:
    """Read a list of cities, ``310000,510100:chengdu-2023``.

    Args:
        text: division codes, each with the name of a policy if it is not the one of its region on the date.
        date: for the choice of policies.
        people: how many people are insured in each city.

    Raises:
        InputError: a code is none or comes twice, or there is no such policy.
    """
    models: list[CityModel] = []
    for entry in text.split(","):
        admdvs, _, policy = entry.strip().partition(":")
        if policy and policy not in policy_names():
            raise InputError(
                "no such policy", where="--cities", value=policy, allowed=", ".join(policy_names())
            )
        if not policy:
            policy = policy_for(admdvs, date).policy.name
        try:
            model = CityModel(admdvs=admdvs, policy=load_policy(policy).name, people=people)
            models.append(msgspec.convert(msgspec.to_builtins(model), CityModel))
        except msgspec.ValidationError as error:
            raise InputError(
                str(error), where="--cities", value=entry, allowed="310000,510100:chengdu-2023"
            ) from error
    if len({model.admdvs for model in models}) < len(models):
        raise InputError("a city comes twice", where="--cities", value=text, allowed="each city once")
    return tuple(models)
