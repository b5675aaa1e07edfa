"""What must hold at every moment, whatever breaks: looked at after every commit.

* every tier's ledger sums to zero, no account is overdrawn, and no posting is written over another;
* no purchase and no batch of a visit is settled twice at the insured place;
* what an institution was told is done is durable at its city.

A broken invariant is a finding, a line of text; the seed goes on, so that the audit can count the fen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from onecard.sim.explore.plan import HEAD_BYTES
from onecard.sim.settlement.messages.envelope import decode_reply
from onecard.sim.settlement.tiers.city import CityTier
from onecard.sim.settlement.tiers.directory import city_address

if TYPE_CHECKING:
    from onecard.sim.errors import DefectError
    from onecard.sim.explore.book import Believed, Book
    from onecard.sim.explore.nodes import Node
    from onecard.sim.explore.world import World
    from onecard.sim.settlement.store import Change
    from onecard.sim.settlement.store.rows import PostingRow, SettlementRow

__all__ = ["MAX_FINDINGS", "Event", "Monitor"]

MAX_FINDINGS = 20
"""Findings of a seed that are kept; more say nothing new."""
_SETTLEMENTS = ("SETL_D", "OUTMED_SETL_D")
_SHOWN = 90
"""Characters of a refusal that a timeline shows."""
_TOLD = (*_SETTLEMENTS, "MESSAGE", "REVERSED")
"""Tables whose rows a timeline shows."""

Event = tuple[int, str, str]
"""A line of the timeline: time in µs, where, what."""


class Monitor:
    """Watches one seed.

    Args:
        book: what the institutions are certain of.
        tracing: whether a timeline is kept.
    """

    def __init__(self, book: Book, *, tracing: bool = False) -> None:
        self.tracing = tracing
        self.findings: list[str] = []
        self.events: list[Event] = []
        self.settlements = 0
        self._book = book
        self._live: dict[int, set[str]] = {}
        self._world: World | None = None

    def watch(self, world: World) -> None:
        """Take up the world whose nodes and clock are looked at."""
        self._world = world

    @property
    def world(self) -> World:
        """The world that is watched."""
        if self._world is None:
            raise ValueError("the monitor watches no world yet")
        return self._world

    def find(self, text: str) -> None:
        """Write a finding down."""
        if len(self.findings) < MAX_FINDINGS and text not in self.findings:
            self.findings.append(text)
            if self.tracing:
                self._line("FINDING", text)

    def _line(self, where: str, what: str) -> None:
        self.events.append((self.world.now_us, where, what))

    # ---- what the world tells

    def committed(self, node: Node, changes: list[Change]) -> None:
        """Look at the rows that become durable."""
        if node.tier.book.ledger.total_fen():
            self.find(f"{node.address}: the ledger sums to {node.tier.book.ledger.total_fen()} fen")
        for change in changes:
            if change.table == "POSTING":
                self._posting(node, change.row)  # type: ignore[arg-type] # rows of this table
            elif change.table in _SETTLEMENTS:
                self._settlement(node, change.row)  # type: ignore[arg-type] # rows of these tables
        if self.tracing and (told := [_told(change) for change in changes if change.table in _TOLD]):
            self._line(node.address, f"durable: {', '.join(told)}")

    def _posting(self, node: Node, row: PostingRow) -> None:
        if row.posting in node.image["POSTING"]:
            self.find(f"{node.address}: posting {row.posting} was written twice")
        if sum(amount_fen for _, amount_fen in row.entries):
            self.find(f"{node.address}: posting {row.posting} does not sum to zero")

    def _settlement(self, node: Node, row: SettlementRow) -> None:
        """Keep track of what is in force at the insured place, by what it was settled for."""
        if row.init_setl_id or not isinstance(node.tier, CityTier) or not node.tier.serves(row.insu_admdvs):
            return
        purpose = self._book.purposes.get(row.medins_setl_id)
        if purpose is None:
            self.find(f"{node.address}: nobody sent the message {row.medins_setl_id} that settled")
            return
        live = self._live.setdefault(purpose, set())
        if row.vali_flag != "1":
            live.discard(row.setl_id)
            return
        self.settlements += row.setl_id not in node.image["SETL_D"]
        live.add(row.setl_id)
        if len(live) > 1:
            self.find(
                f"{node.address}: visit {purpose} is settled {len(live)} times: {', '.join(sorted(live))}"
            )

    def broke(self, node: Node, error: DefectError) -> None:
        """Write a tier's defect down: the book refuses what must not be."""
        self.find(f"{node.address}: {error}")

    def restarted(self, node: Node) -> None:
        """Recount a ledger that was read again."""
        audit = node.tier.book.ledger.audit()
        if not audit.clean:
            self.find(
                f"{node.address}: after a restart the ledger sums to {audit.total_fen} fen,"
                f" overdrawn: {', '.join(audit.overdrawn) or 'none'}"
            )

    def acknowledged(self, believed: Believed) -> None:
        """Hold a success that an institution has just received against what is durable."""
        setl_id = believed.settled.setl_id
        image = self.world.nodes[city_address(believed.city)].image
        row = next((image[table][setl_id] for table in _SETTLEMENTS if setl_id in image[table]), None)
        if row is None:
            self.find(f"city/{believed.city}: settlement {setl_id} was acknowledged and is not durable")
        elif row.vali_flag != "1":
            self.find(f"city/{believed.city}: settlement {setl_id} was acknowledged and is not in force")

    def note(self, where: str, what: str, message: bytes = b"") -> None:
        """Keep a line of the timeline."""
        self._line(where, f"{what} {summary_of(message)}".rstrip())


def _told(change: Change) -> str:
    """Return what a timeline shows of a row that became durable."""
    row: Any = change.row
    if change.table == "MESSAGE":
        return f"message {row.infno} {row.state}"
    if change.table == "REVERSED":
        return f"mark {row.omsgid}"
    kind = f"takes back {row.init_setl_id}" if row.init_setl_id else "settlement"
    return f"{row.setl_id} {kind}{'' if row.vali_flag == '1' else ', not in force'}"


def summary_of(message: bytes) -> str:
    """Return what a timeline shows of a message, or of the beginning of one."""
    if message.startswith(b'{"infno":"'):
        words = message[:HEAD_BYTES].decode(errors="replace").split('"')
        return " ".join(words[3:8:4])
    try:
        reply = decode_reply(message)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return f"{len(message)} bytes, unreadable" if message else ""
    return "success" if int(reply.infcode) == 0 else (reply.err_msg or "")[:_SHOWN]
