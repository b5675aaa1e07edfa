"""Defects that the cases of ``cards.applications.psam`` must find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.defects.lies import answers, instead_of, is_, preparing, succeeded, turns
from onecard.conformance.defects.wrong import Defect, WrongCard
from onecard.virtual_cards.faces import CONTACT
from onecard.virtual_cards.psam import Psam

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.virtual_cards.faces import Face
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["DEFECTS"]

_AREA = "card/psam/"
_DELIVER, _CIPHER, _INIT, _CREDIT = "BFDE", "80FA", "8070", "8072"


class _ForgetfulOfSerials(WrongCard):
    """Counts the terminal serial in working memory."""

    def power_on(self, face: Face = CONTACT) -> bytes:
        """Begin again with the serial of the last power-on."""
        assert isinstance(self.card, Psam)  # noqa: S101 - the personality is a PSAM
        self.card.contents.terminal_serial = 0
        return super().power_on(face)


class _KeepsTheKey(WrongCard):
    """A session key outlives selection."""

    def transmit(self, command: bytes) -> bytes:
        """Put the key back after SELECT."""
        session = self.card._session if isinstance(self.card, Psam) else None
        kept = session.delivered if session else None
        response = super().transmit(command)
        if session and is_(command, "00A4") and kept is not None:
            session.delivered = kept
        return response


def _cut(head: str) -> Callable[[PoweredCard], PoweredCard]:
    def after(_card: WrongCard, command: bytes, response: bytes) -> bytes:
        long = is_(command, head) and succeeded(response) and len(response) > 3
        return response[:-3] + response[-2:] if long else response

    return answers(after)


def _second_answer(head: str) -> Callable[[PoweredCard], PoweredCard]:
    """MACs of parts come to something else than that of the whole."""
    return instead_of(head, 0)


def _defect(
    name: str, lie: str, rule: str, make: Callable[[PoweredCard], PoweredCard], case: str = ""
) -> Defect:
    return Defect(
        name=f"psam-{name}", lie=lie, rule=_AREA + rule, case=_AREA + (case or f"{rule}/01"), make=make
    )


def _deaf_to_the_application(_card: WrongCard, command: bytes) -> bytes | None:
    return bytes.fromhex("6A82") if is_(command, "00A4040006D156") else None


_BLOCK = "00" * 16 + "9000"

DEFECTS = (
    _defect(
        "every-environment",
        "SELECT finds environments that are not there",
        "environment",
        turns("00A404", "6A82", "9000"),
    ),
    _defect(
        "application-without-name",
        "the application has no name",
        "application",
        preparing(_deaf_to_the_application),
        "application/02",
    ),
    _defect("terminal-number-short", "file 0016 has five bytes", "files", _cut("00B00000"), "files/02"),
    _defect("directory-empty", "the directory names another application", "directory", instead_of("00B2", 4)),
    _defect(
        "terminal-number-of-elsewhere",
        "the terminal number begins with another area",
        "terminal-number",
        instead_of("00B00000", 2),
    ),
    _defect("key-file-open", "key files are read", "key-files", turns("00B0", "6982", _BLOCK)),
    _defect(
        "any-card-id",
        "INITIALIZE ENVIRONMENT takes any number of bytes",
        "initialize-environment",
        turns("BFEC", "6700", "9000"),
    ),
    _defect(
        "session-key-wrong", "CIPHER DATA enciphers under another key", "session-key", instead_of(_CIPHER, 0)
    ),
    _defect(
        "any-factors",
        "DELIVERY SESSION KEY takes any number of factors",
        "factors",
        turns(_DELIVER, "6A80", "9000"),
    ),
    _defect(
        "level-ignored",
        "DELIVERY SESSION KEY answers a wrong level with 6700",
        "factors",
        turns(_DELIVER, "6A80", "6700"),
        "factors/03",
    ),
    _defect(
        "any-key",
        "a key that is not there is delivered",
        "unknown-key",
        turns(_DELIVER, "6A88", "9000"),
    ),
    _defect(
        "ciphers-with-nothing",
        "CIPHER DATA works without a key",
        "cipher-needs-key",
        turns(_CIPHER, "6985", _BLOCK),
    ),
    _defect("mac-wrong", "a MAC in one piece is wrong", "mac", instead_of("80FA05", 3)),
    _defect(
        "mac-in-parts-wrong",
        "a MAC in parts is another than that of the whole",
        "mac-in-parts",
        _second_answer("80FA01"),
    ),
    _defect("any-type", "a MAC key enciphers", "key-types", turns(_CIPHER, "6985", _BLOCK)),
    _defect(
        "pads-itself",
        "CIPHER DATA pads what is no whole block",
        "whole-blocks",
        turns(_CIPHER, "6700", _BLOCK),
    ),
    _defect("session-key-stays", "a session key outlives SELECT", "selection-ends", _KeepsTheKey),
    _defect("mac1-wrong", "MAC1 of a purchase does not verify", "mac1", instead_of(_INIT, 4), "mac1/02"),
    _defect("mac2-not-checked", "CREDIT SAM takes any MAC2", "mac2", turns(_CREDIT, "9302", "9000")),
    _defect("credit-again", "CREDIT SAM can be repeated", "credit-state", turns(_CREDIT, "6901", "9000")),
    _defect(
        "purchase-any-factors",
        "INIT SAM takes any number of factors",
        "purchase-factors",
        turns(_INIT, "6A80", "00" * 8 + "9000"),
    ),
    _defect(
        "purchase-any-version",
        "INIT SAM takes any key version",
        "purchase-version",
        turns(_INIT, "6A88", "00" * 8 + "9000"),
    ),
    _defect(
        "serial-forgotten",
        "the terminal serial is lost with the power",
        "terminal-serial",
        _ForgetfulOfSerials,
    ),
    _defect(
        "key-mac-not-checked",
        "CREATE KEY takes any MAC",
        "key-loading",
        turns("84D4", "6988", "9000"),
    ),
    _defect(
        "key-without-challenge",
        "CREATE KEY needs no challenge",
        "key-loading-challenge",
        turns("84D4", "6984", "9000"),
        "key-loading/01",
    ),
)
