"""Where the nodes and ribbons of a flow diagram go, before anything is drawn.

A ribbon is as thick as its amount, but at least one pixel; a node is as high as its ribbons, but at least as
high as its label needs. So ten yuan of bus fare stay readable beside a million of subsidies.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

__all__ = ["OTHERS", "TOP", "Flow", "Layout", "Link", "Node", "fold"]

OTHERS = "\x00others"
"""The purpose that stands for the smallest ones."""
TOP = 40.0
_THICKNESS, _THICKEST = 230.0, 70.0
_GAP = 8.0
_MOST_PURPOSES = 18
_LEAST_OUTER, _LEAST_PURPOSE = 48.0, 28.0

Side = Sequence[tuple[str, int]]
"""The ribbons at one side of a column: name of the node and amount."""


class Flow(NamedTuple):
    """An amount in fen from a source, for a purpose, to a target, all by identifier."""

    source: str
    purpose: str
    target: str
    amount_fen: int


@dataclass(kw_only=True)
class Node:
    """A node while it is laid out: its place, and how much of its sides is taken by ribbons."""

    amount_fen: int
    ribbons_height: float
    height: float
    top: float = 0.0
    taken_left: float = 0.0
    taken_right: float = 0.0

    @property
    def ribbons_top(self) -> float:
        """Where the ribbons begin, in the middle of the node's height."""
        return self.top + (self.height - self.ribbons_height) / 2

    def take_left(self, thickness: float) -> float:
        """Take the next piece of the left side for a ribbon; return its upper end."""
        self.taken_left += thickness
        return self.ribbons_top + self.taken_left - thickness

    def take_right(self, thickness: float) -> float:
        """Take the next piece of the right side for a ribbon; return its upper end."""
        self.taken_right += thickness
        return self.ribbons_top + self.taken_right - thickness


class Link(NamedTuple):
    """A ribbon from a node to a node; ``source`` gives its colour."""

    start: str
    end: str
    amount_fen: int
    source: str


def fold(flows: Sequence[Flow]) -> tuple[list[Flow], int]:
    """Fold the smallest purposes into one if there are too many; return how many were folded."""
    amounts = _sums((flow.purpose, flow.amount_fen) for flow in flows)
    order = sorted(amounts, key=lambda purpose: (-amounts[purpose], purpose))
    if len(order) <= _MOST_PURPOSES:
        return list(flows), 0
    folded = set(order[_MOST_PURPOSES - 1 :])
    return [flow._replace(purpose=OTHERS) if flow.purpose in folded else flow for flow in flows], len(folded)


def _sums(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for key, amount in pairs:
        sums[key] = sums.get(key, 0) + amount
    return sums


def _links(flows: Sequence[Flow], *, left: bool) -> list[Link]:
    """Add up the ribbons of one side: source to purpose, or purpose to target; colours stay apart."""

    def key(flow: Flow) -> tuple[str, str, str]:
        return (flow.source, flow.purpose, flow.source) if left else (flow.purpose, flow.target, flow.source)

    ordered = sorted(flows, key=key)
    return [
        Link(start, end, sum(flow.amount_fen for flow in group), source)
        for (start, end, source), group in groupby(ordered, key=key)
    ]


class Layout:
    """Places the nodes of the three columns, and orders the ribbons so that few of them cross."""

    def __init__(self, flows: Sequence[Flow]) -> None:
        thickness = min(_THICKNESS, _THICKEST * len(flows))
        self.scale = thickness / sum(flow.amount_fen for flow in flows)
        self.left = _links(flows, left=True)
        self.right = _links(flows, left=False)
        sources = _sums((flow.source, flow.amount_fen) for flow in flows)
        targets = _sums((flow.target, flow.amount_fen) for flow in flows)
        purposes = _sums((flow.purpose, flow.amount_fen) for flow in flows)
        source_order = sorted(sources, key=lambda name: (-sources[name], name))
        rank = {name: index for index, name in enumerate(source_order)}
        first = {name: min(rank[flow.source] for flow in flows if flow.purpose == name) for name in purposes}
        purpose_order = sorted(purposes, key=lambda name: (first[name], -purposes[name], name))
        place = {name: index for index, name in enumerate(purpose_order)}
        middle = {name: self._weighted(flows, name, place) for name in targets}
        target_order = sorted(targets, key=lambda name: (middle[name], name))
        leaving = [(link.start, link.amount_fen) for link in self.left]
        reaching = [(link.end, link.amount_fen) for link in self.left]
        paying = [(link.start, link.amount_fen) for link in self.right]
        arriving = [(link.end, link.amount_fen) for link in self.right]
        self.sources = self._nodes(source_order, sources, leaving, least=_LEAST_OUTER)
        self.purposes = self._nodes(purpose_order, purposes, reaching, paying, least=_LEAST_PURPOSE)
        self.targets = self._nodes(target_order, targets, arriving, least=_LEAST_OUTER)
        columns = (self.sources, self.purposes, self.targets)
        self.height = max(self._column_height(column) for column in columns)
        for column in columns:
            self._stack(column)
        self.rank = rank
        self.left.sort(key=lambda link: (self.sources[link.start].top, self.purposes[link.end].top))
        self.right.sort(key=lambda link: (self._ends(link), rank[link.source]))

    def _ends(self, link: Link) -> tuple[float, float]:
        return self.purposes[link.start].top, self.targets[link.end].top

    def right_by_target(self) -> list[Link]:
        """List the ribbons of the right side in the order in which they reach the targets."""
        return sorted(self.right, key=lambda link: (self._ends(link)[::-1], self.rank[link.source]))

    @staticmethod
    def _weighted(flows: Sequence[Flow], target: str, place: dict[str, int]) -> float:
        """Return the mean place, by amount, of the purposes that pay into a target."""
        mine = [flow for flow in flows if flow.target == target]
        amount_fen = sum(flow.amount_fen for flow in mine)
        return sum(place[flow.purpose] * flow.amount_fen for flow in mine) / amount_fen

    def thickness(self, amount_fen: int) -> float:
        """Return how thick a ribbon is in pixels."""
        return max(1.0, amount_fen * self.scale)

    def _nodes(
        self, order: Sequence[str], amounts: dict[str, int], *sides: Side, least: float
    ) -> dict[str, Node]:
        """Make the nodes of a column, each as high as its thicker side and at least as high as its label."""
        nodes: dict[str, Node] = {}
        for name in order:
            ribbons = max(
                sum(self.thickness(amount) for end, amount in side if end == name) for side in sides
            )
            nodes[name] = Node(amount_fen=amounts[name], ribbons_height=ribbons, height=max(least, ribbons))
        return nodes

    @staticmethod
    def _column_height(column: dict[str, Node]) -> float:
        return sum(node.height for node in column.values()) + _GAP * (len(column) - 1)

    def _stack(self, column: dict[str, Node]) -> None:
        """Spread a column over the whole height."""
        spare = self.height - self._column_height(column)
        gap = _GAP + spare / (len(column) + 1)
        top = TOP + spare / (len(column) + 1)
        for node in column.values():
            node.top = top
            top += node.height + gap
