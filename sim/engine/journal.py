"""The journal: how visits, stages, credentials shown and refusals are written into the event tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simpy import Environment

    from onecard.sim.engine.visit import Presented, Visit
    from onecard.sim.recording.recorder import Recorder

__all__ = ["Journal"]


class Journal:
    """Writes what happens at visits, at the moment at which it is known.

    Args:
        env: SimPy environment, for the time.
        recorder: the event tables.
    """

    def __init__(self, env: Environment, recorder: Recorder) -> None:
        self._env = env
        self._recorder = recorder

    def stage(
        self, visit: Visit, station: str, *, arrive_us: int, start_us: int, accepted: str, paid_fen: int
    ) -> None:
        """Write a stage that has just ended; ``accepted`` is the accepted credential or ``"none"``."""
        self._recorder.stage(
            *_where(visit), visit.place.name, station, arrive_us, start_us, self._now(), accepted, paid_fen
        )

    def show(self, visit: Visit, station: str, dialogue: str, shown: Presented, *, began_us: int) -> None:
        """Write a credential that was shown, accepted or refused."""
        self._recorder.show(
            began_us,
            *_where(visit),
            visit.place.name,
            station,
            shown.credential,
            shown.face,
            dialogue,
            shown.reason,
            shown.apdus,
            shown.card_us,
        )

    def refusal(self, visit: Visit, reason: str, *, instead: str, remedy: str = "") -> None:
        """Write that something was refused, what is done instead, and what follows."""
        self._recorder.refusal(self._now(), *_where(visit), reason, instead, remedy)

    def visit(self, visit: Visit) -> None:
        """Write a visit that has just ended."""
        self._recorder.visit(
            *_where(visit),
            visit.place.name,
            visit.planned_us,
            visit.arrive_us,
            self._now(),
            visit.outcome,
            visit.fallback,
        )

    def _now(self) -> int:
        return int(self._env.now)


def _where(visit: Visit) -> tuple[int, int, str, str, str]:
    """Return visit, person, stop, service, kind of place: the columns that the tables share."""
    return visit.number, visit.citizen.index, visit.stop, visit.service_name, visit.place.kind
