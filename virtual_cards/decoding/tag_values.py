"""BER-TLV explained by the table of tags, at any depth up to a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.code_tables import meaning
from onecard.virtual_cards.decoding.explanation import Explanation, hexadecimal, malformed
from onecard.virtual_cards.decoding.tags import TAGS, TagRow
from onecard.virtual_cards.iso7816.tlv import iterate_ber
from onecard.virtual_cards.layouts.encoding import decode_value

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["explain_locator", "explain_objects", "explain_text", "yuan"]

DEEPEST = 8
"""Templates nested deeper than this are shown in hexadecimal."""
_ALGORITHM = 0x86
"""Inside ``9F0C``: its last byte is the algorithm identifier (card.md §3.2)."""
_UNKNOWN = TagRow("hex", "object", "数据对象")
_UNNAMED_TEMPLATE = TagRow("template", "template", "模板")


def explain_objects(content: bytes, *, depth: int = 0) -> tuple[Explanation, ...]:
    """Explain a sequence of BER-TLV objects; what breaks off is shown as malformed."""
    try:
        objects = tuple(iterate_ber(content))
    except ValueError as error:
        return (malformed("BER-TLV", "数据对象", content, str(error).partition(":")[0]),)
    return tuple(_object(tag, value, depth) for tag, value in objects)


def explain_text(value: bytes) -> str:
    """Read text as GBK, which ASCII is part of; hexadecimal where it cannot be printed."""
    text = decode_value("an", value)
    return text if text.isprintable() else hexadecimal(value)


def yuan(fen: int) -> str:
    """Write an amount: ``12.30 CNY 元``."""
    return f"{fen // 100}.{fen % 100:02d} CNY 元"


def _object(tag: int, value: bytes, depth: int) -> Explanation:
    row = TAGS.get(tag)
    if row is None:
        row = _UNNAMED_TEMPLATE if _is_template(tag) else _UNKNOWN
    english = f"{tag:02X} {row.english}"
    if row.form == "template" and depth < DEEPEST:
        return Explanation(
            english=english, chinese=row.chinese, raw=value, parts=explain_objects(value, depth=depth + 1)
        )
    shown = _FORMS.get(row.form, hexadecimal)(value)
    return Explanation(
        english=english, chinese=row.chinese, raw=value, value=shown, meaning=_meaning(tag, value)
    )


def _is_template(tag: int) -> bool:
    return bool((tag >> 8 or tag) & 0x20)


def _meaning(tag: int, value: bytes) -> tuple[str, str]:
    """Name the algorithm, and show names that are text: ``1PAY.SYS.DDF01``, ``sx1.sh.社会保障``."""
    if tag == _ALGORITHM:
        return meaning("algorithm", hexadecimal(value[-1:])) or ("", "")
    if tag not in (0x84, 0x4F) or len(value) < 5 or value[0] in (0xA0, 0xD1):
        return "", ""
    text = explain_text(value)
    return ("", "") if text == hexadecimal(value) else (text, text)


def _fen(value: bytes) -> str:
    digits = value.hex()
    return yuan(int(digits)) if digits.isdecimal() else hexadecimal(value)


def _list(value: bytes) -> str:
    """Read a list of tags and lengths: ``9F02 06, 9F03 06``."""
    shown, at = [], 0
    while at < len(value):
        size = 2 if value[at] & 0x1F == 0x1F else 1
        tag, length = value[at : at + size], value[at + size : at + size + 1]
        row = TAGS.get(int.from_bytes(tag, "big"))
        name = f" {row.english}" if row else ""
        shown.append(f"{hexadecimal(tag)} {hexadecimal(length)}{name}")
        at += size + 1
    return ", ".join(shown)


def explain_locator(value: bytes) -> str:
    """Read a file locator: ``SFI 1 records 1-1``."""
    if len(value) % 4:
        return hexadecimal(value)
    groups = [value[at : at + 4] for at in range(0, len(value), 4)]
    return ", ".join(f"SFI {group[0] >> 3} records {group[1]}-{group[2]}" for group in groups)


_FORMS: dict[str, Callable[[bytes], str]] = {
    "hex": hexadecimal,
    "text": explain_text,
    "digits": lambda value: decode_value("cn", value),
    "fen": _fen,
    "number": lambda value: str(int.from_bytes(value, "big")),
    "list": _list,
    "afl": explain_locator,
    "template": hexadecimal,
}
