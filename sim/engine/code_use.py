"""Using the electronic card: the app asks the platform for a code, the place has it checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.draws import Stream
from onecard.sim.engine.sampling import sample_duration_us
from onecard.sim.engine.visit import Presented
from onecard.sim.platform.messages import (
    BusinessType,
    ECardReply,
    ShowCode,
    Verify,
    decode_reply,
    encode_request,
)

if TYPE_CHECKING:
    from collections.abc import Generator

    from simpy import Environment, Event

    from onecard.sim.engine.model import Behaviour
    from onecard.sim.engine.network import Network
    from onecard.sim.engine.visit import Visit
    from onecard.sim.services import Stage

__all__ = ["CodeUse"]

PLATFORM = "platform/ecard"


class CodeUse:
    """Shows and checks e-card codes.

    Args:
        env: SimPy environment.
        behaviour: how long showing a code takes.
        network: carries the messages.
        seed: the world's seed.
    """

    def __init__(self, env: Environment, behaviour: Behaviour, network: Network, seed: int) -> None:
        self._env = env
        self._behaviour = behaviour
        self._network = network
        self._display = Stream(seed, "code-use/display")

    def show(self, visit: Visit, stage: Stage) -> Generator[Event, object, Presented]:
        """Show a code and have it checked (a SimPy process step)."""
        show = visit.shows
        visit.shows += 1
        code = yield from self._ask(visit, ShowCode(essc_no=visit.citizen.essc_no), "show-code")
        if not code.accepted:
            return Presented("e-card-refused", "e-card")
        shown_us = sample_duration_us(self._behaviour.code_display, self._display, visit.number, show)
        yield self._env.timeout(shown_us)
        pays = stage.backend == "bank-purchase"
        business = BusinessType.PAYMENT if pays else BusinessType.IDENTITY
        check = Verify(qr_code=code.qr_code, busi_type=business, institution=visit.place.name)
        checked = yield from self._ask(visit, check, "verify-code")
        if not checked.accepted:
            return Presented("e-card-refused", "e-card")
        return Presented("", "e-card", pan=checked.pan)

    def _ask(
        self, visit: Visit, message: ShowCode | Verify, kind: str
    ) -> Generator[Event, object, ECardReply]:
        reply = yield from self._network.call(
            visit.caller,
            PLATFORM,
            encode_request(message),
            kind=kind,
            result_of=lambda data: decode_reply(data).reason,
        )
        return decode_reply(reply)
