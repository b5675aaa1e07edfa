"""Defects that the cases of ``cards.interface.fci`` must find."""

from __future__ import annotations

from onecard.conformance.defects.lies import After, Lie, Maker, answers, turns
from onecard.conformance.defects.wrong import Defect

__all__ = ["DEFECTS"]


def _in_fci(wanted: str, instead: str) -> After:
    """Replace bytes in answers that are an FCI, also those fetched by GET RESPONSE."""
    old, new = bytes.fromhex(wanted), bytes.fromhex(instead)

    def after(_card: Lie, _command: bytes, response: bytes) -> bytes:
        if response[:1] != b"\x6f" or old not in response:
            return response
        return _measured(response[2:-2].replace(old, new)) + response[-2:]

    return after


def _measured(objects: bytes) -> bytes:
    return bytes((0x6F, len(objects))) + objects


def _without_template(_card: Lie, _command: bytes, response: bytes) -> bytes:
    """Leave A5 out."""
    at = response.find(b"\xa5")
    return _measured(response[2:at]) + response[-2:] if response[:1] == b"\x6f" and at > 0 else response


def _with_template(_card: Lie, _command: bytes, response: bytes) -> bytes:
    """Give applications an empty A5."""
    if response[:1] != b"\x6f" or b"\xa5" in response:
        return response
    return _measured(response[2:-2] + bytes.fromhex("A500")) + response[-2:]


def _named(
    name: str, lie: str, rule: str, after: After, *, case: str = "01", version: str = "3.00"
) -> Defect:
    full = f"card/fci/{rule}"
    return Defect(
        name=name, lie=lie, rule=full, case=f"{full}/{case}", make=_complete(after), version=version
    )


def _complete(after: After) -> Maker:
    """Give answers at once: a changed length must not meet the ``61xx`` of the right one."""

    def lie(card: Lie, command: bytes, response: bytes) -> bytes:
        waiting = card.session.waiting
        if response[:1] != b"\x61" or not waiting:
            return after(card, command, response)
        card.session.waiting = b""
        return after(card, command, waiting + b"\x90\x00")

    return answers(lie)


DEFECTS: tuple[Defect, ...] = (
    _named("fci-without-template", "The FCI of the SSSE has no template A5", "environment",
           _without_template),
    _named("fci-object-order", "In the FCI of the SSSE 9F0C stands before 88", "environment-exact",
           _in_fci("88011E9F0C03860103", "9F0C0386010388011E")),
    _named("fci-algorithm-on-first-version", "A card of 1.00 tells an algorithm", "environment-earlier",
           _in_fci("A50388011E", "A50988011E9F0C03860101"), version="1.00"),
    _named("fci-other-algorithm", "An SM4 card tells 3DES", "algorithm", _in_fci("860103", "860101")),
    _named("fci-directory-elsewhere", "Object 88 tells the short identifier 01", "directory-identifier",
           _in_fci("88011E", "880101")),
    _named("fci-application-with-template", "The FCI of an application has an empty A5", "application",
           _with_template, case="DF01"),
    Defect(
        name="fci-of-a-file",
        lie="SELECT of an EF gives file control information",
        rule="card/fci/file",
        case="card/fci/file/01",
        make=turns("00A4020002", "9000", "6F0483020001" + "9000"),
    ),
    Defect(
        name="fci-of-the-master",
        lie="SELECT of the MF gives the FCI of a file without a name",
        rule="card/fci/master",
        case="card/fci/master/01",
        make=turns("00A4000000", "9000", "6F008400" + "9000"),
    ),
)  # fmt: skip
