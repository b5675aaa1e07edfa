"""A whole card explained: answers to reset, counters, applications, files, access conditions, records.

Records are decoded by the layout's items; a file in which nobody has written anything says so in one line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.virtual_cards.code_tables import meaning
from onecard.virtual_cards.decoding.answer_to_reset import explain_atr
from onecard.virtual_cards.decoding.explanation import Explanation, hexadecimal
from onecard.virtual_cards.decoding.records import explain_records
from onecard.virtual_cards.decoding.tag_values import yuan
from onecard.virtual_cards.iso7816.atr import contact_atr, contactless_atr
from onecard.virtual_cards.security.pin import decode_pin

if TYPE_CHECKING:
    from onecard.virtual_cards.chip.memory import CardMemory
    from onecard.virtual_cards.layouts.access import Access
    from onecard.virtual_cards.layouts.layout import DedicatedFile, ElementaryFile, KeySlot

__all__ = ["explain_card"]

_SHOWN_BYTES = 32
_AMOUNTS = {
    "balance": ("balance", "余额"),
    "self_pay_total": ("self-pay total of the year", "年度自付累计"),
    "pooled_total": ("pooled-fund total of the year", "年度统筹支付累计"),
    "ceiling": ("balance limit", "余额上限"),
    "transaction_limit": ("limit of one transaction", "单笔交易限额"),
    "reset_threshold": ("reset threshold", "重置阈值"),
}
_COUNTERS = {
    "load_counter": ("load counter", "联机交易计数器"),
    "purchase_counter": ("purchase counter", "脱机交易计数器"),
    "payment_year": ("payment year", "支付年度"),
    "starting_day": ("starting day MMDD", "年度起始日"),
    "transaction_counter": ("application transaction counter", "应用交易计数器(ATC)"),
    "last_online_counter": ("counter of the last on-line transaction", "上次联机交易计数器"),
    "pin_tries_left": ("PIN tries left", "PIN尝试次数"),
}
_FOUR_DIGITS = ("payment_year", "starting_day")


def explain_card(memory: CardMemory, *, blank: bool = False) -> Explanation:
    """Explain everything that a card holds.

    Args:
        memory: a card's memory without an interrupted commit (see ``images.recovered``).
        blank: also show the empty records of files in which nobody has written.
    """
    layout = memory.layout
    parts = [explain_atr(contact_atr(memory.historical))]
    if layout.contactless:
        parts.append(explain_atr(contactless_atr(memory.historical)))
    parts += [_pin(memory), *_blocks(memory)]
    parts += [_application(memory, application, blank) for application in memory.applications]
    if memory.purse is not None:
        parts.append(_state("medical purse", "医疗保险钱包", memory.purse))
    if memory.payment is not None:
        parts.append(
            _state("payment counters and electronic cash", "支付应用计数器与电子现金", memory.payment)
        )
    algorithm = meaning("algorithm", f"{layout.algorithm_id:02X}") or ("", "")
    return Explanation(
        english="social security card",
        chinese="社会保障卡",
        value=", ".join((layout.version, *layout.extensions)),
        meaning=algorithm,
        parts=tuple(parts),
    )


def _pin(memory: CardMemory) -> Explanation:
    left, limit, unblocks = memory.pin_tries_left, memory.pin_limit, memory.pin_unblocks_left
    english, chinese = f"{left} of {limit} tries left", f"剩余{left}次，共{limit}次"
    if left == 0:
        english, chinese = f"{english}: locked", f"{chinese}：已锁定"
    if unblocks is not None:
        english, chinese = f"{english}; {unblocks} unblocks left", f"{chinese}；还可解锁{unblocks}次"
    value = decode_pin(memory.pin) or "not set 未设置"
    return Explanation(english="PIN", chinese="个人密码", value=value, meaning=(english, chinese))


def _blocks(memory: CardMemory) -> list[Explanation]:
    blocked = []
    if memory.card_blocked:
        blocked.append(Explanation(english="CARD BLOCKED", chinese="卡已锁定"))
    blocked += [
        Explanation(english="APPLICATION BLOCKED", chinese="应用已锁定", value=name)
        for name in sorted(memory.blocked_applications)
    ]
    return blocked


def _application(memory: CardMemory, application: DedicatedFile, blank: bool) -> Explanation:
    files = tuple(_file(memory, file, application.environment, blank) for file in application.files)
    name = hexadecimal(application.aid)
    return Explanation(
        english=f"{application.name} {application.english}",
        chinese=application.chinese,
        value=name,
        parts=(*_keys(memory, application.keys), *files),
    )


def _keys(memory: CardMemory, slots: tuple[KeySlot, ...]) -> tuple[Explanation, ...]:
    """List keys with their P2; those that failed have a line of their own."""
    if not slots:
        return ()
    listed = [slot.name if slot.key_id is None else f"{slot.name} {slot.key_id:02X}" for slot in slots]
    failures = memory.key_failures
    failed = tuple(_failed(slot, failures[slot.name]) for slot in slots if slot.name in failures)
    return (Explanation(english="keys", chinese="密钥", value=", ".join(listed), parts=failed),)


def _failed(slot: KeySlot, failures: int) -> Explanation:
    left = slot.tries - failures
    english, chinese = f"{left} of {slot.tries} tries left", f"剩余{left}次，共{slot.tries}次"
    if left <= 0:
        english, chinese = f"{english}: locked", f"{chinese}：已锁定"
    return Explanation(english=slot.name, value=f"{failures} failed 次失败", meaning=(english, chinese))


def _file(memory: CardMemory, file: ElementaryFile, environment: str, blank: bool) -> Explanation:
    contents = memory.read(file)
    written = contents != file.blank or (bool(contents) and not file.items and not file.transparent)
    reading, reading_chinese = _access(file.read)
    writing, writing_chinese = _access(file.write)
    parts: tuple[Explanation, ...] = ()
    value = file.structure
    if isinstance(contents, bytes):
        value += f", {len(contents)} bytes 字节"
        if any(contents):
            more = "…" if len(contents) > _SHOWN_BYTES else ""
            value += f": {hexadecimal(contents[:_SHOWN_BYTES])}{more}"
    else:
        value += f", {len(contents)} records 记录"
        if written or blank:
            records = b"".join(contents)
            parts = explain_records(records, file, objects=environment == "payment" and not file.cyclic)
    if not written:
        value += ", blank 空白"
    return Explanation(
        english=f"{file.name} {file.english}",
        chinese=file.chinese,
        value=value,
        meaning=(
            f"read: {reading}; write: {writing}",
            f"读：{reading_chinese}；写：{writing_chinese}",
        ),
        parts=parts if contents else (),
    )


def _access(access: Access) -> tuple[str, str]:
    chinese = {"free": "自由", "never": "禁止"}.get(access.text)
    return access.text, chinese or access.text.replace(" and ", "且").replace(" or ", "或")


def _state(english: str, chinese: str, state: msgspec.Struct) -> Explanation:
    parts = []
    for name in state.__struct_fields__:
        value = getattr(state, name)
        if name in _AMOUNTS:
            parts.append(Explanation(english=_AMOUNTS[name][0], chinese=_AMOUNTS[name][1], value=yuan(value)))
        elif name in _COUNTERS:
            shown = f"{value:04d}" if name in _FOUR_DIGITS else str(value)
            parts.append(Explanation(english=_COUNTERS[name][0], chinese=_COUNTERS[name][1], value=shown))
    return Explanation(english=english, chinese=chinese, parts=tuple(parts))
