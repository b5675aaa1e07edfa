"""A row of the table of transactions: whose duty a transaction is, and who does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Handler", "decoder_of"]


class Handler(msgspec.Struct, frozen=True, kw_only=True):
    """One row.

    Attributes:
        title: English and Chinese name.
        decoder: of the input.
        place: whose duty: ``"treatment"``, ``"insured"`` or ``"both"``.
        treat: at the place of treatment: all of it, or, where both have a part, the check before; that one
            writes nothing and returns the input that is sent on.
        insure: at the insured place; returns the output, or the output and the settlement rows to land.
        complete: at the place of treatment afterwards; returns the output for the institution.
        output: decoder of what the insured place answers, where ``complete`` needs it.
        node: the input node whose dictionary fields are looked at for warnings, and which names the visit.
        names_person: the input names a person by ``psn_no``, so the insured place is required (ENV-4).
        changes_state: the answer is remembered; a repeat gets it again.
        card: the card is authenticated before (CA-1).
        home: where the insured place follows from the input instead of the envelope.
        visit_of: the visit that it is about, where the node does not name it.
        opened: the visit that its output opened.
    """

    title: tuple[str, str]
    decoder: msgspec.json.Decoder[Any]
    place: Literal["treatment", "insured", "both"]
    treat: Callable[..., Any] = lambda _city, call: call.node
    insure: Callable[..., Any] = lambda _city, _call: None
    complete: Callable[..., Any] | None = None
    output: msgspec.json.Decoder[Any] | None = None
    node: str = "data"
    names_person: bool = True
    changes_state: bool = True
    card: bool = False
    home: Callable[..., str | None] | None = None
    visit_of: Callable[..., str] | None = None
    opened: Callable[..., str] | None = None


def decoder_of(kind: type[msgspec.Struct]) -> msgspec.json.Decoder[Any]:
    """Make the decoder of an input or output."""
    return msgspec.json.Decoder(kind)
