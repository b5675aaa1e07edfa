"""READ BINARY and UPDATE BINARY on transparent files (facts: card.md §10, §21 Q27–28)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.commands.records import current_or_short
from onecard.virtual_cards.commands.rule import SUCCESS, Refusal
from onecard.virtual_cards.commands.secure_messaging import plain_data
from onecard.virtual_cards.iso7816 import status

if TYPE_CHECKING:
    from onecard.virtual_cards.chip.session import Session
    from onecard.virtual_cards.iso7816.apdu import CommandApdu
    from onecard.virtual_cards.layouts.layout import ElementaryFile

__all__ = ["read_binary", "update_binary"]

_SFI_FORM = 0x80
_MOST_BYTES = 256


def _file_and_offset(session: Session, apdu: CommandApdu) -> tuple[ElementaryFile, int]:
    """Understand P1 P2: SFI and an offset to 255, or a 15-bit offset in the current EF."""
    if apdu.p1 & _SFI_FORM:
        return current_or_short(session, apdu.p1 & 0x1F), apdu.p2
    return current_or_short(session, 0), apdu.p1 << 8 | apdu.p2


def read_binary(session: Session, apdu: CommandApdu) -> bytes:
    """Give bytes from an offset: Le of them, or up to 256 or the end of the file."""
    file, offset = _file_and_offset(session, apdu)
    if not file.transparent:
        raise Refusal(status.WRONG_FILE_TYPE)
    if not file.read.allows(session.rights):
        raise Refusal(status.SECURITY_NOT_SATISFIED)
    content = session.memory.binary(file)
    available = len(content) - offset
    if available <= 0:
        raise Refusal(status.OFFSET_OUTSIDE)
    wanted = apdu.le or _MOST_BYTES
    if wanted > available:
        face = session.face
        if face.long_le_gets_6c if apdu.le else face.zero_le_gets_6c:
            return status.word(status.RIGHT_LENGTH | available)
    return content[offset : offset + wanted] + SUCCESS


def update_binary(session: Session, apdu: CommandApdu) -> bytes:
    """Replace bytes from an offset; data that run beyond the file's end are of wrong length."""
    file, offset = _file_and_offset(session, apdu)
    if not file.transparent:
        raise Refusal(status.WRONG_FILE_TYPE)
    if not file.write.allows(session.rights):
        raise Refusal(status.SECURITY_NOT_SATISFIED)
    data = plain_data(session, apdu)
    content = session.memory.binary(file)
    end = offset + len(data)
    if offset >= len(content):
        raise Refusal(status.OFFSET_OUTSIDE)
    if end > len(content):
        raise Refusal(status.WRONG_LENGTH)
    session.memory.replace(file, content[:offset] + data + content[end:])
    return SUCCESS
