"""One string → a port.

========================  ==============================================================================
``virtual:VERSION``       a reference card: ``1.00``, ``2.00``, ``3.00``; ``through`` says how it is reached
``null:NAME``             a card of the null battery (see ``nulls``); likewise
``pcsc:READER``           the card in a reader of the PC/SC daemon: its name, or a part that no other has
``tcp:HOST:PORT``         a card that listens for the virtual reader driver (vsmartcard: reversed mode)
``tcp-listen:HOST:PORT``  a card that connects to the virtual reader driver: we listen in its place
``cmd:COMMAND LINE``      a program that speaks JSON lines (see ``command``)
========================  ==============================================================================

Without ``HOST:`` it is the loopback address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.adapters.command import CommandPort
from onecard.conformance.adapters.in_process import InProcessPort
from onecard.conformance.adapters.lacks import blamed_on_environment
from onecard.conformance.adapters.network import connecting_port, listening_port
from onecard.conformance.adapters.nulls import null_maker
from onecard.conformance.adapters.own_daemon import PcscSlotReader, SlotLease
from onecard.conformance.adapters.slot_port import SlotCardPort
from onecard.conformance.adapters.system_reader import SystemReaderPort
from onecard.conformance.adapters.tcp_reader import TcpReader
from onecard.conformance.personalities.cards import reference_card
from onecard.sim.errors import InputError
from onecard.sim.validation import unknown_name
from onecard.virtual_cards.layouts import VERSIONS, load_layout

if TYPE_CHECKING:
    from onecard.conformance.adapters.in_process import CardMaker
    from onecard.conformance.adapters.port import CardPort
    from onecard.conformance.adapters.slot_port import SlotReader
    from onecard.virtual_cards.pcsc_stack.reader_entries import SlotAddress
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["ANSWER_LIMIT_S", "FORMS", "TRANSPORTS", "open_card"]

FORMS = "virtual:VERSION, null:NAME, pcsc:READER, tcp:[HOST:]PORT, tcp-listen:[HOST:]PORT, cmd:COMMAND LINE"
TRANSPORTS = ("in-process", "tcp", "pcsc")
"""How a card of ours can be reached."""
ANSWER_LIMIT_S = 10.0
"""How long one answer may take."""
_NULL_VERSION = "3.00"
_LONGEST_LIMIT_S = 3600.0


def open_card(
    iut: str,
    *,
    seed: int,
    through: str = "in-process",
    make: CardMaker | None = None,
    limit_s: float = ANSWER_LIMIT_S,
    slot: SlotAddress | None = None,
) -> CardPort:
    """Open the card that a string names.

    Args:
        iut: of one of the forms above.
        seed: of everything that is drawn.
        through: of :data:`TRANSPORTS`, how a card of ours is reached; others are reached in one way.
        make: makes the cards in place of the one that ``virtual:`` or ``null:`` names.
        limit_s: how long an answer may take, in seconds.
        slot: for ``through="pcsc"``: a slot of the daemon that this process is a client of already;
            default: one of a daemon that is started for it.

    Raises:
        InputError: the string is not of a form, or names nothing, or the two do not fit.
        EnvironmentLacksError: it needs what this machine lacks.
    """
    if not 0 < limit_s <= _LONGEST_LIMIT_S:
        raise InputError("limit of an answer", value=limit_s, allowed=f"above 0 to {_LONGEST_LIMIT_S:g} s")
    kind, colon, rest = iut.partition(":")
    if kind in ("virtual", "null") and colon:
        maker, faces = _virtual(rest, seed) if kind == "virtual" else _null(rest, seed)
        return _reached(iut, make or maker, faces, kind == "virtual", through, limit_s, slot)
    if through != "in-process" or make is not None or slot is not None:
        raise InputError(
            "only cards of ours go through a transport", where="IUT", value=iut, allowed="virtual:, null:"
        )
    if not colon or not rest.strip():
        raise InputError("unknown kind of implementation", where="IUT", value=iut, allowed=FORMS)
    match kind:
        case "pcsc":
            return SystemReaderPort(rest, limit_s=limit_s)
        case "tcp":
            return connecting_port(iut, rest, limit_s=limit_s)
        case "tcp-listen":
            return listening_port(iut, rest, limit_s=limit_s)
        case "cmd":
            return CommandPort(rest, limit_s=limit_s)
    raise InputError("unknown kind of implementation", where="IUT", value=iut, allowed=FORMS)


def _virtual(version: str, seed: int) -> tuple[CardMaker, frozenset[str]]:
    if version not in VERSIONS:
        raise unknown_name("version", version, list(VERSIONS), where="IUT virtual:")

    def make(personality: str, case: str) -> PoweredCard:
        return reference_card(version, personality, seed=seed, case=case)

    faces = {"contact", "contactless"} if load_layout(version).contactless else {"contact"}
    return make, frozenset(faces)


def _null(name: str, seed: int) -> tuple[CardMaker, frozenset[str]]:
    reference, faces = _virtual(_NULL_VERSION, seed)
    return null_maker(name, reference, seed=seed), faces


def _reached(
    iut: str,
    make: CardMaker,
    faces: frozenset[str],
    reference: bool,
    through: str,
    limit_s: float,
    slot: SlotAddress | None,
) -> CardPort:
    if slot is not None and through != "pcsc":
        raise InputError("only PC/SC has slots", where="through", value=through, allowed="pcsc")
    match through:
        case "in-process":
            return InProcessPort(iut, make, faces=faces, reference=reference)
        case "tcp" | "pcsc":
            return SlotCardPort(
                iut, make, faces=faces, reader=lambda: _reader(through, limit_s, slot), reference=reference
            )
    raise InputError("unknown transport", where="through", value=through, allowed=", ".join(TRANSPORTS))


def _reader(through: str, limit_s: float, slot: SlotAddress | None) -> SlotReader:
    if through == "tcp":
        return TcpReader(limit_s=limit_s)
    with blamed_on_environment():
        return PcscSlotReader(SlotLease(slot), limit_s=limit_s)
