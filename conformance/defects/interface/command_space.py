"""Defects that the cases of ``cards.interface.command_space`` must find."""

from __future__ import annotations

from onecard.conformance.defects.lies import After, Before, Lie, byte_at, turns
from onecard.conformance.defects.wrong import Defect

__all__ = ["DEFECTS"]

_SUCCESS = b"\x90\x00"


def _refused(response: bytes) -> bool:
    return response in (b"\x6d\x00", b"\x6e\x00")


def _refusal_ends_pin(card: Lie, _command: bytes, response: bytes) -> bytes:
    if _refused(response):
        card.session.rights.discard("PIN")
    return response


def _refusal_forgets_file(card: Lie, _command: bytes, response: bytes) -> bytes:
    if _refused(response):
        card.session.file = None
    return response


def _wrong_verify_spends_a_try(card: Lie, command: bytes, response: bytes) -> bytes:
    """VERIFY with a wrong P2 takes a try off."""
    if command[:2] == b"\x00\x20" and response == b"\x6a\x86":
        card.memory.pin_tries_left = max(card.memory.pin_tries_left - 1, 0)
    return response


def _without_class(_card: Lie, command: bytes) -> tuple[bytes, bytes | None]:
    """Channels 1 to 3 are class 00."""
    return (b"\x00" + command[1:] if byte_at(command, 0) in (1, 2, 3) else command), None


def _ignoring(head: str, p1: str, p2: str) -> Before:
    """P1 and P2 of a command are not looked at."""
    cla_ins, right = bytes.fromhex(head), bytes.fromhex(p1 + p2)

    def before(_card: Lie, command: bytes) -> tuple[bytes, bytes | None]:
        return (cla_ins + right + command[4:] if command[:2] == cla_ins else command), None

    return before


def _ignoring_p2(head: str, p2: int) -> Before:
    """P2 of a command is not looked at."""
    cla_ins = bytes.fromhex(head)

    def before(_card: Lie, command: bytes) -> tuple[bytes, bytes | None]:
        return (command[:3] + bytes((p2,)) + command[4:] if command[:2] == cla_ins else command), None

    return before


def _cutting(head: str, size: int) -> Before:
    """Throw data beyond so many bytes away."""
    cla_ins = bytes.fromhex(head)

    def before(_card: Lie, command: bytes) -> tuple[bytes, bytes | None]:
        if command[:2] == cla_ins and len(command) > 5 and byte_at(command, 4) > size:
            return command[:4] + bytes((size,)) + command[5 : 5 + size], None
        return command, None

    return before


def _short_name(rule: str) -> str:
    return f"card/commands/{rule}"


def _defect(
    name: str, lie: str, rule: str, case: str, *, after: After | None = None, before: Before | None = None
) -> Defect:
    return Defect(
        name=name,
        lie=lie,
        rule=_short_name(rule),
        case=_short_name(case),
        make=lambda card: Lie(card, before=before, after=after),
    )


def _turned(name: str, lie: str, rule: str, case: str, command: str, right: str, wrong: str) -> Defect:
    make = turns(command, right, wrong)
    return Defect(name=name, lie=lie, rule=_short_name(rule), case=_short_name(case), make=make)


DEFECTS: tuple[Defect, ...] = (
    _turned("hidden-class", "A class for makers answers 9000", "unknown-class", "space/FX",
            "F0", "6E00", "9000"),
    _turned("maker-class-gives-data", "Class E8 gives the chip's number", "unknown-class", "space/EX",
            "E810FFFF", "6E00", "010203049000"),
    _turned("class-of-no-answer", "The card falls silent at class A3", "unknown-class", "space/AX",
            "A3A4FFFF", "6E00", ""),
    _turned("hidden-instruction", "Instruction F0 of class 80 answers 9000", "unknown-instruction",
            "space/80", "80F0", "6D00", "9000"),
    _turned("create-file-left-open", "CREATE FILE of personalisation is there still", "unknown-instruction",
            "space/80", "80E0", "6D00", "6A80"),
    _turned("channels-of-another-standard", "MANAGE CHANNEL answers 6881", "listed-words", "space/00",
            "0070", "6D00", "6881"),
    _defect("channels-are-class-zero", "Classes 01 to 03 are taken for 00", "which-refusal", "space/classes",
            before=_without_class),
    _turned("unknown-class-is-6d00", "An unknown class is 6D00", "which-refusal", "space/classes",
            "10A4", "6E00", "6D00"),
    _defect("refusal-ends-pin-right", "An unknown command ends the right of the PIN", "keeps-pin", "space/00",
            after=_refusal_ends_pin),
    _defect("refusal-forgets-file", "An unknown command leaves no EF current", "keeps-selection", "space/2X",
            after=_refusal_forgets_file),
    _defect("wrong-verify-spends-a-try", "VERIFY with a wrong P2 takes a try off", "keeps-tries", "space/00",
            after=_wrong_verify_spends_a_try),
    _defect("verify-ignores-parameters", "VERIFY does not look at P1 and P2", "parameters", "form/verify",
            before=_ignoring("0020", "00", "00")),
    _defect("change-pin-ignores-parameters", "CHANGE PIN does not look at P1 and P2", "parameters",
            "form/change-pin", before=_ignoring("805E", "01", "00")),
    _defect("challenge-ignores-parameters", "GET CHALLENGE does not look at P1 and P2", "parameters",
            "form/get-challenge", before=_ignoring("0084", "00", "00")),
    _defect("select-ignores-p2", "SELECT does not look at P2", "parameters", "form/select",
            before=_ignoring_p2("00A4", 0x00)),
    _defect("balance-of-any-kind", "GET BALANCE gives the account for any P2", "parameters",
            "form/get-balance", before=_ignoring_p2("B026", 0x01)),
    _turned("wrong-parameters-are-6b00", "Wrong parameters of READ BINARY are 6B00", "parameters",
            "form/read-binary", "00B0", "6A86", "6B00"),
    _defect("proof-over-the-beginning", "INTERNAL AUTHENTICATE takes more data and uses the first 16 bytes",
            "data-length", "form/internal-authenticate", before=_cutting("0088", 16)),
    _defect("load-of-any-length", "INITIALIZE FOR LOAD takes more data and looks at the first 11 bytes",
            "data-length", "form/initialize-load", before=_cutting("B028", 11)),
    _turned("verify-length-is-6a80", "A PIN of a wrong length is 6A80", "data-length", "form/verify",
            "0020", "6700", "6A80"),
    _turned("right-before-parameters", "APPLICATION BLOCK without a right is 6982 whatever P2", "form-first",
            "form/application-block", "841E", "6A86", "6982"),
    _turned("right-before-length", "CARD BLOCK without a right is 6982 whatever its length", "form-first",
            "form/card-block", "8416", "6700", "6982"),
)  # fmt: skip
