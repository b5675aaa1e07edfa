"""Command APDUs explained: name, class, parameters, data field by field, in the context of the dialogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.decoding.context import NAMED_APPLICATIONS, application_named, referenced_file
from onecard.virtual_cards.decoding.explanation import Explanation, hexadecimal, malformed
from onecard.virtual_cards.decoding.fields import explain_fields
from onecard.virtual_cards.decoding.forms import DataField, form_of
from onecard.virtual_cards.decoding.tags import TAGS
from onecard.virtual_cards.iso7816.apdu import parse_command
from onecard.virtual_cards.security.messages import MAC_SIZE

if TYPE_CHECKING:
    from onecard.virtual_cards.decoding.context import Context
    from onecard.virtual_cards.decoding.forms import Form
    from onecard.virtual_cards.iso7816.apdu import CommandApdu
    from onecard.virtual_cards.layouts.layout import ElementaryFile

__all__ = ["command_name", "explain_command"]

_CLASSES = {
    0x00: ("interindustry", "行业间"),
    0x04: ("interindustry, MAC follows", "行业间，带安全报文"),
    0x80: ("proprietary", "专有"),
    0x84: ("proprietary, MAC follows", "专有，带安全报文"),
    0xB0: ("medical purse", "医疗保险钱包"),
    0xBF: ("PSAM", "终端安全模块"),
}
_MAC_CLASSES = (0x04, 0x84)
_RECORD_MODES = (
    ("first record with identifier P1", "标识符为P1的第一条"),
    ("last record with identifier P1", "标识符为P1的最后一条"),
    ("next record with identifier P1", "标识符为P1的下一条"),
    ("previous record with identifier P1", "标识符为P1的上一条"),
    ("record number P1", "记录号P1"),
    ("records from number P1 to the last", "从P1到最后一条"),
    ("records from the last to number P1", "从最后一条到P1"),
    ("reserved", "保留"),
)
"""Low three bits of P2 (card.md §10)."""
_BY_NUMBER_FROM = 4
_MAC_FIELD = DataField(MAC_SIZE, False, "hex", "MAC", "报文鉴别码(MAC)")


def command_name(command: bytes, context: Context) -> str:
    """Return ``"READ RECORD"``; empty for a command that is not known, or not well formed."""
    apdu = parse_command(command)
    form = form_of(apdu.ins, apdu.p1, context.environment) if apdu is not None else None
    return form.name if form is not None else ""


def explain_command(command: bytes, context: Context) -> Explanation:
    """Explain a command APDU.

    Args:
        command: the bytes as they were sent; anything else than a short APDU is shown as malformed.
        context: where the dialogue stands before the command.
    """
    apdu = parse_command(command)
    if apdu is None:
        why = "shorter than four bytes" if len(command) < 4 else "no short APDU: Lc does not fit the length"
        return malformed("command", "命令", command, why)
    form = form_of(apdu.ins, apdu.p1, context.environment)
    parts = [
        _byte("CLA", "类别", apdu.cla, _CLASSES.get(apdu.cla)),
        _byte("INS", "指令", apdu.ins, (form.name, form.chinese) if form else ("unknown", "未知")),
        *_parameters(apdu, form, context),
    ]
    if apdu.data:
        parts.append(_data(apdu, form, context))
    if apdu.le is not None:
        parts.append(_expected(apdu))
    return Explanation(
        english=form.name if form else "unknown command",
        chinese=form.chinese if form else "未知命令",
        raw=command,
        value=hexadecimal(command),
        parts=tuple(parts),
    )


def _byte(english: str, chinese: str, value: int, meaning: tuple[str, str] | None = None) -> Explanation:
    return Explanation(
        english=english,
        chinese=chinese,
        raw=bytes((value,)),
        value=f"{value:02X}",
        meaning=meaning or ("", ""),
    )


def _expected(apdu: CommandApdu) -> Explanation:
    case = 4 if apdu.data else 2
    size = apdu.le or 256
    meaning = (f"up to {size} bytes, case {case}", f"最多{size}字节，情况{case}")
    return _byte("Le", "期望长度", apdu.le or 0, meaning)


def _parameters(apdu: CommandApdu, form: Form | None, context: Context) -> tuple[Explanation, ...]:
    if form is None:
        return _byte("P1", "参数1", apdu.p1), _byte("P2", "参数2", apdu.p2)
    if form.name.endswith("RECORD"):
        return _record_reference(apdu, context)
    if form.name.endswith("BINARY"):
        return (_offset(apdu, context),)
    if form.name == "GET DATA":
        tag = apdu.p1 << 8 | apdu.p2
        row = TAGS.get(tag)
        english, chinese = (row.english, row.chinese) if row else ("unknown", "未知")
        return (_pair(apdu, "tag", "标签", (english, chinese)),)
    second = form.p2_meanings.get(apdu.p2)
    if form.name == "EXTERNAL AUTHENTICATE" and context.environment == "social":
        second = _key(apdu.p2, context)
    return (
        _byte("P1", "参数1", apdu.p1, form.p1_meanings.get(apdu.p1)),
        _byte("P2", "参数2", apdu.p2, second),
    )


def _pair(apdu: CommandApdu, english: str, chinese: str, meaning: tuple[str, str]) -> Explanation:
    raw = bytes((apdu.p1, apdu.p2))
    return Explanation(
        english=f"P1 P2 {english}", chinese=chinese, raw=raw, value=hexadecimal(raw), meaning=meaning
    )


def _file_name(file: ElementaryFile | None, sfi: int) -> tuple[str, str]:
    if file is not None:
        place = "/".join(file.path)
        return f"{place} {file.english}", file.chinese
    return (f"SFI {sfi}", f"短标识{sfi}") if sfi else ("current EF", "当前文件")


def _record_reference(apdu: CommandApdu, context: Context) -> tuple[Explanation, ...]:
    mode = apdu.p2 & 0x07
    file = referenced_file(context, apdu)
    if mode >= _BY_NUMBER_FROM:
        which = ("current record", "当前记录") if apdu.p1 == 0 else (f"number {apdu.p1}", f"记录号{apdu.p1}")
    else:
        item = file.item(apdu.p1) if file is not None else None
        which = (item.english, item.chinese) if item is not None else ("identifier", "记录标识符")
    english, chinese = _file_name(file, apdu.p2 >> 3)
    mode_english, mode_chinese = _RECORD_MODES[mode]
    return (
        _byte("P1", "参数1", apdu.p1, which),
        _byte("P2", "参数2", apdu.p2, (f"{english}; {mode_english}", f"{chinese}；{mode_chinese}")),
    )


def _offset(apdu: CommandApdu, context: Context) -> Explanation:
    offset = apdu.p2 if apdu.p1 & 0x80 else apdu.p1 << 8 | apdu.p2
    english, chinese = _file_name(referenced_file(context, apdu), apdu.p1 & 0x1F if apdu.p1 & 0x80 else 0)
    return _pair(
        apdu, "file and offset", "文件与偏移", (f"{english}; offset {offset}", f"{chinese}；偏移{offset}")
    )


def _key(key_id: int, context: Context) -> tuple[str, str]:
    """Name the key that P2 refers to: bit 8 clear is SSSE's, set is the current DF's (card.md §9.1)."""
    application = context.application if key_id & 0x80 else context.layout.environment
    slot = application.by_key_id.get(key_id) if application is not None else None
    name = slot.name if slot is not None else "unknown key"
    return f"key {name}", f"密钥{name}"


def _data(apdu: CommandApdu, form: Form | None, context: Context) -> Explanation:
    parts: tuple[Explanation, ...]
    if form is None:
        parts = ()
    elif form.name == "SELECT":
        return _selection(apdu, context)
    else:
        fields = form.data
        if apdu.cla in _MAC_CLASSES and fields and _MAC_FIELD.size not in (fields[-1].size,):
            fields = (*fields, _MAC_FIELD)
        parts = explain_fields(fields, apdu.data, file=referenced_file(context, apdu), context=context)
    size = len(apdu.data)
    value = f"{size} bytes 字节" if parts else hexadecimal(apdu.data)
    return Explanation(english="data", chinese="数据域", raw=apdu.data, value=value, parts=parts)


def _selection(apdu: CommandApdu, context: Context) -> Explanation:
    return Explanation(
        english="name" if apdu.p1 == 0x04 else "identifier",
        chinese="名称" if apdu.p1 == 0x04 else "标识符",
        raw=apdu.data,
        value=hexadecimal(apdu.data),
        meaning=_selected(apdu, context),
    )


def _selected(apdu: CommandApdu, context: Context) -> tuple[str, str]:
    layout = context.layout
    if apdu.p1 == 0x04:
        application = application_named(layout, apdu.data)
        if application is None:
            known = next(
                (row for name, row in NAMED_APPLICATIONS.items() if name.startswith(apdu.data)), None
            )
            return known[1:] if known else ("unknown application", "未知应用")
    else:
        fid = int.from_bytes(apdu.data, "big")
        application = layout.by_fid.get(fid) if apdu.p1 == 0x00 else None
        if application is None:
            here = context.application
            file = here.by_fid.get(fid) if here is not None else None
            return _file_name(file, 0) if file is not None else ("unknown file", "未知文件")
    return f"{application.name} {application.english}", application.chinese
