"""Defects of selection."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from onecard.conformance.defects.lies import Lie, answers, byte_at, changes, turns
from onecard.conformance.defects.wrong import Defect, WrongCard

if TYPE_CHECKING:
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["DEFECTS"]


class FindsEveryName(WrongCard):
    """SELECT of an unknown name answers 9000."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Turn 6A82 into 9000."""
        by_name = command[:3] == bytes.fromhex("00A404")
        return bytes.fromhex("9000") if by_name and response == bytes.fromhex("6A82") else response


def _is_select(command: bytes) -> bool:
    return command[:2] == b"\x00\xa4"


def _failed_selects_master(card: Lie, command: bytes, response: bytes) -> bytes:
    if _is_select(command) and response[:1] == b"\x6a":
        card.session.select_application(card.memory.layout.master)
    return response


def _failed_forgets_file(card: Lie, command: bytes, response: bytes) -> bytes:
    if _is_select(command) and response[:1] == b"\x6a":
        card.session.file = None
    return response


def _forgets_short_file(card: Lie, command: bytes, response: bytes) -> bytes:
    """READ RECORD with an SFI leaves no file current."""
    if command[:2] == b"\x00\xb2" and byte_at(command, 3) >> 3 and response[:1] != b"\x6c":
        card.session.file = None
    return response


def _keeps_file(card: Lie, command: bytes, response: bytes) -> bytes:
    """SELECT of an application leaves the file of before current."""
    if _is_select(command) and card.session.file is None:
        card.session.file = card.kept.get("file")
    card.kept["file"] = card.session.file
    return response


def _keeps_master_away(card: Lie, command: bytes, response: bytes) -> bytes:
    """SELECT of the MF answers 9000 and does nothing."""
    here, before = card.session.application, card.kept.get("application", card.session.application)
    if command[:3] == b"\x00\xa4\x00" and here.name == "MF":
        card.session.application = before
    card.kept["application"] = card.session.application
    return response


def _master_holds_environment(card: Lie, command: bytes) -> tuple[bytes, bytes | None]:
    """Under the MF commands other than SELECT go to the SSSE."""
    if not _is_select(command) and card.session.application.name == "MF":
        card.session.select_application(card.memory.layout.environment)
    return command, None


def _environment_from_master_only(card: Lie, command: bytes) -> tuple[bytes, bytes | None]:
    """Refuse the name of the SSSE inside a DF."""
    inside = card.session.application.name.startswith("DF")
    return command, b"\x6a\x82" if inside and command[:5] == bytes.fromhex("00A404000F") else None


def _no_next(_card: Lie, command: bytes) -> tuple[bytes, bytes | None]:
    """P2 = 02 begins again at the first."""
    return (
        command[:3] + b"\x00" + command[4:] if command[:4] == bytes.fromhex("00A40402") else command
    ), None


def _reselection_ends_rights(card: Lie, command: bytes, response: bytes) -> bytes:
    if command[:3] == bytes.fromhex("00A404"):
        card.session.rights &= {"PIN"}
    return response


def _rights_for_good(card: Lie, command: bytes, response: bytes) -> bytes:
    """Rights of keys survive another application."""
    kept = card.kept.setdefault("rights", set())
    assert isinstance(kept, set)  # noqa: S101 - put there above
    kept |= card.session.rights
    card.session.rights |= kept
    return response


def _named(name: str, lie: str, rule: str, case: str, make: Callable[[PoweredCard], PoweredCard]) -> Defect:
    full = f"card/select/{rule}"
    return Defect(name=name, lie=lie, rule=full, case=f"{full}/{case}", make=make)


DEFECTS = (
    Defect(
        name="select-finds-every-name",
        lie="SELECT of a name that no application has answers 9000",
        rule="card/select/by-name",
        case="card/select/by-name/02",
        make=FindsEveryName,
    ),
    _named("select-misses-an-application", "DF07 is not found by name", "by-name", "DF07",
           turns("00A4040006D15600000504", "", "6A82")),
    _named("select-label-is-no-name", "An application whose name is its label is not found", "by-label",
           "DF05", turns("00A4040010", "", "6A82")),
    _named("select-identifier-unknown", "Applications are found by name only", "by-identifier", "DF01",
           turns("00A4000002DF", "", "6A82")),
    _named("select-any-identifier", "SELECT of an unknown identifier answers 9000", "by-identifier",
           "unknown", turns("00A4000002", "6A82", "9000")),
    _named("environment-without-identifier", "DDF1 is not found", "environment-identifier", "01",
           turns("00A4000002DDF1", "", "6A82")),
    _named("select-master-does-nothing", "SELECT of the MF answers 9000 and leaves the DF current",
           "master", "01", answers(_keeps_master_away)),
    _named("master-is-environment", "Under the MF the files of the SSSE can be read",
           "master-is-not-environment", "01", changes(_master_holds_environment)),
    _named("environment-from-master-only", "The SSSE is not found from inside a DF", "environment-anytime",
           "01", changes(_environment_from_master_only)),
    _named("select-any-file", "SELECT of an EF that is not there answers 9000", "file", "DF01",
           turns("00A4020002", "6A82", "9000")),
    _named("select-file-by-short-form-only", "SELECT with P1 = 00 does not find EFs",
           "file-by-application-form", "01", turns("00A4000002EF", "", "6A82")),
    _named("short-identifier-not-remembered", "A short identifier reads a file and leaves none current",
           "short-identifier", "SSSE", answers(_forgets_short_file)),
    _named("partial-name-not-found", "Only whole names are found", "partial-name", "01",
           turns("00A4040005", "", "6A82")),
    Defect(name="next-is-first", lie="P2 = 02 finds the first application again", rule="card/select/next",
           case="card/select/partial-name/01", make=changes(_no_next)),
    _named("next-without-end", "P2 = 02 after the only match finds it again", "next-end", "01",
           changes(_no_next)),
    _named("select-short-name-not-found", "A name of four bytes is 6A82 instead of 6700", "name-length", "01",
           turns("00A4040004", "", "6A82")),
    _named("select-long-identifier-not-found", "An identifier of three bytes is 6A82 instead of 6700",
           "identifier-length", "01", turns("00A4000003", "", "6A82")),
    _named("failed-select-falls-to-master", "A SELECT that finds nothing makes the MF current",
           "failed-keeps-application", "01", answers(_failed_selects_master)),
    _named("failed-select-forgets-file", "A SELECT that finds nothing leaves no EF current",
           "failed-keeps-file", "01", answers(_failed_forgets_file)),
    _named("select-application-keeps-file", "SELECT of an application leaves the EF of before current",
           "application-ends-file", "01", answers(_keeps_file)),
    _named("reselection-ends-rights", "Selecting the SSSE again ends the rights of its keys",
           "same-keeps-rights", "01", answers(_reselection_ends_rights)),
    _named("rights-of-keys-for-good", "The rights of keys outlive another application",
           "same-keeps-rights", "02", answers(_rights_for_good)),
    _named("payment-not-selectable", "The bank's directory is not found", "payment", "01",
           turns("00A404000E", "", "6A82")),
    _named("payment-partial-not-found", "The bank application is found by its whole AID only",
           "payment-partial", "01", turns("00A4040007", "", "6A82")),
)  # fmt: skip
