"""Who watches a world: the invariants, and the timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from onecard.sim.errors import DefectError
    from onecard.sim.explore.nodes import Node
    from onecard.sim.settlement.store import Change

__all__ = ["Observer"]


class Observer(Protocol):
    """What a world tells.

    Attributes:
        tracing: whether :meth:`note` is to be called.
    """

    tracing: bool

    def committed(self, node: Node, changes: list[Change]) -> None:
        """Look at rows that become durable; the image does not hold them yet."""
        ...

    def broke(self, node: Node, error: DefectError) -> None:
        """Look at a defect that a tier has found in itself: the step is rolled back, nobody is answered."""
        ...

    def restarted(self, node: Node) -> None:
        """Look at a node that has taken over its image."""
        ...

    def note(self, where: str, what: str, message: bytes = b"") -> None:
        """Keep a line of the timeline."""
        ...
