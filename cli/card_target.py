"""The card that APDUs go to, behind one set of verbs: ``virtual:3.00``, ``image:FILE``, ``pcsc:READER``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from onecard.cli.card_source import (
    CardRequest,
    blamed_on,
    card_of,
    image_path,
    issue,
    open_image,
    write_image_file,
)
from onecard.sim.errors import EnvironmentLacksError, InputError
from onecard.virtual_cards.faces import CONTACT
from onecard.virtual_cards.faults import parse_fault
from onecard.virtual_cards.layouts import VERSIONS
from onecard.virtual_cards.pcsc_stack.errors import PcscError, PcscLacksError
from onecard.virtual_cards.pcsc_stack.system_pcscd import START
from onecard.virtual_cards.readers.in_process import Reader, SmartcardException
from onecard.virtual_cards.readers.pcsc import PcscReader, list_readers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onecard.virtual_cards.chip.memory import CardMemory
    from onecard.virtual_cards.faces import Face
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["Connection", "Target", "blamed_on_pcsc", "connected", "faulty", "read_target"]

FORMS = "virtual:3.00, image:FILE, pcsc:READER"


class Connection(Protocol):
    """What the readers' connections have in common."""

    def connect(self) -> None:
        """Power the card, or reset it."""
        ...

    def disconnect(self) -> None:
        """Power the card off."""
        ...

    def getATR(self) -> list[int]:  # noqa: N802 - pyscard's name
        """Return the answer to reset."""
        ...

    def transmit(self, command: Sequence[int]) -> tuple[list[int], int, int]:
        """Exchange one APDU."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What ``--on`` names."""

    kind: str
    """``"virtual"``, ``"image"`` or ``"pcsc"``."""
    place: str
    """Version, file or reader."""


def read_target(text: str) -> Target:
    """Understand ``--on``; ``InputError`` for another form."""
    kind, colon, place = text.partition(":")
    if kind not in ("virtual", "image", "pcsc") or not colon or (kind != "pcsc" and not place):
        raise InputError("not a card", where="--on", value=text, allowed=FORMS)
    if kind == "virtual" and place not in VERSIONS:
        raise InputError("unknown version", where="--on", value=text, allowed=", ".join(VERSIONS))
    return Target(kind=kind, place=place)


@contextmanager
def blamed_on_pcsc() -> Iterator[None]:
    """Turn what PC/SC lacks into an error of the environment."""
    try:
        yield
    except PcscLacksError as error:
        raise EnvironmentLacksError(error.what, remedy=error.remedy) from error
    except PcscError as error:
        raise EnvironmentLacksError(str(error), remedy="onecard doctor says what is missing") from error


def faulty(card: PoweredCard, faults: Sequence[str]) -> PoweredCard:
    """Put faults round a card, the first one innermost; ``InputError`` for one that there is not."""
    for text in faults:
        with blamed_on("--fault"):
            card = parse_fault(text)(card)
    return card


@contextmanager
def connected(
    target: Target, request: CardRequest, *, face: Face, faults: Sequence[str] = (), save: bool = False
) -> Iterator[Connection]:
    """Connect to a card, and power it off at the end.

    Args:
        target: which card.
        request: whose card a virtual one is.
        face: of a virtual card.
        faults: of a virtual card.
        save: write an image back at the end.

    Raises:
        InputError: the image or the request is wrong, or would change nothing about the card that is there,
            or the card has no such face.
        EnvironmentLacksError: no daemon, no reader, no card.
    """
    if target.kind != "virtual":
        request.refuse_options("an image" if target.kind == "image" else "a reader's card")
    if target.kind == "pcsc":
        if faults or save or face is not CONTACT:
            where = "--fault, --save, --face"
            raise InputError("only virtual cards have this", where=where, value=target.place)
        with _in_pcsc(target.place) as connection:
            yield connection
        return
    memory, path = _memory(target, request)
    if save and path is None:
        raise InputError("the card came from no image", where="--save", allowed="--on image:FILE")
    reader = Reader(target.place)
    reader.insert(faulty(card_of(memory, seed=request.seed_number), faults), face)
    connection = reader.createConnection()
    try:
        connection.connect()
    except SmartcardException as error:
        raise InputError(str(error), where="--face", value=face.name) from error
    try:
        yield connection
    finally:
        connection.disconnect()
        if save and path is not None:
            write_image_file(memory, path)


def _memory(target: Target, request: CardRequest) -> tuple[CardMemory, Path | None]:
    if target.kind == "image":
        path = image_path(target.place, "--on")
        return open_image(path), path
    person = "0" if request.person is None else request.person
    memory, _ = issue(replace(request, layout=target.place, person=person))
    return memory, None


def _holds_card(name: str) -> bool:
    with PcscReader(name) as reader:
        return reader.card_present


def require_reader(name: str) -> list[str]:
    """Return the PC/SC readers that a name may mean.

    Raises:
        EnvironmentLacksError: there is none, or no daemon.
    """
    with blamed_on_pcsc():
        readers = list_readers()
        fitting = [each for each in readers if each == name] or [each for each in readers if name in each]
        if not fitting:
            raise EnvironmentLacksError(
                f"no PC/SC reader {name!r}; there are: {', '.join(readers) or 'none'}",
                remedy=f"connect one, or onecard card serve, or start the daemon: {START}",
            )
        return fitting


@contextmanager
def _in_pcsc(name: str) -> Iterator[Connection]:
    with blamed_on_pcsc():
        fitting = require_reader(name)
        if len(fitting) > 1:
            fitting = [each for each in fitting if _holds_card(each)] or fitting
        if len(fitting) > 1 and name:
            raise InputError("several readers fit", where="--on", value=name, allowed=", ".join(fitting))
        with PcscReader(fitting[0]) as reader, reader.createConnection() as connection:
            try:
                connection.connect()
            except SmartcardException as error:
                raise EnvironmentLacksError(str(error), remedy="put a card into the reader") from error
            yield connection
