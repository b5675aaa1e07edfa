"""Where a dialogue stands: whose card it is, what is selected, what a command's bytes therefore mean.

The context is a value. :func:`follow` gives the one after an exchange; it believes the card: what the status
word refuses has not happened. A dialogue that was cut into (a log that begins in the middle) is explained
as far as its bytes say by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.iso7816.apdu import parse_command
from onecard.virtual_cards.iso7816.tlv import find_ber, iterate_simple
from onecard.virtual_cards.layouts.encoding import decode_value
from onecard.virtual_cards.layouts.loader import VERSIONS, load_layout

if TYPE_CHECKING:
    from onecard.virtual_cards.iso7816.apdu import CommandApdu
    from onecard.virtual_cards.layouts.layout import DedicatedFile, ElementaryFile, Layout

__all__ = ["NAMED_APPLICATIONS", "Context", "accepted", "application_named", "follow", "referenced_file"]

NAMED_APPLICATIONS = {
    bytes.fromhex("315041592E5359532E4444463031"): ("PSE", "payment system environment", "支付系统环境"),
    bytes.fromhex("325041592E5359532E4444463031"): (
        "PPSE",
        "proximity payment system environment",
        "近距离支付系统环境",
    ),
    bytes.fromhex("A000000333010101"): ("PBOC debit", "bank debit application", "银行借记应用"),
    bytes.fromhex("A000000333010102"): ("PBOC credit", "bank credit application", "银行贷记应用"),
    bytes.fromhex("A000000333010103"): (
        "PBOC quasi-credit",
        "bank quasi-credit application",
        "银行准贷记应用",
    ),
    bytes.fromhex("A000000333010106"): ("PBOC e-cash", "electronic cash application", "电子现金应用"),
    bytes.fromhex("D15600000590"): ("PSAM", "terminal security module", "终端安全模块(PSAM)"),
    bytes.fromhex("7378322E73682EC9E7BBE1B1A3D5CF"): (
        "PSAM sx2",
        "PSAM environment of SSF33",
        "PSAM环境(SSF33)",
    ),
    bytes.fromhex("7378332E73682EC9E7BBE1B1A3D5CF"): ("PSAM sx3", "PSAM environment of SM4", "PSAM环境(SM4)"),
}
"""Names outside the layouts: payment applications (card.md §15), PSAM environments (§3.1)."""

_SPECIFICATION_VERSION = 0x03
_SELECT, _GET_RESPONSE = 0xA4, 0xC0
_RECORD_COMMANDS, _BINARY_COMMANDS = (0xB2, 0xDC), (0xB0, 0xD6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known of a dialogue."""

    layout: Layout
    application: DedicatedFile | None = None
    """The current application of the social side; ``None`` on another side, and under the MF."""
    name: str = ""
    """Name of the current application; empty: unknown."""
    environment: str = "social"
    """``"social"``, ``"payment"`` or ``"PSAM"``."""
    file: ElementaryFile | None = None
    """The current EF, when it is one of the layout's."""
    pending: bytes = b""
    """Command whose answer waits for GET RESPONSE (``61xx``)."""

    @classmethod
    def of(cls, version: str) -> Context:
        """Return the context after a reset of a card of this version."""
        return cls(layout=load_layout(version))


def accepted(status_word: int) -> bool:
    """Tell whether a status word says that the command was carried out, or that its answer waits."""
    return status_word == status.SUCCESS or status_word & 0xFF00 == status.RESPONSE_WAITING


def application_named(layout: Layout, name: bytes) -> DedicatedFile | None:
    """Find the application whose name starts with these bytes, as SELECT does."""
    return next((each for each in layout.applications if name and each.aid.startswith(name)), None)


def follow(context: Context, command: bytes, response: bytes) -> Context:
    """Return the context after a command and its response."""
    apdu = parse_command(command)
    if apdu is None or len(response) < 2:
        return context
    status_word = int.from_bytes(response[-2:], "big")
    if apdu.ins == _GET_RESPONSE:
        meant = parse_command(context.pending) if context.pending else None
        waits = status_word & 0xFF00 == status.RESPONSE_WAITING
        context = replace(context, pending=context.pending if waits else b"")
        return context if meant is None else _learned(context, meant, response[:-2])
    waits = status_word & 0xFF00 == status.RESPONSE_WAITING
    context = replace(context, pending=command if waits else b"")
    if not accepted(status_word):
        return context
    if apdu.ins == _SELECT and apdu.cla == 0:
        context = _selected(context, apdu)
    else:
        file = referenced_file(context, apdu)
        context = replace(context, file=file) if file is not None else context
    return _learned(context, apdu, response[:-2])


def referenced_file(context: Context, apdu: CommandApdu) -> ElementaryFile | None:
    """Return the EF that a reading or writing command works on: by its SFI, else the current one."""
    sfi = 0
    if apdu.ins in _RECORD_COMMANDS:
        sfi = apdu.p2 >> 3
    elif apdu.ins in _BINARY_COMMANDS and apdu.p1 & 0x80:
        sfi = apdu.p1 & 0x1F
    if sfi == 0:
        return context.file
    return context.application.by_sfi.get(sfi) if context.application is not None else None


def _selected(context: Context, apdu: CommandApdu) -> Context:
    if apdu.p1 == 0x04:
        return _selected_by_name(context, apdu.data)
    if not apdu.data:
        return _at(context, context.layout.master)
    fid = int.from_bytes(apdu.data, "big")
    application = context.layout.by_fid.get(fid)
    if apdu.p1 == 0x00 and application is not None:
        return _at(context, application)
    here = context.application
    return replace(context, file=here.by_fid.get(fid) if here is not None else None)


def _at(context: Context, application: DedicatedFile) -> Context:
    return replace(context, application=application, name=application.name, environment="social", file=None)


def _selected_by_name(context: Context, name: bytes) -> Context:
    application = application_named(context.layout, name)
    if application is not None:
        return _at(context, application)
    known = next((row[0] for aid, row in NAMED_APPLICATIONS.items() if aid.startswith(name)), "")
    environment = "PSAM" if known.startswith("PSAM") else "payment"
    return replace(context, application=None, name=known, environment=environment, file=None)


def _learned(context: Context, apdu: CommandApdu, data: bytes) -> Context:
    """Take the card's version from its FCI, or from its own words in EF05 (card.md §3.2, §6.5)."""
    version = ""
    if apdu.ins == _SELECT and context.name == "SSSE" and data:
        version = _version_of_fci(data, context.layout.version)
    elif apdu.ins == 0xB2 and context.file is not None and context.file.path == ("SSSE", "EF05"):
        version = _version_of_records(data)
    if version not in VERSIONS or version == context.layout.version:
        return context
    layout = load_layout(version)
    application = layout.by_name.get(context.name)
    file = context.file
    return replace(
        context,
        layout=layout,
        application=application,
        file=application.by_fid.get(file.fid) if application is not None and file is not None else None,
    )


def _version_of_fci(fci: bytes, present: str) -> str:
    try:
        algorithm = find_ber(fci, 0x86)
    except ValueError:
        return present
    if algorithm is None:
        return "1.00"
    return "3.00" if algorithm[-1:] == b"\x03" else "2.00"


def _version_of_records(data: bytes) -> str:
    try:
        return next(
            (
                decode_value("an", value)
                for tag, value in iterate_simple(data)
                if tag == _SPECIFICATION_VERSION
            ),
            "",
        )
    except ValueError:
        return ""
