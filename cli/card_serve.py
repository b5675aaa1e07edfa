"""``onecard card serve``: cards in reader slots, where any PC/SC program finds them."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from onecard.cli.card_log import ApduLog
from onecard.cli.card_options import (
    AsJson,
    Extensions,
    FaceName,
    LayoutVersion,
    Offline,
    Payment,
    PersonIndex,
    Pin,
    Population,
    Seed,
    face_of,
)
from onecard.cli.card_slots import COMMANDS, CardSlots, ServedMemory
from onecard.cli.card_source import CardRequest, card_of, image_path, issue, open_image
from onecard.cli.card_target import blamed_on_pcsc, faulty
from onecard.cli.interruption import Interrupted
from onecard.cli.options import path_of, whole_number
from onecard.cli.output import print_json, say, tell
from onecard.sim.errors import InputError
from onecard.virtual_cards.pcsc_stack.errors import DaemonError
from onecard.virtual_cards.pcsc_stack.private_pcscd import PrivatePcscd
from onecard.virtual_cards.pcsc_stack.reader_entries import ENTRY_LIMIT, SLOTS_PER_ENTRY
from onecard.virtual_cards.pcsc_stack.system_pcscd import SystemPcscd
from onecard.virtual_cards.readers.slots import SlotState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import TextIO

    from onecard.virtual_cards.faces import Face
    from onecard.virtual_cards.pcsc_stack.reader_entries import SlotAddress

MOST_SLOTS = ENTRY_LIMIT * SLOTS_PER_ENTRY
SELECT_SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF00"
LOOK_S = 0.5
"""How often to look whether somebody can still be served."""
LONGEST_LINE = 4096


def card_serve(
    images: Annotated[list[str] | None, typer.Argument(metavar="[IMAGE]...", help="Card images.")] = None,
    person: PersonIndex = None,
    layout: LayoutVersion = None,
    seed: Seed = None,
    population: Population = None,
    pin: Pin = None,
    offline: Offline = False,
    payment: Payment = None,
    extensions: Extensions = None,
    slots: Annotated[
        str | None,
        typer.Option(metavar="N", help=f"How many slots, up to {MOST_SLOTS}; default: one for each card."),
    ] = None,
    face: FaceName = "contact",
    faults: Annotated[
        list[str] | None,
        typer.Option(
            "--fault", metavar="FAULT", help="A fault of each card: slow:50000; a wrong name lists all."
        ),
    ] = None,
    system: Annotated[
        bool, typer.Option("--system", help="Into the system's PC/SC daemon, not one of our own.")
    ] = False,
    log: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write every APDU; onecard card trace explains it.")
    ] = None,
    save: Annotated[bool, typer.Option("--save", help="Write the images back at the end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Serve cards until Ctrl-C, SIGTERM or the line quit; lines on standard input move them."""
    request = CardRequest(
        person=person,
        layout=layout,
        seed=seed,
        population=population,
        pin=pin,
        offline=offline,
        payment=payment,
        extensions=tuple(extensions or ()),
    )
    shown = face_of(face)
    cards = list(_cards(images or [], request))
    _check_cards(cards, shown, faults or [], save=save)
    count = _slot_count(slots, len(cards))
    apdu_log = ApduLog(_log_path(log, cards) if log is not None else None)
    say_more = tell if as_json else say
    try:
        with blamed_on_pcsc(), _daemon(count, system=system) as daemon:
            served = CardSlots(
                daemon.slots[:count],
                face=shown,
                faults=faults or (),
                seed=request.seed_number,
                log=apdu_log,
                say=say_more,
            )
            try:
                served.fill(cards)
                _announce(served, daemon, as_json=as_json)
                _obey(served, daemon, say_more)
            finally:
                served.close()
                if save:
                    served.save()
    except Interrupted as heard:
        say_more(f"stopped 已停止 ({heard})")
    finally:
        apdu_log.close()


def _cards(images: Sequence[str], request: CardRequest) -> Iterator[ServedMemory]:
    """Give the images' cards, then the person's; nothing named: empty slots."""
    seen = set()
    for text in images:
        path = image_path(text)
        if path.resolve() in seen:
            raise InputError("the same image twice", where="IMAGE", value=text, allowed="each image once")
        seen.add(path.resolve())
        yield ServedMemory(open_image(path), f"image {path}", path.resolve())
    if request.person is None:
        for option, value in request.options.items():
            raise InputError("whose card?", where=option, value=value, allowed="--person N beside it")
    else:
        memory, person = issue(request)
        yield ServedMemory(memory, f"person {person.index} {person.name}, version {memory.layout.version}")


def _check_cards(cards: Sequence[ServedMemory], face: Face, faults: Sequence[str], *, save: bool) -> None:
    """Refuse before anything is started what could only fail later."""
    if save and not any(card.path is not None for card in cards):
        raise InputError("no card came from an image", where="--save", allowed="IMAGE, from onecard card new")
    for card in cards:
        if face.contactless and not card.memory.layout.contactless:
            version = card.memory.layout.version
            raise InputError(
                "no contactless face", where=f"--face, {card.title}", value=version, allowed="3.00"
            )
        faulty(card_of(card.memory, seed=0), faults)


def _log_path(text: str, cards: Sequence[ServedMemory]) -> Path:
    """Read the path of the log, which is replaced: it must not be one of the images."""
    allowed = "a file in a writable folder"
    path = path_of("--log", text, allowed=allowed)
    if path.resolve() in [card.path for card in cards]:
        raise InputError("the log would replace an image", where="--log", value=text, allowed=allowed)
    return path


def _slot_count(slots: str | None, cards: int) -> int:
    count = (
        max(cards, 1) if slots is None else whole_number("--slots", slots, minimum=1, below=MOST_SLOTS + 1)
    )
    if not cards <= count <= MOST_SLOTS:
        raise InputError("more cards than slots", value=cards, allowed=f"at most {min(count, MOST_SLOTS)}")
    return count


class Daemon(Protocol):
    """What the private and the system's daemon have in common."""

    @property
    def slots(self) -> tuple[SlotAddress, ...]:
        """The slots."""
        ...

    @property
    def warning(self) -> str:
        """Who else can reach them; empty: nobody."""
        ...


@contextmanager
def _daemon(count: int, *, system: bool) -> Iterator[Daemon]:
    """Give a daemon with that many slots; a private one ends with the block."""
    if not system:
        with PrivatePcscd(-(-count // SLOTS_PER_ENTRY)) as private:
            yield private
        return
    machine = SystemPcscd()
    machine.require()
    if count > len(machine.slots):
        raise InputError(
            "more slots than the system has", value=count, allowed=f"at most {len(machine.slots)}"
        )
    yield machine


def _announce(served: CardSlots, daemon: Daemon, *, as_json: bool) -> None:
    """Say what is served, how clients find it, and who else can reach it."""
    environment = dict(daemon.environment) if isinstance(daemon, PrivatePcscd) else {}
    readers = [
        {"slot": number, "reader": slot.name, "port": slot.port, "card": served.title(number)}
        for number, slot in enumerate(served.slots, start=1)
    ]
    if as_json:
        print_json({"readers": readers, "environment": environment, "warning": daemon.warning})
        sys.stdout.flush()
        return
    say("readers 读卡器:")
    served.list()
    say("clients find them 客户端运行方式:")
    for name, value in environment.items():
        say(f"  export {name}={value}")
    say(f'  opensc-tool --reader "{served.slots[0].name}" --atr --send-apdu {SELECT_SSSE}')
    if daemon.warning:
        say(f"warning 警告: {daemon.warning}")
    say(f"lines on standard input 输入命令: {COMMANDS}; Ctrl-C stops 停止")
    sys.stdout.flush()


def _obey(served: CardSlots, daemon: Daemon, say_more: Callable[[str], None]) -> None:
    """Carry out the user's lines until one says quit; without lines serve until a signal comes."""
    for line in _lines():
        _look(served, daemon)
        going_on = line is None or served.obey(line)
        sys.stdout.flush()
        if not going_on:
            say_more("stopped 已停止 (quit)")
            return


def _look(served: CardSlots, daemon: Daemon) -> None:
    """Look whether somebody can still be served; ``PcscError`` if not."""
    if isinstance(daemon, PrivatePcscd):
        daemon.check()
    failed = [slot for slot in served.slots if slot.state is SlotState.FAILED]
    if len(failed) == len(served.slots):
        raise DaemonError(f"no slot is left: {failed[0].name}: {failed[0].detail}")


def _lines() -> Iterator[str | None]:
    """Yield lines of standard input, and ``None`` when for some time there is none."""
    held, is_open = b"", _is_open(sys.stdin)
    while True:
        ready, _, _ = select.select([sys.stdin.fileno()] if is_open else [], [], [], LOOK_S)
        if not ready:
            yield None
            continue
        read = os.read(sys.stdin.fileno(), LONGEST_LINE)
        is_open = bool(read)
        *lines, held = (held + read + (b"" if read else b"\n")).split(b"\n")
        held = held[:LONGEST_LINE]
        for line in lines:
            yield line.decode("utf-8", errors="backslashreplace")


def _is_open(stream: TextIO | None) -> bool:
    try:
        return stream is not None and os.fstat(stream.fileno()) is not None
    except (OSError, ValueError):
        return False
