"""The vocabulary of faults: what can happen to a message on a link, to a node, and between nodes.

Closed and small, so that a run can say which of them it has injected and how often. What stands for a fault
of a lower layer is said in its row: the world carries whole messages, so a message that arrives in two pieces
arrives when its second piece does, and damage makes a message unreadable, because readable damage is found by
the message's signature (settlement.md §1.4) and then rejected in the same way.
"""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = ["FAULTS", "MESSAGE_FAULTS", "MOMENTS", "NODE_FAULTS", "Fault"]

Place = Literal["request", "reply", "both", "node", "link"]


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the vocabulary.

    Attributes:
        name: the word of the command line.
        place: what it happens to: a request, a reply, both, a node, or the link between two nodes.
        shortest_us: of the time that it takes, where it takes any.
        longest_us: the longest.
        weight: how often it is drawn, compared with the others.
        title: what it does, English and Chinese.
    """

    name: str
    place: Place
    shortest_us: int = 0
    longest_us: int = 0
    weight: int = 4
    title: tuple[str, str]


_ROWS = (
    Fault(
        name="delay",
        place="both",
        shortest_us=100_000,
        longest_us=40_000_000,
        title=("arrives late, perhaps after the time-out", "延迟到达"),
    ),
    Fault(name="drop", place="request", title=("never arrives", "丢失")),
    Fault(
        name="duplicate",
        place="request",
        shortest_us=1_000,
        longest_us=120_000_000,
        title=("arrives twice, the second time perhaps much later", "重复到达"),
    ),
    Fault(
        name="reorder",
        place="both",
        shortest_us=5_000_000,
        longest_us=5_000_000,
        title=("is overtaken by the next message of its link", "乱序"),
    ),
    Fault(name="truncate", place="both", weight=2, title=("arrives cut off", "截断")),
    Fault(name="corrupt", place="both", weight=2, title=("arrives damaged, unreadable", "损坏")),
    Fault(
        name="split",
        place="both",
        shortest_us=1_000,
        longest_us=8_000_000,
        weight=2,
        title=("arrives in two pieces, whole with the second", "分片到达"),
    ),
    Fault(
        name="stall",
        place="both",
        shortest_us=31_000_000,
        longest_us=90_000_000,
        weight=2,
        title=("hangs longer than anybody waits, then arrives", "阻塞"),
    ),
    Fault(
        name="reset",
        place="both",
        title=("the connection breaks, and the asker knows; the message may have arrived", "连接中断"),
    ),
    Fault(
        name="reply-lost-after-commit",
        place="reply",
        weight=6,
        title=("done and durable, but nobody hears of it", "提交后应答丢失"),
    ),
    Fault(
        name="stale-reply",
        place="reply",
        title=("an earlier answer to the same message comes instead", "陈旧应答"),
    ),
    Fault(
        name="crash",
        place="request",
        shortest_us=200_000,
        longest_us=40_000_000,
        title=("the node dies at this message and restarts from what is durable", "宕机重启"),
    ),
    Fault(
        name="clock-skew",
        place="node",
        shortest_us=1_000_000,
        longest_us=180_000_000,
        title=("the node's clock is ahead or behind", "时钟偏移"),
    ),
    Fault(
        name="partition",
        place="link",
        shortest_us=2_000_000,
        longest_us=60_000_000,
        title=("two nodes do not hear each other", "网络分区"),
    ),
)

FAULTS: dict[str, Fault] = {row.name: row for row in _ROWS}
"""Name → row, in the order of the table."""

MESSAGE_FAULTS = tuple(row for row in _ROWS if row.place in ("request", "reply", "both"))
"""Faults that happen to single messages."""
NODE_FAULTS = tuple(row for row in _ROWS if row.place in ("node", "link"))
"""Faults that happen to nodes and links for a time."""

MOMENTS = ("on-arrival", "before-commit", "after-commit", "after-reply")
"""When a node dies at a message: before it is read; with its writes in memory; with its writes durable and
its answer not sent; right after its answer has left."""
