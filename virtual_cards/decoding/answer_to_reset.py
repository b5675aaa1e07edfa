"""Answers to reset explained: contact ATR, ATS, and the pseudo-ATR by which PC/SC shows a contactless card.

The 13 historical bytes are read by the social security card's own layout (facts: card.md §8.1); any other
number of them is another card's, and shown as it is.
"""

from __future__ import annotations

from onecard.virtual_cards.code_tables import meaning
from onecard.virtual_cards.decoding.explanation import Explanation, hexadecimal, malformed
from onecard.virtual_cards.iso7816.atr import (
    HISTORICAL_SIZE,
    HistoricalBytes,
    card_factor,
    contact_breaches,
    parse_atr,
    parse_ats,
)

__all__ = ["explain_atr", "explain_historical"]

CHIP_PROVIDERS = {
    "0081": ("Huada", "华大"),
    "0085": ("Huahong", "华虹"),
    "0087": ("Datang", "大唐"),
    "0090": ("Fudan Micro", "复旦微"),
}
"""Registered numbers seen on cards (card.md §8.1)."""
CARD_MAKERS = {"8660": ("Eastcompeace", "东信和平")}

_FRAME_SIZES = (16, 24, 32, 40, 48, 64, 96, 128, 256)
"""Bytes of a frame by FSCI (ISO/IEC 14443-4 §5.2.3)."""
_INTERFACE_BYTES = {
    "TA1": ("clock rate and bit rate factors", "时钟与波特率因子"),
    "TB1": ("programming voltage", "编程电压"),
    "TC1": ("extra guard time", "额外保护时间"),
    "TA3": ("clock stop and voltage class", "时钟停止与电压等级"),
}
_ATS_BYTES = {
    "TA": ("bit rates", "比特率"),
    "TB": ("waiting and guard times", "等待与保护时间"),
    "TC": ("CID and NAD", "CID与NAD支持"),
}


def explain_atr(answer: bytes) -> Explanation:
    """Explain an ATR, a PC/SC pseudo-ATR or an ATS; which of them it is shows by its first bytes."""
    if answer[:1] in (b"\x3b", b"\x3f"):
        return _atr(answer)
    if len(answer) >= 2 and answer[0] == len(answer):
        return _ats(answer)
    return malformed(
        "answer to reset", "复位应答", answer, "starts neither with 3B or 3F nor with its length"
    )


def explain_historical(historical: bytes) -> Explanation:
    """Explain T1…TD by field; other than 13 bytes are shown as they are."""
    parts: tuple[Explanation, ...] = ()
    if len(historical) == HISTORICAL_SIZE:
        fields = HistoricalBytes.decode(historical)
        provider, maker = hexadecimal(fields.chip_provider), hexadecimal(fields.card_maker)
        parts = (
            _byte("chip provider", "芯片提供商", fields.chip_provider, CHIP_PROVIDERS.get(provider)),
            _byte("card operating system", "卡操作系统(COS)", fields.operating_system),
            _byte("card maker", "卡片制造商", fields.card_maker, CARD_MAKERS.get(maker)),
            _byte(
                "issuing area, first four digits",
                "发卡地区代码前四位",
                fields.area_start,
                meaning("area", hexadecimal(fields.area_start)[:2]),
            ),
            _byte("unique within the area", "地区内唯一序列", fields.unique),
            _byte("key diversification factor, T6 to TD", "密钥分散因子", card_factor(historical)),
        )
    return Explanation(
        english="historical bytes",
        chinese="历史字节",
        raw=historical,
        value=hexadecimal(historical),
        parts=parts,
    )


def _byte(english: str, chinese: str, raw: bytes, code: tuple[str, str] | None = None) -> Explanation:
    return Explanation(
        english=english, chinese=chinese, raw=raw, value=hexadecimal(raw), meaning=code or ("", "")
    )


def _atr(atr: bytes) -> Explanation:
    contactless = len(atr) > 3 and atr[1] & 0xF0 == 0x80 and atr[2:4] == b"\x80\x01"
    english, chinese = (
        ("answer to reset, contactless card as PC/SC shows it", "复位应答（非接触）")
        if contactless
        else ("answer to reset, contact", "复位应答（接触）")
    )
    try:
        answer = parse_atr(atr)
    except ValueError as error:
        return malformed(english, chinese, atr, _reason(error))
    convention = ("direct convention", "正向约定") if atr[0] == 0x3B else ("inverse convention", "反向约定")
    parts = [_byte("TS", "初始字符", atr[:1], convention), _byte("T0", "格式字符", atr[1:2])]
    parts += [_interface_byte(name, bytes((value,))) for name, value in answer.interface.items()]
    parts.append(explain_historical(answer.historical))
    if answer.check is not None:
        parts.append(_byte("TCK", "校验字符", atr[-1:], ("right", "正确")))
    breaches = "" if contactless else "; ".join(contact_breaches(atr))
    if breaches:
        parts.append(
            Explanation(english="not as the card's standard has it", chinese="不符合规范", value=breaches)
        )
    return Explanation(english=english, chinese=chinese, raw=atr, value=hexadecimal(atr), parts=tuple(parts))


def _interface_byte(name: str, raw: bytes) -> Explanation:
    if name.startswith("TD"):
        protocol = f"T={raw[0] & 0x0F}"
        return _byte(f"{name} protocol and what follows", "协议", raw, (protocol, protocol))
    english, chinese = _INTERFACE_BYTES.get(name, ("interface byte", "接口字符"))
    return _byte(f"{name} {english}", chinese, raw)


def _ats(ats: bytes) -> Explanation:
    names = ("answer to select (ATS)", "选择应答(ATS)")
    try:
        historical = parse_ats(ats)
    except ValueError as error:
        return malformed(*names, ats, _reason(error))
    frame = _FRAME_SIZES[min(ats[1] & 0x0F, len(_FRAME_SIZES) - 1)]
    present = [name for bit, name in zip((0x10, 0x20, 0x40), _ATS_BYTES, strict=True) if ats[1] & bit]
    parts = [
        _byte("TL length", "长度", ats[:1]),
        _byte("T0 frame size", "帧长", ats[1:2], (f"{frame} bytes", f"{frame}字节")),
    ]
    parts += [
        _byte(f"{name} {_ATS_BYTES[name][0]}", _ATS_BYTES[name][1], ats[at : at + 1])
        for at, name in enumerate(present, start=2)
    ]
    parts.append(explain_historical(historical))
    return Explanation(
        english=names[0], chinese=names[1], raw=ats, value=hexadecimal(ats), parts=tuple(parts)
    )


def _reason(error: ValueError) -> str:
    """Drop the name before and the bytes after: both are shown already."""
    return str(error).partition(": ")[2].rpartition(":")[0]
