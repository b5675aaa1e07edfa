"""``onecard card apdu``: send APDUs to a card; explain what goes and what comes."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onecard.cli.card_options import (
    AsJson,
    FaceName,
    Offline,
    Payment,
    PersonIndex,
    Pin,
    Population,
    Seed,
    bytes_of,
    face_of,
)
from onecard.cli.card_output import print_exchange, print_explanation
from onecard.cli.card_source import CardRequest
from onecard.cli.card_target import connected, read_target, require_reader
from onecard.cli.output import print_json, say
from onecard.sim.errors import InputError
from onecard.virtual_cards.decoding import Tracer
from onecard.virtual_cards.readers.in_process import SmartcardException

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from onecard.cli.card_target import Connection
    from onecard.virtual_cards.decoding import Exchange

CHECK_FAILED = 1
RESET = "reset"
MOST_APDUS = 100_000
LONGEST_APDU = 65_544
"""Header, extended Lc, 65 535 bytes, extended Le."""
LARGEST_INPUT = 64 * 1024 * 1024
LONGEST_FETCH = 64
"""GET RESPONSE in a row that ``--follow`` sends for one command."""
_PATTERN = re.compile(r"[0-9A-FX]{4}")
_ALLOWED_PATTERN = "four hexadecimal digits, x for any: 9000, 61xx"


def card_apdu(
    apdus: Annotated[
        list[str],
        typer.Argument(
            metavar="APDU...", help="Hexadecimal; reset; or - for one a line from standard input."
        ),
    ],
    on: Annotated[
        str,
        typer.Option(help="The card: virtual:3.00, image:FILE, pcsc:READER (a part of the name will do)."),
    ] = "virtual:3.00",
    expect: Annotated[
        list[str] | None,
        typer.Option(metavar="SW", help="Status word of the last APDU, or one for each: 9000, 61xx, 63Cx."),
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="As terminals do: GET RESPONSE after 61xx, again after 6Cxx.")
    ] = False,
    face: FaceName = "contact",
    person: PersonIndex = None,
    seed: Seed = None,
    population: Population = None,
    pin: Pin = None,
    offline: Offline = False,
    payment: Payment = None,
    faults: Annotated[
        list[str] | None,
        typer.Option(
            "--fault", metavar="FAULT", help="A fault of the card: slow:50000; a wrong name lists all."
        ),
    ] = None,
    save: Annotated[bool, typer.Option("--save", help="Write the image back at the end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send APDUs and explain both ways. Exit code 1 if a status word is not as expected."""
    commands = list(_commands(apdus))
    wanted = _expectations(expect or [], commands)
    request = CardRequest(
        person=person, seed=seed, population=population, pin=pin, offline=offline, payment=payment
    )
    target = read_target(on)
    with connected(target, request, face=face_of(face), faults=faults or (), save=save) as connection:
        dialogue = _Dialogue(connection, follow=follow, silent=as_json)
        met = dialogue.run(commands, wanted)
    if as_json:
        print_json({"card": on, "atr": dialogue.atr, "exchanges": dialogue.told, "met": met})
    if not dialogue.answered and target.kind == "pcsc":
        require_reader(target.place)
    if not met:
        raise typer.Exit(CHECK_FAILED)


def _commands(words: Sequence[str]) -> Iterator[bytes | str]:
    """Read APDUs; a line of single bytes, unquoted, is one APDU."""
    if len(words) > 1 and all(re.fullmatch("[0-9A-Fa-f]{2}", word) for word in words):
        words = [" ".join(words)]
    lines = list(_lines(words))
    if len(lines) > MOST_APDUS:
        raise InputError("too many APDUs", value=len(lines), allowed=f"at most {MOST_APDUS}")
    for where, text in lines:
        if text.lower() == RESET:
            yield RESET
            continue
        command = bytes_of(text, where=where)
        if not 0 < len(command) <= LONGEST_APDU:
            what = "too long an APDU" if command else "an empty APDU"
            raise InputError(what, where=where, value=text, allowed=f"1 to {LONGEST_APDU} bytes")
        yield command


def _lines(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield place and text of each APDU; ``-`` stands for the lines of standard input."""
    for word in words:
        if word != "-":
            yield "APDU", word.strip()
            continue
        script = sys.stdin.buffer.read(LARGEST_INPUT + 1)
        if len(script) > LARGEST_INPUT:
            raise InputError("too large", where="standard input", allowed=f"at most {LARGEST_INPUT} bytes")
        for number, line in enumerate(script.splitlines(), start=1):
            text = line.decode("utf-8", errors="backslashreplace").partition("#")[0].strip()
            if text:
                yield f"standard input, line {number}", text


def _expectations(expected: Sequence[str], commands: Sequence[bytes | str]) -> dict[int, str]:
    """Return the wanted status word by position of its command."""
    for text in expected:
        if not _PATTERN.fullmatch(text.upper()):
            raise InputError("not a status word", where="--expect", value=text, allowed=_ALLOWED_PATTERN)
    positions = [at for at, command in enumerate(commands) if isinstance(command, bytes)]
    if len(expected) == 1 and positions:
        positions = positions[-1:]
    if expected and len(expected) != len(positions):
        raise InputError(
            "not as many status words as APDUs",
            where="--expect",
            value=len(expected),
            allowed=f"1, for the last APDU, or {len(positions)}",
        )
    return {at: text.upper() for at, text in zip(positions, expected, strict=False)}


class _Dialogue:
    """Sends commands, prints or collects what they mean."""

    def __init__(self, connection: Connection, *, follow: bool, silent: bool) -> None:
        self._connection = connection
        self._follow = follow
        self._silent = silent
        self._tracer = Tracer()
        self.told: list[dict[str, Any]] = []
        self.answered = True
        """The last command had an answer."""
        self.atr = self._reset()

    def run(self, commands: Sequence[bytes | str], wanted: dict[int, str]) -> bool:
        """Send everything; tell whether each expectation was met and the card answered to the end."""
        met = True
        for at, command in enumerate(commands):
            if isinstance(command, str):
                if not self._connect_again():
                    return False
                continue
            response = self._send(command)
            self.answered = bool(response)
            if not response:
                return False
            met &= self._check(response, wanted.get(at))
        return met

    def _connect_again(self) -> bool:
        try:
            self._connection.connect()
        except SmartcardException as error:
            self.answered = False
            self._tell(self._tracer.exchange(b"", b""), str(error))
            return False
        self._reset()
        return True

    def _reset(self) -> dict[str, Any]:
        explanation = self._tracer.reset(bytes(self._connection.getATR()))
        if not self._silent:
            print_explanation(explanation)
        return explanation.tree()

    def _send(self, command: bytes) -> bytes:
        """Send a command, and with ``--follow`` what its answer asks for; return the last response."""
        response = self._exchange(command)
        for _ in range(LONGEST_FETCH if self._follow else 0):
            if response[-2:-1] == b"\x61":
                response = self._exchange(bytes((0x00, 0xC0, 0x00, 0x00, response[-1])))
            elif response[-2:-1] == b"\x6c" and len(command) in (4, 5):
                response = self._exchange(command[:4] + response[-1:])
            else:
                break
        return response

    def _exchange(self, command: bytes) -> bytes:
        why = ""
        try:
            data, first, second = self._connection.transmit(list(command))
            response = bytes((*data, first, second))
        except SmartcardException as error:
            response, why = b"", str(error)
            if not self._silent:
                say(f"the card does not answer 卡片无应答: {why}")
        self._tell(self._tracer.exchange(command, response), why)
        return response

    def _tell(self, exchange: Exchange, why: str) -> None:
        self.told.append(exchange.tree() | ({"error": why} if why else {}))
        if not self._silent:
            print_exchange(exchange)

    def _check(self, response: bytes, wanted: str | None) -> bool:
        if wanted is None:
            return True
        got = response[-2:].hex().upper()
        met = all(pattern in ("X", digit) for pattern, digit in zip(wanted, got, strict=True))
        self.told[-1] |= {"expected": wanted, "met": met}
        if not met and not self._silent:
            say(f"expected 期望 {wanted}, got 实际 {got}")
        return met
