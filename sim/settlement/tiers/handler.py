"""A row of the table of duties: whose a transaction is, and who does it.

What the transaction itself is (names, structures, whether it changes something) is
:data:`~onecard.sim.settlement.messages.transactions.TRANSACTIONS`; here is only what a city does with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from onecard.sim.settlement.messages.field_rows import field_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.sim.settlement.messages.transactions import TransactionSpec

__all__ = ["Handler", "decoder_of", "visit_node"]


class Handler(msgspec.Struct, frozen=True, kw_only=True):
    """One row.

    Attributes:
        place: whose duty: ``"treatment"``, ``"insured"`` or ``"both"``.
        treat: at the place of treatment: all of it, or, where both have a part, the check before; that one
            writes nothing and returns the input that is sent on.
        insure: at the insured place; returns the output, or the output and the settlement rows to land.
        complete: at the place of treatment afterwards, given what the insured place answered and the rows;
            returns the output for the institution. Without it the answer is passed on.
        answer: decoder of what the insured place answers, where that is not the transaction's own output.
        card: the card is authenticated before (CA-1).
        home: where the insured place follows from the input instead of the envelope.
        visit_of: the visit that it is about, where no node of its input names it.
        opened: the visit that its output opened.
    """

    place: Literal["treatment", "insured", "both"]
    treat: Callable[..., Any] = lambda _city, call: call.node
    insure: Callable[..., Any] = lambda _city, _call: None
    complete: Callable[..., Any] | None = None
    answer: msgspec.json.Decoder[Any] | None = None
    card: bool = False
    home: Callable[..., str | None] | None = None
    visit_of: Callable[..., str] | None = None
    opened: Callable[..., str] | None = None


def decoder_of(kind: type[msgspec.Struct]) -> msgspec.json.Decoder[Any]:
    """Make the decoder of what tiers tell each other."""
    return msgspec.json.Decoder(kind)


def visit_node(spec: TransactionSpec) -> str:
    """Return the input node that names a visit by ``mdtrt_id``; empty where none does."""
    rows = field_rows(spec.input)
    return next((row.node for row in rows if row.field == "mdtrt_id" and not row.node.endswith("[]")), "")
