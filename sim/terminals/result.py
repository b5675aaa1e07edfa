"""How a dialogue ended, and the basic data of ``iReadCardBas`` (facts: terminal.md §3.5)."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["BasicData", "DialogueResult"]


class BasicData(NamedTuple):
    """The eleven fields of ``iReadCardBas`` (terminal.md §3.5)."""

    area_code: str
    social_security_number: str
    card_number: str
    card_id: str
    name: str
    reset_information: str
    spec_version: str
    issue_date: str
    expiry_date: str
    terminal_number: str
    device_number: str

    def text(self) -> str:
        """Return the output string of the driver interface: every field followed by ``|``."""
        return "".join(field + "|" for field in self)


class DialogueResult(NamedTuple):
    """How a dialogue ended.

    Args:
        dialogue: its name.
        face: ``"contact"`` or ``"contactless"``; empty when no card was found.
        reason: refusal reason, None on success.
        return_code: code of the driver interface; 0 also when a rule of the terminal refused.
        step: the step that ended it, empty on success.
        sw: status word that ended it, if one did.
        data: text by item tag (``"08"``), by file for transparent files (``"SSSEEF08"``), by file and number
            for cyclic records (``"DF02EF16:01"``).
        basic: basic data, if they were read.
        spec_version: what EF05 says, empty if it was not read.
        apdus: frames, GET RESPONSE and the PSAM's included.
        elapsed_us: simulated time of the frames, without the holder's typing.
        pin_attempts: PIN entries.
        tries_left: remaining PIN tries, when a PIN problem ended the dialogue.
    """

    dialogue: str
    face: str
    reason: str | None
    return_code: int
    step: str
    sw: int | None
    data: dict[str, str]
    basic: BasicData | None
    spec_version: str
    apdus: int
    elapsed_us: int
    pin_attempts: int
    tries_left: int | None

    @property
    def ok(self) -> bool:
        """Whether the dialogue came to its end."""
        return self.reason is None
