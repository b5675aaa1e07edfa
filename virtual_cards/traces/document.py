"""A trace file: TOML, checked when it is read.

``clause``, ``mark``   where the facts give the trace, and how sure they are
``exchange``           ``as sent``: every frame of the line is a step; ``by reader``: the reader fetches
                       what waits behind ``61xx`` and repeats after ``6Cxx``: one trace for both faces
``[card]``             particulars, as in ``personalisation``; ``[card.records]`` and ``[card.files]``
                       replace records by tag, or a transparent file, in bytes; ``[card.account]`` gives
                       it a bank application
``[holder]``           particulars of the holder
``[psam]``             the terminal's security module, if the trace has one
``[[variant]]``        versions and faces to which it applies, and values that differ between them
``steps``              ``reset`` a device, ``send`` a command (``to`` the card, or the PSAM), or ``let`` a
                       name stand for a computed value; ``expect`` is the answer's pattern

A name must be given before it is used; a step that could never run is an error of the file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from onecard.virtual_cards.faces import FACES
from onecard.virtual_cards.layouts import VERSIONS
from onecard.virtual_cards.security.key_table import key_rows
from onecard.virtual_cards.traces.functions import FUNCTIONS
from onecard.virtual_cards.traces.pattern import parse_pattern, parse_template

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onecard.virtual_cards.traces.pattern import Template

__all__ = [
    "AccountDocument",
    "CardDocument",
    "HolderDocument",
    "PsamDocument",
    "Step",
    "Trace",
    "TraceError",
    "Variant",
    "read_trace",
    "read_traces",
]

Device = Literal["card", "psam"]


class TraceError(ValueError):
    """A trace file is wrong: one line with file, step, value and what is allowed."""


class AccountDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Particulars of the bank application (see :class:`…personalisation.payment.PaymentProfile`)."""

    pan: str
    effective: str
    expiry: str
    name: str
    balance_fen: int = 0


class CardDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Particulars of the card (see :class:`…personalisation.CardProfile`); bytes as hexadecimal text."""

    issuing_area: str
    serial: str
    card_number: str
    issue_date: str = ""
    valid_until: str = ""
    initialiser_sequence: str = "01"
    pin: str = "123456"
    pin_limit: int = 3
    chip_provider: str = "0081"
    operating_system: str = "4A4446"
    card_maker: str = "8660"
    extensions: tuple[str, ...] = ()
    account: AccountDocument | None = None
    """The bank application; absent: the card has none."""
    records: dict[str, dict[str, str]] = {}
    """Values by file and tag: ``{"SSSE/EF05": {"01": "519900…"}}``."""
    files: dict[str, str] = {}
    """Beginnings of transparent files: ``{"SSSE/EF08": "FFD8"}``."""


class HolderDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Particulars of the holder (see :class:`…personalisation.Holder`)."""

    social_security_number: str = "519900199001010015"
    name: str = "张三"
    sex: str = "9"
    ethnic_group: str = ""
    birthplace: str = ""
    birth_date: str = ""


class PsamDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The terminal's PSAM (see :func:`…psam.issue_psam`)."""

    area_code: str
    environments: tuple[str, ...] = ("sx1", "sx3")
    level: str = "listed"
    levels: dict[str, str] = {}


class Variant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A card version and the faces at which the trace holds."""

    version: str
    faces: tuple[str, ...]
    values: dict[str, str] = {}
    """Bytes by name, for what differs between variants."""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One step; exactly one of ``reset``, ``send``, ``let`` is given."""

    reset: Device | None = None
    send: str | None = None
    to: Device = "card"
    expect: str = ""
    let: str | None = None
    note: str = ""


class Trace(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A checked trace."""

    name: str = ""
    """Name of the file without its ending."""
    title: str
    clause: str
    mark: str
    note: str = ""
    exchange: Literal["as sent", "by reader"]
    card: CardDocument
    holder: HolderDocument = HolderDocument()
    psam: PsamDocument | None = None
    variant: tuple[Variant, ...]
    steps: tuple[Step, ...]


def read_traces(folder: Path) -> tuple[Trace, ...]:
    """Read every trace of a folder, in the order of file names (raises as :func:`read_trace`)."""
    return tuple(read_trace(path) for path in sorted(folder.glob("*.toml")))


def read_trace(path: Path) -> Trace:
    """Read and check one trace file.

    Raises:
        TraceError: it is no trace; one line.
        OSError: it cannot be read.
    """
    try:
        trace = msgspec.toml.decode(path.read_bytes(), type=Trace)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise TraceError(f"{path.name}: {error}") from error
    if not trace.variant or not trace.steps:
        raise TraceError(f"{path.name}: at least one variant and one step are needed")
    for variant in trace.variant:
        _check_variant(path.name, trace, variant)
    return msgspec.structs.replace(trace, name=path.stem)


def _check_variant(file: str, trace: Trace, variant: Variant) -> None:
    where = f"{file} variant {variant.version}"
    _among(where, "version", (variant.version,), VERSIONS)
    _among(where, "face", variant.faces, FACES)
    known = set(variant.values)
    try:
        for value in variant.values.values():
            parse_template(value)
        for number, step in enumerate(trace.steps, start=1):
            where = f"{file} step {number}"
            _check_step(trace, step, known)
    except ValueError as error:
        raise TraceError(f"{where}: {error}") from None


def _among(where: str, what: str, values: Iterable[str], allowed: Iterable[str]) -> None:
    for value in values:
        if value not in allowed:
            raise TraceError(f"{where}: {what} {value!r}; allowed: {', '.join(allowed)}")


def _check_step(trace: Trace, step: Step, known: set[str]) -> None:
    if sum(kind is not None for kind in (step.reset, step.send, step.let)) != 1:
        raise ValueError("exactly one of reset, send, let is needed")
    if (step.reset or step.to) == "psam" and trace.psam is None:
        raise ValueError("the trace has no [psam]")
    if step.let is not None:
        _check_let(step.let, known)
        return
    if step.send is not None:
        _all_known(parse_template(step.send), known)
    if not step.expect:
        raise ValueError("expect is missing")
    pattern = parse_pattern(step.expect)
    _all_known(pattern, known)
    known |= pattern.captures


def _check_let(text: str, known: set[str]) -> None:
    words = text.split()
    if len(words) < 3 or words[1] != "=":
        raise ValueError(f"let {text!r}: NAME = function arguments is the form")
    function = FUNCTIONS.get(words[2])
    if function is None:
        raise ValueError(f"function {words[2]!r}; allowed: {', '.join(FUNCTIONS)}")
    arguments = words[3:]
    if len(arguments) != function.arguments + function.takes_key:
        raise ValueError(f"{words[2]} takes {function.arguments + function.takes_key} arguments: {text!r}")
    if function.takes_key and arguments.pop(0) not in key_rows():
        raise ValueError(f"let {text!r}: the first argument is the name of a key")
    for argument in arguments:
        _all_known(parse_template(argument), known)
    known.add(words[0])


def _all_known(template: Template, known: set[str]) -> None:
    unknown = sorted(template.names - known)
    if unknown:
        raise ValueError(f"{template.text!r}: {unknown[0]} has no value yet")
