"""Replaying messages: a nation's tiers in the simulated world, with links and servers that take no time.

What the tiers answer, and what they have in their stores afterwards, is then what any other host must get out
of the same tiers with the same messages at the same times: the equality of hosts is shown by comparing both.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from simpy import Environment

from onecard.sim.engine.network import Caller, Network
from onecard.sim.services import Duration

if TYPE_CHECKING:
    from simpy import Event

    from onecard.sim.actors import Actor, Server
    from onecard.sim.nation import Nation
    from onecard.sim.settlement.tiers.kernel import Tier

__all__ = ["Played", "Replayed", "replay"]

AT_ONCE = Duration(mean_s=0.0)
TIMEOUT_US = 60_000_000
"""How long a reply is waited for (settlement.md §10 Q-11, client)."""


class Played(NamedTuple):
    """A message to play: when (whole seconds, in microseconds), to whom, and its bytes."""

    time_us: int
    address: str
    request: bytes


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of it.

    Attributes:
        replies: one for each message, in their order; None where none came.
        tiers: address → tier, with everything that it has written.
    """

    replies: list[bytes | None]
    tiers: dict[str, Tier]


class _NoLatency(NamedTuple):
    latency_minimum_ms: float = 0.0
    latency_mean_ms: float = 0.0


class _Unrecorded:
    def message(self, *row: int | str) -> None:
        """Write nothing."""


def replay(nation: Nation, messages: Iterable[Played], *, journal: bool = False) -> Replayed:
    """Play messages to a nation's tiers, each after the answer to the one before.

    Args:
        nation: people, institutions, authorities; its tiers are built here, with nothing in their stores.
        messages: in the order of their times.
        journal: whether the tiers write down requests and answers.

    Raises:
        ValueError: a time is no whole second, or before the one before.
    """
    env = Environment(initial_time=0)
    network = Network(env, _NoLatency(), 0, _Unrecorded())
    tiers = {address: nation.tier(address, journal=journal) for address in nation.addresses}
    actors: list[Actor | Server] = [*tiers.values(), *nation.authorities.values()]
    for actor in actors:
        network.host(actor, servers=1, computation=AT_ONCE)
    replies: list[bytes | None] = []
    env.process(_play(env, network, messages, replies))
    env.run()
    return Replayed(replies, tiers)


def _play(
    env: Environment, network: Network, messages: Iterable[Played], replies: list[bytes | None]
) -> Generator[Event, object, None]:
    for number, played in enumerate(messages):
        if played.time_us % 1_000_000 or played.time_us < env.now:
            raise ValueError(
                f"message {number} at {played.time_us} µs: not a whole second from {env.now} µs on"
            )
        yield env.timeout(played.time_us - env.now)
        caller = Caller(number, "replay")
        replies.append(
            (yield from network.call_within(caller, played.address, played.request, timeout_us=TIMEOUT_US))
        )
