"""Data fields explained one after the other, by the forms of their values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.decoding.explanation import Explanation, hexadecimal, malformed
from onecard.virtual_cards.decoding.records import explain_records
from onecard.virtual_cards.decoding.tag_values import (
    explain_locator,
    explain_objects,
    explain_text,
    yuan,
)
from onecard.virtual_cards.layouts.encoding import decode_value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from onecard.virtual_cards.decoding.context import Context
    from onecard.virtual_cards.decoding.forms import DataField
    from onecard.virtual_cards.layouts.layout import ElementaryFile

__all__ = ["explain_fields"]

_SEPARATOR = b"\xff"


def explain_fields(
    fields: Sequence[DataField], data: bytes, *, file: ElementaryFile | None, context: Context
) -> tuple[Explanation, ...]:
    """Take data apart.

    Args:
        fields: what the data should be made of.
        data: the bytes; too few or too many are shown as malformed.
        file: the EF whose records the data may hold.
        context: where the dialogue stands.
    """
    parts: list[Explanation] = []
    at = 0
    for place, field in enumerate(fields):
        after = sum(other.size for other in fields[place + 1 :] if not other.optional)
        size = field.size or max(0, len(data) - at - after)
        if at == len(data) and (field.optional or not field.size):
            continue
        piece = data[at : at + size]
        at += len(piece)
        if len(piece) < size:
            parts.append(malformed(field.english, field.chinese, piece, f"{size} bytes expected"))
        elif field.kind == "record":
            parts += explain_records(piece, file, objects=context.environment == "payment")
        elif field.kind == "objects":
            parts += explain_objects(piece)
        else:
            parts.append(_field(field, piece))
    if at < len(data):
        parts.append(malformed("further bytes", "多余字节", data[at:], "not expected here"))
    return tuple(parts)


def _field(field: DataField, piece: bytes) -> Explanation:
    return Explanation(
        english=field.english, chinese=field.chinese, raw=piece, value=_FORMS[field.kind](piece)
    )


def _number(piece: bytes) -> str:
    return f"{int.from_bytes(piece, 'big')} ({hexadecimal(piece)})" if piece else ""


def _two_pins(piece: bytes) -> str:
    """Read ``old PIN ‖ FF ‖ new PIN`` (card.md §10)."""
    old, _, new = piece.partition(_SEPARATOR)
    return f"{decode_value('cn', old) or '–'} → {decode_value('cn', new) or '–'}"


_FORMS: dict[str, Callable[[bytes], str]] = {
    "hex": hexadecimal,
    "number": _number,
    "fen4": lambda piece: yuan(int.from_bytes(piece, "big")),
    "bcd": hexadecimal,
    "text": explain_text,
    "pin": lambda piece: decode_value("cn", piece),
    "afl": explain_locator,
    "pins": _two_pins,
}
